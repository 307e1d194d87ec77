"""Reads of the register. What belongs to another organisation is not found, like what is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    RowMapping,
    Select,
    and_,
    bindparam,
    select,
)
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer, require
from catalogue.kinds import BatchState, BinState, Quality
from catalogue.rows import DestinationRow, GroupRow, SiteRow
from catalogue.rulebook import Rulebook
from chain.rows import Ref
from store.columns import table_of
from store.sheet import known, sheet_of
from streams.keeping import FREE, STANDINGS
from streams.mass import Grams
from streams.places import place_ref
from streams.relabellings import own_code, own_codes
from streams.rules import BatchRef, Line, Spot, Standing
from streams.tables import Balance, Batch, Bin, GateBalance, Movement, Place

_batch = table_of(Batch)
_bin = table_of(Bin)
_place = table_of(Place)
_movement = table_of(Movement)
_balance = table_of(Balance)
_gate_balance = table_of(GateBalance)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch with the reference data that it needs."""

    id: int
    code: str
    site: SiteRow
    supplier: Ref
    group: GroupRow
    received_day: date
    gross_g: int
    tare_g: int
    quality: Quality
    pieces: int | None
    state: BatchState
    held: bool
    eural: str

    @property
    def ref(self) -> BatchRef:
        return BatchRef(self.id, self.code, self.supplier.id, self.received_day)


@dataclass(frozen=True, slots=True)
class BinRow:
    """A bin with its destination version."""

    id: int
    code: str
    site: SiteRow
    destination: DestinationRow | None
    container: Ref | None
    state: BinState
    gross_g: int | None
    tare_g: int | None

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)

    @property
    def is_open(self) -> bool:
        return self.state is BinState.OPEN


def batch_by_code(
    session: Session, book: Rulebook, code: str, viewer: Viewer, *, lock: bool = False
) -> BatchRow:
    """A batch that exists for the viewer; `lock` keeps other writers off it until the commit.

    One statement, and two more for the code of a second label; none where it is known. Raises
    NotFound.
    """

    def ask() -> Row[Any] | None:
        return session.connection().execute(_batch_of_code(lock), {"code": code}).one_or_none()

    row = known(session, (_batch.name, code), ask) if lock else ask()
    if row is None:
        return batch_by_code(session, book, own_code(session, code), viewer, lock=lock)
    site = book.sites_by_id[row.site_id]
    require(
        viewer.sees_batch(
            operator_id=site.operator_id, site_id=site.id, supplier_id=row.supplier_id
        )
    )
    return batch_row(book, row)


# Statements of the hot path are built once: building one costs more than running it.
@cache
def _batch_of_code(lock: bool) -> Select[Any]:
    statement = select(_batch).where(_batch.c.code == bindparam("code"))
    return statement.with_for_update(key_share=True) if lock else statement


def batch_row(book: Rulebook, row: object) -> BatchRow:
    """A BatchRow from a row of the batch table."""
    got = row._mapping  # type: ignore[attr-defined]
    site = book.sites_by_id[got["site_id"]]
    return BatchRow(
        id=got["id"],
        code=got["code"],
        site=site,
        supplier=book.organisations_by_id[got["supplier_id"]].ref,
        group=book.operator(site).groups_by_id[got["group_id"]],
        received_day=got["received_day"],
        gross_g=got["gross_g"],
        tare_g=got["tare_g"],
        quality=Quality(got["quality"]),
        pieces=got["pieces"],
        state=BatchState(got["state"]),
        held=got["held"],
        eural=got["eural"],
    )


def bin_by_code(
    session: Session, book: Rulebook, code: str, viewer: Viewer, *, lock: bool = False
) -> BinRow:
    """A bin as staff of its site see it. One statement, and two more for the code of a second
    label. Raises NotFound."""
    found = bins(session, book, _bin.c.code == code, lock=lock)
    if not found:
        return bin_by_code(session, book, own_code(session, code), viewer, lock=lock)
    require_bins(found, 1, viewer)
    return found[0]


def bins_by_code(
    session: Session, book: Rulebook, codes: Collection[str], viewer: Viewer
) -> list[BinRow]:
    """Bins of these codes, locked in the order of their keys. One statement, and two more for the
    code of a second label. Raises NotFound."""
    found = bins(session, book, _bin.c.code.in_(codes), lock=True)
    if len(found) < len(codes):
        own = own_codes(session, codes).values()
        found = bins(session, book, _bin.c.code.in_(own), lock=True)
    require_bins(found, len(set(codes)), viewer)
    return found


def require_bins(found: Collection[BinRow], wanted: int, viewer: Viewer) -> None:
    """Raise NotFound unless so many were found, and the viewer sees them all."""
    require(len(found) == wanted)
    for row in found:
        require(viewer.sees_site(operator_id=row.site.operator_id, site_id=row.site.id))


def by_label(
    session: Session, rows: Collection[BinRow], codes: Collection[str]
) -> dict[str, BinRow]:
    """Bins by what was scanned: their own code, or that of a second label. No statement, and one
    when there is a second label."""
    found = {row.code: row for row in rows}
    others = set(codes) - found.keys()
    return found | {
        code: found[own] for code, own in (own_codes(session, others).items() if others else ())
    }


def open_bin_for(
    session: Session, book: Rulebook, site: SiteRow, destination: DestinationRow
) -> BinRow | None:
    """The oldest open bin of a site for this destination version. One statement."""
    found = bins(session, book, _open_for(site, [destination.id]))
    return found[0] if found else None


def _open_for(site: SiteRow, destination_ids: Collection[int]) -> ColumnElement[bool]:
    return and_(
        _bin.c.site_id == site.id,
        _bin.c.destination_id.in_(destination_ids),
        _bin.c.state == BinState.OPEN.value,
    )


def bins(
    session: Session, book: Rulebook, *where: ColumnElement[bool], lock: bool = False
) -> list[BinRow]:
    """Bins, oldest first. One statement."""
    statement = select(_bin).where(*where).order_by(_bin.c.id)
    rows = session.execute(statement.with_for_update(key_share=True) if lock else statement)
    return [bin_row(book, row) for row in rows]


def bin_row(book: Rulebook, row: object) -> BinRow:
    """A BinRow from a row of the bin table."""
    got = row._mapping  # type: ignore[attr-defined]
    site = book.sites_by_id[got["site_id"]]
    destination_id, container_id = got["destination_id"], got["container_id"]
    container = book.containers_by_id.get(container_id)
    return BinRow(
        id=got["id"],
        code=got["code"],
        site=site,
        destination=book.operator(site).destinations_by_id[destination_id]
        if destination_id is not None
        else None,
        container=container.ref if container else None,
        state=BinState(got["state"]),
        gross_g=got["gross_g"],
        tare_g=got["tare_g"],
    )


def standings_of_batch(session: Session, batch_id: int) -> list[Standing]:
    """Everything of one batch, wherever it stands. One statement, none where it is known."""

    def ask() -> list[Standing]:
        rows = session.connection().execute(_standings_of_batch(), {"batch_id": batch_id})
        return [_standing(row) for row in rows]

    return known(session, (STANDINGS, batch_id), ask)


@cache
def _standings_of_batch() -> Select[Any]:
    return _standing_columns().where(
        _balance.c.batch_id == bindparam("batch_id"), _balance.c.mass_g != 0
    )


def standings_of_batches(session: Session, batch_ids: Iterable[int]) -> list[Standing]:
    """Everything of some batches. One statement."""
    return _standings(session, _balance.c.batch_id.in_(list(batch_ids)))


def contents_of_bin(session: Session, bin_id: int) -> list[Standing]:
    """What stands in a bin. One statement."""
    return _standings(session, _place.c.bin_id == bin_id)


def contents_of_bins(session: Session, bin_ids: Iterable[int]) -> list[Standing]:
    """What stands in some bins. One statement."""
    return _standings(session, _place.c.bin_id.in_(list(bin_ids)))


def contents_of_shipment(session: Session, shipment: str) -> list[Standing]:
    """What of a shipment is neither confirmed nor returned. One statement."""
    return _standings(session, _place.c.shipment == shipment)


def lines_of_entry(session: Session, entry_id: int) -> list[Line]:
    """The lines of an entry, in order. One statement."""
    source, target = _place.alias("source"), _place.alias("target")
    group = SQLModel.metadata.tables["article_group"]
    from_group, to_group = group.alias("from_group"), group.alias("to_group")
    joined = (
        _movement.join(_batch, _batch.c.id == _movement.c.batch_id)
        .join(source, source.c.id == _movement.c.source_id)
        .join(target, target.c.id == _movement.c.target_id)
        .join(from_group, from_group.c.id == _movement.c.source_group_id)
        .join(to_group, to_group.c.id == _movement.c.target_group_id)
    )
    rows = session.execute(
        select(
            _movement,
            _batch.c.code,
            _batch.c.supplier_id,
            _batch.c.received_day,
            *(source.c[name].label(f"source_{name}") for name in _PLACE_COLUMNS),
            *(target.c[name].label(f"target_{name}") for name in _PLACE_COLUMNS),
            from_group.c.code.label("from_group"),
            to_group.c.code.label("to_group"),
        )
        .select_from(joined)
        .where(_movement.c.entry_id == entry_id)
        .order_by(_movement.c.line)
    )
    return [_line(row._mapping) for row in rows]


_PLACE_COLUMNS = ("code", "pool", "within_id", "destination_id")


def _line(got: RowMapping) -> Line:
    ends = [
        Spot(
            place_ref((got[f"{end}_id"], *(got[f"{end}_{name}"] for name in _PLACE_COLUMNS))),
            Ref(got[f"{end}_group_id"], got[group]),
            Quality(got[f"{end}_quality"]),
        )
        for end, group in (("source", "from_group"), ("target", "to_group"))
    ]
    batch = BatchRef(got["batch_id"], got["code"], got["supplier_id"], got["received_day"])
    return Line(batch, ends[0], ends[1], Grams(got["mass_g"]), got["pieces"])


def gate_balances(session: Session, batch_ids: Collection[int]) -> dict[tuple[int, int], list[int]]:
    """Per (batch, gate): grams and pieces that passed and have not left yet. One statement, none
    where they are known."""
    sheet = sheet_of(session)
    seen = {key: sheet.recall((FREE, key)) for key in batch_ids} if sheet else {}
    if not seen or None in seen.values():
        return read_gate_balances(session, batch_ids)
    return {(key, gate): list(pair) for key, free in seen.items() for gate, pair in free.items()}


def read_gate_balances(
    session: Session, batch_ids: Collection[int]
) -> dict[tuple[int, int], list[int]]:
    """As `gate_balances`, from the database; known from then on. One statement."""
    rows = session.execute(
        select(_gate_balance).where(_gate_balance.c.batch_id.in_(list(batch_ids)))
    )
    found = {(row.batch_id, row.gate_id): [row.free_g, row.free_pieces] for row in rows}
    sheet = sheet_of(session)
    if sheet:
        for batch_id in batch_ids:
            own = {gate: tuple(free) for (key, gate), free in found.items() if key == batch_id}
            sheet.know((FREE, batch_id), own)
    return found


def _standings(session: Session, where: ColumnElement[bool]) -> list[Standing]:
    rows = session.execute(_standing_columns().where(where, _balance.c.mass_g != 0))
    return [_standing(row) for row in rows]


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        BatchRef(row.batch_id, row.batch_code, row.supplier_id, row.received_day),
        Spot(
            place_ref((row.place_id, row.place_code, row.pool, row.within_id, row.destination_id)),
            Ref(row.group_id, row.group_code),
            Quality(row.quality),
        ),
        Grams(row.mass_g),
        row.pieces,
    )


def _standing_columns() -> Select[tuple[object, ...]]:
    group = SQLModel.metadata.tables["article_group"]
    columns = (
        _balance.c.batch_id,
        _batch.c.code.label("batch_code"),
        _batch.c.supplier_id,
        _batch.c.received_day,
        _balance.c.place_id,
        _place.c.code.label("place_code"),
        _place.c.pool,
        _place.c.within_id,
        _place.c.destination_id,
        _balance.c.group_id,
        group.c.code.label("group_code"),
        _balance.c.quality,
        _balance.c.mass_g,
        _balance.c.pieces,
    )
    joined = (
        _balance.join(_place, _place.c.id == _balance.c.place_id)
        .join(_batch, _batch.c.id == _balance.c.batch_id)
        .join(group, group.c.id == _balance.c.group_id)
    )
    return select(*columns).select_from(joined)
