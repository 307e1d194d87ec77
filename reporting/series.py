"""Steps of time that figures go by, pure: months, quarters and years, without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from reporting.periods import months_between


class Step(StrEnum):
    """How long one point of a series lasts."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def step_of(day: date, step: Step) -> str:
    """The step in which a day lies: `2026-03`, `2026-Q1` or `2026`."""
    if step is Step.YEAR:
        return f"{day.year:04}"
    if step is Step.QUARTER:
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return f"{day.year:04}-{day.month:02}"


def steps_between(first: date, last: date, step: Step) -> Sequence[str]:
    """All steps from the one of the first day up to and with the one of the last."""
    return list(dict.fromkeys(step_of(month, step) for month in months_between(first, last)))
