"""A new key takes over: said by the old one, accepted by the new one, so that anybody who trusts a
key of earlier can follow to the one of today. Pure.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from proof.signing import KEY_SIZE, KeyRing, SigningKey, holds, key_id, seal, verify_document

KEY_PURPOSE: Final = "stofstroom/key/1"


def key_change(old: SigningKey, new: SigningKey) -> dict[str, Any]:
    """What is said when `new` signs from its `valid_from` on: `rotation`, the envelope signed by
    the old key, and `accepted`, the same document signed by the new one.

    The same keys give the same bytes, whenever it is said.
    """
    document = {
        "old": old.key_id,
        "new": new.key_id,
        "public": base64.b64encode(new.public).decode("ascii"),
        "valid_from": instant(new.valid_from),
    }
    by_new = seal(new, KEY_PURPOSE, document)
    return {
        "rotation": seal(old, KEY_PURPOSE, document),
        "accepted": {name: by_new[name] for name in ("key", "signature")},
    }


def key_changes(ring: KeyRing) -> list[dict[str, Any]]:
    """Every change that a ring went through, oldest first."""
    return [key_change(old, new) for old, new in zip(ring.keys, ring.keys[1:], strict=False)]


def taken_over(said: object, public_keys: Mapping[str, bytes]) -> bytes | None:
    """The public key that took over, raw; None unless one of these keys and the new one say so."""
    if not isinstance(said, dict) or not holds(said.get("rotation"), public_keys, KEY_PURPOSE):
        return None
    envelope = said["rotation"]
    document, accepted = envelope["document"], said.get("accepted")
    public = _public(document.get("public"))
    if (
        public is None
        or not isinstance(accepted, dict)
        or document.get("old") != envelope["key"]
        or document.get("new") != key_id(public)
        or not verify_document(public, KEY_PURPOSE, document, accepted)
    ):
        return None
    return public


def trusted(public_keys: Mapping[str, bytes], changes: Iterable[object]) -> dict[str, bytes]:
    """These keys, and all that took over from them by one change after the other."""
    known = dict(public_keys)
    for said in changes:
        public = taken_over(said, known)
        if public is not None:
            known[key_id(public)] = public
    return known


def instant(moment: datetime) -> str:
    """An instant as every signed document writes it: UTC, microseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _public(text: object) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == KEY_SIZE else None
