"""The six mandatory circularity indicators of ISO 59020:2024 (table 3).

Unit: permille of the total mass of the inflow (A.2) or outflow (A.3), rounded half up. Outflow =
sorted + lost + found; it balances with the inflow and what waits. Only confirmed mass is actual.
Inflow is what suppliers declared of what they bought: a sorter cannot weigh it. Calculated with
reference to ISO 59020:2024, never certified.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from catalogue.kinds import Stream
from reporting.formulas.facts import DECLARED, PROOF, REGISTER, Facts, Inflow
from reporting.measure import Measure
from reporting.questions import Basis
from reporting.shares import ratio
from reporting.words import message

ISO: Final = "calculated with reference to ISO 59020:2024, {indicator}"
ONLY_RECEIVED: Final = message("Only for what was received in the period, not for what was booked.")
NOT_DECLARED: Final = message("No supplier declared what it bought, so nobody knows.")
NOTHING_OUT: Final = message("Nothing was sorted in this period.")
INFLOW: Final = message(
    "Of the part of the inflow that its supplier declared; the inputs say how much that is."
)
OUTFLOW: Final = message(
    "All that left the work: sorted, lost in work or found in pockets. What still waits is not "
    "outflow yet. Only what outlets confirmed counts as actual."
)
NO_BIOLOGY: Final = message(
    "No destination returns anything to the biological cycle, so this indicator does not apply "
    "and counts as zero."
)
INFLOWS: Final[dict[str, tuple[str, str, Callable[[Inflow], int | None]]]] = {
    "a_2_2": (
        "A.2.2 average reused content of inflow",
        message("ISO 59020 A.2.2: reused content of the inflow"),
        lambda one: one.reused,
    ),
    "a_2_3": (
        "A.2.3 average recycled content of inflow",
        message("ISO 59020 A.2.3: recycled content of the inflow"),
        lambda one: one.recycled,
    ),
    "a_2_4": (
        "A.2.4 average renewable content of inflow",
        message("ISO 59020 A.2.4: renewable content of the inflow"),
        lambda one: one.renewable,
    ),
}
OUTFLOWS: Final = {
    "a_3_3": (
        "A.3.3 actual reused products and components derived from outflow",
        message("ISO 59020 A.3.3: actual reuse derived from the outflow"),
        Stream.REUSE,
    ),
    "a_3_4": (
        "A.3.4 actual recycled material derived from outflow",
        message("ISO 59020 A.3.4: actual recycling derived from the outflow"),
        Stream.RECYCLE,
    ),
}
BIOLOGICAL: Final = message("ISO 59020 A.3.5: actual recirculation in the biological cycle")


def iso59020(facts: Facts) -> list[Measure]:
    """A.2.2 to A.2.4 from declarations, A.3.3 to A.3.5 from confirmations."""
    return [
        *(_inflow(facts, name) for name in INFLOWS),
        *(_outflow(facts, name) for name in OUTFLOWS),
        _biological(facts),
    ]


def _inflow(facts: Facts, name: str) -> Measure:
    indicator, title, part = INFLOWS[name]
    declared = [one for flow in facts.flows for one in flow.declared if part(one) is not None]
    declared_g = sum(one.mass_g for one in declared)
    weighed = sum(one.mass_g * (part(one) or 0) for one in declared)
    missing = ""
    if facts.basis is not Basis.RECEIVED:
        missing = ONLY_RECEIVED
    elif declared_g <= 0:
        missing = NOT_DECLARED
    return Measure(
        id=f"iso59020.{name}",
        value=None if missing else ratio(weighed, 1000 * declared_g),
        unit="permille",
        title=title,
        formula="sum of declared inflow * its permille / declared_g, rounded half up",
        sources=(DECLARED, ISO.format(indicator=indicator)),
        inputs={"declared_g": declared_g, "input_g": facts.terms.input_g},
        boundary=INFLOW,
        quality="" if missing else "declared",
        missing=missing,
    )


def _outflow(facts: Facts, name: str) -> Measure:
    indicator, title, stream = OUTFLOWS[name]
    confirmed_g = facts.terms.streams[stream].confirmed_g
    return Measure(
        id=f"iso59020.{name}",
        value=ratio(confirmed_g, facts.put_out_g),
        unit="permille",
        title=title,
        formula=f"1000 * streams.{stream}.confirmed_g / (sorted_g + loss_g + finds_g), "
        "rounded half up",
        sources=(REGISTER, PROOF, ISO.format(indicator=indicator)),
        inputs={f"streams.{stream}.confirmed_g": confirmed_g, **_out(facts)},
        boundary=OUTFLOW,
        missing=NOTHING_OUT if facts.put_out_g <= 0 else "",
        **facts.grade(one for one in facts.destinations if one.route.stream is stream),
    )


def _out(facts: Facts) -> dict[str, int]:
    terms = facts.terms
    return {"sorted_g": terms.sorted_g, "loss_g": terms.loss_g, "finds_g": terms.finds_g}


def _biological(facts: Facts) -> Measure:
    empty = facts.put_out_g <= 0
    return Measure(
        id="iso59020.a_3_5",
        value=None if empty else 0,
        unit="permille",
        title=BIOLOGICAL,
        formula="1000 * 0 / (sorted_g + loss_g + finds_g)",
        sources=(REGISTER, ISO.format(indicator="A.3.5 recirculation in the biological cycle")),
        inputs=_out(facts),
        boundary=NO_BIOLOGY,
        missing=NOTHING_OUT if empty else "",
        **facts.grade(),
    )
