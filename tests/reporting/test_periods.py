"""Periods cover their days exactly once, and refuse what is no period."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import Malformed
from reporting.history import last_months
from reporting.periods import Period, Spans, months_between, period

TODAY = date(2026, 11, 23)
DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2028, 12, 31))


def days_of(spans: Spans) -> list[date]:
    """Every day that the spans cover, as often as they cover it."""
    covered = [day for start, end in spans.days for day in _days(start, end)]
    if spans.months is not None:
        start, end = spans.months
        assert start.day == 1
        assert end.day == 1
        covered += _days(start, end)
    return sorted(covered)


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days)]


@given(first=DAYS, length=st.integers(min_value=1, max_value=1200))
def test_months_and_edge_days_cover_every_day_of_a_period_once(first: date, length: int) -> None:
    end = first + timedelta(days=length)
    assert days_of(Period(first, end).spans()) == _days(first, end)


@given(first=DAYS)
def test_the_time_before_a_period_ends_the_day_before_it(first: date) -> None:
    spans = Period(first, first + timedelta(days=1)).spans_before()
    assert spans.months is not None
    assert spans.months[0] == date.min
    recent = Spans((date(2018, 1, 1), spans.months[1]), spans.days)
    assert days_of(recent) == _days(date(2018, 1, 1), first)


def test_a_calendar_year_needs_no_days() -> None:
    spans = Period(date(2026, 1, 1), date(2027, 1, 1)).spans()
    assert spans == Spans((date(2026, 1, 1), date(2027, 1, 1)), ())


def test_without_bounds_a_period_is_the_current_calendar_year() -> None:
    assert period(None, None, today=TODAY) == Period(date(2026, 1, 1), date(2027, 1, 1))


def test_a_missing_bound_is_that_of_the_calendar_year() -> None:
    assert period("2025-05-10", None, today=TODAY) == Period(date(2025, 5, 10), date(2026, 1, 1))
    assert period(None, "2025-01-01", today=TODAY) == Period(date(2024, 1, 1), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("first", "end", "field"),
    [
        ("2026-02-30", None, "from"),
        ("20260201", None, "from"),
        ("2026-W05-1", None, "from"),
        ("yesterday", "2026-02-01", "from"),
        ("2026-01-01", "2026-1-31", "to"),
        ("2026-01-01", "2026-01-01", "to"),
        ("2026-01-02", "2026-01-01", "to"),
        ("1899-12-31", None, "from"),
        ("2026-01-01", "3000-01-01", "to"),
        ("२०२६-०१-०१", None, "from"),
    ],
)
def test_a_bad_period_is_refused_and_names_the_field(
    first: str | None, end: str | None, field: str
) -> None:
    with pytest.raises(Malformed) as refused:
        period(first, end, today=TODAY)
    assert refused.value.figures["field"] == field


def test_months_between_two_days_include_both_their_months() -> None:
    assert months_between(date(2025, 11, 30), date(2026, 1, 1)) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]


def test_a_year_earlier_is_the_same_days_and_knows_leap_years() -> None:
    leap = Period(date(2024, 2, 29), date(2024, 3, 1))
    assert leap.a_year_earlier() == Period(date(2023, 3, 1), date(2023, 3, 1))
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    assert year.a_year_earlier() == Period(date(2025, 1, 1), date(2026, 1, 1))


def test_the_last_twelve_months_end_with_the_month_of_the_day() -> None:
    months = last_months(date(2026, 2, 14))
    assert len(months) == 12
    assert months[0] == Period(date(2025, 3, 1), date(2025, 4, 1))
    assert months[-1] == Period(date(2026, 2, 1), date(2026, 3, 1))
