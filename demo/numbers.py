"""Vests and plates by their numbers: noted at the table, destroyed some days later."""

from __future__ import annotations

from typing import Final

from demo.agenda import Life
from demo.halls import Hall
from demo.plan import Box
from intake.items import DestroyItem, NoteItem, destroy_item, note_item

GROUP: Final = "ballistic"
GATE: Final = "serial_noted"
METHODS: Final = ("shredded", "cut_apart")
AT_ONCE_MAX: Final = 30
DAYS_WAITED: Final = 6
LEFT: Final = 2
"""So many of a box wait longer than the others."""


def note_numbers(hall: Hall, box: Box, pieces: int) -> int:
    """Note items of a box one by one, each of which passes the step; how many did."""
    noted = min(pieces, AT_ONCE_MAX)
    numbers = [f"BV-{box.number:05d}-{piece:02d}" for piece in range(1, noted + 1)]
    for number in numbers:
        hall.hand.do(
            note_item,
            NoteItem,
            box.code,
            number=number,
            station=hall.station("sorting"),
            article_group=GROUP,
            gate=GATE,
        )
    hall.later(_destroyed(hall, numbers[: max(1, noted - LEFT)]), DAYS_WAITED)
    return noted


def _destroyed(hall: Hall, numbers: list[str]) -> Life:
    for place, number in enumerate(numbers):
        hall.hand.do(
            destroy_item,
            DestroyItem,
            number,
            by=hall.hand.people.leader,
            station=hall.station("dispatch"),
            method=METHODS[place % len(METHODS)],
            gate=None,
            document=None,
        )
    yield from ()
