"""The reports of the demo: a quarter after the other, about all suppliers and about two of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.rulebook import rulebook
from demo.counter import manager
from demo.days import Shift
from proof.signing import KeyRing
from reporting.issuing import IssueReport, issue_report

ISSUED_FROM_DAY: Final = 12
"""From this day of a quarter's first month on, the quarter before is reported."""
ABOUT: Final = (None, "DEMO-LAND", "DEMO-ZEE")
_DEMO: Final = UUID("5a0d1c6e-7f0b-5f61-8a4c-3c1f7b0f9d21")


class Reports:
    """The issued reports of a year. verify_at: where anyone may check them."""

    def __init__(self, days: Sequence[Shift], *, name: str, ring: KeyRing, verify_at: str) -> None:
        self._opened = days[0].day
        self._name = name
        self._ring = ring
        self._verify_at = verify_at
        self._done: set[date] = set()

    def work(self, session: Session, shift: Shift) -> None:
        """Issue what is due on a day."""
        first, end = quarter_before(shift.day)
        is_due = shift.day.month == end.month and shift.day.day >= ISSUED_FROM_DAY
        if not is_due or end <= self._opened or end in self._done:
            return
        self._done.add(end)
        for supplier in ABOUT:
            self._issue(session, shift, supplier, first, end)

    def _issue(
        self, session: Session, shift: Shift, supplier: str | None, first: date, end: date
    ) -> None:
        at = shift.stops or shift.ends
        command = IssueReport(
            scan_id=str(uuid5(_DEMO, f"{self._name}/{end}/{supplier}")),
            scanned_at=at,
            supplier=supplier,
            first=first,
            end=end,
        )
        issue_report(
            session,
            command,
            viewer=manager(rulebook(session)),
            now=at,
            ring=self._ring,
            verify_at=self._verify_at,
        )


def quarter_before(day: date) -> tuple[date, date]:
    """The last whole quarter before the one of a day, half-open."""
    end = date(day.year, day.month - (day.month - 1) % 3, 1)
    first = date(end.year - 1, 10, 1) if end.month == 1 else date(end.year, end.month - 3, 1)
    return first, end
