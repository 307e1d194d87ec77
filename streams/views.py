"""Lists and whole pictures of batches and bins, as far as the viewer may see them.

Lists are paged by key: `after` is the code of the last row seen, newest first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, false, func, or_, select, true, tuple_
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Pool
from catalogue.rulebook import Rulebook
from chain import queries as chain
from chain.queries import EntryRow
from chain.tables import Entry
from store.columns import table_of
from streams.paging import PAGE_MAX, Asked, newest_first, one_of
from streams.queries import (
    BatchRow,
    BinRow,
    batch_by_code,
    batch_row,
    bin_by_code,
    bin_row,
    contents_of_bin,
    gate_balances,
    standings_of_batch,
)
from streams.rules import Standing
from streams.tables import Balance, Batch, Bin, Flag, Movement, Note, Place, Scan

_batch = table_of(Batch)
_bin = table_of(Bin)
_place = table_of(Place)
_balance = table_of(Balance)
_movement = table_of(Movement)
_entry = table_of(Entry)
_flag = table_of(Flag)
_note = table_of(Note)
_scan = table_of(Scan)


@dataclass(frozen=True, slots=True)
class ListedBatch:
    """A batch in a list. held_g: what still waits to be sorted."""

    batch: BatchRow
    held_g: int


@dataclass(frozen=True, slots=True)
class ListedBin:
    """A bin in a list, with what stands in it."""

    bin: BinRow
    mass_g: int


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of a history. undone: a later entry reversed it; note: its words, if kept."""

    entry: EntryRow
    undone: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class GateState:
    """What passed a gate and has not left through it yet."""

    gate: str
    free_g: int
    free_pieces: int


@dataclass(frozen=True, slots=True)
class WholeBatch:
    """Everything about one batch."""

    batch: BatchRow
    standings: Sequence[Standing]
    history: Sequence[Told]
    gates: Sequence[GateState]
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class WholeBin:
    """Everything about one bin."""

    bin: BinRow
    contents: Sequence[Standing]
    history: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Flagging:
    """A flag with the entry that raised it."""

    code: str
    subject: str
    figures: Mapping[str, Any]
    entry: str
    day: date
    scan_id: str


@dataclass(frozen=True, slots=True)
class KeptScan:
    """A scan that was not booked."""

    scan_id: str
    site: str
    kind: str
    target: str | None
    status: str
    command: Mapping[str, Any]
    problem: Mapping[str, Any]
    received_on: date
    reason: str | None = field(default=None)


def sites_of(book: Rulebook, viewer: Viewer) -> list[int]:
    """The sites whose staff the viewer is."""
    return [
        site.id
        for site in book.sites.values()
        if viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
    ]


def visible_batches(book: Rulebook, viewer: Viewer) -> ColumnElement[bool]:
    return seen_in(book, viewer, _batch)


def seen_in(book: Rulebook, viewer: Viewer, table: Table) -> ColumnElement[bool]:
    """Of the sites whose staff the viewer is, or of its own organisations: nobody is both."""
    if viewer.supplier_ids and not viewer.is_staff:
        return table.c.supplier_id.in_(sorted(viewer.supplier_ids))
    return table.c.site_id.in_(sites_of(book, viewer))


def parts_of(book: Rulebook, viewer: Viewer, table: Table) -> list[ColumnElement[bool]]:
    """What `seen_in` comes to, part by part."""
    if viewer.supplier_ids and not viewer.is_staff:
        return one_of(table.c.supplier_id, sorted(viewer.supplier_ids))
    return one_of(table.c.site_id, sites_of(book, viewer))


def list_batches(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked
) -> list[ListedBatch]:
    """Batches, newest first. Two statements."""
    exists = visible_batches(book, viewer)
    statement = select(_batch).where(*_matching(book, asked, _batch))
    if asked.state == "held":
        statement = statement.where(_batch.c.held)
    elif asked.state:
        statement = statement.where(_batch.c.state == asked.state)
    if asked.supplier:
        wanted = book.organisations.get(asked.supplier)
        ids = book.children(wanted.id) if wanted else frozenset()
        statement = statement.where(_batch.c.supplier_id.in_(sorted(ids)))
    if asked.day:
        statement = statement.where(_batch.c.received_day == asked.day)
    if asked.since:
        statement = statement.where(_batch.c.received_day >= asked.since)
    parts = parts_of(book, viewer, _batch)
    rows = session.execute(
        newest_first(statement, _batch, asked, "received_day", exists=exists, among=parts)
    ).all()
    held = _mass_by(session, _balance.c.batch_id, [row.id for row in rows], Pool.HOLDING)
    return [ListedBatch(batch_row(book, row), held.get(row.id, 0)) for row in rows]


def list_bins(session: Session, book: Rulebook, viewer: Viewer, asked: Asked) -> list[ListedBin]:
    """Bins, newest first. Two statements."""
    exists = _bin.c.site_id.in_(sites_of(book, viewer))
    statement = select(_bin).where(*_matching(book, asked, _bin))
    if asked.state:
        statement = statement.where(_bin.c.state == asked.state)
    parts = one_of(_bin.c.site_id, sites_of(book, viewer))
    rows = session.execute(
        newest_first(statement, _bin, asked, None, exists=exists, among=parts)
    ).all()
    masses = _mass_by(session, _place.c.bin_id, [row.id for row in rows], Pool.BIN)
    return [ListedBin(bin_row(book, row), masses.get(row.id, 0)) for row in rows]


def _matching(book: Rulebook, asked: Asked, table: Table) -> list[ColumnElement[bool]]:
    where = [at_site(book, asked, table)]
    if asked.text:
        where.append(table.c.code.contains(asked.text.strip().upper(), autoescape=True))
    return where


def at_site(book: Rulebook, asked: Asked, table: Table) -> ColumnElement[bool]:
    """The condition that a row is of the site that a list is asked for, if any."""
    if not asked.site:
        return true()
    site = book.sites.get(asked.site)
    return table.c.site_id == site.id if site else false()


def _mass_by(
    session: Session, key: ColumnElement[Any], ids: Iterable[int], pool: Pool
) -> dict[int, int]:
    rows = session.execute(
        select(key, func.sum(_balance.c.mass_g))
        .select_from(_balance.join(_place, _place.c.id == _balance.c.place_id))
        .where(key.in_(list(ids)), _place.c.pool == pool.value)
        .group_by(key)
    )
    return {row[0]: int(row[1]) for row in rows}


def whole_batch(session: Session, book: Rulebook, code: str, viewer: Viewer) -> WholeBatch:
    """A batch with everything about it. Six statements. Raises NotFound."""
    batch = batch_by_code(session, book, code, viewer)
    touched = select(_movement.c.entry_id).where(_movement.c.batch_id == batch.id)
    gates = {row.id: row.code for row in book.operator(batch.site).gates.values()}
    replaced = session.execute(
        select(_batch.c.code).where(
            _batch.c.id
            == select(_batch.c.replaced_by_id).where(_batch.c.id == batch.id).scalar_subquery(),
            # What it became may be another supplier's, whose codes are nobody else's affair.
            visible_batches(book, viewer),
        )
    ).scalar_one_or_none()
    return WholeBatch(
        batch=batch,
        standings=standings_of_batch(session, batch.id),
        history=_history(session, or_(_entry.c.id.in_(touched), _entry.c.subject == batch.code)),
        gates=[
            GateState(gates[gate_id], free_g, free_pieces)
            for (_, gate_id), (free_g, free_pieces) in sorted(
                gate_balances(session, [batch.id]).items()
            )
        ],
        replaced_by=replaced,
    )


def whole_bin(session: Session, book: Rulebook, code: str, viewer: Viewer) -> WholeBin:
    """A bin with everything about it. Five statements. Raises NotFound."""
    row = bin_by_code(session, book, code, viewer)
    places = select(_place.c.id).where(_place.c.bin_id == row.id)
    touched = select(_movement.c.entry_id).where(
        or_(_movement.c.source_id.in_(places), _movement.c.target_id.in_(places))
    )
    return WholeBin(
        bin=row,
        contents=contents_of_bin(session, row.id),
        history=_history(session, or_(_entry.c.id.in_(touched), _entry.c.subject == row.code)),
    )


def history_of(session: Session, subject: str) -> list[Told]:
    """The entries about one thing, oldest first. Three statements."""
    return _history(session, _entry.c.subject == subject)


def _history(session: Session, where: ColumnElement[bool]) -> list[Told]:
    entries = [
        chain.read(row)
        for row in session.execute(
            select(_entry).where(where).order_by(_entry.c.recorded_at, _entry.c.id)
        )
    ]
    ids = [entry.id for entry in entries]
    undone = set(
        session.execute(select(_entry.c.reverses_id).where(_entry.c.reverses_id.in_(ids))).scalars()
    )
    kept = session.execute(select(_note.c.entry_id, _note.c.words).where(_note.c.entry_id.in_(ids)))
    notes = {row.entry_id: row.words for row in kept}
    return [Told(entry, entry.id in undone, notes.get(entry.id)) for entry in entries]


def flags(
    session: Session, book: Rulebook, viewer: Viewer, *, since: date, limit: int = 50
) -> list[Flagging]:
    """What a team leader should look at, the newest first. One statement."""
    chains = [
        f"site:{site.code}" for site in book.sites.values() if site.id in sites_of(book, viewer)
    ]
    statement = _flagged().where(chain.CHAIN.c.code.in_(chains), _entry.c.day >= since)
    return [_flagging(row) for row in session.execute(statement.limit(limit))]


def flags_of(session: Session, subject: str) -> list[Flagging]:
    """What was flagged about one thing and stands, the newest first. One statement."""
    statement = _flagged().where(_flag.c.subject == subject)
    return [_flagging(row) for row in session.execute(statement)]


def _flagged() -> Select[Any]:
    """Flags that stand: what was undone is no worry any more."""
    reversal = table_of(Entry).alias("reversal")
    undone = select(reversal.c.id).where(reversal.c.reverses_id == _entry.c.id)
    return (
        select(_flag, _entry.c.day, _entry.c.seq, _entry.c.scan_id, chain.CHAIN.c.code.label("at"))
        .select_from(
            # A sum is in no index: so few flags lead to their entries, not many entries to flags.
            _flag.join(_entry, _entry.c.id == _flag.c.entry_id + 0).join(
                chain.CHAIN, chain.CHAIN.c.id == _entry.c.chain_id
            )
        )
        .where(~undone.exists())
        .order_by(_flag.c.entry_id.desc(), _flag.c.code)
    )


def _flagging(row: Any) -> Flagging:
    return Flagging(
        row.code,
        row.subject,
        json.loads(row.figures),
        f"{row.at}#{row.seq}",
        row.day,
        row.scan_id,
    )


def kept_scans(
    session: Session, book: Rulebook, viewer: Viewer, *, status: str | None, asked: Asked
) -> list[KeptScan]:
    """Parked and refused scans, the newest first. One statement."""
    exists = _scan.c.site_id.in_(sites_of(book, viewer))
    statement = select(_scan).where(exists, at_site(book, asked, _scan))
    if status:
        statement = statement.where(_scan.c.status == status)
    if asked.after:
        # What a tablet sends at once is kept at one and the same time.
        last = select(_scan).where(_scan.c.scan_id == asked.after, exists).subquery()
        seen = (last.c.received_at, last.c.scan_id)
        statement = statement.where(
            tuple_(_scan.c.received_at, _scan.c.scan_id)
            < tuple_(*(select(one).scalar_subquery() for one in seen))
        )
    rows = session.execute(
        statement.order_by(_scan.c.received_at.desc(), _scan.c.scan_id.desc()).limit(
            min(asked.limit, PAGE_MAX)
        )
    )
    return [kept_scan(row, book) for row in rows]


def kept_scan(row: Any, book: Rulebook) -> KeptScan:
    """A row of the table of scans that were not booked."""
    return KeptScan(
        row.scan_id,
        book.sites_by_id[row.site_id].code,
        row.kind,
        row.target,
        row.status,
        json.loads(row.command),
        json.loads(row.problem),
        row.received_at.date(),
        row.settled_reason,
    )
