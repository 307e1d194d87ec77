"""Shares add up to 1000, stay within one permille of the truth, and are absent when meaningless."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reporting.shares import ratio, split, split_with_gain

MASSES = st.lists(st.integers(min_value=0, max_value=10**13), min_size=1, max_size=9)


@given(MASSES)
def test_shares_add_up_to_a_thousand_and_are_off_by_less_than_one(masses: list[int]) -> None:
    shares = split(dict(enumerate(masses)))
    if sum(masses) == 0:
        assert shares is None
        return
    assert shares is not None
    assert sum(shares.values()) == 1000
    for number, mass_g in enumerate(masses):
        assert abs(Fraction(1000 * mass_g, sum(masses)) - shares[number]) < 1


def test_ties_go_to_the_one_that_comes_first() -> None:
    assert split({"reuse": 1, "recycle": 1, "incineration": 1}) == {
        "reuse": 334,
        "recycle": 333,
        "incineration": 333,
    }


def test_a_negative_mass_or_an_empty_sum_has_no_shares() -> None:
    assert split({"reuse": 10, "recycle": -1}) is None
    assert split({"reuse": 0, "recycle": 0}) is None
    assert split({}) is None


@given(MASSES, st.integers(min_value=-(10**6), max_value=-1))
def test_a_gain_in_weighing_still_lets_shares_add_up(masses: list[int], gain: int) -> None:
    parts = dict(enumerate([*masses, gain]))
    shares = split_with_gain(parts)
    if sum(parts.values()) <= 0:
        assert shares is None
    else:
        assert shares is not None
        assert sum(shares.values()) == 1000


def test_a_ratio_is_rounded_half_up_and_absent_without_a_whole() -> None:
    assert ratio(1, 2000) == 1
    assert ratio(1, 2001) == 0
    assert ratio(2, 3) == 667
    assert ratio(5, 5) == 1000
    assert ratio(5, 0) is None
    assert ratio(-1, 5) is None
