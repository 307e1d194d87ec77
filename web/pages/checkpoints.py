"""Signed heads for anybody to keep, those of earlier, the public keys, and how to check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response

from chain import checkpoints as kept
from chain.queries import heads
from proof import verifier
from web.api.proofs import CHAIN, SIZE_MAX
from web.checkpoints import ring_of
from web.deps import ReadDb
from web.keys import PublicKey, public_keys
from web.pages.visiting import show_to_stranger

router = APIRouter(include_in_schema=False)

SHOWN: Final = 30
API: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class ShownHead:
    """A signed head. file: its JSON; way: the proof that it is the beginning of today's chain."""

    chain: str
    size: int
    root: str
    at: datetime
    key: str
    file: str
    way: str


@dataclass(frozen=True, slots=True)
class CheckpointsPage:
    """now: of every chain, as it stands. earlier: those given out, of `chain` or of all, the
    newest first; next: where those before them are."""

    now: Sequence[ShownHead]
    earlier: Sequence[ShownHead]
    chain: str | None
    first: str | None
    next: str | None
    keys: Sequence[PublicKey]


@router.get("/checkpoints")
def checkpoints(
    request: Request,
    db: ReadDb,
    chain: Annotated[str | None, Query(pattern=CHAIN, max_length=40)] = None,
    after: Annotated[int | None, Query(ge=1, le=SIZE_MAX)] = None,
) -> Response:
    ring, now = ring_of(request), request.app.state.clock()
    standing = [_shown(kept.signed(head, ring, now=now)) for head in heads(db)]
    found = kept.given_out(db, chain, below=after if chain else None, limit=SHOWN + 1)
    shown = [_shown(one) for one in found[:SHOWN]]
    more = None
    if chain and len(found) > SHOWN:
        more = f"/checkpoints?{urlencode({'chain': chain, 'after': shown[-1].size})}#earlier"
    page = CheckpointsPage(
        now=standing,
        earlier=shown,
        chain=chain,
        first=f"/checkpoints?{urlencode({'chain': chain})}#earlier" if chain and after else None,
        next=more,
        keys=public_keys(ring),
    )
    return show_to_stranger(request, "checkpoints.html", page)


@router.get("/verifier.py")
def verifier_file() -> Response:
    """The verifier that stands alone, as it is."""
    return FileResponse(verifier.__file__, media_type="text/x-python", filename="verifier.py")


def _shown(signed: Mapping[str, Any]) -> ShownHead:
    chain, size = signed["log"], signed["size"]
    one = urlencode({"chain": chain, "size": size})
    way = urlencode({"chain": chain, "from": size})
    return ShownHead(
        chain=chain,
        size=size,
        root=signed["root"],
        at=datetime.fromisoformat(signed["at"]),
        key=signed["key"],
        file=f"{API}/checkpoints?{one}",
        way=f"{API}/proofs/consistency?{way}",
    )
