"""Movements as lines of an export: whose it was, from where to where, how much, by which entry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import UNKNOWN_GROUP, Role
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
        line = _line(words, row[:_MOVED])
        yield [*line, *_traces(*row[_MOVED:])] if audited else line


@dataclass(frozen=True, slots=True)
class _Words:
    """The codes of the keys in a row: there are few of them, so joining them would only cost.

    destinations: code, version and stream. None stands for none.
    """

    chains: Mapping[int, str]
    organisations: Mapping[int, str]
    sites: Mapping[int, str]
    groups: Mapping[int, str]
    destinations: Mapping[int | None, tuple[str, int, str] | tuple[None, None, None]]
    loss_kinds: Mapping[int | None, str | None]

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
        destinations={
            None: (None, None, None),
            **{
                row.id: (row.code, row.version, row.stream.value)
                for one in operators
                for row in one.destinations
            },
        },
        loss_kinds={
            None: None,
            **{row.id: row.code for one in operators for row in one.loss_kinds.values()},
        },
    )


def _statement(seen: Scope, asked: Question, *, audited: bool) -> Select[Any]:
    traces = (_entry.c.at, _entry.c.scan_id, _entry.c.payload) if audited else ()
    selected = select(*_moved_columns(), *traces)
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


def _moved_columns() -> tuple[ColumnElement[Any], ...]:
    """What `_line` unpacks, in its order: by name it would take twice the time."""
    return (
        _movement.c.entry_id,
        _entry.c.reverses_id,
        _entry.c.hash,
        _entry.c.day,
        _batch.c.received_day,
        _batch.c.code,
        _batch.c.supplier_id,
        _batch.c.site_id,
        _batch.c.group_id,
        _source.c.code,
        _source.c.destination_id,
        _source.c.loss_kind_id,
        _target.c.code,
        _target.c.destination_id,
        _target.c.loss_kind_id,
        _movement.c.source_group_id,
        _movement.c.target_group_id,
        _movement.c.mass_g,
        _movement.c.pieces,
        _movement.c.source_quality,
        _movement.c.target_quality,
    )


_MOVED = len(_moved_columns())


def _line(words: _Words, moved: tuple[Any, ...]) -> list[Cell]:
    # fmt: off
    (
        entry_id, reverses_id, digest, day, received_day,
        batch, supplier_id, site_id, declared_id,
        source, source_destination_id, source_loss_id,
        target, target_destination_id, target_loss_id,
        source_group_id, target_group_id, mass_g, pieces, source_quality, target_quality,
    ) = moved
    # fmt: on
    source_code, source_version, source_stream = words.destinations[source_destination_id]
    target_code, target_version, target_stream = words.destinations[target_destination_id]
    source_group = words.groups[source_group_id]
    target_group = words.groups[target_group_id]
    return [
        words.entry(entry_id),
        day,
        received_day,
        batch,
        words.organisations[supplier_id],
        words.sites[site_id],
        source,
        source_code,
        source_version,
        source_stream,
        target,
        target_code,
        target_version,
        target_stream or source_stream,
        source_group,
        target_group,
        _group(target_group, source_group, words.groups[declared_id]),
        words.loss_kinds[target_loss_id or source_loss_id],
        mass_g,
        pieces,
        source_quality,
        target_quality,
        None if reverses_id is None else words.entry(reverses_id),
        digest,
    ]


def _group(*codes: str) -> str:
    """The group that says most: found at the target, found at the source, declared."""
    return next((code for code in codes if code != UNKNOWN_GROUP), UNKNOWN_GROUP)


def _traces(at: datetime, scan_id: str, payload: str) -> list[Cell]:
    return [at, json.loads(payload)["body"].get("station"), scan_id]
