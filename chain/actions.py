"""Open a chain and append entries to it. An entry holds all that it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from chain import register
from chain.queries import EDITIONS
from chain.rows import SEQ_BITS, RowChange, said
from chain.tables import Chain, Entry, Node
from proof.canonical import canonical
from proof.merkle import Frontier, leaf_hash
from proof.merkle import append as grow
from store.columns import table_of
from store.sheet import change, forget, known, later

NO_HASH = "0" * 64
PAYLOAD_VERSION = 1

_chain = table_of(Chain)
_entry = table_of(Entry)
_node = table_of(Node)

HEAD: Final = "head"
"""The kind of what a sheet knows of the heads of chains: who knows one has locked it."""

# Statements of the hot path are built once: building one costs more than running it.
_HEAD = (
    select(_chain.c.id, _chain.c.size, _chain.c.head_hash, _chain.c.peaks)
    .where(_chain.c.code == bindparam("chain"))
    .with_for_update()
)
_WRITE_ENTRY = insert(_entry)
_WRITE_NODES = insert(_node)
_MOVE_HEAD = (
    update(_chain)
    .where(_chain.c.id == bindparam("chain_id"))
    .values(size=bindparam("size"), head_hash=bindparam("head_hash"), peaks=bindparam("peaks"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before it has a place in its chain.

    content: hash of the command it answers; reverses: key and scan_id of the entry it undoes.
    """

    kind: str
    scan_id: str
    at: datetime
    day: date
    content: str
    subject: str | None = None
    reverses: tuple[int, str] | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[RowChange] = ()


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a chain stands, with its head locked."""

    chain_id: int
    hash: str
    frontier: Frontier


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry came to stand."""

    id: int
    seq: int
    hash: str


def content_of(kind: str, target: str | None, command: Mapping[str, Any]) -> str:
    """SHA-256 of a command with its target: what "the same content" means for a repeat."""
    said = canonical({"kind": kind, "target": target, "command": dict(command)})
    return hashlib.sha256(said).hexdigest()


def instant(moment: datetime) -> str:
    """An instant as every payload writes it: UTC, microseconds, Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def open_chain(session: Session, code: str, *, now: datetime) -> None:
    """Begin a chain with an entry of its own that fixes its first epoch."""
    chain_id = (session.execute(select(func.max(_chain.c.id))).scalar() or 0) + 1
    epoch = str(uuid4())
    session.execute(
        insert(_chain).values(
            id=chain_id, code=code, size=0, head_hash=NO_HASH, peaks="", epoch=epoch
        )
    )
    draft = Draft(
        kind="open_chain",
        scan_id=str(uuid4()),
        at=now,
        day=now.astimezone(UTC).date(),
        content=content_of("open_chain", code, {}),
        subject=code,
        body={"epoch": epoch},
    )
    append(session, code, draft, now=now)


def new_epoch(
    session: Session,
    code: str,
    *,
    now: datetime,
    restored: Mapping[str, object] | None = None,
) -> str:
    """Write the entry of a restore: tablets that see a new epoch send accepted scans again.

    restored: what was restored, signed (`chain.signed.restored`).
    """
    epoch = str(uuid4())
    signed = {} if restored is None else {"restored": dict(restored)}
    draft = Draft(
        kind="restore",
        scan_id=str(uuid4()),
        at=now,
        day=now.astimezone(UTC).date(),
        content=content_of("restore", code, {"epoch": epoch}),
        subject=code,
        body={"epoch": epoch, **signed},
    )
    append(session, code, draft, now=now)
    session.execute(update(_chain).where(_chain.c.code == code).values(epoch=epoch))
    return epoch


def lock(session: Session, chain: str) -> None:
    """Take the head of a chain until the commit. Whoever has it locks nothing else any more, so
    that no two writers wait for each other. One statement, none where it is taken already."""
    _head(session, chain)


def append(session: Session, chain: str, draft: Draft, *, now: datetime) -> Appended:
    """Append an entry and write its register rows. Locks the chain's head: call it last.

    Statements: 3, plus one per register row and one when tree nodes are completed; where works
    share a sheet, so many for all of them.
    """
    head = _head(session, chain)
    seq = head.frontier.size + 1
    payload = canonical(_payload(draft, chain, seq, head.hash, now)).decode()
    leaf = leaf_hash(payload.encode())
    entry_id = (head.chain_id << SEQ_BITS) + seq
    entry = {
        "id": entry_id,
        "chain_id": head.chain_id,
        "seq": seq,
        "kind": draft.kind,
        "scan_id": draft.scan_id,
        "subject": draft.subject,
        "reverses_id": draft.reverses[0] if draft.reverses else None,
        "at": draft.at,
        "recorded_at": now,
        "day": draft.day,
        "payload": payload,
        "hash": leaf.hex(),
    }
    frontier, completed = grow(head.frontier, leaf)
    moved = _Head(head.chain_id, leaf.hex(), frontier)
    change(session, (HEAD, chain), lambda _head: moved)
    forget(session, (EDITIONS, f"{chain.partition(':')[0]}:"))
    forget(session, (_entry.name, draft.scan_id))
    later(session, _write_entries, [entry], first=True)
    later(session, _write_nodes, [(head.chain_id, *node) for node in completed])
    later(session, _move_heads, [moved])
    register.write(session, draft.rows, entry_id=entry_id)
    return Appended(entry_id, seq, leaf.hex())


def _head(session: Session, chain: str) -> _Head:
    """The head of a chain, locked. One statement, none where it is known."""

    def ask() -> _Head:
        row = session.connection().execute(_HEAD, {"chain": chain}).one()
        peaks = tuple(bytes.fromhex(peak) for peak in row.peaks.split(",") if peak)
        return _Head(row.id, row.head_hash, Frontier(row.size, peaks))

    return known(session, (HEAD, chain), ask)


def _write_entries(session: Session, entries: list[dict[str, Any]]) -> None:
    session.connection().execute(_WRITE_ENTRY, entries)


def _write_nodes(session: Session, nodes: list[tuple[int, int, int, bytes]]) -> None:
    rows = [
        {"chain_id": chain_id, "level": level, "index": index, "hash": digest.hex()}
        for chain_id, level, index, digest in nodes
    ]
    session.connection().execute(_WRITE_NODES, rows)


def _move_heads(session: Session, heads: list[_Head]) -> None:
    last = {head.chain_id: head for head in heads}
    rows = [
        {
            "chain_id": head.chain_id,
            "size": head.frontier.size,
            "head_hash": head.hash,
            "peaks": ",".join(peak.hex() for peak in head.frontier.peaks),
        }
        for head in sorted(last.values(), key=lambda head: head.chain_id)
    ]
    session.connection().execute(_MOVE_HEAD, rows)


def _payload(draft: Draft, chain: str, seq: int, prev: str, now: datetime) -> dict[str, Any]:
    body = dict(draft.body)
    if draft.rows:
        body["rows"] = said(draft.rows)
    return {
        "v": PAYLOAD_VERSION,
        "chain": chain,
        "seq": seq,
        "prev": prev,
        "kind": draft.kind,
        "scan_id": draft.scan_id,
        "subject": draft.subject,
        "reverses": draft.reverses[1] if draft.reverses else None,
        "at": instant(draft.at),
        "recorded_at": instant(now),
        "day": draft.day.isoformat(),
        "content": draft.content,
        "body": body,
        "answer": dict(draft.answer),
    }
