"""What comes in and what becomes of it, pure: groups, shares, and the hand on the rudder.

The shares are those that were published of all government clothing collected in 2020: 28 % reused,
60 % sold as raw material (of which 75 % whole), 12 % incinerated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from catalogue.kinds import Stream

SHARES: Final = {Stream.REUSE: 0.28, Stream.RECYCLE: 0.60, Stream.INCINERATION: 0.12}
WHOLE_OF_RECYCLE: Final = 0.75

WHOLE: Final = "whole_sale"
UNGATED: Final = {
    Stream.REUSE: "reissue",
    Stream.RECYCLE: "guarded_recycling",
    Stream.INCINERATION: "energy_plant",
}
"""Per stream the destination where everything may go as it is."""

CUT: Final = {"fibre_textile": 50, "panels": 38, "upcycling": 12}
"""What becomes of what was cut up on a bench, by weight."""

FLAVOURS: Final[Mapping[str, tuple[float, float, float]]] = {
    "uniform_combat": (1.1, 1.0, 0.7),
    "uniform_service": (1.0, 1.05, 0.8),
    "uniform_dress": (1.3, 0.9, 0.6),
    "workwear": (0.9, 1.05, 1.0),
    "footwear": (1.0, 0.85, 1.7),
    "equipment": (1.4, 0.9, 0.6),
    "ballistic": (0.3, 1.4, 0.8),
    "wet": (0.5, 0.8, 3.0),
    "soiled": (0.4, 0.7, 3.5),
}
"""How much better or worse than average a group fares, per stream. Invented."""

SHARES_BEFORE: Final = {Stream.REUSE: 0.31, Stream.RECYCLE: 0.575, Stream.INCINERATION: 0.115}
FLAVOURS_BEFORE: Final[Mapping[str, tuple[float, float, float]]] = {
    **FLAVOURS,
    "footwear": (1.7, 0.7, 1.2),
    "workwear": (0.8, 1.1, 1.0),
}
"""The same of the years before, so that there is something to compare with. Invented."""

MADE_GOOD: Final = 0.9
"""How much of what the year is behind its shares the boxes of the next day make good."""

AHEAD_G: Final = 300_000
"""How far whole goods run ahead: the next box may be of an owner who lets nothing go whole."""

FULL_FLAVOUR_G: Final = 60_000_000
"""So much sorted before one odd box cannot pull the shares of the whole aside."""

SMALLEST_PART_G: Final = 2_000


@dataclass(slots=True)
class Rudder:
    """What went where so far, and what the next box should add to stay on course.

    boxes_a_day: so many are divided before it is seen what the first of them added. shares,
    flavours: the course.
    """

    boxes_a_day: float = 1.0
    shares: Mapping[Stream, float] = field(default_factory=lambda: SHARES)
    flavours: Mapping[str, tuple[float, float, float]] = field(default_factory=lambda: FLAVOURS)
    done_g: dict[Stream, float] = field(default_factory=lambda: dict.fromkeys(Stream, 0.0))
    whole_g: float = 0.0

    def wanted(self, mass_g: int, group: str | None) -> dict[Stream, int]:
        """Divide the grams of a box over the streams."""
        flavour = self.flavours.get(group or "", (1.0, 1.0, 1.0))
        before = sum(self.done_g.values())
        strength = min(1.0, before / FULL_FLAVOUR_G)
        weights = [
            share * taste**strength
            for share, taste in zip(self.shares.values(), flavour, strict=True)
        ]
        wishes = []
        for stream, weight in zip(Stream, weights, strict=True):
            behind = self.shares[stream] * before - self.done_g[stream]
            wish = mass_g * weight / sum(weights) + self._made_good * behind
            wishes.append(max(0.0, wish))
        masses = [int(mass_g * wish / sum(wishes)) // 100 * 100 for wish in wishes]
        masses = [mass if mass >= SMALLEST_PART_G else 0 for mass in masses]
        largest = masses.index(max(masses))
        masses[largest] += mass_g - sum(masses)
        return dict(zip(Stream, masses, strict=True))

    def wanted_whole(self, recycle_g: int) -> int:
        """How much of what a box adds to recycling should be sold whole."""
        behind = WHOLE_OF_RECYCLE * self.done_g[Stream.RECYCLE] - self.whole_g
        aim = WHOLE_OF_RECYCLE * recycle_g + self._made_good * (behind + AHEAD_G)
        whole = min(recycle_g, max(0, int(aim) // 100 * 100))
        if whole < SMALLEST_PART_G:
            return 0
        return recycle_g if recycle_g - whole < SMALLEST_PART_G else whole

    def went(self, stream: Stream, mass_g: float, *, whole: bool = False) -> None:
        """So much went to a stream, or (below zero) left it again."""
        self.done_g[stream] += mass_g
        if whole:
            self.whole_g += mass_g

    @property
    def _made_good(self) -> float:
        return MADE_GOOD / max(1.0, self.boxes_a_day)


def portions(mass_g: int, dice: Random) -> list[int]:
    """The weighings of 30 to 70 kg in which so much leaves a table."""
    found = []
    while mass_g > 80_000:
        part = dice.randrange(300, 700) * 100
        found.append(part)
        mass_g -= part
    return [*found, mass_g] if mass_g else found


def chosen(weights: Mapping[str, int], dice: Random) -> str:
    """One of these, by weight."""
    return dice.choices(list(weights), list(weights.values()))[0]


def divided(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number over weights, the rest to the last."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    parts[-1] += total - sum(parts)
    return parts
