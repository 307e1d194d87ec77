"""The rules of the seal, pure: what stands confirmed by which entry, what a kind of certificate may
state, and whether what was stated still stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from catalogue.errors import Malformed, NothingToCertify, NumberMissing
from catalogue.kinds import Pool, Quality, Security, Stream

LINES_MAX = 1000
"""More lines than this nobody reads, and no page takes such a file back for checking."""


class Kind(StrEnum):
    """What a certificate states."""

    RECYCLING = "recycling"
    REUSE = "reuse"
    DESTRUCTION = "destruction"


class ScopeKind(StrEnum):
    """What a certificate is about."""

    BATCH = "batch"
    DELIVERY = "delivery"
    SHIPMENT = "shipment"
    PERIOD = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a movement. detail: destination (`code@version`) or loss kind of the place."""

    pool: Pool
    detail: str
    shipment: str | None
    group: str
    quality: Quality

    @property
    def key(self) -> tuple[str, str, Quality]:
        """What a standing of confirmed grams is told by, within its batch."""
        return self.detail, self.group, self.quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A line of the ledger, as the seal needs it. entry: key of its entry, so in order of time."""

    entry: int
    day: date
    reverses: int | None
    batch: str
    source: End
    target: End
    mass_g: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Grams of a batch that stand confirmed. by: the entry that brought them to this batch; entry
    and day: of the confirmation itself, which a correction of the supplier leaves as it was."""

    batch: str
    detail: str
    group: str
    quality: Quality
    by: int
    entry: int
    day: date
    shipment: str | None
    mass_g: int
    pieces: int


@dataclass(slots=True)
class _Standing:
    """What stands confirmed while the movements are read in order."""

    portions: dict[tuple[str, tuple[str, str, Quality]], list[Portion]] = field(
        default_factory=lambda: defaultdict(list)
    )
    taken: dict[tuple[int, str, tuple[str, str, Quality]], list[Portion]] = field(
        default_factory=lambda: defaultdict(list)
    )
    left: dict[tuple[str, str, Quality], list[Portion]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def depart(self, move: Move) -> None:
        here = self.portions[move.batch, move.source.key]
        first = sorted(here, key=lambda portion: move.reverses not in (portion.by, portion.entry))
        gone = _first(first, move.mass_g)
        self.portions[move.batch, move.source.key] = _without(here, gone)
        self.taken[move.entry, move.batch, move.source.key] += gone
        self.left[move.source.key] += gone

    def arrive(self, move: Move) -> None:
        """Confirmed by an outlet; or back after an undoing; or following its batch's supplier."""
        here, key = self.portions[move.batch, move.target.key], move.target.key
        if move.source.pool is Pool.SHIPPED:
            here.append(_portion(move, move.entry, move.day, move.source.shipment, move.mass_g))
            return
        restored = self.taken.get((move.reverses or 0, move.batch, key), [])
        back = _first(restored, move.mass_g)
        here += back
        followed = [] if back else _first(self.left[key], move.mass_g)
        self.left[key] = _without(self.left[key], followed)
        here += [replace(portion, batch=move.batch, by=move.entry) for portion in followed]
        rest_g = move.mass_g - sum(portion.mass_g for portion in (*back, *followed))
        if rest_g > 0:
            here.append(_portion(move, move.entry, move.day, None, rest_g))


def confirmed_portions(moves: Iterable[Move]) -> list[Portion]:
    """What stands confirmed after these movements, which come in the order of their entries.

    Of a batch that got its grams from another one, by a correction of the supplier, the movements
    of both are needed, so that the portions keep their confirmation.
    """
    standing = _Standing()
    for _, of_entry in groupby(moves, key=lambda move: move.entry):
        together = list(of_entry)
        standing.left.clear()
        # What leaves goes first: an undoing says its lines the other way round.
        for move in together:
            if move.source.pool is Pool.CONFIRMED:
                standing.depart(move)
        for move in together:
            if move.target.pool is Pool.CONFIRMED:
                standing.arrive(move)
    return [portion for portions in standing.portions.values() for portion in portions]


def _portion(move: Move, entry: int, day: date, shipment: str | None, mass_g: int) -> Portion:
    pieces = move.pieces * mass_g // move.mass_g
    detail, group, quality = move.target.key
    return Portion(
        batch=move.batch, detail=detail, group=group, quality=quality, by=move.entry, entry=entry,
        day=day, shipment=shipment, mass_g=mass_g, pieces=pieces,
    )  # fmt: skip


def _first(portions: Iterable[Portion], mass_g: int) -> list[Portion]:
    """The first so many grams of some portions."""
    found, wanted = [], mass_g
    for portion in portions:
        part_g = min(wanted, portion.mass_g)
        if part_g > 0:
            pieces = portion.pieces * part_g // portion.mass_g
            found.append(replace(portion, mass_g=part_g, pieces=pieces))
            wanted -= part_g
    return found


def _without(portions: Sequence[Portion], gone: Iterable[Portion]) -> list[Portion]:
    """The portions less what is gone of each."""
    away: dict[tuple[int, int, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for portion in gone:
        away[_same(portion)][0] += portion.mass_g
        away[_same(portion)][1] += portion.pieces
    left = []
    for portion in portions:
        mass_g, pieces = away[_same(portion)]
        part_g = min(mass_g, portion.mass_g)
        away[_same(portion)] = [mass_g - part_g, 0]
        if portion.mass_g > part_g:
            fewer = max(0, portion.pieces - pieces)
            left.append(replace(portion, mass_g=portion.mass_g - part_g, pieces=fewer))
    return left


def _same(portion: Portion) -> tuple[int, int, str | None]:
    return portion.by, portion.entry, portion.shipment


def stated(portions: Iterable[Portion]) -> list[Portion]:
    """Portions that differ in nothing but their grams as one, in the order of a certificate."""
    sums: dict[tuple[object, ...], Portion] = {}
    for portion in portions:
        key = (
            portion.batch,
            portion.detail,
            portion.group,
            portion.quality,
            portion.by,
            portion.entry,
            portion.shipment,
        )
        before = sums.get(key)
        sums[key] = (
            replace(
                before, mass_g=before.mass_g + portion.mass_g, pieces=before.pieces + portion.pieces
            )
            if before
            else portion
        )
    return sorted(
        sums.values(),
        key=lambda portion: (
            portion.batch,
            portion.detail,
            portion.group,
            portion.quality,
            portion.entry,
            portion.by,
        ),
    )


def may_state(kind: Kind, *, stream: Stream, accepts: Iterable[str]) -> bool:
    """Whether what went to a destination is of this kind.

    Destroyed is what was burnt, and what was recycled where goods may go that must be destroyed:
    such a destination leaves nothing whole.
    """
    if kind is Kind.REUSE:
        return stream is Stream.REUSE
    if kind is Kind.RECYCLING:
        return stream is Stream.RECYCLE
    cut_up = stream is Stream.RECYCLE and Security.DESTROY.value in set(accepts)
    return stream is Stream.INCINERATION or cut_up


@dataclass(frozen=True, slots=True)
class Missing:
    """Grams that a certificate states and that do not stand so any more."""

    batch: str
    detail: str
    mass_g: int


def missing(then: Iterable[Portion], now: Iterable[Portion]) -> list[Missing]:
    """What was stated and no longer stands confirmed by the same entries."""
    standing: dict[tuple[object, ...], int] = defaultdict(int)
    for portion in now:
        standing[_stated_as(portion)] += portion.mass_g
    short = []
    for portion in then:
        key = _stated_as(portion)
        lacking_g = portion.mass_g - standing[key]
        standing[key] = max(0, -lacking_g)
        if lacking_g > 0:
            short.append(Missing(portion.batch, portion.detail, lacking_g))
    return short


def _stated_as(portion: Portion) -> tuple[object, ...]:
    return portion.batch, portion.detail, portion.group, portion.quality, portion.by


def permille_of(part_g: int, whole_g: int) -> int:
    """A share that never says more than is so: rounded down."""
    return part_g * 1000 // whole_g if whole_g > 0 else 0


def require_something(
    mass_g: int, *, received_g: int, confirmed_g: int, pending_g: int, lost_g: int
) -> None:
    """Raise NothingToCertify with what is so instead."""
    if mass_g <= 0:
        raise NothingToCertify(
            received_g=received_g, confirmed_g=confirmed_g, pending_g=pending_g, lost_g=lost_g
        )


def require_readable(lines: int) -> None:
    """Raise Malformed when there are more lines than anybody reads."""
    if lines > LINES_MAX:
        raise Malformed(field="scope", problem=f"more than {LINES_MAX} lines", given=lines)


def require_numbers(batch: str, group: str, *, pieces: int, noted: int, destroyed: int) -> None:
    """Raise NumberMissing unless every item that is certified as destroyed has its number, and
    every number is of an item that was destroyed.

    pieces: of the group that are certified; 0: nobody counted them, then what was noted counts.
    """
    needed = pieces or max(1, noted)
    if destroyed < needed:
        raise NumberMissing(batch=batch, article_group=group, pieces=needed, numbers=destroyed)


def split(moves: Iterable[Move]) -> Mapping[str, Mapping[tuple[Pool, str, str], int]]:
    """Where the grams of each batch stand after these movements: by pool, detail and quality."""
    sums: dict[str, dict[tuple[Pool, str, str], int]] = defaultdict(lambda: defaultdict(int))
    for move in moves:
        for end, sign in ((move.source, -1), (move.target, 1)):
            sums[move.batch][end.pool, end.detail, end.quality.value] += sign * move.mass_g
    return sums
