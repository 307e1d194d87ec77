"""Two periods beside each other: rules, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from catalogue.kinds import Stream
from reporting.changes import (
    Masses,
    by_change,
    changes,
    fell_most,
    relative_permille,
    year_so_far,
)
from reporting.periods import Period

KG = 1000


def masses(reuse_kg: int, recycle_kg: int, incineration_kg: int = 0) -> Masses:
    kilograms = (reuse_kg, recycle_kg, incineration_kg)
    return Masses(streams={stream: kg * KG for stream, kg in zip(Stream, kilograms, strict=True)})


def test_the_change_of_a_share_is_said_in_permille_points() -> None:
    (found,) = changes({"A": masses(300, 700)}, {"A": masses(250, 750)})
    assert found.points(Stream.REUSE) == -50
    assert found.points(Stream.RECYCLE) == 50
    assert found.points(Stream.INCINERATION) == 0


def test_without_a_share_in_both_periods_nothing_changed_that_can_be_said() -> None:
    found = {one.key: one for one in changes({"OLD": masses(1, 1)}, {"NEW": masses(1, 1)})}
    assert list(found) == ["NEW", "OLD"]
    assert found["NEW"].points(Stream.REUSE) is None
    assert found["OLD"].points(Stream.REUSE) is None


def test_a_tiny_supplier_does_not_top_the_list() -> None:
    before = {"LARGE": masses(3000, 7000), "TINY": masses(50, 0), "STEADY": masses(500, 500)}
    now = {"LARGE": masses(2900, 7100), "TINY": masses(0, 50), "STEADY": masses(500, 500)}
    ranked = by_change(changes(before, now), Stream.REUSE)
    assert [one.key for one in ranked] == ["LARGE", "STEADY", "TINY"]
    assert [one.is_small for one in ranked] == [False, False, True]
    rising = by_change(changes(before, now), Stream.REUSE, rising=True)
    assert [one.key for one in rising] == ["STEADY", "LARGE", "TINY"]
    fell = fell_most(changes(before, now), Stream.REUSE)
    assert fell is not None
    assert (fell.key, fell.points(Stream.REUSE)) == ("LARGE", -10)


def test_one_permille_less_than_the_limit_is_small_and_the_limit_is_not() -> None:
    before = {"A": masses(10, 0), "B": masses(990, 0)}
    assert [one.is_small for one in changes(before, before)] == [False, False]
    assert [one.is_small for one in changes(before, before, least_permille=11)] == [True, False]


def test_where_nothing_fell_nothing_is_named() -> None:
    same = {"A": masses(1, 1)}
    assert fell_most(changes(same, same), Stream.REUSE) is None
    assert fell_most(changes({}, {}), Stream.REUSE) is None
    risen = changes({"A": masses(1, 3)}, {"A": masses(2, 2)})
    assert fell_most(risen, Stream.REUSE) is None
    fell = fell_most(risen, Stream.RECYCLE)
    assert fell is not None
    assert fell.key == "A"


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, Period(date(2026, 1, 1), date(2026, 11, 24))),
        (2025, Period(date(2025, 1, 1), date(2026, 1, 1))),
        (2027, Period(date(2027, 1, 1), date(2028, 1, 1))),
    ],
)
def test_the_current_year_goes_up_to_and_with_today(year: int, expected: Period) -> None:
    assert year_so_far(year, date(2026, 11, 23)) == expected


def test_a_year_that_ends_today_is_the_whole_year() -> None:
    assert year_so_far(2026, date(2026, 12, 31)).end == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [(1000, 1032, 32), (1000, 968, -32), (3, 4, 333), (0, 5, None), (7, 7, 0)],
)
def test_more_and_less_are_said_against_what_was(
    before: int, now: int, expected: int | None
) -> None:
    assert relative_permille(before, now) == expected
