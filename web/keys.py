"""The keys that sign: which there are, and how a new one takes over.

The key file is changed first and the chains after it, in a transaction that holds their heads. When
the power goes between the two, the new key signs already, and both keys are in the file: whoever
comes next finds the change unsaid and says it. The other way round a chain could announce a key
that is lost.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from chain.queries import heads
from chain.signed import announce_keys, announced, lock_all
from proof.rotation import instant, key_change
from proof.signing import KeyRing, load_or_create_ring, save_ring
from store.engine import Database

OPERATORS: Final = "operator:"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signs or signed. retired_at: since when another one signs in its place.

    change: what the key before it signed when this one took over; none of the first.
    """

    key: str
    public: str
    valid_from: str
    retired_at: str | None
    change: dict[str, Any] | None

    @property
    def since(self) -> datetime:
        return datetime.fromisoformat(self.valid_from)

    @property
    def until(self) -> datetime | None:
        return datetime.fromisoformat(self.retired_at) if self.retired_at else None

    def said(self) -> dict[str, Any]:
        """As JSON, for everybody."""
        return {
            "key": self.key,
            "public": self.public,
            "valid_from": self.valid_from,
            "retired_at": self.retired_at,
            "change": self.change,
        }


@dataclass(frozen=True, slots=True)
class Rotated:
    """key: the one that signs now. finished: it did so already, and the chains say so now."""

    key: str
    finished: bool
    entries: int


def public_keys(ring: KeyRing) -> list[PublicKey]:
    """All keys of a ring, the one that signs first."""
    keys = ring.keys
    return [
        PublicKey(
            key=key.key_id,
            public=base64.b64encode(key.public).decode("ascii"),
            valid_from=instant(key.valid_from),
            retired_at=instant(keys[place + 1].valid_from) if place + 1 < len(keys) else None,
            change=key_change(keys[place - 1], key) if place else None,
        )
        for place, key in reversed(list(enumerate(keys)))
    ]


def rotate(database: Database, file: Path, *, now: datetime) -> Rotated:
    """Let a new key sign from now on, and every operator's chain say so.

    A rotation that was cut off after the key file was written is finished, and no further key is
    made. Servers read the file for every signature, so they need no restart.
    """
    with database.write() as session:
        chains = _operators(session)
        lock_all(session, chains)
        ring = load_or_create_ring(file, now=now)
        finished = _is_unsaid(session, ring, chains)
        if not finished:
            ring = ring.with_new_key(now=max(now, ring.current.valid_from))
            save_ring(file, ring)
        entries = announce_keys(session, ring, chains, now=now)
    return Rotated(ring.current.key_id, finished, entries)


def finish(database: Database, file: Path, *, now: datetime) -> int:
    """Say on every operator's chain what it does not say yet of keys; gives the new entries."""
    ring = load_or_create_ring(file, now=now)
    if len(ring.keys) == 1:
        return 0
    with database.write() as session:
        chains = _operators(session)
        lock_all(session, chains)
        return announce_keys(session, ring, chains, now=now)


def _operators(session: Session) -> list[str]:
    return [head.chain for head in heads(session) if head.chain.startswith(OPERATORS)]


def _is_unsaid(session: Session, ring: KeyRing, chains: list[str]) -> bool:
    """Whether the key that signs took over without any chain saying so."""
    if len(ring.keys) == 1 or not chains:
        return False
    said = announced(session, chains)
    return not any(ring.current.key_id in keys for keys in said.values())
