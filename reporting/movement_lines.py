"""Movements as lines of an export: whose it was, from where to where, how much, by which entry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, func, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import UNKNOWN_GROUP, Role
from catalogue.rows import DestinationRow
from catalogue.rulebook import Rulebook
from chain.rows import SEQ_BITS
from chain.tables import Chain, Entry
from reporting.access import Scope
from reporting.formats import LINES_AT_ONCE, Cell, Column, Kind
from reporting.queries import asked_for
from reporting.questions import Question
from store.columns import table_of
from streams.tables import Batch, Movement, Place

_movement = table_of(Movement)
_entry = table_of(Entry)
_batch = table_of(Batch)
_chain = table_of(Chain)
_source = table_of(Place).alias("source")
_target = table_of(Place).alias("target")

COLUMNS = (
    Column("entry"),
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


def lines(
    session: Session, book: Rulebook, viewer: Viewer, seen: Scope, asked: Question
) -> Iterator[list[Cell]]:
    """The movements, oldest entry first. Two statements; the second streams."""
    words = _words(session, book)
    audited = viewer.role is Role.AUDITOR
    rows = session.execute(
        _statement(seen, asked, audited=audited), execution_options={"yield_per": LINES_AT_ONCE}
    )
    for row in rows:
        line = _line(words, row)
        yield [*line, *_traces(row)] if audited else line


@dataclass(frozen=True, slots=True)
class _Words:
    """The codes of the keys in a row: there are few of them, so joining them would only cost."""

    chains: Mapping[int, str]
    organisations: Mapping[int, str]
    sites: Mapping[int, str]
    groups: Mapping[int, str]
    destinations: Mapping[int, DestinationRow]
    loss_kinds: Mapping[int, str]

    def entry(self, entry_id: int) -> str:
        seq = entry_id & ((1 << SEQ_BITS) - 1)
        return f"{self.chains[entry_id >> SEQ_BITS]}#{seq}"


def _words(session: Session, book: Rulebook) -> _Words:
    operators = book.operators.values()
    chains = session.execute(select(_chain.c.id, _chain.c.code))
    return _Words(
        chains={row.id: row.code for row in chains},
        organisations={row.id: row.code for row in book.organisations.values()},
        sites={row.id: row.code for row in book.sites.values()},
        groups={row.id: row.code for one in operators for row in one.groups.values()},
        destinations={row.id: row for one in operators for row in one.destinations},
        loss_kinds={row.id: row.code for one in operators for row in one.loss_kinds.values()},
    )


def _statement(seen: Scope, asked: Question, *, audited: bool) -> Select[Any]:
    traces = (_entry.c.at, _entry.c.scan_id, _entry.c.payload) if audited else ()
    selected = select(
        _movement,
        _entry.c.day,
        _entry.c.hash,
        _entry.c.reverses_id,
        _batch.c.code.label("batch"),
        _batch.c.supplier_id,
        _batch.c.site_id,
        _batch.c.group_id,
        _batch.c.received_day,
        *(_place_columns(_source, "source")),
        *(_place_columns(_target, "target")),
        *traces,
    )
    joined = (
        _movement.join(_entry, _entry.c.id == _movement.c.entry_id)
        .join(_batch, _batch.c.id == _movement.c.batch_id)
        .join(_source, _source.c.id == _movement.c.source_id)
        .join(_target, _target.c.id == _movement.c.target_id)
    )
    return (
        selected.select_from(joined)
        .where(*asked_for(seen, asked))
        .order_by(_movement.c.entry_id, _movement.c.line)
    )


def _place_columns(place: FromClause, side: str) -> tuple[ColumnElement[Any], ...]:
    return (
        place.c.code.label(side),
        place.c.destination_id.label(f"{side}_destination_id"),
        place.c.loss_kind_id.label(f"{side}_loss_kind_id"),
    )


def _line(words: _Words, row: Row[Any]) -> list[Cell]:
    source = words.destinations.get(row.source_destination_id)
    target = words.destinations.get(row.target_destination_id)
    source_group = words.groups[row.source_group_id]
    target_group = words.groups[row.target_group_id]
    loss_kind_id = row.target_loss_kind_id or row.source_loss_kind_id
    final = target or source
    return [
        words.entry(row.entry_id),
        row.day,
        row.received_day,
        row.batch,
        words.organisations[row.supplier_id],
        words.sites[row.site_id],
        row.source,
        source.code if source else None,
        source.version if source else None,
        source.stream.value if source else None,
        row.target,
        target.code if target else None,
        target.version if target else None,
        final.stream.value if final else None,
        source_group,
        target_group,
        _group(target_group, source_group, words.groups[row.group_id]),
        words.loss_kinds[loss_kind_id] if loss_kind_id is not None else None,
        row.mass_g,
        row.pieces,
        row.source_quality,
        row.target_quality,
        words.entry(row.reverses_id) if row.reverses_id is not None else None,
        row.hash,
    ]


def _group(*codes: str) -> str:
    """The group that says most: found at the target, found at the source, declared."""
    return next((code for code in codes if code != UNKNOWN_GROUP), UNKNOWN_GROUP)


def _traces(row: Row[Any]) -> list[Cell]:
    return [row.at, json.loads(row.payload)["body"].get("station"), row.scan_id]
