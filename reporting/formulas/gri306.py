"""GRI 306 (2020): waste generated (306-3), diverted (306-4), directed to disposal (306-5).

Unit: grams. Hazardous is a waste code with an asterisk. Every outlet works on its own ground, so
all is offsite; what the operator itself does is sorting, which is no treatment of its own. All
fire is disposal here, whatever its code. 306-3 is what was sorted less what is no waste, and has to
equal 306-4 and 306-5 together; waste without a code counts as other disposal.
Source: GRI 306:2020, disclosures 306-3, 306-4, 306-5.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from reporting.circularity import Destined
from reporting.formulas.facts import NOTHING_SORTED, REGISTER, Facts
from reporting.formulas.treatments import (
    DISPOSED,
    DIVERTED,
    MAPPING_VERSION,
    Cell,
    treatment_of,
)
from reporting.measure import Measure
from reporting.words import message

GRI: Final = f"GRI 306:2020, from the recovery or disposal code; mapping version {MAPPING_VERSION}"
BOUNDARY: Final = message(
    "Waste that was sorted and goes to an outlet. Goods for reuse without a waste code, what still "
    "waits, what was lost in work and what was found in pockets are outside. All fire is disposal "
    "here, with energy or without."
)
ONSITE: Final = message("The operator only sorts. Nothing is treated on its own ground.")
TITLES: Final = {
    Cell.PREPARING: message("GRI 306-4: prepared for reuse, {cell}"),
    Cell.RECYCLING: message("GRI 306-4: recycled, {cell}"),
    Cell.OTHER_RECOVERY: message("GRI 306-4: other recovery, {cell}"),
    Cell.WITH_ENERGY: message("GRI 306-5: incinerated with energy recovery, {cell}"),
    Cell.WITHOUT_ENERGY: message("GRI 306-5: incinerated without energy recovery, {cell}"),
    Cell.LANDFILL: message("GRI 306-5: landfilled, {cell}"),
    Cell.OTHER_DISPOSAL: message("GRI 306-5: other disposal, {cell}"),
}
CELLS: Final = {
    ("non_hazardous", "offsite"): message("not hazardous, off site"),
    ("non_hazardous", "onsite"): message("not hazardous, on site"),
    ("hazardous", "offsite"): message("hazardous, off site"),
    ("hazardous", "onsite"): message("hazardous, on site"),
}
GENERATED: Final = message("GRI 306-3: waste generated")
NOT_WASTE: Final = message("Left as goods, outside GRI 306")
DIVERTED_TITLE: Final = message("GRI 306-4: waste diverted from disposal")
DISPOSED_TITLE: Final = message("GRI 306-5: waste directed to disposal")


def gri306(facts: Facts) -> list[Measure]:
    """Every cell of the three disclosures."""
    among: dict[tuple[bool, Cell], list[Destined]] = defaultdict(list)
    goods_g = 0
    for one in facts.destinations:
        treatment = treatment_of(one.route)
        if treatment.cell is None:
            goods_g += one.outcome.mass_g
        else:
            among[treatment.is_hazardous, treatment.cell].append(one)
    sorted_g = facts.terms.sorted_g
    inputs = {"sorted_g": sorted_g, "not_waste_g": goods_g}
    found = [
        _measure(facts, "306-3", sorted_g - goods_g, GENERATED, "sorted_g - not_waste_g", inputs),
        _measure(facts, "not_waste", goods_g, NOT_WASTE, "sum of what is no waste", inputs),
    ]
    for disclosure, title, cells in (
        ("306-4", DIVERTED_TITLE, DIVERTED),
        ("306-5", DISPOSED_TITLE, DISPOSED),
    ):
        sums = {
            (hazardous, cell): sum(one.outcome.mass_g for one in among[hazardous, cell])
            for hazardous in (False, True)
            for cell in cells
        }
        named = {f"{_said(hazard)}.{cell}": grams for (hazard, cell), grams in sums.items()}
        whole = f"sum of every cell of {disclosure}"
        found.append(_measure(facts, disclosure, sum(sums.values()), title, whole, named))
        for (hazardous, cell), grams in sums.items():
            found += _split(facts, disclosure, cell, hazardous, grams, among[hazardous, cell])
    return found


def _said(hazardous: bool) -> str:
    return "hazardous" if hazardous else "non_hazardous"


def _split(
    facts: Facts,
    disclosure: str,
    cell: Cell,
    hazardous: bool,
    grams: int,
    among: list[Destined],
) -> list[Measure]:
    """The cell off site and on site. Nothing is treated on site, and that is said."""
    waste = _said(hazardous)
    formula = f"sum of destinations[cell = {cell}, {waste}].mass_g"
    parts = (("offsite", grams, formula, BOUNDARY), ("onsite", 0, "0", ONSITE))
    return [
        Measure(
            id=f"gri.{disclosure}.{waste}.{cell}.{where}",
            version=MAPPING_VERSION,
            value=None if facts.is_empty else value,
            unit="g",
            title=TITLES[cell],
            cell=CELLS[waste, where],
            formula=how,
            sources=(REGISTER, GRI),
            inputs={} if where == "onsite" else {"mass_g": grams},
            boundary=boundary,
            missing=NOTHING_SORTED if facts.is_empty else "",
            **facts.grade(among),
        )
        for where, value, how, boundary in parts
    ]


def _measure(
    facts: Facts, name: str, value: int, title: str, formula: str, inputs: dict[str, int]
) -> Measure:
    return Measure(
        id=f"gri.{name}.total" if name[0].isdigit() else f"gri.{name}",
        version=MAPPING_VERSION,
        value=None if facts.is_empty else value,
        unit="g",
        title=title,
        formula=formula,
        sources=(REGISTER, GRI),
        inputs=inputs,
        boundary=BOUNDARY,
        missing=NOTHING_SORTED if facts.is_empty else "",
        **facts.grade(),
    )
