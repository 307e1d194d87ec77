"""The R-ladder: how high up the ladder what was sorted goes.

Unit: permille of what was sorted, by largest remainder. The rung is that of the destination
version; a ladder is a table of the operator, because several ladders are in use. Grams per rung
stand in `ladder.*` (`reporting/measures.py`). Source: R0-R9 of the Netherlands Environmental
Assessment Agency (PBL).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from reporting.formulas.facts import OUTSIDE_WASTE, REGISTER, Facts
from reporting.measure import Measure
from reporting.shares import split
from reporting.words import message

LADDER: Final = "R-ladder (R0-R9) of PBL, by the rung of each destination version"
TITLE: Final = message("R-ladder {cell}, share of what was sorted")
OFF: Final = message("On no rung of the R-ladder, share of what was sorted")


def ladder(facts: Facts) -> list[Measure]:
    """The share of each rung that anything went to, and of what is on none."""
    masses_g: dict[str, int] = defaultdict(int)
    for one in facts.destinations:
        masses_g[one.route.cells.get("ladder", "")] += one.outcome.mass_g
    rungs = sorted(masses_g, key=lambda rung: (not rung, rung))
    shares = split({rung: masses_g[rung] for rung in rungs}) or {}
    return [
        Measure(
            id=f"ladder.{rung or 'none'}.of_sorted",
            value=shares.get(rung),
            unit="permille",
            title=TITLE if rung else OFF,
            cell=rung,
            formula=f"1000 * sum of destinations[ladder = {rung or 'none'}].mass_g / sorted_g, "
            "by largest remainder",
            sources=(REGISTER, LADDER),
            inputs={"mass_g": masses_g[rung], "sorted_g": facts.terms.sorted_g},
            boundary=OUTSIDE_WASTE,
            **facts.grade(),
        )
        for rung in rungs
    ]
