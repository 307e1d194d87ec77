"""Signed heads of all chains: what others keep, so that nobody can rewrite or cut off history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from chain.queries import heads
from proof.merkle import Frontier, root
from proof.signing import KeyRing, TreeHead, sign_head, verify_head
from streams.verify import Seal


class CheckpointUnusable(Exception):
    """A checkpoint says nothing; the message says why."""


def signed_heads(session: Session, ring: KeyRing, *, now: datetime) -> list[dict[str, object]]:
    """A signed tree head for every chain. One statement."""
    return [
        sign_head(
            ring.current,
            TreeHead(
                log=head.chain, size=head.size, root=root(Frontier(head.size, head.peaks)), at=now
            ),
        )
        for head in heads(session)
    ]


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


def _seal(signed: Any, public_keys: Mapping[str, bytes]) -> Seal:
    public = public_keys.get(str(signed.get("key"))) if isinstance(signed, dict) else None
    if public is None:
        raise CheckpointUnusable("The checkpoint was not signed with a key of this installation.")
    if not verify_head(signed, public):
        raise CheckpointUnusable(f"The signature under {signed.get('log')} does not hold.")
    return Seal(chain=signed["log"], size=signed["size"], root=signed["root"])
