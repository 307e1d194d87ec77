"""The seal of the demo: a certificate a month for two suppliers, and one that was made anew."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.errors import NothingToCertify
from catalogue.rulebook import rulebook
from certificates.actions import Issue, issue
from demo.counter import manager
from demo.days import Shift
from proof.signing import KeyRing

MADE_FROM_DAY: Final = 20
"""From this day of the month on certificates are made, of what came in two months before."""
LAST_DAYS: Final = 240
KINDS: Final = (("DEMO-LAND", "recycling"), ("DEMO-ZEE", "recycling"), ("DEMO-ZEE", "destruction"))
ANEW: Final = 2
"""In the month of this number the first certificate of the month before is made anew."""
_DEMO: Final = UUID("0b6e5f52-2f3c-5f0e-9a51-d1f6a9f2c7b3")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A certificate that was made, and of which days."""

    code: str
    supplier: str
    kind: str
    first: date
    end: date


class Seals:
    """The certificates of a year. verify_at: where anyone may check them."""

    def __init__(self, days: Sequence[Shift], *, name: str, ring: KeyRing, verify_at: str) -> None:
        self._begin = days[-1].day - timedelta(days=LAST_DAYS)
        self._name = name
        self._ring = ring
        self._verify_at = verify_at
        self._months = 0
        self._done: set[tuple[int, int]] = set()
        self._made: list[Sealed] = []
        self._scans = 0

    def work(self, session: Session, shift: Shift) -> None:
        """Make what is due on a day."""
        month = (shift.day.year, shift.day.month)
        if shift.day < self._begin or shift.day.day < MADE_FROM_DAY or month in self._done:
            return
        self._done.add(month)
        end = _month_before(shift.day)
        first = _month_before(end)
        before = self._made[:1] if self._months == ANEW else []
        for old in before:
            self._make(session, shift, old.supplier, old.kind, old.first, old.end, old.code)
        for supplier, kind in KINDS:
            self._make(session, shift, supplier, kind, first, end, None)
        self._months += 1

    def _make(
        self,
        session: Session,
        shift: Shift,
        supplier: str,
        kind: str,
        first: date,
        end: date,
        replaces: str | None,
    ) -> None:
        self._scans += 1
        at: datetime = shift.stops or shift.ends
        command = Issue(
            scan_id=str(uuid5(_DEMO, f"{self._name}/{self._scans}")),
            scanned_at=at,
            kind=kind,
            scope="period",
            supplier=supplier,
            first=first,
            end=end,
            replaces=replaces,
            reason="more_confirmed" if replaces else None,
        )
        # In a small demo a month may have nothing yet that an outlet confirmed.
        with suppress(NothingToCertify):
            booked = issue(
                session,
                command,
                viewer=manager(rulebook(session)),
                now=at,
                ring=self._ring,
                verify_at=self._verify_at,
            )
            self._made.append(Sealed(booked.answer["code"], supplier, kind, first, end))


def _month_before(day: date) -> date:
    """The first day of the month before the one of a day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
