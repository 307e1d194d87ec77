"""A day on which things go wrong: transactions die at any statement, the clock is set back, scans
come again in any order, and what is sent together shares a transaction that may be lost whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import Any, Final

from sqlalchemy import event

from store.engine import Database
from tests.simulation.day import Day, answer_of
from tests.simulation.model import Planned

TOGETHER_MAX: Final = 8
STATEMENTS_MAX: Final = 25
CLOCK_MINUTES_MAX: Final = 600


class Died(Exception):
    """The power went."""


@contextmanager
def dying(database: Database, after: int | None) -> Iterator[None]:
    """After so many statements the next one ends everything; after None, the commit does."""
    left = after

    def before(*_: Any) -> None:
        nonlocal left
        if left is not None:
            left -= 1
            if left < 0:
                raise Died

    def commit(*_: Any) -> None:
        if left is None:
            raise Died

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
        event.remove(database.engine, "commit", commit)


class TroubledDay(Day):
    """As a `Day`, and the model foretells every answer all the same."""

    _together = False

    def act(self) -> None:
        """One act, or several that share a transaction; or old scans that come again."""
        chosen = self.dice.random()
        if chosen < 0.06:
            self._come_again()
        elif chosen < 0.14 and self.model.batches:
            self._share(lost=self.dice.random() < 0.4)
        else:
            super().act()

    def _played(self, scan: dict[str, Any], planned: Planned, play: Callable[[], Any]) -> Any:
        chosen = self.dice.random()
        if chosen < 0.15 and not self._together:
            self._die(scan, play)
        elif chosen < 0.22:
            self._doubt_the_clock(scan, planned, play)
        return super()._played(scan, planned, play)

    def _die(self, scan: dict[str, Any], play: Callable[[], Any]) -> None:
        """Nothing of it is kept, or all of it; the answer of the next try is right in any case."""
        after = None if self.dice.random() < 0.3 else self.dice.randint(0, STATEMENTS_MAX)
        self.told.append(f"dies after {after} statements")
        with suppress(Died), dying(self.depot.database, after), self.depot.scanning(**scan):
            answer_of(play)

    def _doubt_the_clock(
        self, scan: dict[str, Any], planned: Planned, play: Callable[[], Any]
    ) -> None:
        """Ours is set back, the tablet's is not: its scan lies ahead of us and has to wait."""
        minutes = self.dice.randint(6, CLOCK_MINUTES_MAX)
        self.depot.later(minutes=-minutes)
        answer = super()._played(scan, planned, play)
        self.depot.later(minutes=minutes)
        self.told.append(f"{minutes} minutes back -> {answer}")
        # What opens a bin on its way is booked by the clock before its own rules are asked.
        assert answer == "clock_doubt" or (isinstance(planned, str) and answer == planned)

    def _come_again(self) -> None:
        """Scans of before, in any order, some of them twice: the same answers, nothing new."""
        known = self.again[-40:]
        sent = self.dice.sample(known, min(len(known), 5))
        for scan, play, answer in self.dice.sample([*sent, *sent], 2 * len(sent)):
            with self.depot.scanning(**scan):
                assert answer_of(play) == answer

    def _share(self, *, lost: bool) -> None:
        """Several acts in one transaction: they all stay, or none does."""
        before = deepcopy((self.model, len(self.again))) if lost else None
        self.told.append("together:" if not lost else "together, and lost:")
        self._together, may_any = True, self.depot.database.dialect == "sqlite"
        try:
            with suppress(Died), self.depot.in_one_transaction():
                for _ in range(self.dice.randint(2, TOGETHER_MAX)):
                    # PostgreSQL shares only among those that lock in one order.
                    (super().act if may_any else self._sort)()
                if lost:
                    raise Died
        finally:
            self._together = False
        if before is not None:
            self.model, count = before
            del self.again[count:]
        self.told.append("apart again")
