"""The test points of ISO 59020, CTI and MCI, and what cannot be said honestly."""

from __future__ import annotations

from fractions import Fraction

import pytest

from catalogue.kinds import Pool, Stream
from reporting.formulas.cti import cti
from reporting.formulas.iso59020 import iso59020
from reporting.formulas.mci import Loop, circularity, linear_flow, mci
from reporting.questions import Basis
from tests.reporting.formulas.facts import (
    ENERGY,
    FIBRE,
    REISSUE,
    REPAIR,
    by_id,
    facts,
    flow,
    inflow,
    stood,
    values,
)

ALL = {"recycled": 0, "reused": 0, "renewable": 0, "lifetime": 1000, "use": 1000}
WHOLE = {**ALL, "feed": 1000, "recovery": 500}


@pytest.mark.parametrize(
    ("loop", "flow_index", "indicator"),
    [
        (Loop(), Fraction(1), Fraction(1, 10)),
        (Loop(recycled=Fraction(1), to_recycling=Fraction(1)), Fraction(0), Fraction(1)),
        (Loop(to_reuse=Fraction(1)), Fraction(1, 2), Fraction(55, 100)),
        (
            Loop(to_recycling=Fraction(1), recovery=Fraction(1, 2)),
            Fraction(125, 175),
            1 - Fraction(9, 10) * Fraction(125, 175),
        ),
        (Loop(utility=Fraction(1, 2)), Fraction(1), Fraction(0)),
        (Loop(utility=Fraction(2)), Fraction(1), Fraction(55, 100)),
    ],
    ids=["linear", "closed", "all reused", "half lost in recycling", "short life", "long life"],
)
def test_the_material_circularity_indicator_meets_its_test_points(
    loop: Loop, flow_index: Fraction, indicator: Fraction
) -> None:
    assert linear_flow(loop) == flow_index
    assert circularity(loop) == indicator


def test_the_fourth_test_point_is_the_published_number_to_four_digits() -> None:
    half = Loop(to_recycling=Fraction(1), recovery=Fraction(1, 2))
    assert round(float(linear_flow(half)), 4) == 0.7143
    assert round(float(circularity(half)), 4) == 0.3571


def test_feed_that_was_lost_in_recycling_counts_as_waste() -> None:
    lossy = Loop(recycled=Fraction(1), feed=Fraction(1, 2), to_recycling=Fraction(1))
    # W_F = 1, so W = 1/2 and LFI = (0 + 1/2) / (2 + 1/2).
    assert linear_flow(lossy) == Fraction(1, 5)


def test_the_indicator_is_the_mean_of_those_that_declared_all_of_it() -> None:
    reused = flow(inflow(300, **WHOLE), reuse_confirmed_g=300)
    linear = flow(inflow(100, **WHOLE))
    silent = flow(inflow(50, **{**WHOLE, "use": None}))  # type: ignore[arg-type]
    known = facts([stood(REISSUE, 450)], flows=[reused, linear, silent])
    (found,) = mci(known)
    # Three parts of 0.55 and one of 0.1, rounded half up.
    assert found.value == 438
    assert (found.inputs["covered_g"], found.inputs["suppliers"]) == (400, 2)
    assert (found.quality, found.missing) == ("declared", "")


@pytest.mark.parametrize("silence", sorted(WHOLE))
def test_an_indicator_that_lacks_one_input_says_so_and_fills_in_nothing(silence: str) -> None:
    said = {name: value for name, value in WHOLE.items() if name != silence}
    (found,) = mci(facts([stood(REISSUE, 1)], flows=[flow(inflow(100, **said))]))
    assert found.value is None
    assert found.missing.startswith("No supplier declared everything")


def test_an_indicator_needs_all_of_what_its_supplier_handed_in_to_be_declared() -> None:
    half = flow(inflow(100, **WHOLE), input_g=200)
    (found,) = mci(facts([stood(REISSUE, 200)], flows=[half]))
    assert found.value is None


def test_only_what_outlets_confirmed_counts_as_recovered() -> None:
    sums = [
        stood(REISSUE, 300),
        stood(REISSUE, 100, Pool.SHIPPED),
        stood(FIBRE, 200),
        stood(ENERGY, 300),
        stood(None, 100, Pool.LOSS, loss_kind="dust"),
        stood(None, 500, Pool.HOLDING),
    ]
    found = values([*iso59020(facts(sums)), *cti(facts(sums))])
    assert found["iso59020.a_3_3"] == 300
    assert found["iso59020.a_3_4"] == 200
    assert found["iso59020.a_3_5"] == 0
    assert found["cti.circular_outflow"] == 500


def test_the_outflow_balances_with_the_inflow_and_what_waits() -> None:
    known = facts([stood(REISSUE, 70), stood(None, 30, Pool.HOLDING)])
    assert known.terms.input_g == known.put_out_g + known.terms.held_g


def test_content_of_the_inflow_is_what_suppliers_declared_of_their_part() -> None:
    flows = [
        flow(inflow(600, recycled=100, reused=0)),
        flow(inflow(200, recycled=500), input_g=400),
    ]
    found = by_id(iso59020(facts([stood(REISSUE, 1000)], flows=flows)))
    assert found["iso59020.a_2_3"].value == 200
    assert found["iso59020.a_2_3"].inputs == {"declared_g": 800, "input_g": 1000}
    assert found["iso59020.a_2_2"].value == 0
    assert found["iso59020.a_2_2"].inputs["declared_g"] == 600
    assert found["iso59020.a_2_4"].value is None
    assert found["iso59020.a_2_4"].missing


def test_the_inflow_is_not_known_without_a_declaration_or_by_day_of_entry() -> None:
    for more in ({}, {"flows": [flow(inflow(100, recycled=1))], "basis": Basis.BOOKED}):
        found = by_id(iso59020(facts([stood(REISSUE, 100)], **more)))  # type: ignore[arg-type]
        for name in ("a_2_2", "a_2_3", "a_2_4"):
            assert found[f"iso59020.{name}"].value is None
            assert found[f"iso59020.{name}"].missing


def test_every_indicator_says_by_which_standard_it_was_calculated() -> None:
    for one in iso59020(facts([stood(REISSUE, 100)])):
        assert any("with reference to ISO 59020:2024" in source for source in one.sources)


def test_inflow_and_outflow_make_one_figure_only_when_all_of_the_inflow_is_declared() -> None:
    part = {"recycled": 100, "reused": 50, "renewable": 50}
    whole = values(cti(facts([stood(REISSUE, 1000)], flows=[flow(inflow(1000, **part))])))
    assert whole["cti.circular_inflow"] == 200
    assert whole["cti.material_circularity"] == 600
    half = by_id(cti(facts([stood(REISSUE, 1000)], flows=[flow(inflow(500, **part))])))
    assert half["cti.circular_inflow"].value == 200
    assert half["cti.material_circularity"].value is None
    assert half["cti.material_circularity"].missing


def test_recovery_types_follow_the_ladder_and_add_up() -> None:
    sums = [stood(REISSUE, 500), stood(REPAIR, 200), stood(FIBRE, 300), stood(ENERGY, 900)]
    found = values(cti(facts(sums)))
    types = {name: one for name, one in found.items() if ".recovery_type." in name}
    assert types == {
        "cti.recovery_type.reuse": 500,
        "cti.recovery_type.repair_refurbish": 200,
        "cti.recovery_type.remanufacture": 0,
        "cti.recovery_type.recycle": 300,
    }
    pending = by_id(cti(facts([stood(REISSUE, 500, Pool.BIN)])))
    assert pending["cti.recovery_type.reuse"].missing


def test_a_stream_without_a_rung_is_recovered_as_its_stream_says() -> None:
    assert {stream.value for stream in Stream} == {"reuse", "recycle", "incineration"}
    from tests.reporting.formulas.facts import route

    found = values(cti(facts([stood(route("x", "reuse"), 1), stood(route("y", "recycle"), 3)])))
    assert (found["cti.recovery_type.reuse"], found["cti.recovery_type.recycle"]) == (250, 750)
