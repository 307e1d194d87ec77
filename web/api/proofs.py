"""What anybody may check: signed heads and those of earlier, proofs, and the keys."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from catalogue.errors import Malformed, NotFound
from catalogue.rulebook import rulebook
from chain import checkpoints as kept
from chain import queries as chain
from web.api.answers import refusals
from web.checkpoints import ring_of
from web.deps import Me, ReadDb
from web.keys import public_keys
from web.reference import sites_for

router = APIRouter(tags=["proofs"], responses=refusals("read"))
public = APIRouter(tags=["proofs"], responses=refusals("public"))
"""For whoever asks, without a token: nothing of it tells what an entry says."""

LIMIT_MAX: Final = 500
CHAIN: Final = r"^(site|operator):[A-Z0-9-]{1,20}$"
SIZE_MAX: Final = 2**40
OPEN: Final[dict[str, Any]] = {"security": []}
"""For OpenAPI: this call asks for no token."""

ChainCode = Annotated[str, Query(pattern=CHAIN, max_length=40)]
Size = Annotated[int | None, Query(ge=1, le=SIZE_MAX)]


@public.get("/keys", openapi_extra=OPEN)
def keys(request: Request) -> list[dict[str, Any]]:
    """The public keys, the one that signs first. `change`: what the key before it signed."""
    return [key.said() for key in public_keys(ring_of(request))]


@public.get("/checkpoints", openapi_extra=OPEN)
def checkpoints(
    request: Request,
    response: Response,
    db: ReadDb,
    chain: Annotated[str | None, Query(pattern=CHAIN, max_length=40)] = None,
    size: Size = None,
    after: Size = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 100,
) -> list[dict[str, Any]]:
    """The signed heads of all chains as they are now; of one chain, those that were given out.

    size: only those of so many entries. after: only those of fewer entries, the largest first."""
    if chain is None:
        ring, now = ring_of(request), request.app.state.clock()
        return [kept.signed(head, ring, now=now) for head in _heads(db).values()]
    if size is not None:
        after, limit = size + 1, LIMIT_MAX
    found = kept.given_out(db, chain, below=after, limit=limit + 1)
    if size is not None:
        return [head for head in found if head["size"] == size]
    if len(found) > limit:
        more = request.url.include_query_params(after=found[limit - 1]["size"], limit=limit)
        response.headers["Link"] = f'<{more.path}?{more.query}>; rel="next"'
    return found[:limit]


@public.get("/proofs/consistency", openapi_extra=OPEN, responses=refusals("public", "not_found"))
def consistency(
    db: ReadDb,
    chain: ChainCode,
    first: Annotated[int, Query(alias="from", ge=1, le=SIZE_MAX)],
    to: Size = None,
) -> dict[str, Any]:
    """That the first `from` entries of a chain are the beginning of its first `to` (RFC 9162)."""
    head = _heads(db).get(chain)
    if head is None:
        raise NotFound
    second = head.size if to is None else to
    if not first <= second <= head.size:
        raise Malformed(field="from", problem=f"from, to and {head.size} stand in this order")
    roots = kept.roots(db, head, [first, second])
    return {
        "chain": chain,
        "from": first,
        "to": second,
        "from_root": roots[first].hex(),
        "to_root": roots[second].hex(),
        "path": kept.consistency(db, head, first, second),
    }


@router.get("/proofs/{entry}", responses=refusals("read", "not_found"))
def proof(
    entry: Annotated[str, Path(max_length=80, pattern=r"^site:[A-Z0-9-]{1,20}[#.]\d{1,12}$")],
    me: Me,
    db: ReadDb,
    size: Size = None,
) -> dict[str, Any]:
    """The inclusion proof (RFC 9162) of an entry, `site:CODE#seq` (or `.` for the `#`).

    size: in the tree of the first so many entries, for a checkpoint of earlier."""
    code, seq = entry.replace("#", ".").rsplit(".", 1)
    sites = {site.chain for site in sites_for(rulebook(db), me.viewer)}
    head = _heads(db).get(code) if code in sites else None
    if head is None or not 1 <= int(seq) <= (size or head.size) <= head.size:
        raise NotFound
    whole = size or head.size
    found = kept.proofs(db, head, [int(seq)], whole)[int(seq)]
    return {
        "entry": f"{code}#{seq}",
        "hash": found.hash,
        "index": found.seq - 1,
        "size": whole,
        "root": kept.roots(db, head, [whole])[whole].hex(),
        "path": list(found.path),
    }


def _heads(session: Session) -> dict[str, chain.Head]:
    return {head.chain: head for head in chain.heads(session)}
