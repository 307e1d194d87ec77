"""Facts for the proof chain, pure: since when something stands somewhere, and what is certified."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from catalogue.kinds import Stream


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of the ledger between two places, by their keys, on a day."""

    batch: int
    source: int
    target: int
    mass_g: int
    day: date


def standing_since(moves: Iterable[Moved]) -> dict[tuple[int, int], date]:
    """Per batch and place: since when something has stood there without a break.

    moves: in the order in which they were booked.
    """
    level: dict[tuple[int, int], int] = {}
    since: dict[tuple[int, int], date] = {}
    for move in moves:
        for place, sign in ((move.source, -1), (move.target, 1)):
            key = move.batch, place
            before_g = level.get(key, 0)
            level[key] = before_g + sign * move.mass_g
            if before_g <= 0 < level[key]:
                since[key] = move.day
    return since


def certified_g(lines: Iterable[tuple[tuple[str, ...], Stream, int]]) -> dict[Stream, int]:
    """Grams that certificates state, per stream; what several of them state counts once.

    lines: what tells one line from another, its stream and its grams.
    """
    stated: dict[tuple[tuple[str, ...], Stream], int] = {}
    for line, stream, mass_g in lines:
        stated[line, stream] = max(mass_g, stated.get((line, stream), 0))
    found: dict[Stream, int] = {}
    for (_, stream), mass_g in stated.items():
        found[stream] = found.get(stream, 0) + mass_g
    return found
