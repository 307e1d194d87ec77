"""What every formula works from: the terms of a report, and what is known beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from catalogue.kinds import Purpose
from catalogue.rows import FactorRow
from reporting.circularity import Destined, Terms
from reporting.questions import Basis
from reporting.shares import ratio
from reporting.words import message

REGISTER = message("register of this report: totals kept with every booking")
PROOF = message("confirmations by outlets")
DECLARED = message("declarations of suppliers on what they bought")
NOTHING_SORTED = message("Nothing was sorted in this period.")
OUTSIDE_WASTE = message(
    "Only what was sorted. What waits, was lost in work, or was found in pockets is outside."
)


class Grade(TypedDict):
    """How well the mass under a figure is known, as fields of a Measure."""

    quality: str
    estimated_permille: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """What one supplier declared of so many grams that came in; None: it did not say so.

    recycled, reused, renewable: permille of the mass. lifetime, use: permille of what is usual.
    feed, recovery: efficiency of recycling before and after, in permille.
    """

    mass_g: int
    recycled: int | None
    reused: int | None
    renewable: int | None
    lifetime: int | None
    use: int | None
    feed: int | None
    recovery: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What came in from one supplier and what became of it. undeclared_g: nobody said a word."""

    input_g: int
    put_out_g: int
    reuse_confirmed_g: int
    recycle_confirmed_g: int
    declared: Sequence[Inflow]

    @property
    def undeclared_g(self) -> int:
        return self.input_g - sum(one.mass_g for one in self.declared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that figures are made of.

    factors: per operator, the valid one for each purpose. flows: per supplier, as far as any
    declared something. distances: kilometres to each outlet that may take a destination (operator
    and code), None where nobody said so.
    """

    terms: Terms
    destinations: Sequence[Destined]
    basis: Basis
    factors: Mapping[str, Mapping[Purpose, FactorRow]] = field(default_factory=dict)
    flows: Sequence[Flow] = ()
    distances: Mapping[tuple[str, str], Sequence[int | None]] = field(default_factory=dict)

    @property
    def put_out_g(self) -> int:
        """All that left the work: sorted, lost or found. What waits is not put out yet."""
        return self.terms.sorted_g + self.terms.loss_g + self.terms.finds_g

    @property
    def is_empty(self) -> bool:
        """Whether nothing was sorted, so that no figure of what was sorted means anything."""
        return not self.destinations and self.terms.sorted_g == 0

    def grade(self, among: Iterable[Destined] | None = None) -> Grade:
        """How well the mass of these destinations is known; of all of them without any."""
        chosen = self.destinations if among is None else list(among)
        return grade(
            sum(one.outcome.estimated_g for one in chosen),
            sum(one.outcome.mass_g for one in chosen),
        )


def grade(estimated_g: int, whole_g: int) -> Grade:
    """Measured when none of it was estimated."""
    share = ratio(estimated_g, whole_g)
    if share is None:
        return {"quality": "", "estimated_permille": None}
    return {"quality": "estimated" if estimated_g else "measured", "estimated_permille": share}
