"""What counts for producer responsibility for textile: kilograms per class, never a target.

Unit: grams. Only article groups in the producer scheme (clothing, workwear, household linen). The
law sets its shares against what producers sold in the year before, which a sorter does not know.
Source: Dutch decree on producer responsibility for textile, Stb. 2023, 132, art. 3-5.
"""

from __future__ import annotations

from typing import Final

from reporting.circularity import Destined
from reporting.formulas.facts import NOTHING_SORTED, PROOF, REGISTER, Facts, grade
from reporting.measure import Measure
from reporting.words import message

DECREE: Final = "Stb. 2023, 132 (UPV Textiel), art. 3-5, by the class of each destination version"
BOUNDARY: Final = message(
    "Only article groups in the producer scheme. The law's shares are of what producers sold in "
    "the year before, not of what was handed in here: this says nothing about a target."
)
CLASSES: Final = {
    "reuse": ("reuse_nl", "reuse_nl_or_export", "reuse_export"),
    "reuse_in_nl": ("reuse_nl",),
    "recycling": ("recycling_other", "recycling_fibre_to_fibre"),
    "fibre_to_fibre": ("recycling_fibre_to_fibre",),
    "all": (
        "reuse_nl",
        "reuse_nl_or_export",
        "reuse_export",
        "recycling_other",
        "recycling_fibre_to_fibre",
    ),
}
"""What the decree asks for, and the classes of destinations that make it up."""

TITLES: Final = {
    "reuse": message("Producer scheme: reuse"),
    "reuse_in_nl": message("Producer scheme: reuse within the Netherlands"),
    "recycling": message("Producer scheme: recycling"),
    "fibre_to_fibre": message("Producer scheme: fibre to fibre"),
    "all": message("Producer scheme: reuse and recycling"),
}
CONFIRMED_TITLES: Final = {
    "reuse": message("Producer scheme: reuse, confirmed"),
    "reuse_in_nl": message("Producer scheme: reuse within the Netherlands, confirmed"),
    "recycling": message("Producer scheme: recycling, confirmed"),
    "fibre_to_fibre": message("Producer scheme: fibre to fibre, confirmed"),
    "all": message("Producer scheme: reuse and recycling, confirmed"),
}


def producers(facts: Facts) -> list[Measure]:
    """Grams that count, all and confirmed. Reuse that may lie abroad is not counted as within."""
    found = []
    for name, classes in CLASSES.items():
        among = [
            one for one in facts.destinations if one.route.cells.get("producer_class") in classes
        ]
        mass_g = sum(one.in_scheme.mass_g for one in among)
        confirmed_g = sum(one.in_scheme.confirmed_g for one in among)
        graded = grade(sum(one.in_scheme.estimated_g for one in among), mass_g)
        for suffix, value, title in (
            ("", mass_g, TITLES[name]),
            (".confirmed", confirmed_g, CONFIRMED_TITLES[name]),
        ):
            term = "confirmed_g" if suffix else "mass_g"
            found.append(
                Measure(
                    id=f"producer_scheme.{name}{suffix}",
                    value=None if facts.is_empty else value,
                    unit="g",
                    title=title,
                    formula=f"sum of destinations[producer_class = {' or '.join(classes)}]"
                    f".{term}, of article groups in the producer scheme",
                    sources=(REGISTER, DECREE, *((PROOF,) if suffix else ())),
                    inputs={"all_groups_g": _all_groups(among, term), term: value},
                    boundary=BOUNDARY,
                    missing=NOTHING_SORTED if facts.is_empty else "",
                    **graded,
                )
            )
    return found


def _all_groups(among: list[Destined], term: str) -> int:
    return sum(getattr(one.outcome, term) for one in among)
