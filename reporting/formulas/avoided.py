"""Emissions that were avoided elsewhere: an estimate, low, central and high, never one number.

Unit: grams of CO2 equivalent. Per operator: reuse_confirmed_kg * (displacement * new_product -
reuse_work) + recycle_confirmed_kg * (substitution * raw_material - recycling_work). Low takes the
low factors of what is spared and the high ones of the work, high the other way round. Only what
outlets confirmed. Never added to an inventory: the GHG Protocol keeps avoided emissions out of it.
Source: of every factor its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from catalogue.kinds import FactorUnit, Purpose, Stream
from catalogue.rows import FactorRow
from reporting.formulas.facts import PROOF, REGISTER, Facts
from reporting.measure import Measure, used
from reporting.words import message

NEEDED: Final = (
    Purpose.NEW_PRODUCT,
    Purpose.DISPLACEMENT,
    Purpose.REUSE_WORK,
    Purpose.RAW_MATERIAL,
    Purpose.SUBSTITUTION,
    Purpose.RECYCLING_WORK,
)
BOUNDARY: Final = message(
    "An estimate of what others did not give off. It counts what outlets confirmed, against new "
    "clothes and new raw material. What burning it instead would have given off is not counted. "
    "It is no part of an inventory, and must not be added to one."
)
NO_FACTORS: Final = message("A factor that this needs is not in the reference data for this time.")
NOTHING_CONFIRMED: Final = message("No outlet confirmed any reuse or recycling yet.")
TITLES: Final = {
    "low": message("Avoided emissions, low estimate"),
    "central": message("Avoided emissions, central estimate"),
    "high": message("Avoided emissions, high estimate"),
}
OPPOSITE: Final = {"low": "high", "central": "central", "high": "low"}
SOURCE: Final = "JRC134586 and JRC138069 for the method; each factor names its own source"


def avoided(facts: Facts) -> list[Measure]:
    """Three figures that only stand together."""
    confirmed: dict[str, dict[Stream, int]] = {}
    for one in facts.destinations:
        grams = confirmed.setdefault(one.route.operator, dict.fromkeys(Stream, 0))
        grams[one.route.stream] += one.outcome.confirmed_g
    reuse_g = sum(grams[Stream.REUSE] for grams in confirmed.values())
    recycle_g = sum(grams[Stream.RECYCLE] for grams in confirmed.values())
    missing = ""
    if not confirmed or (reuse_g == 0 and recycle_g == 0):
        missing = NOTHING_CONFIRMED
    elif any(not has_all(facts.factors.get(operator, {}), NEEDED) for operator in confirmed):
        missing = NO_FACTORS
    rows = [] if missing else _rows(facts, confirmed)
    return [
        Measure(
            id=f"avoided.{end}",
            value=None if missing else _total(facts, confirmed, end),
            unit="g_co2e",
            title=TITLES[end],
            formula="reuse_confirmed_g / 1000 * (displacement / 1000 * new_product - reuse_work) "
            "+ recycle_confirmed_g / 1000 * (substitution / 1000 * raw_material - "
            "recycling_work), rounded half up",
            sources=(REGISTER, PROOF, SOURCE),
            inputs={"reuse_confirmed_g": reuse_g, "recycle_confirmed_g": recycle_g},
            factors=tuple(used(row) for row in rows),
            boundary=BOUNDARY,
            quality="" if missing else "default",
            missing=missing,
        )
        for end in TITLES
    ]


def has_all(factors: Mapping[Purpose, FactorRow], needed: Iterable[Purpose]) -> bool:
    """Whether every purpose has its factor."""
    return all(purpose in factors for purpose in needed)


def per_kg(row: FactorRow, end: str) -> Fraction:
    """A factor in grams of CO2 equivalent per kilogram; of a share, as a fraction of one."""
    number = int(getattr(row, end))
    if row.unit is FactorUnit.G_CO2E_PER_KG:
        return Fraction(number)
    # A milligram per tonne is a millionth of a gram per kilogram; a permille is a thousandth.
    return Fraction(number, 1_000_000 if row.unit is FactorUnit.MG_CO2E_PER_T else 1000)


def half_up(value: Fraction) -> int:
    """Rounded once, at the end."""
    return int((value + Fraction(1, 2)).__floor__())


def _rows(facts: Facts, operators: Iterable[str]) -> list[FactorRow]:
    return [facts.factors[operator][purpose] for operator in operators for purpose in NEEDED]


def _total(facts: Facts, confirmed: Mapping[str, Mapping[Stream, int]], end: str) -> int:
    total = Fraction(0)
    for operator, grams in confirmed.items():
        rows = facts.factors[operator]
        other = OPPOSITE[end]
        reuse = per_kg(rows[Purpose.DISPLACEMENT], end) * per_kg(rows[Purpose.NEW_PRODUCT], end)
        recycle = per_kg(rows[Purpose.SUBSTITUTION], end) * per_kg(rows[Purpose.RAW_MATERIAL], end)
        reuse -= per_kg(rows[Purpose.REUSE_WORK], other)
        recycle -= per_kg(rows[Purpose.RECYCLING_WORK], other)
        total += Fraction(grams[Stream.REUSE], 1000) * reuse
        total += Fraction(grams[Stream.RECYCLE], 1000) * recycle
    return half_up(total)
