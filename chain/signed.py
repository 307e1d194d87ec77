"""Entries that say something signed: that a backup was restored, and that a new key took over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import Session

from chain.actions import Draft, append, content_of, instant, lock
from chain.checkpoints import root_of
from chain.queries import CHAIN, Head
from chain.tables import Entry
from proof.rotation import key_changes
from proof.signing import RESTORE_PURPOSE, KeyRing, seal
from store.columns import table_of

ROTATE: Final = "rotate_key"

_entry = table_of(Entry)


def restored(head: Head, ring: KeyRing, *, backup_at: str, now: datetime) -> dict[str, object]:
    """What the entry of a restore says, signed: the chain stood like this when it was restored.

    head: of the chain before that entry. backup_at: when the backup was made.
    """
    document = {
        "chain": head.chain,
        "size": head.size,
        "root": root_of(head).hex(),
        "at": instant(now),
        "backup_at": backup_at,
    }
    return seal(ring.current, RESTORE_PURPOSE, document)


def lock_all(session: Session, chains: Sequence[str]) -> None:
    """Take the heads of these chains until the commit, in an order in which nobody waits for
    another. Call it before anything else."""
    for chain in sorted(chains):
        lock(session, chain)


def announced(session: Session, chains: Sequence[str]) -> dict[str, set[str]]:
    """The keys that took over, by their id, as each of these chains says. One statement."""
    found: dict[str, set[str]] = {chain: set() for chain in chains}
    rows = session.execute(
        select(CHAIN.c.code, _entry.c.payload)
        .join(CHAIN, CHAIN.c.id == _entry.c.chain_id)
        .where(CHAIN.c.code.in_(chains), _entry.c.kind == ROTATE)
    )
    for code, payload in rows:
        found[code].add(json.loads(payload)["body"]["accepted"]["key"])
    return found


def announce_keys(session: Session, ring: KeyRing, chains: Sequence[str], *, now: datetime) -> int:
    """Write on each of these chains what it does not say yet of keys that took over.

    Gives the number of entries. Lock the heads first: nobody else must write the same.
    """
    said = announced(session, chains)
    written = 0
    for chain in sorted(chains):
        for change in key_changes(ring):
            if change["accepted"]["key"] not in said[chain]:
                append(session, chain, _draft(change, now), now=now)
                written += 1
    return written


def _draft(change: dict[str, Any], now: datetime) -> Draft:
    key = change["accepted"]["key"]
    return Draft(
        kind=ROTATE,
        scan_id=str(uuid4()),
        at=now,
        day=now.astimezone(UTC).date(),
        content=content_of(ROTATE, key, {}),
        subject=key,
        body=change,
    )
