"""What a tablet did without a network: it has already happened, so it is booked or parked.

One command never stops the rest. Refused is only what cannot be read, is unknown or not allowed;
what a rule would refuse waits for a team leader, and so does what builds on it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import DBAPIError

from catalogue.errors import (
    Malformed,
    NotAllowed,
    NotFound,
    Parked,
    PracticeLabel,
    Refusal,
    RuleBroken,
    StateForbids,
    concrete,
)
from catalogue.rulebook import rulebook
from chain import queries as chain
from streams import scans
from streams.ledger import CLOCK_AHEAD_MAX, Booked, require_reason
from web.api import wire
from web.api.acts import BY_KIND, ActKind, act_of, keep_refusal
from web.api.answers import refusals
from web.deps import Call, Calling
from web.permissions import API
from web.reference import sites_for

router = APIRouter(tags=["offline"])
log = logging.getLogger("stofstroom")

COMMANDS_MAX = 500


class SyncCommand(BaseModel):
    """One thing that was done. target: the code it was done to."""

    model_config = ConfigDict(extra="forbid")

    scan_id: UUID
    kind: wire.Code
    target: wire.Code | None = None
    body: wire.Data


class SyncIn(BaseModel):
    """What a tablet did, in order. sent_at: its clock now, so that its offset is known."""

    model_config = ConfigDict(extra="forbid")

    device: wire.Short
    app_version: wire.Short
    sent_at: wire.Moment
    commands: Annotated[list[SyncCommand], Field(max_length=COMMANDS_MAX)]


class SyncResult(BaseModel):
    """How one command ended."""

    scan_id: UUID
    status: Literal["accepted", "repeated", "refused", "parked"]
    answer: dict[str, Any]


class SyncOut(BaseModel):
    """epoch: when it changes, a backup was restored: send accepted scans of 14 days again."""

    epoch: str
    received_at: datetime
    results: list[SyncResult]


class SettlementIn(BaseModel):
    """A team leader's decision on a parked scan: book it as it came, or drop it."""

    model_config = ConfigDict(extra="forbid")

    scan_id: UUID
    decision: Literal["book", "drop"]
    reason: wire.Code
    note: wire.Words | None = None


class Settled(BaseModel):
    """What was decided, and what was answered when it was booked."""

    scan_id: UUID
    decision: Literal["book", "drop"]
    state: Literal["settled", "dropped"]
    answer: dict[str, Any] | None = None


SETTLED_BEFORE = {"model": Settled, "description": "This was decided before: the same answer."}


@router.post("/sync", responses=refusals("write"))
def sync(body: SyncIn, call: Calling) -> SyncOut:
    """Book what was done without a network: every command gets its own answer, in order."""
    unmade: set[str] = set()
    # A clock that is right now was right while the tablet was away.
    clock_is_right = abs(body.sent_at - call.now) <= CLOCK_AHEAD_MAX
    call = replace(call, may_be_old=clock_is_right)
    results = [_one(call, command, unmade) for command in body.commands]
    return SyncOut(epoch=_epoch(call), received_at=call.now, results=results)


def _epoch(call: Call) -> str:
    """Of all the sites that the caller works at, so that a restore of any of them shows."""
    with call.database.read() as session:
        sites = {site.chain for site in sites_for(rulebook(session), call.me.viewer)}
        epochs = [head.epoch for head in chain.heads(session) if head.chain in sites]
    return epochs[0] if len(epochs) == 1 else "+".join(epochs)


def _one(call: Call, command: SyncCommand, unmade: set[str]) -> SyncResult:
    try:
        act, body = _read(call, command)
    except Refusal as refusal:
        return _ended(command, "refused", refusal)
    try:
        if _builds_on_parked(call, command.target, unmade):
            raise Parked(scan_id=str(command.scan_id))
        booked: Booked = call.book(
            _running(call, act, command.target, body), body.command(call.now)
        )
    except Parked as parked:
        _park(call, parked, act, command, body, unmade)
        return _ended(command, "parked", _why_parked(call, parked, command))
    except RuleBroken as refusal:
        if refusal.said_before or isinstance(refusal, PracticeLabel):
            return _ended(command, "refused", refusal)
        _park(call, refusal, act, command, body, unmade)
        return _ended(command, "parked", refusal)
    except Refusal as refusal:
        return _ended(command, "refused", refusal)
    except DBAPIError:
        # A mistake of ours must not block the tablet's outbox: it waits for a person instead.
        log.exception("a command of /sync was parked")
        mistake = Parked(scan_id=str(command.scan_id))
        _park(call, mistake, act, command, body, unmade)
        return _ended(command, "parked", mistake)
    status: Literal["repeated", "accepted"] = "repeated" if booked.repeated else "accepted"
    return SyncResult(scan_id=command.scan_id, status=status, answer=booked.answer)


def _running(call: Call, act: ActKind, target: str | None, body: wire.Wire) -> Any:
    named = (target,) if act.targeted else ()

    def run(session: Any) -> Booked:
        return act.run(session, *named, body.command(call.now), viewer=call.me.viewer, now=call.now)

    return run


def _read(call: Call, command: SyncCommand) -> tuple[ActKind, wire.Wire]:
    act = act_of(command.kind, command.target)
    if call.me.viewer.role not in API["POST", act.path]:
        raise NotAllowed
    try:
        body = act.model.model_validate({**command.body, "scan_id": str(command.scan_id)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Malformed(field=where[:80], problem=first["msg"][:200]) from error
    return act, body


def _builds_on_parked(call: Call, target: str | None, unmade: set[str]) -> bool:
    if target is None:
        return False
    if target in unmade:
        return True
    with call.database.read() as session:
        sites = sites_for(rulebook(session), call.me.viewer)
        return scans.waits_for(session, target, [site.id for site in sites])


def _park(
    call: Call,
    refusal: RuleBroken,
    act: ActKind,
    command: SyncCommand,
    body: wire.Wire,
    unmade: set[str],
) -> None:
    keep_refusal(call, refusal, act, command.target, body, status="parked")
    made = getattr(body, "code", None)
    if made:
        unmade.add(made)


def _why_parked(call: Call, parked: Parked, command: SyncCommand) -> Refusal:
    """What was answered when it was parked: the same scan gets the same answer."""
    with call.database.read() as session:
        kept = scans.kept(session, str(command.scan_id))
    if kept is None:
        return parked
    return concrete(RuleBroken)[kept.problem["code"]](**kept.problem["figures"])


def _ended(command: SyncCommand, status: Literal["refused", "parked"], why: Refusal) -> SyncResult:
    answer = {"code": why.code, "title": why.title, "detail": why.advice, **why.figures}
    return SyncResult(scan_id=command.scan_id, status=status, answer=answer)


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
    """Decide on a parked scan: book it now by today's rules, or drop it with a reason."""
    with call.database.read() as session:
        book = rulebook(session)
        kept = scans.kept(session, str(scan_id))
        site = book.sites_by_id.get(kept.site_id) if kept else None
        viewer = call.me.viewer
        if (
            kept is None
            or site is None
            or not viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
        ):
            raise NotFound
        require_reason(book.operator(site), body.reason, "settlement")
    decided = {"scan_id": str(scan_id), "decision": body.decision}
    if body.decision == "drop":
        with call.database.write() as session:
            repeated = _settle(session, call, str(scan_id), body, "dropped")
        return _decided(decided | {"state": "dropped"}, repeated=repeated)
    booked = _book_parked(call, str(scan_id), kept, body)
    answer = {"state": "settled", "answer": booked.answer}
    return _decided(decided | answer, repeated=booked.repeated)


def _settle(session: Any, call: Call, scan_id: str, body: SettlementIn, status: str) -> bool:
    by, reason = str(body.scan_id), body.reason
    return scans.settle(session, scan_id, by=by, status=status, reason=reason, now=call.now)


def _decided(answer: dict[str, Any], *, repeated: bool) -> JSONResponse:
    return JSONResponse(answer, status_code=200 if repeated else 201)


def _book_parked(call: Call, scan_id: str, kept: scans.Kept, body: SettlementIn) -> Booked:
    said = kept.command
    act = BY_KIND[said["kind"]]
    try:
        parked = act.model.model_validate(said["body"])
    except ValidationError as error:
        raise StateForbids(subject=scan_id, state="only to be dropped") from error
    run = _running(call, act, said["target"], parked)

    def book_and_settle(session: Any) -> Booked:
        _settle(session, call, scan_id, body, "settled")
        booked: Booked = run(session)
        return booked

    return call.book(book_and_settle, parked.command(call.now))
