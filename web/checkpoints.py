"""Signed heads of chains: what others keep, so that nobody can rewrite or cut off history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session

from chain.checkpoints import all_given_out, checkpoint_now
from chain.queries import heads
from proof.signing import KeyRing, load_or_create_ring, verify_head
from streams.seals import Seal
from streams.verify import Breach

__all__ = [
    "CheckpointUnusable",
    "checkpoint_now",
    "checkpoint_of_all",
    "kept_seals",
    "ring_of",
    "seals",
]


class CheckpointUnusable(Exception):
    """A checkpoint says nothing; the message says why."""


def ring_of(request: Request) -> KeyRing:
    """The keys, read anew for every call: a new one signs as soon as it is there."""
    return load_or_create_ring(request.app.state.settings.keys, now=request.app.state.clock())


def checkpoint_of_all(session: Session, ring: KeyRing, *, now: datetime) -> list[dict[str, object]]:
    """A signed head for every chain, kept; of a chain that has not grown the one of before."""
    return checkpoint_now(session, ring, [head.chain for head in heads(session)], now=now)


def seals(text: str, public_keys: Mapping[str, bytes]) -> list[Seal]:
    """What a checkpoint says, once its signatures hold: a list of signed heads, or a single one.

    public_keys: by key id. Raises CheckpointUnusable.
    """
    try:
        said = json.loads(text)
    except ValueError as error:
        raise CheckpointUnusable("The checkpoint is not JSON.") from error
    signed = said if isinstance(said, list) else [said]
    if not signed:
        raise CheckpointUnusable("The checkpoint holds no signed head.")
    return [_seal(head, public_keys) for head in signed]


def kept_seals(
    session: Session, public_keys: Mapping[str, bytes]
) -> tuple[list[Seal], list[Breach], int]:
    """What the checkpoints say that were given out, and those whose signature does not hold.

    Also the number of those that a key signed which is not at hand: these are left out.
    """
    holding, broken, unknown = [], [], 0
    for signed in all_given_out(session):
        public = public_keys.get(str(signed["key"]))
        if public is None:
            unknown += 1
        elif verify_head(signed, public):
            holding.append(_said(signed))
        else:
            where = f"checkpoint {signed['log']}#{signed['size']}"
            broken.append(Breach(where, "it was kept here, and its signature does not hold"))
    return holding, broken, unknown


def _seal(signed: Any, public_keys: Mapping[str, bytes]) -> Seal:
    public = public_keys.get(str(signed.get("key"))) if isinstance(signed, dict) else None
    if public is None:
        raise CheckpointUnusable("The checkpoint was not signed with a key of this installation.")
    if not verify_head(signed, public):
        raise CheckpointUnusable(f"The signature under {signed.get('log')} does not hold.")
    return _said(signed)


def _said(signed: Mapping[str, Any]) -> Seal:
    return Seal(chain=signed["log"], size=signed["size"], root=signed["root"], at=str(signed["at"]))
