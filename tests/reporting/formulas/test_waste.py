"""One code, three standards: the waste directive, GRI 306 and ESRS E5-5 each count it their way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.kinds import Pool, Quality
from reporting.circularity import Route, Sum
from reporting.formulas.directive import directive
from reporting.formulas.esrs import esrs
from reporting.formulas.gri306 import gri306
from reporting.formulas.treatments import Cell, Directive, treatment_of
from tests.reporting.formulas.facts import (
    BATTERY,
    ENERGY,
    EVERY_ROUTE,
    FIBRE,
    OVEN,
    REISSUE,
    REPAIR,
    SALE,
    TIP,
    WILD,
    by_id,
    facts,
    route,
    stood,
    values,
)

CASES = [
    (REISSUE, Directive.PREVENTION, None),
    (SALE, Directive.PREPARING, Cell.PREPARING),
    (REPAIR, Directive.PREPARING, Cell.PREPARING),
    (FIBRE, Directive.RECYCLING, Cell.RECYCLING),
    (BATTERY, Directive.RECYCLING, Cell.RECYCLING),
    (ENERGY, Directive.OTHER_RECOVERY, Cell.WITH_ENERGY),
    (OVEN, Directive.DISPOSAL, Cell.WITHOUT_ENERGY),
    (TIP, Directive.DISPOSAL, Cell.LANDFILL),
    (WILD, Directive.UNKNOWN, Cell.OTHER_DISPOSAL),
    (route("whole", "recycle", "R12", "191208"), Directive.RECYCLING, Cell.RECYCLING),
    (route("store", "incineration", "R13"), Directive.OTHER_RECOVERY, Cell.OTHER_RECOVERY),
    (route("land", "recycle", "R10", "191208"), Directive.OTHER_RECOVERY, Cell.OTHER_RECOVERY),
    (route("wait", "incineration", "D15"), Directive.DISPOSAL, Cell.OTHER_DISPOSAL),
    (route("coded", "reuse", "", "200110"), Directive.UNKNOWN, Cell.OTHER_DISPOSAL),
]
GRAMS = st.lists(
    st.builds(
        stood,
        st.sampled_from(EVERY_ROUTE),
        st.integers(1, 10**12),
        st.sampled_from([Pool.BIN, Pool.SHIPPED, Pool.CONFIRMED]),
    ),
    min_size=1,
)


@pytest.mark.parametrize(("to", "step", "cell"), CASES, ids=[one.code for one, *_ in CASES])
def test_a_code_is_read_once_for_every_standard(
    to: Route, step: Directive, cell: Cell | None
) -> None:
    found = treatment_of(to)
    assert (found.directive, found.cell) == (step, cell)
    assert found.is_hazardous == to.eural.endswith("*")


def test_burning_with_energy_is_recovery_to_the_directive_and_disposal_to_the_others() -> None:
    known = facts([stood(ENERGY, 700), stood(OVEN, 300)])
    by_law, gri, e5 = (values(family(known)) for family in (directive, gri306, esrs))
    assert (by_law["directive.other_recovery"], by_law["directive.disposal"]) == (700, 300)
    assert gri["gri.306-4.total"] == 0
    assert gri["gri.306-5.total"] == 1000
    assert gri["gri.306-5.non_hazardous.incineration_with_energy.offsite"] == 700
    assert gri["gri.306-5.non_hazardous.incineration_without_energy.offsite"] == 300
    assert e5["esrs.e5_5_09.non_hazardous.incineration"] == 1000
    assert e5["esrs.e5_5_11"] == 1000


def test_what_stays_goods_is_outside_the_waste_of_a_report() -> None:
    known = facts([stood(REISSUE, 600), stood(FIBRE, 400)])
    gri = values(gri306(known))
    assert (gri["gri.306-3.total"], gri["gri.not_waste"]) == (400, 600)
    assert values(esrs(known))["esrs.e5_5_07"] == 400
    assert values(directive(known))["directive.prevention"] == 600


def test_hazardous_waste_stands_apart_by_the_asterisk_of_its_code() -> None:
    known = facts([stood(BATTERY, 40), stood(FIBRE, 60)])
    gri, e5 = values(gri306(known)), values(esrs(known))
    assert gri["gri.306-4.hazardous.recycling.offsite"] == 40
    assert gri["gri.306-4.non_hazardous.recycling.offsite"] == 60
    assert (e5["esrs.e5_5_15"], e5["esrs.e5_5_10"]) == (40, 0)


@given(GRAMS)
def test_what_was_generated_is_what_was_diverted_and_what_was_disposed_of(sums: list[Sum]) -> None:
    known = facts(sums)
    found = by_id(gri306(known))
    diverted, disposed = (found[f"gri.306-{point}.total"].value for point in (4, 5))
    assert found["gri.306-3.total"].value == (diverted or 0) + (disposed or 0)
    cells = {name: one.value or 0 for name, one in found.items() if name.count(".") == 4}
    assert len(cells) == 28
    assert sum(cells.values()) == found["gri.306-3.total"].value
    assert all(value == 0 for name, value in cells.items() if name.endswith(".onsite"))


@given(GRAMS)
def test_the_standards_share_out_the_same_grams(sums: list[Sum]) -> None:
    known = facts(sums)
    steps, gri, e5 = (values(family(known)) for family in (directive, gri306, esrs))
    whole = sum(steps[f"directive.{step}"] or 0 for step in Directive)
    assert whole == known.terms.sorted_g
    shares = [steps[f"directive.{step}.of_sorted"] for step in Directive]
    assert shares == [None] * 6 or sum(share or 0 for share in shares) == 1000
    assert e5["esrs.e5_5_07"] == gri["gri.306-3.total"]
    for point in ("08", "09"):
        cells = [one for name, one in e5.items() if name.startswith(f"esrs.e5_5_{point}.")]
        assert len(cells) == 6
        assert sum(one or 0 for one in cells) == gri[f"gri.306-{4 if point == '08' else 5}.total"]


def test_a_figure_says_how_much_of_its_mass_was_estimated() -> None:
    guess = stood(FIBRE, 250, Pool.BIN, quality=Quality.ESTIMATED)
    found = by_id(gri306(facts([stood(FIBRE, 750), guess, stood(OVEN, 10)])))
    recycled = found["gri.306-4.non_hazardous.recycling.offsite"]
    burnt = found["gri.306-5.non_hazardous.incineration_without_energy.offsite"]
    assert (recycled.quality, recycled.estimated_permille) == ("estimated", 250)
    assert (burnt.quality, burnt.estimated_permille) == ("measured", 0)


def test_nothing_sorted_is_said_and_is_not_called_zero() -> None:
    for family in (directive, gri306, esrs):
        for one in family(facts([])):
            assert one.value is None
            assert one.missing, one.id
