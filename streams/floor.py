"""What a tablet holds of its site: open batches with what is left of them, and bins.

Each read takes everything that is open at a site, or (`only`) what has been touched since the
tablet last asked. Both take the same number of statements, whatever there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from catalogue.codes import CodeKind
from catalogue.kinds import WEIGHING_DIFFERENCE, BinState, Pool, Quality
from catalogue.labels import reserved_for
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from store.columns import table_of
from streams.queries import BatchRow, BinRow, batch_row, bin_row
from streams.rules import ACTIVE, tolerance_g
from streams.tables import Balance, Batch, Bin, GateBalance, Place, Relabelling

IN_HOUSE: Final = frozenset({BinState.OPEN, BinState.CLOSED})

_batch = table_of(Batch)
_bin = table_of(Bin)
_place = table_of(Place)
_balance = table_of(Balance)
_gate_balance = table_of(GateBalance)
_relabelling = table_of(Relabelling)


@dataclass(frozen=True, slots=True)
class Touched:
    """Codes of the batches and bins that some entries had to do with."""

    batches: frozenset[str]
    bins: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorBatch:
    """A batch as a tablet needs it. room_g: by how much more than is held may still be sorted;
    gates: grams and pieces that passed each and have not left; bins: its grams in each; losses:
    by kind, the net weighing difference among them."""

    batch: BatchRow
    input_g: int
    held_g: int
    held_estimated_g: int
    quarantine_g: int
    finds_g: int
    losses: Mapping[str, int]
    room_g: int
    gates: Mapping[str, tuple[int, int]]
    bins: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InBin:
    """What of one batch stands in a bin, by what it was found to be and how well it is known."""

    batch: str
    supplier: str
    article_group: str
    quality: str
    mass_g: int
    pieces: int


@dataclass(frozen=True, slots=True)
class FloorBin:
    """A bin as a tablet needs it, with what stands in it."""

    bin: BinRow
    contents: Sequence[InBin]

    @property
    def mass_g(self) -> int:
        return sum(each.mass_g for each in self.contents)


@dataclass(slots=True)
class _Sum:
    """What stands where, of one batch."""

    input_g: int = 0
    held_g: int = 0
    held_estimated_g: int = 0
    quarantine_g: int = 0
    finds_g: int = 0
    losses: dict[str, int] = field(default_factory=dict)
    bins: dict[str, int] = field(default_factory=dict)

    def add(self, place: str, pool: Pool, quality: str, mass_g: int) -> None:
        last = place.rpartition("/")[2]
        self.input_g += mass_g if pool is not Pool.SUPPLIER else 0
        if pool is Pool.HOLDING:
            self.held_g += mass_g
            self.held_estimated_g += mass_g if quality == Quality.ESTIMATED else 0
        elif pool is Pool.QUARANTINE:
            self.quarantine_g += mass_g
        elif pool is Pool.FINDS:
            self.finds_g += mass_g
        elif pool is Pool.LOSS:
            self.losses[last] = self.losses.get(last, 0) + mass_g
        elif pool is Pool.BIN:
            self.bins[last] = self.bins.get(last, 0) + mass_g


def touched(bodies: Iterable[Mapping[str, Any]]) -> Touched:
    """What entries had to do with, from what they say. Another label touches what it stands for."""
    by_table: dict[str, set[str]] = defaultdict(set)
    for body in bodies:
        for line in body.get("lines", ()):
            by_table["batch"].add(line["batch"])
            for end in ("source", "target"):
                pool, _, place = line[end].partition("/")
                if pool == Pool.BIN:
                    by_table["bin"].add(place.rpartition("/")[2])
        by_table["batch"].update(use["batch"] for use in body.get("gate_lines", ()))
        for row in body.get("rows", ()):
            if row["table"] == "shipment_bin":
                by_table["bin"].add(row["key"].partition("/")[2])
            elif row["table"] == "relabelling":
                for table in ("batch", "bin"):
                    by_table[table].add(row["set"]["stands_for"])
            else:
                by_table[row["table"]].add(row["key"])
    return Touched(frozenset(by_table["batch"]), frozenset(by_table["bin"]))


def batches_at(site: SiteRow, only: AbstractSet[str] | None) -> Select[tuple[int]]:
    """Keys of the open batches of a site, or of those of these codes, as a question."""
    return select(_batch.c.id).where(_of_batches(site, only))


def _of_batches(site: SiteRow, only: AbstractSet[str] | None) -> ColumnElement[bool]:
    if only is not None:
        return and_(_batch.c.site_id == site.id, _batch.c.code.in_(sorted(only)))
    return and_(_batch.c.site_id == site.id, _batch.c.state.in_([s.value for s in ACTIVE]))


def _of_bins(site: SiteRow, only: AbstractSet[str] | None) -> ColumnElement[bool]:
    if only is not None:
        return and_(_bin.c.site_id == site.id, _bin.c.code.in_(sorted(only)))
    return and_(_bin.c.site_id == site.id, _bin.c.state.in_([s.value for s in IN_HOUSE]))


def floor_batches(
    session: Session, book: Rulebook, site: SiteRow, only: AbstractSet[str] | None = None
) -> list[FloorBatch]:
    """Open batches of a site, or those of these codes in any state. Three statements."""
    rows = session.execute(select(_batch).where(_of_batches(site, only)).order_by(_batch.c.id))
    batches = [batch_row(book, row) for row in rows]
    sums = _sums(session, batches_at(site, only))
    gates = _gates(session, book, site, batches_at(site, only))
    return [
        FloorBatch(
            batch=batch,
            input_g=stands.input_g,
            held_g=stands.held_g,
            held_estimated_g=stands.held_estimated_g,
            quarantine_g=stands.quarantine_g,
            finds_g=stands.finds_g,
            losses=stands.losses,
            room_g=_room_g(batch, stands),
            gates=gates[batch.id],
            bins=stands.bins,
        )
        for batch in batches
        for stands in (sums[batch.id],)
    ]


def _room_g(batch: BatchRow, stands: _Sum) -> int:
    """What `streams.rules.excess_g` leaves of the tolerance."""
    tolerated_g = tolerance_g(stands.input_g, batch.group.tolerance_permille)
    return max(0, tolerated_g - max(0, -stands.losses.get(WEIGHING_DIFFERENCE, 0)))


def _sums(session: Session, batch_ids: Select[tuple[int]]) -> Mapping[int, _Sum]:
    of_place = (_balance.c.batch_id, _place.c.code, _place.c.pool, _balance.c.quality)
    rows = session.execute(
        select(*of_place, func.sum(_balance.c.mass_g))
        .join(_place, _place.c.id == _balance.c.place_id)
        .where(_balance.c.batch_id.in_(batch_ids), _balance.c.mass_g != 0)
        .group_by(*of_place)
        .order_by(_balance.c.batch_id, _place.c.code)
    )
    found: dict[int, _Sum] = defaultdict(_Sum)
    for batch_id, place, pool, quality, mass_g in rows:
        found[batch_id].add(place, Pool(pool), quality, int(mass_g))
    return found


def _gates(
    session: Session, book: Rulebook, site: SiteRow, batch_ids: Select[tuple[int]]
) -> Mapping[int, dict[str, tuple[int, int]]]:
    names = {row.id: row.code for row in book.operator(site).gates.values()}
    rows = session.execute(
        select(_gate_balance)
        .where(
            _gate_balance.c.batch_id.in_(batch_ids),
            or_(_gate_balance.c.free_g != 0, _gate_balance.c.free_pieces != 0),
        )
        .order_by(_gate_balance.c.batch_id, _gate_balance.c.gate_id)
    )
    found: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        found[row.batch_id][names[row.gate_id]] = (row.free_g, row.free_pieces)
    return found


def floor_bins(
    session: Session, book: Rulebook, site: SiteRow, only: AbstractSet[str] | None = None
) -> list[FloorBin]:
    """Bins that stand at a site, or those of these codes wherever they are. Two statements."""
    rows = session.execute(select(_bin).where(_of_bins(site, only)).order_by(_bin.c.id))
    bins = [bin_row(book, row) for row in rows]
    inside = _contents(session, book, site, select(_bin.c.id).where(_of_bins(site, only)))
    return [FloorBin(row, inside[row.id]) for row in bins]


def _contents(
    session: Session, book: Rulebook, site: SiteRow, bin_ids: Select[tuple[int]]
) -> Mapping[int, list[InBin]]:
    groups = book.operator(site).groups_by_id
    rows = session.execute(
        select(
            _place.c.bin_id,
            _batch.c.code,
            _batch.c.supplier_id,
            _balance.c.group_id,
            _balance.c.quality,
            _balance.c.mass_g,
            _balance.c.pieces,
        )
        .join(_place, _place.c.id == _balance.c.place_id)
        .join(_batch, _batch.c.id == _balance.c.batch_id)
        .where(_place.c.bin_id.in_(bin_ids), _balance.c.mass_g != 0)
        .order_by(_place.c.bin_id, _batch.c.code, _balance.c.group_id, _balance.c.quality)
    )
    found: dict[int, list[InBin]] = defaultdict(list)
    for row in rows:
        inside = InBin(
            batch=row.code,
            supplier=book.organisations_by_id[row.supplier_id].code,
            article_group=groups[row.group_id].code,
            quality=row.quality,
            mass_g=row.mass_g,
            pieces=row.pieces,
        )
        found[row.bin_id].append(inside)
    return found


def other_labels(session: Session, site: SiteRow, only: Touched | None = None) -> dict[str, str]:
    """Labels that stand for what the other reads bring, with its own code. One statement."""
    of_batches = select(_batch.c.code).where(_of_batches(site, only.batches if only else None))
    of_bins = select(_bin.c.code).where(_of_bins(site, only.bins if only else None))
    rows = session.execute(
        select(_relabelling.c.code, _relabelling.c.stands_for)
        .where(
            or_(_relabelling.c.stands_for.in_(of_batches), _relabelling.c.stands_for.in_(of_bins))
        )
        .order_by(_relabelling.c.id)
    )
    return {row.code: row.stands_for for row in rows}


def unused_codes(session: Session, station_id: int) -> dict[CodeKind, list[str]]:
    """Codes of a station that stand for nothing yet, by kind. One statement."""
    reserved = reserved_for(station_id).subquery()
    rows = session.execute(
        select(reserved)
        .where(
            *(
                ~select(table.c.id).where(table.c.code == reserved.c.code).exists()
                for table in (_batch, _bin, _relabelling)
            )
        )
        .order_by(reserved.c.code)
    )
    found: dict[CodeKind, list[str]] = {CodeKind.BATCH: [], CodeKind.BIN: []}
    for code, kind in rows:
        found[CodeKind(kind)].append(code)
    return found
