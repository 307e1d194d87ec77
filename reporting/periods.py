"""Periods of site-local days, and the spans of the kept totals that cover them exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from catalogue.errors import Malformed

Days: TypeAlias = tuple[date, date]
"""Half-open: the first day, and the first day after."""

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEAR_MIN = 1900
YEAR_MAX = 2999


@dataclass(frozen=True, slots=True)
class Spans:
    """Months and days that together cover a stretch of time exactly once.

    months: half-open range of first days of whole months, if there are any; days: the edges.
    """

    months: Days | None
    days: tuple[Days, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` up to, and not including, `end`."""

    first: date
    end: date

    @property
    def last(self) -> date:
        """The last day that counts."""
        return self.end - timedelta(days=1)

    def a_year_earlier(self) -> Period:
        """The same days of a year before; of 29 February the day after the 28th."""
        return Period(_year_before(self.first), _year_before(self.end))

    def spans(self) -> Spans:
        """Whole months inside the period, and the days at its edges."""
        months_from = _month_start(self.first)
        if months_from < self.first:
            months_from = month_after(months_from)
        months_to = _month_start(self.end)
        if months_from >= months_to:
            return Spans(None, ((self.first, self.end),))
        edges = ((self.first, months_from), (months_to, self.end))
        return Spans((months_from, months_to), tuple(edge for edge in edges if edge[0] < edge[1]))

    def spans_before(self) -> Spans:
        """All time before the period: every earlier month, and the days of the month it cuts."""
        month = _month_start(self.first)
        return Spans((date.min, month), ((month, self.first),) if month < self.first else ())


def period(first: str | None, end: str | None, *, today: date) -> Period:
    """A period from what a caller wrote as `from` and `to`: ISO days, `to` not included.

    Without either, the calendar year of `today`. A missing `to` is the end of the year of `from`;
    a missing `from` is the start of the year of the last day.
    Raises Malformed (field `from` or `to`) for what is no day, or a period without days.
    """
    first_day = _day("from", first) if first else None
    end_day = _day("to", end) if end else None
    if first_day is None:
        last_day = today if end_day is None else end_day - timedelta(days=1)
        first_day = date(last_day.year, 1, 1)
    if end_day is None:
        end_day = date(first_day.year + 1, 1, 1)
    if end_day <= first_day:
        raise Malformed(field="to", problem="must be a later day than from")
    return Period(first_day, end_day)


def months_between(first: date, last: date) -> list[date]:
    """First days of all months from the month of `first` up to and with the month of `last`."""
    months = [_month_start(first)]
    while months[-1] < _month_start(last):
        months.append(month_after(months[-1]))
    return months


def month_of(day: date) -> str:
    """The month of a day as reports write it: 2026-03."""
    return f"{day.year:04}-{day.month:02}"


def _day(field: str, text: str) -> date:
    if not _ISO_DAY.fullmatch(text):
        raise Malformed(field=field, problem="must be a day like 2026-03-31")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Malformed(field=field, problem="is not a day of the calendar") from None
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise Malformed(field=field, problem=f"must lie in {YEAR_MIN} to {YEAR_MAX}")
    return day


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 3, 1)


def _month_start(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the month after this one, which is said by its first day."""
    return (month + timedelta(days=31)).replace(day=1)
