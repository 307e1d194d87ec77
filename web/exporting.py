"""Exports as a server or a command hands them on: with control files that are signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from proof.signing import EXPORT_PURPOSE, KeyRing, TreeHead, seal, sign_head
from reporting.packages import Seal


def seal_of(ring: KeyRing) -> Seal:
    """Signs control files with the key of today."""
    return lambda document: seal(ring.current, EXPORT_PURPOSE, document)


def signed_heads(
    ring: KeyRing, as_of: Iterable[Mapping[str, Any]], now: datetime
) -> list[dict[str, object]]:
    """The heads up to which figures stand, signed."""
    return [
        sign_head(
            ring.current,
            TreeHead(
                log=f"site:{one['site']}", size=one["seq"], root=bytes.fromhex(one["root"]), at=now
            ),
        )
        for one in as_of
    ]


def signed_control(ring: KeyRing, said: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The control file beside an export: what is said of it, with signed heads, signed itself."""
    document = {**said, "checkpoints": signed_heads(ring, said["as_of"], now)}
    return {**document, "signed": seal_of(ring)(document)}
