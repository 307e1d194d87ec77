"""What a tablet did without a network: it has already happened, so it is booked or parked.

One command never stops the rest. Refused is only what cannot be read, is unknown or not allowed;
what a rule would refuse waits for a team leader, and so does what builds on it. Of an enrolled
tablet what is refused is kept too, so that somebody sees it who can put it right.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session

from accounts.badges import badges_by_hash
from accounts.devices import heard
from catalogue.errors import AppOutdated
from catalogue.rulebook import rulebook
from chain import queries as chain
from streams.ledger import CLOCK_AHEAD_MAX
from web.api import wire
from web.api.answers import refusals
from web.api.ending import Sending, SyncCommand, SyncResult
from web.api.ending_together import every_end
from web.deps import Call, Calling
from web.reference import sites_for

router = APIRouter(tags=["offline"])

COMMANDS_MAX: Final = 500
PROTOCOLS: Final = ("1",)
"""The versions of this call that are understood: the present one and the one before."""


class SyncIn(BaseModel):
    """What a tablet did, in order. sent_at: its clock now, so that its offset is known.

    app_version: of an enrolled tablet PROTOCOL+BUILD. waiting, attention: how many scans wait in
    it, and how many need a person. epoch: the one that it knows; when it is another one now, no
    command is touched, so that the tablet can send all that a restored backup lacks in its order.
    """

    model_config = ConfigDict(extra="forbid")

    device: wire.Short
    app_version: wire.Short
    sent_at: wire.AnyMoment
    waiting: wire.Tally | None = None
    attention: wire.Tally | None = None
    epoch: Annotated[str, StringConstraints(max_length=2_000, pattern=wire.PLAIN)] | None = None
    commands: Annotated[list[SyncCommand], Field(max_length=COMMANDS_MAX)]


class SyncOut(BaseModel):
    """epoch: when it changes, a backup was restored: send accepted scans of 14 days again."""

    epoch: str
    received_at: datetime
    results: list[SyncResult]


@router.post("/sync", responses=refusals("write", "app_outdated"))
def sync(body: SyncIn, call: Calling) -> SyncOut:
    """Book what was done without a network: every command gets its own answer, in order."""
    if call.me.device_id is not None:
        require_understood(body.app_version)
        _note_what_it_says(call, call.me.device_id, body)
    epoch = _epoch(call)
    if body.epoch not in (None, epoch):
        return SyncOut(epoch=epoch, received_at=call.now, results=[])
    # A clock that is right now was right while the tablet was away.
    clock_is_right = abs(body.sent_at - call.now) <= CLOCK_AHEAD_MAX
    sending = Sending(replace(call, may_be_old=clock_is_right), badges=_badges(call, body))
    results = every_end(sending, body.commands)
    return SyncOut(epoch=epoch, received_at=call.now, results=results)


def require_understood(app_version: str) -> None:
    """Raise AppOutdated for a version of this call that is not understood (any more, or yet)."""
    protocol = re.match(r"\d*", app_version)
    if protocol is None or protocol[0] not in PROTOCOLS:
        raise AppOutdated(app_version=app_version, protocols=PROTOCOLS)


def _note_what_it_says(call: Call, device_id: int, body: SyncIn) -> None:
    def note(session: Session) -> None:
        heard(
            session,
            device_id,
            now=call.now,
            app_version=body.app_version[:40],
            waiting=body.waiting or 0,
            attention=body.attention or 0,
            counter=max((command.counter or 0 for command in body.commands), default=0),
        )

    call.database.write_together(note)


def _badges(call: Call, body: SyncIn) -> dict[str, int]:
    """Those of the site of a tablet that says that badges were shown. Of others no badge counts."""
    station_id = call.me.viewer.station_id
    if call.me.device_id is None or not any(command.badge for command in body.commands):
        return {}
    with call.database.read() as session:
        station = rulebook(session).stations_by_id.get(station_id or 0)
        return badges_by_hash(session, station.site_id) if station else {}


def _epoch(call: Call) -> str:
    """Of all the sites that the caller works at, so that a restore of any of them shows."""
    with call.database.read() as session:
        sites = {site.chain for site in sites_for(rulebook(session), call.me.viewer)}
        epochs = [head.epoch for head in chain.heads(session) if head.chain in sites]
    return epochs[0] if len(epochs) == 1 else "+".join(epochs)
