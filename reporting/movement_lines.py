"""Movements as lines of an export: whose it was, from where to where, how much, by which entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Select, case, cast, func, select, text, type_coerce
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import UNKNOWN_GROUP, Quality, Role
from catalogue.rulebook import Rulebook
from chain.rows import SEQ_BITS
from chain.tables import Chain, Entry
from reporting.access import Scope
from reporting.columnar import Column, Kind, Table, schema_of
from reporting.cursors import by_column, days, moments
from reporting.lookups import Lookup, Rows, rows_by_key
from reporting.queries import asked_for
from reporting.questions import Basis, Question
from store.columns import table_of
from streams.tables import Batch, Movement, Place

_movement = table_of(Movement)
_entry = table_of(Entry)
_batch = table_of(Batch)
_chain = table_of(Chain)
_place = table_of(Place)

COLUMNS = (
    Column("entry"),
    Column("line", Kind.NUMBER),
    Column("day", Kind.DAY),
    Column("received_day", Kind.DAY),
    Column("batch"),
    Column("supplier"),
    Column("site"),
    Column("source"),
    Column("source_destination"),
    Column("source_destination_version", Kind.NUMBER),
    Column("source_stream"),
    Column("target"),
    Column("target_destination"),
    Column("target_destination_version", Kind.NUMBER),
    Column("stream"),
    Column("source_article_group"),
    Column("target_article_group"),
    Column("article_group"),
    Column("loss_kind"),
    Column("mass_g", Kind.NUMBER),
    Column("pieces", Kind.NUMBER),
    Column("source_quality"),
    Column("quality"),
    Column("reverses"),
    Column("hash"),
)
AUDITOR_COLUMNS = (Column("at", Kind.MOMENT), Column("station"), Column("scan_id"))


def columns(viewer: Viewer) -> tuple[Column, ...]:
    """Station, time of day and scan_id could show the pace of people: only auditors get them."""
    return COLUMNS + AUDITOR_COLUMNS if viewer.role is Role.AUDITOR else COLUMNS


def totals(session: Session, seen: Scope, asked: Question) -> tuple[int, int]:
    """How many movements there will be, and their grams together. One statement."""
    counted = select(func.count(), func.coalesce(func.sum(_movement.c.mass_g), 0))
    joined = _movement.join(_entry, _entry.c.id == _movement.c.entry_id).join(
        _batch, _batch.c.id == _movement.c.batch_id
    )
    rows, mass_g = session.execute(counted.select_from(joined).where(*asked_for(seen, asked))).one()
    return int(rows), int(mass_g)


def tables(
    session: Session, book: Rulebook, viewer: Viewer, seen: Scope, asked: Question, *, rows: int
) -> Iterator[Table]:
    """The movements, oldest entry first, by column. rows: how many there will be.

    One statement streams the movements as numbers alone; for every few thousand of them one or two
    more read the entries and the batches that they are of, each once. Nothing is done for one row:
    columns come as the driver has them, and all else is done for a whole column at once.
    """
    import pyarrow as pa

    codes = _Codes(session, book)
    audited = viewer.role is Role.AUDITOR
    schema = schema_of(columns(viewer))
    entries = _entry_columns(session, audited=audited)
    selected = _moved()
    statement = _statement(selected, seen, asked, in_order=_are_most(session, rows))
    for found in by_column(session, statement):
        moved = {
            name: pa.array(values, type=pa.int64())
            for name, values in zip(selected, found, strict=True)
        }
        cells = _movements(codes, moved)
        cells |= _of_entries(codes, rows_by_key(session, entries, moved["entry_id"]))
        cells |= _of_batches(codes, rows_by_key(session, _BATCHES, moved["batch_id"]))
        cells["article_group"] = _group(cells)
        yield pa.RecordBatch.from_arrays([cells[name] for name in schema.names], schema=schema)


def _are_most(session: Session, rows: int) -> bool:
    """Whether so many rows are a good part of all movements. Then SQLite, which keeps no figures
    of its tables, had better read them in their order than gather and sort them."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    last = session.execute(select(func.max(text("rowid"))).select_from(_movement)).scalar_one()
    return last is not None and rows * 5 > int(last)


def _moved() -> dict[str, ColumnElement[Any]]:
    measured = Quality.MEASURED.value
    return {
        "entry_id": _movement.c.entry_id,
        "line": _movement.c.line,
        "batch_id": _movement.c.batch_id,
        "source_id": _movement.c.source_id,
        "target_id": _movement.c.target_id,
        "source_group_id": _movement.c.source_group_id,
        "target_group_id": _movement.c.target_group_id,
        "mass_g": _movement.c.mass_g,
        "pieces": _movement.c.pieces,
        "source_measured": case((_movement.c.source_quality == measured, 1), else_=0),
        "target_measured": case((_movement.c.target_quality == measured, 1), else_=0),
    }


def _statement(
    selected: Mapping[str, ColumnElement[Any]], seen: Scope, asked: Question, *, in_order: bool
) -> Select[Any]:
    joined = _movement.join(_batch, _batch.c.id == _movement.c.batch_id)
    if asked.basis is Basis.BOOKED:
        joined = joined.join(_entry, _entry.c.id == _movement.c.entry_id)
    return (
        select(*(column.label(name) for name, column in selected.items()))
        .select_from(joined)
        .where(*asked_for(seen, asked, by_index=not in_order))
        .order_by(_movement.c.entry_id, _movement.c.line)
    )


class _Codes:
    """What stands for the keys of a movement."""

    def __init__(self, session: Session, book: Rulebook) -> None:
        import pyarrow as pa

        operators = book.operators.values()
        routes = [row for one in operators for row in one.destinations]
        losses = [row for one in operators for row in one.loss_kinds.values()]
        groups = [row for one in operators for row in one.groups.values()]
        chains = session.execute(select(_chain.c.id, _chain.c.code))
        self.chains = Lookup({row.id: row.code for row in chains})
        self.organisations = Lookup({row.id: row.code for row in book.organisations.values()})
        self.sites = Lookup({row.id: row.code for row in book.sites.values()})
        self.groups = Lookup({row.id: row.code for row in groups})
        self.destinations = Lookup({row.id: row.code for row in routes})
        self.versions = Lookup({row.id: row.version for row in routes}, kind=pa.int64())
        self.streams = Lookup({row.id: row.stream.value for row in routes})
        self.loss_kinds = Lookup({row.id: row.code for row in losses})
        self.qualities = Lookup({0: Quality.ESTIMATED.value, 1: Quality.MEASURED.value})
        self.places = _Places(session)


class _Places:
    """Code, destination and kind of loss of every place, under its key. Keys of places are counted
    up from one, and there are some thousands of movements for each."""

    def __init__(self, session: Session) -> None:
        import pyarrow as pa

        wanted = (_place.c.id, _place.c.code, _place.c.destination_id, _place.c.loss_kind_id)
        spots: list[tuple[Any, Any, Any]] = []
        for columns in by_column(session, select(*wanted).order_by(_place.c.id)):
            for id, *spot in zip(*columns, strict=True):
                spots += [(None, None, None)] * (id - len(spots))
                spots.append((spot[0], spot[1], spot[2]))
        self.codes = pa.array([code for code, _, _ in spots], type=pa.string())
        self.routes = pa.array([route for _, route, _ in spots], type=pa.int64())
        self.losses = pa.array([loss for _, _, loss in spots], type=pa.int64())


def _movements(codes: _Codes, moved: Mapping[str, Any]) -> dict[str, Any]:
    import pyarrow.compute as pc

    source, target = moved["source_id"], moved["target_id"]
    source_route, target_route = codes.places.routes.take(source), codes.places.routes.take(target)
    source_stream = codes.streams.of(source_route)
    losses = codes.places.losses
    return {
        "line": moved["line"],
        "source": codes.places.codes.take(source),
        "source_destination": codes.destinations.of(source_route),
        "source_destination_version": codes.versions.of(source_route),
        "source_stream": source_stream,
        "target": codes.places.codes.take(target),
        "target_destination": codes.destinations.of(target_route),
        "target_destination_version": codes.versions.of(target_route),
        "stream": pc.coalesce(codes.streams.of(target_route), source_stream),
        "source_article_group": codes.groups.of(moved["source_group_id"]),
        "target_article_group": codes.groups.of(moved["target_group_id"]),
        "loss_kind": codes.loss_kinds.of(pc.coalesce(losses.take(target), losses.take(source))),
        "mass_g": moved["mass_g"],
        "pieces": moved["pieces"],
        "source_quality": codes.qualities.of(moved["source_measured"]),
        "quality": codes.qualities.of(moved["target_measured"]),
    }


def _entry_columns(session: Session, *, audited: bool) -> Select[Any]:
    plain = select(_entry.c.id, _entry.c.reverses_id, _entry.c.hash, _entry.c.day)
    if not audited:
        return plain
    as_json = type_coerce if session.get_bind().dialect.name == "sqlite" else cast
    station = as_json(_entry.c.payload, JSON)[("body", "station")].as_string()
    return plain.add_columns(_entry.c.at, station.label("station"), _entry.c.scan_id)


def _of_entries(codes: _Codes, entries: Rows) -> dict[str, Any]:
    import pyarrow as pa

    cells = {
        "hash": pa.array(entries.raw("hash"), type=pa.string()),
        "day": days(entries.raw("day")),
        "reverses": _entry_names(codes, pa.array(entries.raw("reverses_id"), type=pa.int64())),
        "entry": _entry_names(codes, pa.array(entries.raw("id"), type=pa.int64())),
    }
    if "at" in entries.names:
        cells["at"] = moments(entries.raw("at"))
        cells["station"] = pa.array(entries.raw("station"), type=pa.string())
        cells["scan_id"] = pa.array(entries.raw("scan_id"), type=pa.string())
    return {name: entries.of(values) for name, values in cells.items()}


def _entry_names(codes: _Codes, ids: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    chains = codes.chains.of(pc.shift_right(ids, SEQ_BITS))
    numbers = pc.bit_wise_and(ids, (1 << SEQ_BITS) - 1).cast(pa.string())
    return pc.binary_join_element_wise(chains, numbers, "#")


_BATCHES: Final = select(
    _batch.c.id,
    _batch.c.code,
    _batch.c.supplier_id,
    _batch.c.site_id,
    _batch.c.group_id,
    _batch.c.received_day,
)


def _of_batches(codes: _Codes, batches: Rows) -> dict[str, Any]:
    import pyarrow as pa

    def keys(name: str) -> Any:
        return pa.array(batches.raw(name), type=pa.int64())

    cells = {
        "batch": pa.array(batches.raw("code"), type=pa.string()),
        "supplier": codes.organisations.of(keys("supplier_id")),
        "site": codes.sites.of(keys("site_id")),
        "declared": codes.groups.of(keys("group_id")),
        "received_day": days(batches.raw("received_day")),
    }
    return {name: batches.of(values) for name, values in cells.items()}


def _group(cells: Mapping[str, Any]) -> Any:
    """The group that says most: found at the target, found at the source, declared."""
    import pyarrow.compute as pc

    found = (_if_known(cells[f"{side}_article_group"]) for side in ("target", "source"))
    return pc.coalesce(*found, cells["declared"])


def _if_known(groups: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(groups, UNKNOWN_GROUP), pa.scalar(None, pa.string()), groups)
