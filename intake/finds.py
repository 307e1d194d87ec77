"""Found objects: what, how many, and who handed them over to whom. Never whose they were."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.codes import CodeKind, mint
from catalogue.errors import Malformed, TwoPersons
from catalogue.kinds import Pool
from catalogue.rulebook import rulebook
from chain.rows import THIS_ENTRY, Ref, RowChange
from intake import queries, rules
from intake.find_views import hand_overs_to_erase
from streams import places
from streams.acts import Act, Command, Flagged, shown
from streams.changes import batch_change, follow_balance, to_place
from streams.ledger import Booked, book, require_reason
from streams.mass import checked_g
from streams.notes import erase_notes
from streams.queries import BatchRow, batch_by_code, standings_of_batch
from streams.rules import Line, Standing, mass_in, require_active, take
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFind(Command):
    """Something found in a batch, or on the floor when nobody knows in which."""

    station: str
    batch: str | None
    kind: str
    count: int
    mass_g: int | None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Command):
    """A find leaves the quarantine: two persons hand it to a receiver.

    `note` holds the three names: kept beside the chain, which holds only their salted hash, so
    they can be erased. What is repeated is therefore the hand-over, not the names.
    receiver_kind: what the receiver is, a reason code that may stand beside a hand-over.
    """

    same_person: bool = False
    receiver_kind: str | None = None


def log_find(session: Session, command: LogFind, *, viewer: Viewer, now: datetime) -> Booked:
    """Log a find; some kinds hold the batch at once, closed or not.

    Raises NotFound, Malformed, MassExceeded, BatchClosed (when it has mass), ScanReused.
    """
    if before := answered(session, "find", None, command):
        return before
    reference = rulebook(session)
    station = reference.stations.get(command.station)
    require(station is not None)
    assert station is not None
    site = reference.site(reference.sites_by_id[station.site_id].code, viewer)
    kind = reference.operator(site).find_kind(command.kind)
    if not 1 <= command.count <= 1_000_000:
        raise Malformed(field="count", problem="1 to 1 000 000", given=command.count)
    batch, lines, rows = None, [], []
    if command.batch is not None:
        batch = batch_by_code(session, reference, command.batch, viewer, lock=True)
        require(batch.site.id == site.id)
        standings = standings_of_batch(session, batch.id)
        lines = _taken_out(session, batch, standings, command.mass_g)
        rows = follow_balance(batch, standings, lines) if lines else []
        if kind.more["stops_batch"]:
            # Said of a held batch too, so that undoing an earlier hold does not release it.
            rows.append(batch_change(batch, was={"held": batch.held}, now={"held": True}))
    elif command.mass_g is not None:
        raise Malformed(field="mass_g", problem="only with a batch")
    code = mint(CodeKind.FIND)
    found = RowChange(
        table="find",
        key=code,
        values={
            "code": code,
            "site": site.ref,
            "batch": Ref(batch.id, batch.code) if batch else None,
            "kind": kind.ref,
            "count": command.count,
            "mass_g": command.mass_g,
            "reversed": False,
            "handover": None,
        },
    )
    stops = bool(batch and kind.more["stops_batch"])
    flags = [Flagged("stopped_by_find", batch.code, {"kind": kind.code})] if stops and batch else []
    act = Act(
        kind="find",
        site=site,
        command=command,
        subject=batch.code if batch else code,
        lines=lines,
        rows=[found, *rows],
        flags=flags,
        facts={"station": station.code, "find": code, **shown(command.photos)},
        answer={"code": code, "batch_held": stops},
    )
    return book(session, act, now=now)


def _taken_out(
    session: Session, batch: BatchRow, standings: list[Standing], mass_g: int | None
) -> list[Line]:
    if mass_g is None:
        return []
    require_active(batch.code, batch.state, held=False)
    held_g = mass_in(standings, Pool.HOLDING)
    rules.require_held(mass_g=checked_g(mass_g, field="mass_g"), held_g=held_g)
    (place,) = places.places(session, [places.finds(batch.site)])
    held = [s for s in standings if s.spot.place.pool is Pool.HOLDING]
    return to_place(take(held, mass_g, measured_first=False), place)


def hand_over(
    session: Session, code: str, command: HandOver, *, viewer: Viewer, now: datetime
) -> Booked:
    """Hand a find over, once, by two different persons.

    Raises NotFound, Malformed, TwoPersons, StateForbids, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "handover", code, command):
        return before
    reference = rulebook(session)
    find = queries.find_by_code(session, code, lock=True)
    site = reference.sites_by_id[find.site_id]
    require(viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    if command.receiver_kind is not None:
        require_reason(reference.operator(site), command.receiver_kind, "handover")
    if command.same_person:
        raise TwoPersons(field="second")
    state = "reversed" if find.reversed else "handed over" if find.handover_id else "kept"
    rules.require_state(code, state, "kept")
    handed = RowChange(
        table="find",
        key=code,
        row_id=find.id,
        was={"handover": None},
        values={"handover": Ref(THIS_ENTRY, command.scan_id)},
    )
    act = Act(
        kind="handover",
        site=site,
        command=command,
        target=code,
        subject=code,
        rows=[handed],
        facts={"reason": command.receiver_kind} if command.receiver_kind else {},
        answer={"code": code, "handed_over": True},
    )
    return book(session, act, now=now)


def hand_over_of(
    *,
    scan_id: str,
    scanned_at: datetime,
    first: str,
    second: str,
    receiver: str,
    receiver_kind: str | None = None,
) -> HandOver:
    """The command with its names as a note. Raises Malformed when one is missing."""
    names = {"first": first.strip(), "second": second.strip(), "receiver": receiver.strip()}
    for field, name in names.items():
        if not name:
            raise Malformed(field=field, problem="empty")
    return HandOver(
        scan_id=scan_id,
        scanned_at=scanned_at,
        note=json.dumps(names, sort_keys=True, ensure_ascii=False),
        same_person=_one_name(names["first"]) == _one_name(names["second"]),
        receiver_kind=receiver_kind,
    )


def _one_name(name: str) -> str:
    """A name however it was typed: capitals, dots and double spaces make no other person."""
    return " ".join(name.replace(".", " ").casefold().split())


def erase_names(session: Session, today: date) -> int:
    """Erase the names of hand-overs that were kept as long as the kind of find says; how many."""
    return erase_notes(session, hand_overs_to_erase(session, rulebook(session), today))
