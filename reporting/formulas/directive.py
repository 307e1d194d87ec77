"""The waste hierarchy of Directive 2008/98/EC, art. 4, by the code of each destination version.

Unit: grams, and permille of what was sorted by largest remainder. R1 counts as other recovery here
and as disposal with GRI and ESRS (`treatments.py`). Reuse without any code is prevention: it never
was waste. Source: Directive 2008/98/EC art. 3 (13), (15)-(17), 4, annexes I and II.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from reporting.circularity import Destined
from reporting.formulas.facts import NOTHING_SORTED, OUTSIDE_WASTE, PROOF, REGISTER, Facts
from reporting.formulas.treatments import (
    DIRECTIVE_SOURCE,
    MAPPING_VERSION,
    Directive,
    treatment_of,
)
from reporting.measure import Measure
from reporting.shares import split
from reporting.words import message

TITLES: Final = {
    Directive.PREVENTION: message("Used again without becoming waste (prevention)"),
    Directive.PREPARING: message("Prepared for reuse (waste directive)"),
    Directive.RECYCLING: message("Recycled (waste directive)"),
    Directive.OTHER_RECOVERY: message("Other recovery, energy included (waste directive)"),
    Directive.DISPOSAL: message("Disposed of (waste directive)"),
    Directive.UNKNOWN: message("Without a code that says how it is treated"),
}
SHARE_TITLES: Final = {
    Directive.PREVENTION: message("Prevention, share of what was sorted"),
    Directive.PREPARING: message("Prepared for reuse, share of what was sorted"),
    Directive.RECYCLING: message("Recycled by the waste directive, share of what was sorted"),
    Directive.OTHER_RECOVERY: message("Other recovery, share of what was sorted"),
    Directive.DISPOSAL: message("Disposed of, share of what was sorted"),
    Directive.UNKNOWN: message("Without a code, share of what was sorted"),
}
CONFIRMED_TITLES: Final = {
    Directive.PREVENTION: message("Used again without becoming waste, confirmed"),
    Directive.PREPARING: message("Prepared for reuse, confirmed"),
    Directive.RECYCLING: message("Recycled by the waste directive, confirmed"),
    Directive.OTHER_RECOVERY: message("Other recovery, confirmed"),
    Directive.DISPOSAL: message("Disposed of, confirmed"),
    Directive.UNKNOWN: message("Without a code, confirmed"),
}


def directive(facts: Facts) -> list[Measure]:
    """Grams, confirmed grams and shares per step of the hierarchy."""
    among: dict[Directive, list[Destined]] = defaultdict(list)
    for one in facts.destinations:
        among[treatment_of(one.route).directive].append(one)
    masses_g = {step: sum(one.outcome.mass_g for one in among[step]) for step in Directive}
    shares = split(masses_g) or {}
    found = []
    for step in Directive:
        confirmed_g = sum(one.outcome.confirmed_g for one in among[step])
        values = {
            "": (masses_g[step], "g", TITLES[step], "mass_g"),
            ".confirmed": (confirmed_g, "g", CONFIRMED_TITLES[step], "confirmed_g"),
            ".of_sorted": (shares.get(step), "permille", SHARE_TITLES[step], "mass_g"),
        }
        graded = facts.grade(among[step])
        for suffix, (value, unit, title, term) in values.items():
            summed = f"sum of destinations[directive = {step}].{term}"
            share = f"1000 * {summed} / sorted_g, by largest remainder"
            found.append(
                Measure(
                    id=f"directive.{step}{suffix}",
                    version=MAPPING_VERSION,
                    value=None if facts.is_empty else value,
                    unit=unit,
                    title=title,
                    formula=share if unit == "permille" else summed,
                    sources=(REGISTER, DIRECTIVE_SOURCE, *((PROOF,) if term != "mass_g" else ())),
                    inputs={"sorted_g": facts.terms.sorted_g, "mass_g": masses_g[step]},
                    boundary=OUTSIDE_WASTE,
                    missing=NOTHING_SORTED if facts.is_empty else "",
                    **graded,
                )
            )
    return found
