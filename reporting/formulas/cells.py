"""Grams per cell that the operator gave its destination versions: no cell, no figure.

Unit: grams. These are what an operator wrote beside a destination; what follows from the recovery
or disposal code alone stands in `gri306.py`, `esrs.py` and `directive.py`. Classes of producer
responsibility count only article groups in the scheme. Source: the scheme that is named.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from reporting.circularity import Destined
from reporting.formulas.facts import PROOF, REGISTER, Facts, grade
from reporting.formulas.producers import BOUNDARY as OF_THE_SCHEME
from reporting.measure import Measure
from reporting.words import message

SCHEMES: Final = {
    "gri": "GRI 306:2020, by the cell of each destination version",
    "esrs": "ESRS E5-5, by the cell of each destination version",
    "ladder": "R-ladder (R0-R9), by the rung of each destination version",
    "producer_class": "producer responsibility class of each destination version",
    "recovery_code": "Directive 2008/98/EC, annexes I and II, by the code of each version",
}
TITLES: Final = {
    "gri": message("GRI cell {cell}, as the operator assigned it"),
    "esrs": message("ESRS cell {cell}, as the operator assigned it"),
    "ladder": message("R-ladder {cell}"),
    "producer_class": message("Producer scheme, class {cell}"),
    "recovery_code": message("Recovery or disposal code {cell}"),
}
CONFIRMED_TITLES: Final = {
    "gri": message("GRI cell {cell}, as the operator assigned it, confirmed"),
    "esrs": message("ESRS cell {cell}, as the operator assigned it, confirmed"),
    "ladder": message("R-ladder {cell}, confirmed"),
    "producer_class": message("Producer scheme, class {cell}, confirmed"),
    "recovery_code": message("Recovery or disposal code {cell}, confirmed"),
}
ASSIGNED: Final = message(
    "Only destinations that the operator gave this cell. What was sorted to others is not in it."
)


def cells(facts: Facts) -> list[Measure]:
    """Two figures per cell that any destination has: all of it, and what is confirmed."""
    among: dict[tuple[str, str], list[Destined]] = defaultdict(list)
    for one in facts.destinations:
        for scheme, cell in one.route.cells.items():
            if cell:
                among[scheme, cell].append(one)
    order = list(SCHEMES)
    found = []
    for scheme, cell in sorted(among, key=lambda key: (order.index(key[0]), key[1])):
        found += _pair(scheme, cell, among[scheme, cell])
    return found


def _pair(scheme: str, cell: str, among: list[Destined]) -> list[Measure]:
    in_scheme = scheme == "producer_class"
    outcomes = [one.in_scheme if in_scheme else one.outcome for one in among]
    mass_g = sum(one.mass_g for one in outcomes)
    confirmed_g = sum(one.confirmed_g for one in outcomes)
    only = ", of article groups in the producer scheme" if in_scheme else ""
    known = grade(sum(one.estimated_g for one in outcomes), mass_g)
    return [
        Measure(
            id=f"{scheme}.{cell}{suffix}",
            version=2 if in_scheme else 1,
            value=value,
            unit="g",
            title=titles[scheme],
            cell=cell,
            formula=f"sum of destinations[{scheme} = {cell}].{term}{only}",
            sources=(REGISTER, SCHEMES[scheme], *((PROOF,) if suffix else ())),
            inputs={term: value},
            boundary=OF_THE_SCHEME if in_scheme else ASSIGNED,
            **known,
        )
        for suffix, term, value, titles in (
            ("", "mass_g", mass_g, TITLES),
            (".confirmed", "confirmed_g", confirmed_g, CONFIRMED_TITLES),
        )
    ]
