"""Reads of the logbook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select
from sqlmodel import Session

from chain.rows import SEQ_BITS
from chain.tables import Chain, Entry, Node
from store.columns import table_of
from store.sheet import known

CHAIN = _chain = table_of(Chain)
_entry = table_of(Entry)
_node = table_of(Node)

EDITIONS: Final = "editions"
"""The kind of what a sheet knows of the heads of all chains of a kind."""

_EDITIONS = (
    select(_chain.c.code, _chain.c.head_hash)
    .where(_chain.c.code.like(bindparam("beginning")))
    .order_by(_chain.c.code)
)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its payload read."""

    id: int
    chain: str
    seq: int
    kind: str
    scan_id: str
    subject: str | None
    reverses: str | None
    at: datetime
    recorded_at: datetime
    day: date
    hash: str
    content: str
    body: dict[str, Any]
    answer: dict[str, Any]

    @property
    def code(self) -> str:
        """What people and exports call it: `chain#seq`."""
        return f"{self.chain}#{self.seq}"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands now."""

    chain: str
    size: int
    head_hash: str
    peaks: tuple[bytes, ...]
    epoch: str


def entry_by_scan(session: Session, scan_id: str) -> EntryRow | None:
    """The entry of a scan, or None. One statement."""
    row = session.execute(select(_entry).where(_entry.c.scan_id == scan_id)).one_or_none()
    return None if row is None else read(row)


def entries_of_subject(session: Session, subject: str) -> list[EntryRow]:
    """All entries about one thing, oldest first. One statement."""
    rows = session.execute(select(_entry).where(_entry.c.subject == subject).order_by(_entry.c.id))
    return [read(row) for row in rows]


def entries_about(session: Session, chain: str, beginning: str) -> list[EntryRow]:
    """Entries of one chain about everything whose name begins so, oldest first. One statement."""
    rows = session.execute(
        select(_entry)
        .join(_chain, _chain.c.id == _entry.c.chain_id)
        .where(_chain.c.code == chain, _entry.c.subject.startswith(beginning, autoescape=True))
        .order_by(_entry.c.seq)
    )
    return [read(row) for row in rows]


def reversed_by(session: Session, entry_id: int) -> str | None:
    """scan_id of the entry that undid this one. One statement."""
    return session.execute(
        select(_entry.c.scan_id).where(_entry.c.reverses_id == entry_id)
    ).scalar_one_or_none()


def heads(session: Session) -> list[Head]:
    """The heads of all chains, by code. One statement."""
    rows = session.execute(select(_chain).order_by(_chain.c.code))
    return [_head(row) for row in rows]


def head(session: Session, chain: str) -> Head:
    """The head of one chain, which exists. One statement."""
    return _head(session.execute(select(_chain).where(_chain.c.code == chain)).one())


def bodies_after(session: Session, chain: str, seq: int, *, limit: int) -> list[dict[str, Any]]:
    """What the entries of a chain after a place in it say, oldest first. One statement."""
    rows = session.execute(
        select(_entry.c.payload)
        .join(_chain, _chain.c.id == _entry.c.chain_id)
        .where(_chain.c.code == chain, _entry.c.seq > seq)
        .order_by(_entry.c.seq)
        .limit(limit)
    )
    return [json.loads(row.payload)["body"] for row in rows]


def chain_number(session: Session, chain: str) -> int:
    """The key of a chain, which exists. One statement."""
    return int(session.execute(select(_chain.c.id).where(_chain.c.code == chain)).scalar_one())


def node(session: Session, chain_id: int, level: int, index: int) -> bytes:
    """A node of the tree: level 0 is an entry's hash. One statement."""
    if level == 0:
        found = select(_entry.c.hash).where(
            _entry.c.chain_id == chain_id, _entry.c.seq == index + 1
        )
    else:
        found = select(_node.c.hash).where(
            _node.c.chain_id == chain_id, _node.c.level == level, _node.c.index == index
        )
    return bytes.fromhex(session.execute(found).scalar_one())


def read(row: Row[Any]) -> EntryRow:
    """An entry row with its payload parsed."""
    payload = json.loads(row.payload)
    return EntryRow(
        id=row.id,
        chain=payload["chain"],
        seq=row.seq,
        kind=row.kind,
        scan_id=row.scan_id,
        subject=row.subject,
        reverses=payload["reverses"],
        at=row.at,
        recorded_at=row.recorded_at,
        day=row.day,
        hash=row.hash,
        content=payload["content"],
        body=payload["body"],
        answer=payload["answer"],
    )


def _head(row: Row[Any]) -> Head:
    peaks = tuple(bytes.fromhex(peak) for peak in row.peaks.split(",") if peak)
    return Head(row.code, row.size, row.head_hash, peaks, row.epoch)


def editions(session: Session, prefix: str) -> tuple[tuple[str, str], ...]:
    """Codes and head hashes of the chains that begin so, by code. One statement, none where it is
    known."""

    def ask() -> tuple[tuple[str, str], ...]:
        rows = session.connection().execute(_EDITIONS, {"beginning": f"{prefix}%"})
        return tuple((code, head_hash) for code, head_hash in rows)

    return known(session, (EDITIONS, prefix), ask)


def scans_in_the_way(session: Session, entry_ids: Select[Any]) -> list[str]:
    """Scans of these entries that were not undone, the last first. One statement."""
    return _standing_scans(session, _entry.c.id.in_(entry_ids))


def scans_that_changed(
    session: Session, after: EntryRow, key: str, *, column: str = ""
) -> list[str]:
    """Scans after an entry, in its chain, that changed the row of this key. One statement.

    column: only those that changed this one, the first by name of all that they changed.
    """
    said = f'"key":"{key}"' + (f',"set":{{"{column}"' if column else "")
    changed = _entry.c.payload.contains(said, autoescape=True)
    same_chain = _entry.c.chain_id == after.id >> SEQ_BITS
    return _standing_scans(session, and_(same_chain, _entry.c.id > after.id, changed))


def _standing_scans(session: Session, where: ColumnElement[bool]) -> list[str]:
    undone = select(_entry.c.reverses_id).where(_entry.c.reverses_id.is_not(None))
    rows = session.execute(
        select(_entry.c.scan_id)
        .where(where, _entry.c.kind != "reverse", _entry.c.id.not_in(undone))
        .order_by(_entry.c.id.desc())
        .limit(50)
    )
    return [row.scan_id for row in rows]
