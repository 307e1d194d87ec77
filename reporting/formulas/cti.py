"""Circular Transition Indicators v4.0 (WBCSD, May 2023): outflow, inflow, recovery types.

Unit: permille. Circular outflow = recovery potential * actual recovery, by mass; actual recovery is
what outlets confirmed, and what they recovered had the potential. Unconfirmed counts as zero; fire
is linear. Recovery types follow the rung of the R-ladder of each destination version.
"""

from __future__ import annotations

from typing import Final

from catalogue.kinds import Stream
from reporting.circularity import Destined
from reporting.formulas.facts import DECLARED, PROOF, REGISTER, Facts
from reporting.formulas.iso59020 import NOT_DECLARED, NOTHING_OUT, ONLY_RECEIVED, OUTFLOW
from reporting.measure import Measure
from reporting.questions import Basis
from reporting.shares import ratio, split
from reporting.words import message

CTI: Final = "WBCSD Circular Transition Indicators v4.0"
INFLOW: Final = message(
    "Of the part of the inflow that its supplier declared in full: reused, recycled and renewable."
)
NOT_WHOLE: Final = message("Not all of the inflow is declared, so inflow and outflow do not match.")
BY_RUNG: Final = message(
    "Of what outlets confirmed, by the rung of the R-ladder and not by the stream: what is sold "
    "whole is reuse here, also where it is counted as recycling."
)
NOTHING_CONFIRMED: Final = message("No outlet confirmed any reuse or recycling yet.")
TYPES: Final = {
    "reuse": message("CTI recovery type: reuse"),
    "repair_refurbish": message("CTI recovery type: repair and refurbish"),
    "remanufacture": message("CTI recovery type: remanufacture"),
    "recycle": message("CTI recovery type: recycle"),
}
RUNGS: Final = {
    "R3": "reuse",
    "R4": "repair_refurbish",
    "R5": "repair_refurbish",
    "R6": "remanufacture",
    "R7": "recycle",
    "R8": "recycle",
}


def cti(facts: Facts) -> list[Measure]:
    """Outflow, inflow, both together, and the split of what was recovered."""
    recovered = [one for one in facts.destinations if one.route.stream is not Stream.INCINERATION]
    recovered_g = sum(one.outcome.confirmed_g for one in recovered)
    return [_outflow(facts, recovered_g), *_inflows(facts, recovered_g), *_types(facts, recovered)]


def _outflow(facts: Facts, recovered_g: int) -> Measure:
    return Measure(
        id="cti.circular_outflow",
        value=ratio(recovered_g, facts.put_out_g),
        unit="permille",
        title=message("CTI: circular outflow"),
        formula="1000 * recovered_g / put_out_g, rounded half up",
        sources=(REGISTER, PROOF, CTI),
        inputs={"recovered_g": recovered_g, "put_out_g": facts.put_out_g},
        boundary=OUTFLOW,
        missing=NOTHING_OUT if facts.put_out_g <= 0 else "",
        **facts.grade(),
    )


def _inflows(facts: Facts, recovered_g: int) -> list[Measure]:
    parts = [
        (one.mass_g, one.recycled + one.reused + one.renewable)
        for flow in facts.flows
        for one in flow.declared
        if one.recycled is not None and one.reused is not None and one.renewable is not None
    ]
    declared_g = sum(mass_g for mass_g, _ in parts)
    circular_mg = sum(mass_g * permille for mass_g, permille in parts)
    missing = _missing(facts, declared_g)
    whole = facts.terms.input_g == declared_g
    both = missing or ("" if whole else NOT_WHOLE)
    inputs = {"declared_g": declared_g, "circular_mg": circular_mg, "input_g": facts.terms.input_g}
    through_g = declared_g + facts.put_out_g
    return [
        Measure(
            id="cti.circular_inflow",
            value=None if missing else ratio(circular_mg, 1000 * declared_g),
            unit="permille",
            title=message("CTI: circular inflow"),
            formula="circular_mg / declared_g, rounded half up",
            sources=(DECLARED, CTI),
            inputs=inputs,
            boundary=INFLOW,
            quality="" if missing else "declared",
            missing=missing,
        ),
        Measure(
            id="cti.material_circularity",
            value=None if both else ratio(circular_mg + 1000 * recovered_g, 1000 * through_g),
            unit="permille",
            title=message("CTI: material circularity"),
            formula="(circular_mg + 1000 * recovered_g) / (declared_g + put_out_g), "
            "rounded half up",
            sources=(DECLARED, REGISTER, PROOF, CTI),
            inputs={**inputs, "recovered_g": recovered_g, "put_out_g": facts.put_out_g},
            boundary=OUTFLOW,
            quality="" if both else "declared",
            missing=both,
        ),
    ]


def _missing(facts: Facts, declared_g: int) -> str:
    if facts.basis is not Basis.RECEIVED:
        return ONLY_RECEIVED
    return NOT_DECLARED if declared_g <= 0 else ""


def _types(facts: Facts, recovered: list[Destined]) -> list[Measure]:
    masses_g = dict.fromkeys(TYPES, 0)
    for one in recovered:
        by_stream = "reuse" if one.route.stream is Stream.REUSE else "recycle"
        kind = RUNGS.get(one.route.cells.get("ladder", ""), by_stream)
        masses_g[kind] += one.outcome.confirmed_g
    shares = split(masses_g) or {}
    return [
        Measure(
            id=f"cti.recovery_type.{kind}",
            value=shares.get(kind),
            unit="permille",
            title=TYPES[kind],
            formula=f"1000 * sum of destinations[recovery type = {kind}].confirmed_g / "
            "recovered_g, by largest remainder",
            sources=(REGISTER, PROOF, CTI),
            inputs={"confirmed_g": masses_g[kind], "recovered_g": sum(masses_g.values())},
            boundary=BY_RUNG,
            missing="" if shares else NOTHING_CONFIRMED,
            **facts.grade(recovered),
        )
        for kind in TYPES
    ]
