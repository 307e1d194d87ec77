"""The agenda: what waits for which working day.

Whatever lives for days (a box, a shipment, a bench) is a generator that yields for how many
working days it waits. So each story stands in one place, in the order in which it happens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from random import Random
from typing import TypeAlias

from demo.days import Clock, Shift

Life: TypeAlias = Generator[int, None, None]

ACTS_PER_JOB = 5
"""Roughly, so that the clock knows how fast to go."""


class Agenda:
    """day: the number of the working day that is being worked."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._waiting: dict[int, list[Life]] = defaultdict(list)
        self.day = 0

    def add(self, life: Life, *, day: int | None = None) -> None:
        """Let it begin on a day, today when none is named."""
        self._waiting[self.day if day is None else day].append(life)

    def work(self, shift: Shift, clock: Clock) -> None:
        """Take everything of today one step further, in no order in particular."""
        jobs = self._waiting.pop(self.day, [])
        self._dice.shuffle(jobs)
        clock.open(shift)
        while jobs:
            if clock.is_over:
                return
            clock.pace(shift.ends, len(jobs) * ACTS_PER_JOB)
            self._step(jobs.pop())
            jobs = self._waiting.pop(self.day, []) + jobs

    def _step(self, life: Life) -> None:
        wait = next(life, None)
        if wait is not None:
            self._waiting[self.day + wait].append(life)
