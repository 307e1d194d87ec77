"""Local share: how much of what was confirmed as reused went to outlets within a distance.

Unit: permille of the confirmed reuse whose distance is known, rounded half up; grams said apart.
The register keeps what was confirmed per destination, so a destination counts as near when every
outlet that may take it is near, as far when every one is far, and otherwise is said apart.
Source: the operator's own rule; local reuse first, Directive (EU) 2025/1892 art. 22d(5).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from catalogue.kinds import Stream
from reporting.formulas.facts import PROOF, REGISTER, Facts
from reporting.measure import Measure
from reporting.shares import ratio
from reporting.words import message

LINES_KM: Final = (50, 100, 250)
"""The distances that are looked at, by road."""

PARTNERS: Final = "distances of outlets, as the register of partners stands now"
BOUNDARY: Final = message(
    "Confirmed reuse only, by the distance of the outlets that may take a destination now. Where "
    "those lie on both sides of the line, or nobody noted a distance, it is counted apart."
)
NO_REUSE: Final = message("No outlet confirmed any reuse yet.")
NO_DISTANCE: Final = message("Nobody noted how far the outlets of reuse are.")
SHARE: Final = message("Reused within {cell} km")
APART: Final = message("Reused, and not known whether within {cell} km")


def local(facts: Facts) -> list[Measure]:
    """Per line the share, and the grams of which nobody knows."""
    return [one for line in LINES_KM for one in _line(facts, line)]


def is_near(distances: Sequence[int | None], line_km: int) -> bool | None:
    """Whether all of them lie within the line; None where that differs or is not known."""
    if not distances or any(one is None for one in distances):
        return None
    sides = {one <= line_km for one in distances if one is not None}
    return sides.pop() if len(sides) == 1 else None


def _line(facts: Facts, line_km: int) -> list[Measure]:
    sums: dict[bool | None, int] = {True: 0, False: 0, None: 0}
    for one in facts.destinations:
        if one.route.stream is Stream.REUSE:
            distances = facts.distances.get((one.route.operator, one.route.code), ())
            sums[is_near(distances, line_km)] += one.outcome.confirmed_g
    known_g = sums[True] + sums[False]
    missing = ""
    if known_g == 0:
        missing = NO_DISTANCE if sums[None] else NO_REUSE
    inputs = {"within_g": sums[True], "beyond_g": sums[False], "apart_g": sums[None]}
    sources = (REGISTER, PROOF, PARTNERS)
    reused = [one for one in facts.destinations if one.route.stream is Stream.REUSE]
    known = facts.grade(reused)
    return [
        Measure(
            id=f"local.within_{line_km}_km",
            value=None if missing else ratio(sums[True], known_g),
            unit="permille",
            title=SHARE,
            cell=str(line_km),
            formula="1000 * within_g / (within_g + beyond_g), rounded half up",
            sources=sources,
            inputs=inputs,
            boundary=BOUNDARY,
            missing=missing,
            **known,
        ),
        Measure(
            id=f"local.apart_{line_km}_km",
            value=None if missing == NO_REUSE else sums[None],
            unit="g",
            title=APART,
            cell=str(line_km),
            formula="apart_g",
            sources=sources,
            inputs=inputs,
            boundary=BOUNDARY,
            missing=NO_REUSE if missing == NO_REUSE else "",
            **known,
        ),
    ]
