"""Shares that add up: proof, ladder, producer classes, and how near reuse is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.kinds import AppliesTo, Direction, Pool, Stream
from reporting.circularity import Sum
from reporting.formulas.ladder import ladder
from reporting.formulas.local import is_near, local
from reporting.formulas.producers import CLASSES, producers
from reporting.formulas.proof import proof
from reporting.measure import as_plain, measure_from
from reporting.measures import figures
from reporting.questions import Basis
from reporting.targets import completeness, is_met
from tests.reporting.formulas.facts import (
    BATTERY,
    ENERGY,
    EVERY_ROUTE,
    FIBRE,
    REISSUE,
    REPAIR,
    SALE,
    by_id,
    facts,
    stood,
    values,
)

POOLS = [Pool.BIN, Pool.SHIPPED, Pool.CONFIRMED]
SUMS = st.lists(
    st.one_of(
        st.builds(
            stood, st.sampled_from(EVERY_ROUTE), st.integers(0, 10**12), st.sampled_from(POOLS)
        ),
        st.builds(stood, st.none(), st.integers(0, 10**12), st.just(Pool.HOLDING)),
        st.builds(stood, st.none(), st.integers(0, 10**9), st.just(Pool.FINDS)),
    )
)


@given(SUMS)
def test_confirmed_and_pending_of_all_streams_add_up_to_the_whole(sums: list[Sum]) -> None:
    found = values(proof(facts(sums)))
    parts = [f"{stream}_{part}" for stream in Stream for part in ("confirmed", "pending")]
    shares = [found[f"{part}_of_sorted"] for part in parts]
    assert shares == [None] * 6 or sum(share or 0 for share in shares) == 1000
    labels = {name.split(".")[1] for name in found if name.startswith("destination.")}
    for kind in (("of_sorted",), ("confirmed_of_sorted", "pending_of_sorted")):
        each = [found[f"destination.{label}.{one}"] for label in labels for one in kind]
        assert set(each) <= {None} or sum(share or 0 for share in each) == 1000


def test_pending_is_told_apart_from_proven_per_stream_and_destination() -> None:
    sums = [stood(REISSUE, 400), stood(REISSUE, 100, Pool.BIN), stood(FIBRE, 500, Pool.SHIPPED)]
    found = values(proof(facts([*sums, stood(None, 1000, Pool.HOLDING)])))
    assert (found["reuse_confirmed_of_sorted"], found["reuse_pending_of_sorted"]) == (400, 100)
    assert (found["recycle_confirmed_of_sorted"], found["recycle_pending_of_sorted"]) == (0, 500)
    assert found["reuse_confirmed_of_input"] == 200
    assert found["destination.reissue@1.pending_of_sorted"] == 100
    assert found["destination.reissue@1.of_input"] == 250


def test_shares_of_the_input_are_not_told_by_day_of_entry() -> None:
    found = values(proof(facts([stood(REISSUE, 400)], basis=Basis.BOOKED)))
    assert not any(name.endswith("_of_input") for name in found)


@given(SUMS)
def test_the_rungs_of_the_ladder_add_up_with_what_is_on_none(sums: list[Sum]) -> None:
    shares = [one.value for one in ladder(facts(sums))]
    assert set(shares) <= {None} or sum(share or 0 for share in shares) == 1000


def test_producer_classes_count_only_groups_in_the_scheme() -> None:
    sums = [
        stood(REISSUE, 100, in_scheme=True),
        stood(REPAIR, 40, Pool.BIN, in_scheme=True),
        stood(SALE, 30, in_scheme=True),
        stood(SALE, 1000),
        stood(FIBRE, 60, in_scheme=True),
        stood(BATTERY, 5, in_scheme=True),
        stood(ENERGY, 700, in_scheme=True),
    ]
    found = by_id(producers(facts(sums)))
    grams = {name: found[f"producer_scheme.{name}"].value for name in CLASSES}
    assert grams == {
        "reuse": 170, "reuse_in_nl": 140, "recycling": 60, "fibre_to_fibre": 60, "all": 230,
    }  # fmt: skip
    assert found["producer_scheme.reuse.confirmed"].value == 130
    assert found["producer_scheme.reuse"].inputs["all_groups_g"] == 1170
    for one in found.values():
        assert one.unit == "g"
        assert "says nothing about a target" in one.boundary


def test_cells_of_the_producer_scheme_count_only_its_groups_too() -> None:
    found = values(figures(facts([stood(SALE, 30, in_scheme=True), stood(SALE, 1000)])))
    assert found["producer_class.reuse_nl_or_export"] == 30
    assert found["ladder.R3"] == 1030


@pytest.mark.parametrize(
    ("distances", "near"),
    [([], None), ([None], None), ([20, None], None), ([20, 100], True), ([101], False),
     ([20, 300], None)],
)  # fmt: skip
def test_a_destination_is_near_when_every_outlet_is(
    distances: Sequence[int | None], near: bool | None
) -> None:
    assert is_near(distances, 100) is near


def test_the_local_share_is_of_confirmed_reuse_whose_distance_is_known() -> None:
    sums = [
        stood(REISSUE, 300),
        stood(REPAIR, 100),
        stood(SALE, 50),
        stood(REISSUE, 900, Pool.BIN),
        stood(FIBRE, 800),
    ]
    known = {("OPA", "reissue"): [40], ("OPA", "repair"): [180], ("OPA", "sale"): [10, 400]}
    found = values(local(facts(sums, distances=known)))
    assert found["local.within_100_km"] == 750
    assert found["local.apart_100_km"] == 50
    assert found["local.within_50_km"] == 750
    assert found["local.within_250_km"] == 1000


def test_a_local_share_without_any_distance_says_why_it_is_not_there() -> None:
    for one in local(facts([stood(REISSUE, 300)])):
        if one.unit == "permille":
            assert one.value is None
            assert one.missing.startswith("Nobody noted")
        else:
            assert one.value == 300
    assert {one.value for one in local(facts([stood(FIBRE, 1)]))} == {None}


@given(SUMS, st.sampled_from(list(Basis)))
def test_every_figure_can_be_explained_and_read_back(sums: list[Sum], basis: Basis) -> None:
    for one in by_id(figures(facts(sums, basis=basis))).values():
        assert one.title, one.id
        assert one.formula, one.id
        assert one.sources, one.id
        assert one.boundary or one.id.startswith("destination."), one.id
        assert one.unit in ("permille", "g", "g_co2e")
        assert one.version >= 1
        if one.missing:
            assert one.value is None
        assert measure_from(as_plain(one)) == one


def test_completeness_tells_what_is_not_proven_and_how_much_tolerance_was_used() -> None:
    difference = stood(None, -30, Pool.LOSS, loss_kind="weighing_difference")
    sums = [stood(REISSUE, 600), stood(FIBRE, 430, Pool.SHIPPED), difference]
    found = completeness(facts(sums).terms, open_batches=3)
    assert (found.measured_permille, found.open_batches) == (1000, 3)
    assert (found.unproven_g, found.unproven_permille) == (430, 417)
    assert (found.difference_g, found.difference_permille) == (-30, 30)


def test_a_line_is_met_on_its_good_side_and_on_the_line_itself() -> None:
    assert [is_met(Direction.AT_LEAST, 500, value) for value in (499, 500, 501)] == [
        False, True, True,
    ]  # fmt: skip
    assert [is_met(Direction.AT_MOST, 500, value) for value in (499, 500, 501)] == [
        True, True, False,
    ]  # fmt: skip
    assert {one.value for one in AppliesTo} == {"operator", "producers"}
