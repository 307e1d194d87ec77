"""What an inventory (GHG Protocol scope 3, category 5) counts for waste by where it goes.

Unit: grams of CO2 equivalent. Per treatment: mass_kg * factor, rounded once. The factors of the UK
government for recycling and burning hold the transport to the plant only, so these figures must
never compare treatments with each other, and are never added to what was avoided.
Source: of every factor its own (DESNZ/Defra conversion factors, clothing, waste disposal).
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Final

from catalogue.kinds import Purpose
from reporting.formulas.avoided import half_up, per_kg
from reporting.formulas.facts import NOTHING_SORTED, REGISTER, Facts
from reporting.formulas.treatments import BURNT, Cell, treatment_of
from reporting.measure import Measure, used
from reporting.words import message

BOUNDARY: Final = message(
    "Waste that was sorted and goes to recycling, fire or landfill. The factors for recycling and "
    "fire hold transport to the plant only: they must not be used to compare treatments."
)
NO_FACTOR: Final = message("A factor that this needs is not in the reference data for this time.")
SCOPE: Final = "GHG Protocol scope 3, category 5: waste generated in operations"
TITLES: Final = {
    "recycling": message("Inventory emissions: waste to recycling (transport only)"),
    "combustion": message("Inventory emissions: waste to fire (transport only)"),
    "landfill": message("Inventory emissions: waste to landfill"),
}
PARTS: Final = {
    "recycling": (Purpose.INVENTORY_RECYCLING, (Cell.RECYCLING,)),
    "combustion": (Purpose.INVENTORY_COMBUSTION, BURNT),
    "landfill": (Purpose.INVENTORY_LANDFILL, (Cell.LANDFILL,)),
}


def inventory(facts: Facts) -> list[Measure]:
    """One figure per treatment; their sum would compare what cannot be compared."""
    return [_part(facts, name) for name in PARTS]


def _part(facts: Facts, name: str) -> Measure:
    purpose, cells = PARTS[name]
    grams: dict[str, int] = defaultdict(int)
    among = [one for one in facts.destinations if treatment_of(one.route).cell in cells]
    for one in among:
        grams[one.route.operator] += one.outcome.mass_g
    lacking = [operator for operator in grams if purpose not in facts.factors.get(operator, {})]
    missing = NO_FACTOR if lacking else ""
    if facts.is_empty:
        missing = NOTHING_SORTED
    rows = {} if missing else {operator: facts.factors[operator][purpose] for operator in grams}
    total = sum(
        (Fraction(grams[key], 1000) * per_kg(row, "central") for key, row in rows.items()),
        Fraction(0),
    )
    known = facts.grade(among)
    return Measure(
        id=f"inventory.{name}",
        value=None if missing else half_up(total),
        unit="g_co2e",
        title=TITLES[name],
        formula=f"mass_g / 1000 * {purpose}, rounded half up",
        sources=(REGISTER, SCOPE),
        inputs={"mass_g": sum(grams.values())},
        factors=tuple(used(row) for row in rows.values()),
        boundary=BOUNDARY,
        quality="" if missing else "default",
        estimated_permille=known["estimated_permille"],
        missing=missing,
    )
