"""The terms of the balance: every place under its own term, whatever the sums look like."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalogue.kinds import Pool, Quality, Stream
from reporting.circularity import Route, Sum, destination_rows, destined, terms
from reporting.measures import Measure, measures
from reporting.questions import Basis

ROUTES = [
    Route(operator="OPA", code="sale", version=1, stream=Stream.REUSE, cells={"gri": "306-4"}),
    Route(operator="OPA", code="panels", version=1, stream=Stream.RECYCLE, cells={"gri": "306-4"}),
    Route(operator="OPA", code="panels", version=2, stream=Stream.RECYCLE, names={"en": "Panels"}),
    Route(operator="OPA", code="energy", version=1, stream=Stream.INCINERATION, cells={"gri": ""}),
]


def stands(pool: Pool, mass_g: int, **more: Any) -> Sum:
    return Sum(pool=pool, quality=more.pop("quality", Quality.MEASURED), mass_g=mass_g, **more)


def values(found: list[Measure]) -> dict[str, int | None]:
    return {one.id: one.value for one in found}


@st.composite
def balanced_sums(draw: st.DrawFn) -> list[Sum]:
    """Any masses at any places, and the supplier owing all of them together."""
    routed = [Pool.BIN, Pool.SHIPPED, Pool.CONFIRMED]
    places: st.SearchStrategy[dict[str, Any]] = st.one_of(
        st.builds(dict, pool=st.sampled_from([Pool.HOLDING, Pool.QUARANTINE, Pool.FINDS])),
        st.builds(dict, pool=st.just(Pool.LOSS), loss_kind=st.sampled_from(["dust", "moisture"])),
        st.builds(dict, pool=st.sampled_from(routed), route=st.sampled_from([None, *ROUTES])),
    )
    grams = st.integers(min_value=-(10**9), max_value=10**12)
    sums = [
        stands(mass_g=mass_g, quality=quality, **place)
        for place, mass_g, quality in draw(
            st.lists(st.tuples(places, grams, st.sampled_from(list(Quality))), max_size=20)
        )
    ]
    return [*sums, stands(Pool.SUPPLIER, -sum(one.mass_g for one in sums))]


@given(balanced_sums())
def test_what_is_in_balance_stays_in_balance_term_by_term(sums: list[Sum]) -> None:
    found = terms(sums)
    out_g = found.sorted_g + found.loss_g + found.finds_g
    assert found.input_g == out_g + found.held_g
    assert sum(one.outcome.mass_g for one in destined(sums)) == found.sorted_g
    assert sum(row.terms.sorted_g for row in destination_rows(sums)) == found.sorted_g


@given(balanced_sums())
def test_shares_of_a_report_add_up_or_are_absent(sums: list[Sum]) -> None:
    found = terms(sums)
    value_of = values(measures(found, destined(sums), Basis.RECEIVED))
    ends = ("reuse", "recycle", "incineration", "held", "finds", "loss")
    for whole, parts in (("sorted", ends[:3]), ("input", ends)):
        shares = [value_of[f"{part}_of_{whole}"] for part in parts]
        assert shares == [None] * len(parts) or sum(share or 0 for share in shares) == 1000
    if any(one.mass_g < 0 for one in found.streams.values()):
        assert found.permille is None


def test_mass_without_a_destination_is_held_wherever_it_stands() -> None:
    found = terms([stands(pool, 10) for pool in (Pool.HOLDING, Pool.QUARANTINE, Pool.BIN)])
    assert found.held_g == 30
    assert found.sorted_g == 0


def test_only_what_waits_counts_from_before_the_period() -> None:
    found = terms(
        [
            stands(Pool.HOLDING, 70, before=True),
            stands(Pool.SUPPLIER, -100, before=True),
            stands(Pool.BIN, 30, before=True, route=ROUTES[0]),
            stands(Pool.HOLDING, -20),
            stands(Pool.BIN, 20, route=ROUTES[0]),
        ]
    )
    assert (found.opening_g, found.input_g, found.sorted_g, found.closing_g) == (70, 0, 20, 50)


def test_input_is_net_of_what_went_back() -> None:
    found = terms(
        [
            stands(Pool.SUPPLIER, -100),
            stands(Pool.SUPPLIER, -40, quality=Quality.ESTIMATED),
            stands(Pool.SUPPLIER, 25, returned=True),
        ]
    )
    assert (found.input_g, found.returned_g, found.estimated_g) == (115, 25, 40)


def test_only_confirmed_mass_counts_as_proven() -> None:
    found = terms(
        [
            stands(Pool.SUPPLIER, -1000),
            stands(Pool.BIN, 300, route=ROUTES[0]),
            stands(Pool.SHIPPED, 200, route=ROUTES[0]),
            stands(Pool.CONFIRMED, 500, route=ROUTES[0]),
        ]
    )
    assert found.in_transit_g == 200
    value_of = values(measures(found, [], Basis.RECEIVED))
    assert value_of["reuse_confirmed"] == value_of["confirmed_of_sorted"] == 500
    assert value_of["recycle_confirmed"] is None


def test_a_gain_in_weighing_keeps_the_shares_of_the_input() -> None:
    found = terms(
        [
            stands(Pool.SUPPLIER, -1000),
            stands(Pool.BIN, 1010, route=ROUTES[0]),
            stands(Pool.LOSS, -10, loss_kind="weighing_difference"),
        ]
    )
    value_of = values(measures(found, [], Basis.RECEIVED))
    assert (value_of["reuse_of_input"], value_of["loss_of_input"]) == (1010, -10)


def test_what_was_booked_has_no_shares_of_an_input_that_came_before() -> None:
    found = terms([stands(Pool.HOLDING, -20), stands(Pool.BIN, 20, route=ROUTES[0])])
    assert "reuse_of_input" not in values(measures(found, [], Basis.BOOKED))
    assert values(measures(found, [], Basis.BOOKED))["reuse_of_sorted"] == 1000


def test_versions_of_a_destination_stand_apart_but_share_a_row() -> None:
    sums = [stands(Pool.BIN, 10, route=route) for route in ROUTES]
    assert [(one.route.code, one.route.version) for one in destined(sums)] == [
        ("sale", 1),
        ("panels", 1),
        ("panels", 2),
        ("energy", 1),
    ]
    rows = destination_rows(sums)
    assert [(row.key, row.terms.sorted_g) for row in rows] == [
        ("sale", 10),
        ("panels", 20),
        ("energy", 10),
    ]
    assert rows[1].names == {"en": "Panels"}


def test_cells_of_other_schemes_sum_their_destinations() -> None:
    sums = [stands(Pool.BIN, 10, route=route) for route in ROUTES]
    sums.append(stands(Pool.CONFIRMED, 5, route=ROUTES[0]))
    value_of = values(measures(terms(sums), destined(sums), Basis.RECEIVED))
    assert (value_of["gri.306-4"], value_of["gri.306-4.confirmed"]) == (25, 5)
    assert not any(name.startswith("esrs.") and "e5_5" not in name for name in value_of)
