"""A team leader's decision on what was kept: book it, put right if need be, or drop it."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from catalogue.errors import Malformed, NotFound, Refusal, StateForbids
from catalogue.rulebook import rulebook
from streams import scans
from streams.ledger import Booked, require_reason
from web.api import wire
from web.api.acts import ActKind, act_of, running
from web.api.answers import refusals
from web.deps import Call, Calling

router = APIRouter(tags=["offline"])

CHANGE = "what is put right before it is booked: only these fields of what came are replaced"


class SettlementIn(BaseModel):
    """A team leader's decision on a kept scan: book it as it came or put right, or drop it."""

    model_config = ConfigDict(extra="forbid")

    scan_id: UUID
    decision: Literal["book", "drop"]
    reason: wire.Code
    note: wire.Words | None = None
    body: wire.Data | None = Field(default=None, description=CHANGE)
    target: wire.Code | None = Field(default=None, description="the right code of what it is about")


class Settled(BaseModel):
    """What was decided, and what was answered when it was booked."""

    scan_id: UUID
    decision: Literal["book", "drop"]
    state: Literal["settled", "dropped"]
    answer: dict[str, Any] | None = None


SETTLED_BEFORE = {"model": Settled, "description": "This was decided before: the same answer."}


@router.post(
    "/parked/{scan_id}/settlement",
    status_code=201,
    response_model=Settled,
    responses={
        200: SETTLED_BEFORE,
        **refusals("write", "state_forbids", "reason_needed"),
    },
)
def settle(scan_id: UUID, body: SettlementIn, call: Calling) -> JSONResponse:
    """Decide on a kept scan: book it now by today's rules, or drop it with a reason."""
    answer, repeated = decide(call, str(scan_id), body)
    return JSONResponse(answer, status_code=200 if repeated else 201)


def decide(call: Call, scan_id: str, body: SettlementIn) -> tuple[dict[str, Any], bool]:
    """Make a decision; what is answered, and whether it had been made before.

    Raises NotFound, ReasonNeeded, StateForbids, Malformed, ScanReused, and what booking raises.
    """
    kept = _waiting(call, scan_id, body.reason)
    decided = {"scan_id": scan_id, "decision": body.decision}
    if body.decision == "drop":
        decision = scans.Decision(by=str(body.scan_id), status="dropped", reason=body.reason)
        with call.database.write() as session:
            repeated = scans.settle(session, scan_id, decision, now=call.now)
        return decided | {"state": "dropped"}, repeated
    booked = _book(call, scan_id, kept, body)
    return decided | {"state": "settled", "answer": booked.answer}, booked.repeated


def _waiting(call: Call, scan_id: str, reason: str) -> scans.Kept:
    """The kept scan, as it exists for the caller."""
    with call.database.read() as session:
        book = rulebook(session)
        kept = scans.kept(session, scan_id)
        site = book.sites_by_id.get(kept.site_id) if kept else None
        viewer = call.me.viewer
        if (
            kept is None
            or site is None
            or not viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
        ):
            raise NotFound
        require_reason(book.operator(site), reason, "settlement")
    return kept


def _book(call: Call, scan_id: str, kept: scans.Kept, body: SettlementIn) -> Booked:
    target = body.target or kept.command["target"]
    act, parked = _put_right(scan_id, kept, target, body)
    changed = {
        **({"target": body.target} if body.target else {}),
        **({"body": scans.impersonal(body.body)} if body.body else {}),
    }
    decision = scans.Decision(
        by=str(body.scan_id), status="settled", reason=body.reason, changed=changed
    )
    command = parked.command(call.now)
    run = running(call, act, target, command)

    def book_and_settle(session: Session) -> Booked:
        scans.settle(session, scan_id, decision, now=call.now)
        booked: Booked = run(session)
        return booked

    return call.book(book_and_settle, command)


def _put_right(
    scan_id: str, kept: scans.Kept, target: str | None, body: SettlementIn
) -> tuple[ActKind, wire.Wire]:
    """The act that was kept, with what is corrected of it. Raises Malformed, StateForbids."""
    said = {**kept.command["body"], **(body.body or {}), "scan_id": scan_id}
    try:
        act = act_of(kept.command["kind"], target)
        return act, act.model.model_validate(said)
    except Refusal as refusal:
        raise StateForbids(subject=scan_id, state="only to be dropped") from refusal
    except ValidationError as error:
        if not body.body:
            raise StateForbids(subject=scan_id, state="only to be dropped") from error
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Malformed(field=where[:80], problem=first["msg"][:200]) from error
