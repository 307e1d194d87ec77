"""The rules of the ledger, pure: division, lines, and what a batch may still do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.errors import BatchClosed, BatchHeld, MassExceeded
from catalogue.kinds import BatchState, Pool, Quality
from chain.rows import Ref
from streams.mass import Grams

ACTIVE = frozenset({BatchState.RECEIVED, BatchState.SORTING})


@dataclass(frozen=True, slots=True)
class PlaceRef:
    """A place as lines need it. total_id: the place that totals are kept for."""

    id: int
    code: str
    pool: Pool
    total_id: int
    may_owe: bool = False
    destination_id: int | None = None


@dataclass(frozen=True, slots=True)
class BatchRef:
    """A batch as lines need it."""

    id: int
    code: str
    supplier_id: int
    received_day: date


@dataclass(frozen=True, slots=True)
class Spot:
    """Where grams stand and what is known of them: a place, a found group, a quality."""

    place: PlaceRef
    group: Ref
    quality: Quality


@dataclass(frozen=True, slots=True)
class Standing:
    """Grams of one batch on one spot. pieces: those that were counted."""

    batch: BatchRef
    spot: Spot
    mass_g: Grams
    pieces: int


@dataclass(frozen=True, slots=True)
class Line:
    """Mass of one batch passing from one spot to another. Never edited, only reversed."""

    batch: BatchRef
    source: Spot
    target: Spot
    mass_g: Grams
    pieces: int | None = None

    def __post_init__(self) -> None:
        assert self.mass_g > 0, "a line without mass is no line"
        assert self.source != self.target, "a line that changes nothing is no line"

    def mirrored(self) -> Line:
        return Line(self.batch, self.target, self.source, self.mass_g, self.pieces)


def divide(total: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole number over weights by largest remainder (Hamilton), exactly.

    Ties go to the earlier weight, so callers order rows by batch code. All weights >= 0, and one
    of them above zero unless the total is zero. A part never exceeds its weight when total does
    not exceed their sum.
    """
    whole = sum(weights)
    if total == 0:
        return [0] * len(weights)
    assert whole > 0, "something is divided over something"
    assert total > 0, "what is divided is not owed"
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def in_order(standings: Iterable[Standing]) -> list[Standing]:
    """Standings in the order that ties of a division go by: batch code, group, quality."""
    return sorted(
        standings,
        key=lambda s: (s.batch.code, s.spot.group.code, s.spot.quality, s.spot.place.code),
    )


def mass_in(standings: Iterable[Standing], *pools: Pool) -> Grams:
    """Grams standing in these pools."""
    return Grams(sum(s.mass_g for s in standings if s.spot.place.pool in pools))


def input_g(standings: Iterable[Standing]) -> Grams:
    """What came in, net of what went back: everything of the batch that is not at its supplier."""
    return Grams(sum(s.mass_g for s in standings if s.spot.place.pool is not Pool.SUPPLIER))


def tolerance_g(input_mass_g: int, permille: int) -> Grams:
    """Grams of a batch that may stay unexplained: rounded down, so that it is never exceeded."""
    return Grams(max(0, input_mass_g) * permille // 1000)


def require_active(code: str, state: BatchState, *, held: bool) -> None:
    """Raise BatchClosed or BatchHeld unless the batch takes bookings."""
    if state not in ACTIVE:
        raise BatchClosed(batch=code, state=state.value)
    if held:
        raise BatchHeld(batch=code)


def state_by_balance(standings: Sequence[Standing]) -> BatchState:
    """`received` until something was sorted into a bin, then `sorting`."""
    sorted_g = mass_in(standings, Pool.BIN, Pool.SHIPPED, Pool.CONFIRMED)
    return BatchState.SORTING if sorted_g else BatchState.RECEIVED


def excess_g(*, held_g: int, sorted_g: int, gained_g: int, tolerated_g: int) -> Grams:
    """How much more is taken out than is held, when the tolerance still covers it.

    gained_g: what this batch was found to weigh more before. Raises MassExceeded.
    """
    over = sorted_g - held_g
    if over <= 0:
        return Grams(0)
    room_g = max(0, tolerated_g - max(0, gained_g))
    if over > room_g:
        raise MassExceeded(held_g=held_g, sorted_g=sorted_g, tolerance_g=room_g)
    return Grams(over)


def after(standings: Sequence[Standing], lines: Sequence[Line]) -> list[Standing]:
    """What stands where when the lines have been booked; spots that come to zero drop out."""
    if not lines:
        return list(standings)
    stands = {_where(s.batch, s.spot): s for s in standings}
    for line in lines:
        for spot, sign in ((line.source, -1), (line.target, 1)):
            where = _where(line.batch, spot)
            before = stands.get(where)
            mass_g = (before.mass_g if before else 0) + sign * line.mass_g
            pieces = (before.pieces if before else 0) + sign * (line.pieces or 0)
            stands[where] = Standing(line.batch, spot, Grams(mass_g), pieces)
    return [standing for standing in stands.values() if standing.mass_g != 0]


def _where(batch: BatchRef, spot: Spot) -> tuple[int, int, int, Quality]:
    return batch.id, spot.place.id, spot.group.id, spot.quality


def take(standings: Sequence[Standing], mass_g: int, *, measured_first: bool) -> list[Standing]:
    """The first `mass_g` grams of these standings of one place, per batch and group as they stand.

    What is weighed now comes out of what was weighed before as long as there is any
    (`measured_first`), so an estimate stays visible until it is replaced. Pieces go along in
    proportion. The caller has made sure that there is enough.
    """
    wanted = Quality.MEASURED if measured_first else Quality.ESTIMATED
    left, taken = mass_g, []
    for standing in sorted(standings, key=lambda s: s.spot.quality is not wanted):
        mass = min(left, standing.mass_g)
        if mass > 0:
            pieces = max(0, standing.pieces) * mass // standing.mass_g
            taken.append(Standing(standing.batch, standing.spot, Grams(mass), pieces))
            left -= mass
    assert left == 0, "more was taken than stands there"
    return taken


def share(standings: Sequence[Standing], mass_g: int) -> list[Standing]:
    """`mass_g` divided over what stands somewhere, by largest remainder, ties by batch code."""
    rows = in_order(s for s in standings if s.mass_g > 0)
    masses = divide(mass_g, [row.mass_g for row in rows])
    return [
        Standing(row.batch, row.spot, Grams(mass), max(0, row.pieces) * mass // row.mass_g)
        for row, mass in zip(rows, masses, strict=True)
        if mass > 0
    ]
