"""What a figure was in each of the last months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rulebook import rulebook
from reporting import access
from reporting.measure import Measure
from reporting.periods import Period, month_after
from reporting.queries import report_within
from reporting.questions import Question

MONTHS = 12


def last_months(day: date, count: int = MONTHS) -> list[Period]:
    """So many whole months, the last of them the one that `day` is in."""
    number = day.year * 12 + day.month - 1
    firsts = [date(n // 12, n % 12 + 1, 1) for n in range(number - count + 1, number + 1)]
    return [Period(first, month_after(first)) for first in firsts]


def figure_history(
    session: Session, viewer: Viewer, asked: Question, id: str, *, until: date
) -> list[tuple[Period, Measure | None]]:
    """A figure of each of the twelve months up to a day, just as a report of that month has it.

    Three statements a month, and one for all; a month is the same work whatever the register holds.
    """
    book = rulebook(session)
    seen = access.scope(book, viewer, asked)
    return [
        (month, report_within(session, book, seen, replace(asked, period=month)).figure(id))
        for month in last_months(until)
    ]
