"""Material Circularity Indicator (Ellen MacArthur Foundation and Granta, 2019 edition).

Unit: permille (0 to 1000), rounded half up once. Per flow of mass M: V = M(1 - F_R - F_U - F_S);
W_0 = M(1 - C_R - C_U); W_C = M(1 - E_C)C_R; W_F = M(1 - E_F)F_R / E_F; W = W_0 + (W_F + W_C)/2;
LFI = (V + W) / (2M + (W_F - W_C)/2); X = lifetime * use; MCI = max(0, 1 - LFI * 0.9 / X). Ordinary
fire earns nothing (C_E = 0). The denominator is the one of the methodology; 2M and 2M + W/2 are
wrong and in circulation. Flows are averaged by mass.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from reporting.formulas.facts import DECLARED, PROOF, REGISTER, Facts, Flow
from reporting.formulas.iso59020 import NOT_DECLARED, ONLY_RECEIVED
from reporting.measure import Measure
from reporting.questions import Basis
from reporting.words import message

SOURCE: Final = "Material Circularity Indicator, Ellen MacArthur Foundation and Granta, 2019"
BOUNDARY: Final = message(
    "Only suppliers that declared everything: content, lifetime, use and efficiency of recycling. "
    "Collected for reuse and recycling is what outlets confirmed. Averaged by mass."
)
INCOMPLETE: Final = message(
    "No supplier declared everything that this needs: content, lifetime, use and efficiency of "
    "recycling."
)
NINE_TENTHS: Final = Fraction(9, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """One flow, all as fractions of its mass.

    recycled, reused, renewable: of what came in. to_recycling, to_reuse: of what goes out. feed and
    recovery: efficiency of recycling before and after. utility: lifetime times use, 1 as usual.
    """

    recycled: Fraction = Fraction(0)
    reused: Fraction = Fraction(0)
    renewable: Fraction = Fraction(0)
    to_recycling: Fraction = Fraction(0)
    to_reuse: Fraction = Fraction(0)
    feed: Fraction = Fraction(1)
    recovery: Fraction = Fraction(1)
    utility: Fraction = Fraction(1)


def linear_flow(one: Loop) -> Fraction:
    """The linear flow index of a mass of 1."""
    virgin = 1 - one.recycled - one.reused - one.renewable
    unrecovered = 1 - one.to_recycling - one.to_reuse
    from_collected = (1 - one.recovery) * one.to_recycling
    from_feed = (1 - one.feed) * one.recycled / one.feed if one.recycled else Fraction(0)
    waste = unrecovered + (from_feed + from_collected) / 2
    return (virgin + waste) / (2 + (from_feed - from_collected) / 2)


def circularity(one: Loop) -> Fraction:
    """The indicator of one flow, from 0 to 1."""
    return max(Fraction(0), 1 - linear_flow(one) * NINE_TENTHS / one.utility)


def mci(facts: Facts) -> list[Measure]:
    """The mean of the suppliers that declared all of it."""
    loops = [(flow.put_out_g, loop) for flow in facts.flows if (loop := _loop(flow)) is not None]
    covered_g = sum(mass_g for mass_g, _ in loops)
    missing = ""
    if facts.basis is not Basis.RECEIVED:
        missing = ONLY_RECEIVED
    elif not facts.flows:
        missing = NOT_DECLARED
    elif covered_g <= 0:
        missing = INCOMPLETE
    value = None
    if not missing:
        mean = sum((mass_g * circularity(one) for mass_g, one in loops), Fraction(0)) / covered_g
        value = int(1000 * mean + Fraction(1, 2))
    return [
        Measure(
            id="mci",
            value=value,
            unit="permille",
            title=message("Material Circularity Indicator"),
            formula="mean by put_out_g of 1000 * max(0, 1 - 0.9 * LFI / X), with "
            "LFI = (V + W) / (2M + (W_F - W_C) / 2), rounded half up",
            sources=(DECLARED, REGISTER, PROOF, SOURCE),
            inputs={
                "covered_g": covered_g,
                "put_out_g": facts.put_out_g,
                "suppliers": len(loops),
            },
            boundary=BOUNDARY,
            quality="" if missing else "declared",
            missing=missing,
        )
    ]


def _loop(flow: Flow) -> Loop | None:
    """The flow of a supplier, None when anything is missing: nothing is filled in silently."""
    if flow.put_out_g <= 0 or flow.input_g <= 0 or flow.undeclared_g != 0:
        return None
    averages = {}
    for name in ("recycled", "reused", "renewable", "lifetime", "use", "feed", "recovery"):
        said = [(one.mass_g, getattr(one, name)) for one in flow.declared]
        if any(permille is None for _, permille in said):
            return None
        weighed = sum(mass_g * permille for mass_g, permille in said)
        averages[name] = Fraction(weighed, 1000 * flow.input_g)
    utility = averages["lifetime"] * averages["use"]
    if utility <= 0 or (averages["recycled"] and averages["feed"] <= 0):
        return None
    return Loop(
        recycled=averages["recycled"],
        reused=averages["reused"],
        renewable=averages["renewable"],
        to_recycling=Fraction(flow.recycle_confirmed_g, flow.put_out_g),
        to_reuse=Fraction(flow.reuse_confirmed_g, flow.put_out_g),
        feed=averages["feed"],
        recovery=averages["recovery"],
        utility=utility,
    )
