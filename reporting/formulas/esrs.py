"""ESRS E5-5 (Regulation (EU) 2023/2772): resource outflows, waste.

Unit: grams, and permille for E5-5_11. Datapoints _07 generated, _08 diverted, _09 directed to
disposal, _10 and _11 non-recycled, _15 hazardous. Non-recycled = total - recycled, with recycling
as the waste directive means it; burning with energy is disposal here. ESRS is being revised: the
mapping carries a version.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from reporting.circularity import Destined
from reporting.formulas.facts import NOTHING_SORTED, REGISTER, Facts, grade
from reporting.formulas.treatments import (
    BURNT,
    DISPOSED,
    DIVERTED,
    MAPPING_VERSION,
    Cell,
    treatment_of,
)
from reporting.measure import Measure
from reporting.shares import ratio
from reporting.words import message

ESRS: Final = (
    "ESRS E5-5, Regulation (EU) 2023/2772, from the recovery or disposal code; "
    f"mapping version {MAPPING_VERSION}"
)
BOUNDARY: Final = message(
    "Waste of the suppliers that was sorted here and goes to an outlet. Goods for reuse without a "
    "waste code, what still waits, what was lost in work and what was found in pockets are "
    "outside. Burning with energy is disposal here."
)
TOTAL: Final = message("ESRS E5-5_07: waste generated")
TITLES: Final = {
    "_08": message("ESRS E5-5_08: diverted from disposal, {cell}"),
    "_09": message("ESRS E5-5_09: directed to disposal, {cell}"),
}
CELLS: Final = {
    "non_hazardous.preparing_for_reuse": message("prepared for reuse, not hazardous"),
    "non_hazardous.recycling": message("recycled, not hazardous"),
    "non_hazardous.other_recovery": message("other recovery, not hazardous"),
    "hazardous.preparing_for_reuse": message("prepared for reuse, hazardous"),
    "hazardous.recycling": message("recycled, hazardous"),
    "hazardous.other_recovery": message("other recovery, hazardous"),
    "non_hazardous.incineration": message("incinerated, not hazardous"),
    "non_hazardous.landfill": message("landfilled, not hazardous"),
    "non_hazardous.other": message("other disposal, not hazardous"),
    "hazardous.incineration": message("incinerated, hazardous"),
    "hazardous.landfill": message("landfilled, hazardous"),
    "hazardous.other": message("other disposal, hazardous"),
}
NON_RECYCLED: Final = message("ESRS E5-5_10: non-recycled waste")
NON_RECYCLED_SHARE: Final = message("ESRS E5-5_11: share of non-recycled waste")
HAZARDOUS: Final = message("ESRS E5-5_15: hazardous waste")


def esrs(facts: Facts) -> list[Measure]:
    """The datapoints that a sorter can fill for its suppliers."""
    among: dict[tuple[bool, str], list[Destined]] = defaultdict(list)
    for one in facts.destinations:
        treatment = treatment_of(one.route)
        if treatment.cell is not None:
            among[treatment.is_hazardous, _kind(treatment.cell)].append(one)
    grams = {key: sum(one.outcome.mass_g for one in many) for key, many in among.items()}
    total_g = sum(grams.values())
    recycled_g = sum(grams.get((hazard, Cell.RECYCLING), 0) for hazard in (False, True))
    inputs = {"total_g": total_g, "recycled_g": recycled_g}
    other_g = total_g - recycled_g
    hazardous_g = sum(mass_g for (hazard, _), mass_g in grams.items() if hazard)
    find = _Maker(facts)
    return [
        find.measure("07", total_g, TOTAL, "sum of E5-5_08 and E5-5_09"),
        *_cells(find, among, "08", [cell.value for cell in DIVERTED]),
        *_cells(find, among, "09", ["incineration", "landfill", "other"]),
        find.measure("10", other_g, NON_RECYCLED, "total_g - recycled_g", inputs),
        find.measure(
            "11",
            ratio(other_g, total_g),
            NON_RECYCLED_SHARE,
            "1000 * (total_g - recycled_g) / total_g, rounded half up",
            inputs,
            unit="permille",
        ),
        find.measure("15", hazardous_g, HAZARDOUS, "sum of every hazardous cell"),
    ]


def _kind(cell: Cell) -> str:
    """ESRS has one cell for all fire."""
    if cell in BURNT:
        return "incineration"
    return "other" if cell is Cell.OTHER_DISPOSAL else cell.value


def _cells(
    find: _Maker, among: dict[tuple[bool, str], list[Destined]], point: str, kinds: list[str]
) -> list[Measure]:
    found = []
    for hazardous in (False, True):
        for kind in kinds:
            waste = "hazardous" if hazardous else "non_hazardous"
            many = among.get((hazardous, kind), [])
            mass_g = sum(one.outcome.mass_g for one in many)
            formula = f"sum of destinations[cell = {kind}, {waste}].mass_g"
            one = find.measure(
                f"{point}.{waste}.{kind}", mass_g, TITLES[f"_{point}"], formula, among=many
            )
            found.append(one)
    return found


class _Maker:
    """What all datapoints have in common."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def measure(
        self,
        point: str,
        value: int | None,
        title: str,
        formula: str,
        inputs: dict[str, int] | None = None,
        *,
        unit: str = "g",
        among: list[Destined] | None = None,
    ) -> Measure:
        facts = self.facts
        known = facts.grade() if among is None else grade(
            sum(one.outcome.estimated_g for one in among),
            sum(one.outcome.mass_g for one in among),
        )  # fmt: skip
        return Measure(
            id=f"esrs.e5_5_{point}",
            version=MAPPING_VERSION,
            value=None if facts.is_empty else value,
            unit=unit,
            title=title,
            cell=CELLS.get(point.partition(".")[2], ""),
            formula=formula,
            sources=(REGISTER, ESRS),
            inputs=inputs or ({} if value is None else {"mass_g": value}),
            boundary=BOUNDARY,
            missing=NOTHING_SORTED if facts.is_empty else "",
            **known,
        )


assert {*DIVERTED, *DISPOSED} == set(Cell)
