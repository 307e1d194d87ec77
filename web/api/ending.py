"""How one command of a tablet ends: accepted, repeated, refused or parked, and kept unless booked.

The same command ends the same way however often it comes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import (
    Malformed,
    NeedsLeader,
    NotAllowed,
    NotFound,
    Parked,
    PracticeLabel,
    Refusal,
    RuleBroken,
    ScanReused,
)
from catalogue.rows import SiteRow
from catalogue.rulebook import rulebook
from store.outages import is_outage
from streams import scans
from streams.acts import Command
from streams.ahead import Wanted
from streams.ledger import Booked, require_reason
from web.api import wire
from web.api.acts import ActKind, act_of, keep_refusal, ledger_kind, running, wanted
from web.deps import Call
from web.permissions import API, LEADERS
from web.reference import sites_for

log = logging.getLogger("stofstroom")

Status = Literal["accepted", "repeated", "refused", "parked"]
NAMES_A_CODE: Final = frozenset({"batch", "bin", "bins", "delivery"})
"""Fields in which a command names what another one may have made."""


class SyncCommand(BaseModel):
    """One thing that was done. target: the code it was done to.

    counter: the tablet's own number of it; captured_at: when, by whatever clock the tablet has.
    badge: SHA-256 of the badge that was shown at the tablet; one that is unknown stops nothing.
    """

    model_config = ConfigDict(extra="forbid")

    scan_id: UUID
    kind: wire.Code
    target: wire.Code | None = None
    body: wire.Data
    counter: wire.Tally | None = None
    captured_at: wire.Short | None = None
    badge: wire.Short | None = None


class SyncResult(BaseModel):
    """How one command ended."""

    scan_id: UUID
    status: Status
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sending:
    """Commands of one caller. unmade: codes that would have been made by what was parked; badges:
    numbers of those that a tablet may name, by their hashes."""

    call: Call
    unmade: set[str] = field(default_factory=set)
    badges: Mapping[str, int] = field(default_factory=dict)

    @property
    def by_tablet(self) -> bool:
        """Whether an enrolled tablet sends this, whose scans all end where somebody sees them."""
        return self.call.me.device_id is not None

    def call_of(self, command: SyncCommand) -> Call:
        """The call as whoever showed a badge; as the tablet, where none is known."""
        number = self.badges.get(command.badge or "")
        return self.call if number is None else replace(self.call, actor=f"badge:{number}")

    def site(self, session: Session) -> SiteRow | None:
        """Where the caller works, for what does not say where it was; None when nowhere yet."""
        return next(iter(sites_for(rulebook(session), self.call.me.viewer)), None)

    def is_own(self, session: Session, kept: scans.Kept) -> bool:
        """Whether a tablet sent it from the station of this one; others may undo anybody's."""
        station = rulebook(session).stations.get(kept.station or "")
        own_id = self.call.me.viewer.station_id
        return own_id is None or (station is not None and station.id == own_id)

    def said_by(self, session: Session, command: SyncCommand) -> dict[str, Any]:
        """Which tablet it was, for who has to decide."""
        me = self.call.me
        if me.device_id is None:
            return {}
        stations = rulebook(session).stations_by_id
        station = stations.get(me.viewer.station_id or 0)
        device = {"id": me.device_id, "name": me.name, "station": station.code if station else ""}
        return {"device": device, "captured_at": command.captured_at}


@dataclass(frozen=True, slots=True)
class Read:
    """A command that could be read. said: what the rooms are asked to do; ahead: what that will ask
    of the database."""

    act: ActKind
    body: wire.Wire
    said: Command
    ahead: Wanted | None


def read(sending: Sending, command: SyncCommand) -> Read | Refusal:
    """What a command says, or why it cannot be read or is not allowed."""
    try:
        act, body = _read(sending, command)
    except Refusal as refusal:
        return refusal
    said = body.command(sending.call.now)
    return Read(act, body, said, wanted(act, command.target, said))


def ended(sending: Sending, command: SyncCommand, how: Read | Refusal) -> SyncResult:
    """Book a command as it was read, or say why not and keep it."""
    if isinstance(how, Refusal):
        return _unread(sending, command, how)
    act, body = how.act, how.body
    try:
        booked = _booked(sending, command, how)
    except RuleBroken as refusal:
        if refusal.said_before or isinstance(refusal, PracticeLabel):
            return _refused(sending, command, refusal, act, body)
        return _parked(sending, command, refusal, act, body)
    except NotFound as refusal:
        return _not_found(sending, command, refusal, act, body)
    except Refusal as refusal:
        return _refused(sending, command, refusal, act, body)
    except DBAPIError as error:
        if sending.call.within is not None or is_outage(error):
            # It is tried again: by itself, or by the tablet when the database is there again.
            raise
        # A mistake of ours must not block the tablet's outbox: it waits for a person instead.
        log.exception("a command of /sync was parked")
        mistake = Parked(scan_id=str(command.scan_id))
        return _parked(sending, command, mistake, act, body)
    return _accepted(command, booked)


def _read(sending: Sending, command: SyncCommand) -> tuple[ActKind, wire.Wire]:
    act = act_of(command.kind, command.target)
    roles = API["POST", act.path]
    is_for_leader = sending.by_tablet and roles == LEADERS
    if sending.call.me.viewer.role not in roles and not is_for_leader:
        raise NotAllowed
    try:
        body = act.model.model_validate({**command.body, "scan_id": str(command.scan_id)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Malformed(field=where[:80], problem=first["msg"][:200]) from error
    return act, body


def require_may(act: ActKind, viewer: Viewer) -> None:
    """Raise NeedsLeader when a tablet sends what only a team leader does: it has happened."""
    if viewer.role not in API["POST", act.path]:
        raise NeedsLeader(kind=act.kind)


def _booked(sending: Sending, command: SyncCommand, how: Read) -> Booked:
    call, act = sending.call, how.act
    try:
        require_may(act, call.me.viewer)
        if _builds_on_parked(sending, [command.target] if command.target else []):
            raise Parked(scan_id=str(command.scan_id))
    except RuleBroken:
        # What was booked or decided before is answered as it was then.
        target = command.target if act.targeted else None
        with call.read() as session:
            before = scans.answered(session, ledger_kind(act), target, how.said)
        if before is None:
            raise
        return before
    called = sending.call_of(command)
    run = running(called, act, command.target, how.said)
    return called.book(run, how.said, ahead=how.ahead)


def _builds_on_parked(sending: Sending, codes: list[str]) -> bool:
    if not codes:
        return False
    if sending.unmade.intersection(codes):
        return True
    call = sending.call
    with call.read() as session:
        sites = sites_for(rulebook(session), call.me.viewer)
        return scans.waits_for(session, codes, [site.id for site in sites])


def _named(value: Any, name: str = "") -> Iterator[str]:
    """The codes of other things that a body names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _named(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, name)
    elif isinstance(value, str) and name in NAMES_A_CODE:
        yield value


def _not_found(
    sending: Sending, command: SyncCommand, refusal: NotFound, act: ActKind, body: wire.Wire
) -> SyncResult:
    """What it is about may wait itself: then this waits with it, or was undone before it began."""
    if refusal.said_before:
        return _refused(sending, command, refusal, act, body)
    if act.kind == "reverse":
        try:
            dropped = _dropped(sending, command, body)
        except Refusal as other:
            return _refused(sending, command, other, act, body)
        return dropped or _refused(sending, command, refusal, act, body)
    if _builds_on_parked(sending, sorted(set(_named(body.model_dump(mode="json"))))):
        return _parked(sending, command, Parked(scan_id=str(command.scan_id)), act, body)
    return _refused(sending, command, refusal, act, body)


def _dropped(sending: Sending, command: SyncCommand, body: wire.Wire) -> SyncResult | None:
    """A parked scan was undone: nothing of it was booked, so neither is."""
    call, target = sending.call, command.target or ""
    reason = str(getattr(body, "reason", ""))
    decision = scans.Decision(by=str(command.scan_id), status="dropped", reason=reason)

    def drop(session: Session) -> bool | None:
        kept = scans.kept(session, target)
        book = rulebook(session)
        site = book.sites_by_id[kept.site_id] if kept else None
        if kept is None or site not in sites_for(book, call.me.viewer):
            return None
        if not sending.is_own(session, kept) or (
            kept.status != "parked" and kept.settled_by != decision.by
        ):
            return None
        require_reason(book.operator(site), reason, "reversal")
        # What it would have made may be made by another one now.
        sending.unmade.discard(kept.makes)
        return scans.settle(session, target, decision, now=call.now)

    repeated = call.write(drop)
    if repeated is None:
        return None
    answer = {"scan_id": target, "state": "dropped"}
    status: Status = "repeated" if repeated else "accepted"
    return SyncResult(scan_id=command.scan_id, status=status, answer=answer)


def _unread(sending: Sending, command: SyncCommand, refusal: Refusal) -> SyncResult:
    """What cannot be read or is not allowed: kept as it came, when a tablet sent it."""
    return _as_it_came(sending, command, refusal) or _said(command, "refused", refusal)


def _as_it_came(
    sending: Sending, command: SyncCommand, refusal: Refusal | None
) -> SyncResult | None:
    """How the very same request ended before; None when it is new, and then it is kept."""
    if not sending.by_tablet:
        return None
    call, scan_id = sending.call, str(command.scan_id)
    with call.read() as session:
        request = {
            "kind": command.kind,
            "target": command.target,
            "body": command.body,
            **sending.said_by(session, command),
        }
        site = sending.site(session)
        assert site is not None, "a tablet stands at a site"
        try:
            before = scans.answered_as_it_came(session, scan_id, scans.raw_content(request))
        except Refusal as told:
            return _said(command, "parked" if isinstance(told, Parked) else "refused", told)
    if before is not None:
        return _accepted(command, before)
    if refusal is not None:
        _kept(
            call,
            lambda session: scans.keep_as_it_came(
                session,
                scan_id=scan_id,
                refusal=refusal,
                request=request,
                site=site,
                now=call.now,
            ),
        )
    return None


def _kept(call: Call, keep: Callable[[Session], None]) -> None:
    try:
        call.write(keep)
    except IntegrityError:
        if call.within is not None:
            raise
        log.info("a refused scan was kept twice at once")


def _refused(
    sending: Sending, command: SyncCommand, refusal: Refusal, act: ActKind, body: wire.Wire
) -> SyncResult:
    if isinstance(refusal, ScanReused):
        # It may have been kept as it came, when it could not be read yet.
        return _as_it_came(sending, command, None) or _said(command, "refused", refusal)
    if sending.by_tablet and not refusal.said_before:
        _keep(sending, command, refusal, act, body, status="refused")
    return _said(command, "refused", refusal)


def _parked(
    sending: Sending, command: SyncCommand, refusal: RuleBroken, act: ActKind, body: wire.Wire
) -> SyncResult:
    _keep(sending, command, refusal, act, body, status="parked")
    made = getattr(body, "code", None)
    if made:
        sending.unmade.add(made)
    why = _why_parked(sending.call, refusal, command) if isinstance(refusal, Parked) else refusal
    return _said(command, "parked", why)


def _keep(
    sending: Sending,
    command: SyncCommand,
    refusal: Refusal,
    act: ActKind,
    body: wire.Wire,
    *,
    status: str,
) -> None:
    call = sending.call
    with call.read() as session:
        site, by = sending.site(session), sending.said_by(session, command)
    target = command.target if act.targeted else None
    keep_refusal(call, refusal, act, target, body, status=status, said_by=by, otherwise=site)


def _why_parked(call: Call, parked: Parked, command: SyncCommand) -> Refusal:
    """What was answered when it was parked: the same scan gets the same answer."""
    with call.read() as session:
        kept = scans.kept(session, str(command.scan_id))
    return kept.refusal if kept else parked


def _accepted(command: SyncCommand, booked: Booked) -> SyncResult:
    status: Status = "repeated" if booked.repeated else "accepted"
    return SyncResult(scan_id=command.scan_id, status=status, answer=booked.answer)


def _said(command: SyncCommand, status: Status, why: Refusal) -> SyncResult:
    answer = {"code": why.code, "title": why.title, "detail": why.advice, **why.figures}
    return SyncResult(scan_id=command.scan_id, status=status, answer=answer)
