"""A bin that weighs differently, and what an outlet confirms."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import (
    BinClosed,
    BinEmpty,
    BinOpen,
    DestinationForbidden,
    Malformed,
    MassExceeded,
    StateForbids,
)
from catalogue.kinds import BinState, Quality
from catalogue.rows import PartnerRow
from dispatch import rules
from tests.streams.test_rules import standing

MEASURED, ESTIMATED = Quality.MEASURED, Quality.ESTIMATED
rows = st.lists(
    st.tuples(st.integers(1, 10**7), st.sampled_from([MEASURED, ESTIMATED])),
    min_size=1,
    max_size=12,
)


def spread(whole_g: int, *masses: tuple[int, Quality]) -> list[tuple[str, int]]:
    contents = [
        standing(f"B{index:02}", mass_g, quality=quality)
        for index, (mass_g, quality) in enumerate(masses)
    ]
    changes = rules.spread_difference(contents, whole_g)
    return sorted((change.standing.batch.code, change.gain_g) for change in changes)


@given(rows, st.data())
def test_a_spread_brings_the_whole_to_what_it_weighs(
    masses: list[tuple[int, Quality]], data: st.DataObject
) -> None:
    summed_g = sum(mass for mass, _ in masses)
    whole_g = data.draw(st.integers(1, 2 * summed_g))
    gains = dict(spread(whole_g, *masses))
    assert summed_g + sum(gains.values()) == whole_g
    for index, (mass_g, _) in enumerate(masses):
        assert mass_g + gains.get(f"B{index:02}", 0) >= 0


@given(rows, st.data())
def test_estimates_take_a_difference_before_anything_measured_does(
    masses: list[tuple[int, Quality]], data: st.DataObject
) -> None:
    summed_g = sum(mass for mass, _ in masses)
    guessed_g = sum(mass for mass, quality in masses if quality is ESTIMATED)
    whole_g = data.draw(st.integers(1, 2 * summed_g))
    gains = dict(spread(whole_g, *masses))
    lost_by_measured_g = -sum(
        gains.get(f"B{index:02}", 0)
        for index, (_, quality) in enumerate(masses)
        if quality is MEASURED
    )
    if guessed_g:
        assert lost_by_measured_g == max(0, summed_g - whole_g - guessed_g)


def test_a_difference_is_divided_in_proportion() -> None:
    assert spread(87, (60, MEASURED), (30, MEASURED)) == [("B00", -2), ("B01", -1)]
    assert spread(93, (60, MEASURED), (30, MEASURED)) == [("B00", 2), ("B01", 1)]
    assert spread(90, (60, MEASURED), (30, MEASURED)) == []
    assert spread(50, (60, MEASURED), (30, ESTIMATED)) == [("B00", -10), ("B01", -30)]


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12).filter(any), st.data())
def test_treatments_come_out_exactly_in_both_directions(
    masses: list[int], data: st.DataObject
) -> None:
    left = sum(masses)
    treatments: list[int] = []
    while left and len(treatments) < 4:
        treatments.append(data.draw(st.integers(1, left)))
        left -= treatments[-1]
    if left:
        treatments.append(left)
    parts = rules.split_treatments(masses, treatments)
    assert [sum(part) for part in parts] == treatments
    assert [sum(column) for column in zip(*parts, strict=True)] == masses
    assert all(mass >= 0 for part in parts for mass in part)


def test_treatments_that_are_not_the_whole_are_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        rules.split_treatments([10], [9])


def test_a_bin_leaves_closed_and_with_a_destination() -> None:
    rules.require_ready("K1", BinState.CLOSED, destination="reuse")
    with pytest.raises(BinOpen):
        rules.require_ready("K1", BinState.OPEN, destination="reuse")
    for state in (BinState.SHIPPED, BinState.REVERSED):
        with pytest.raises(BinClosed):
            rules.require_ready("K1", state, destination="reuse")
    with pytest.raises(DestinationForbidden) as refused:
        rules.require_ready("K1", BinState.CLOSED, destination=None)
    assert refused.value.figures["rule"] == "work_bin"


def test_a_bin_is_closed_when_it_is_open_and_holds_something() -> None:
    rules.require_open("K1", BinState.OPEN)
    for state in (BinState.CLOSED, BinState.SHIPPED, BinState.REVERSED):
        with pytest.raises(BinClosed):
            rules.require_open("K1", state)
    with pytest.raises(BinEmpty):
        rules.require_filled("K1", 0)


def test_an_outlet_confirms_what_it_may_treat() -> None:
    rules.require_permitted("burn", ["burn"])
    with pytest.raises(DestinationForbidden):
        rules.require_permitted("reuse", ["burn"])


def said(*masses_g: int, open_g: int, refused_g: int = 0, rest_g: int = 0) -> rules.Answered:
    return rules.answered(masses_g, refused_g=refused_g, rest_g=rest_g, open_g=open_g)


def test_an_answer_says_how_much_it_differs_from_what_was_sent() -> None:
    assert said(2, 3, open_g=4).difference_g == 1
    assert said(2, open_g=4, refused_g=1, rest_g=1).difference_g == 0
    assert said(open_g=4, refused_g=3).difference_g == -1


@pytest.mark.parametrize(
    "nothing",
    [
        {"masses_g": []},
        {"masses_g": [], "rest_g": 4},
        {"masses_g": [5, 0]},
        {"masses_g": [4], "refused_g": -1},
        {"masses_g": [4], "rest_g": -1},
        {"masses_g": [4], "rest_g": 40_000_000},
    ],
)
def test_an_answer_that_says_nothing_is_refused(nothing: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"refused_g": None, "rest_g": None, "open_g": 4}
    with pytest.raises(Malformed):
        rules.answered(**(asked | nothing))


def test_nothing_is_answered_for_twice() -> None:
    with pytest.raises(MassExceeded):
        said(1, open_g=0)
    with pytest.raises(MassExceeded):
        said(open_g=0, refused_g=1)


def test_what_was_refused_waits_until_it_is_back() -> None:
    assert rules.still_refused_g(10, back_g=4, rest_g=None) == 6
    assert rules.still_refused_g(10, back_g=12, rest_g=None) == 0
    assert rules.still_refused_g(10, back_g=4, rest_g=5) == 5


def test_an_outlet_has_two_weeks_unless_it_agreed_on_other_days() -> None:
    agreed = PartnerRow(1, 1, frozenset(), (), confirm_days=3)
    assert rules.due_on(date(2026, 2, 20), None) == date(2026, 3, 6)
    assert rules.due_on(date(2026, 2, 27), agreed) == date(2026, 3, 2)


def test_no_more_comes_back_than_is_under_way() -> None:
    rules.require_enough(5, 5)
    with pytest.raises(MassExceeded):
        rules.require_enough(6, 5)
    rules.require_under_way("Z1", "shipped")
    for state in ("confirmed", "returned", "reversed"):
        with pytest.raises(StateForbids):
            rules.require_under_way("Z1", state)
