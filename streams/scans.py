"""Repeats and refusals: the same scan gets the same answer, by whichever call it comes."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from catalogue.errors import Parked, Refusal, RuleBroken, ScanReused, StateForbids, concrete
from catalogue.rows import SiteRow
from proof.canonical import canonical
from store.columns import table_of
from streams.acts import Command
from streams.ledger import Booked, content, said_in_order
from streams.queries import said_before
from streams.tables import Scan


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept scan: the request as it came, and how it ended."""

    site_id: int
    status: str
    command: Mapping[str, Any]
    problem: Mapping[str, Any]
    reason: str | None


_scan = table_of(Scan)


def answered(session: Session, kind: str, target: str | None, command: Command) -> Booked | None:
    """What this scan was answered before, or None when it is new. One statement.

    Raises ScanReused when the content differs; the refusal of before, when there was one.
    """
    _wait_for_twin(session, command.scan_id)
    row = said_before(session, command.scan_id)
    if row.payload is not None:
        return _repeated(row.id, json.loads(row.payload), content(kind, target, command))
    if row.status not in (None, "settled"):
        if row.content != content(kind, target, command):
            raise ScanReused(scan_id=command.scan_id)
        raise _refusal_of(row.status, row.problem, command.scan_id)
    return None


def _wait_for_twin(session: Session, scan_id: str) -> None:
    """Let a request with the same scan finish first, so that this one gets its answer.

    SQLite has one writer at a time and so no twins.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(scan_id, 0))))


def _repeated(entry_id: int, payload: Mapping[str, Any], said: str) -> Booked:
    if payload["content"] != said:
        raise ScanReused(scan_id=payload["scan_id"])
    entry = f"{payload['chain']}#{payload['seq']}"
    return Booked(said_in_order({**payload["answer"], "entry": entry}), entry_id, repeated=True)


def _refusal_of(status: str, problem: str, scan_id: str) -> Refusal:
    if status == "parked":
        return Parked(scan_id=scan_id)
    said = json.loads(problem)
    refusal = concrete(RuleBroken)[said["code"]](**said["figures"])
    refusal.said_before = True
    return refusal


def keep(
    session: Session,
    *,
    status: str,
    refusal: Refusal,
    kind: str,
    target: str | None,
    command: Command,
    request: Mapping[str, Any],
    site: SiteRow,
    now: datetime,
) -> None:
    """Keep a scan that was not booked, as it came. Keeping it twice changes nothing."""
    known = session.execute(select(_scan.c.scan_id).where(_scan.c.scan_id == command.scan_id))
    if known.one_or_none() is not None:
        return
    problem = {"code": refusal.code, "figures": dict(refusal.figures)}
    session.execute(
        insert(_scan).values(
            scan_id=command.scan_id,
            site_id=site.id,
            kind=kind,
            target=target,
            content=content(kind, target, command),
            command=canonical(dict(request)).decode(),
            status=status,
            problem=canonical(problem).decode(),
            received_at=now,
        )
    )


def settle(
    session: Session, scan_id: str, *, by: str, status: str, reason: str, now: datetime
) -> bool:
    """Say how a parked scan ended; whether this very decision had said so before.

    by: the `scan_id` of the decision. Raises ScanReused when it was used for something else,
    StateForbids when the scan is not parked.
    """
    row = session.execute(
        select(_scan).where(_scan.c.scan_id == scan_id).with_for_update(key_share=True)
    ).one()
    if row.settled_by == by:
        if (row.status, row.settled_reason) != (status, reason):
            raise ScanReused(scan_id=by)
        return True
    if _is_used(session, by):
        raise ScanReused(scan_id=by)
    if row.status != "parked":
        raise StateForbids(subject=scan_id, state=row.status)
    session.execute(
        update(_scan)
        .where(_scan.c.scan_id == scan_id)
        .values(status=status, settled_at=now, settled_reason=reason, settled_by=by)
    )
    return False


def _is_used(session: Session, scan_id: str) -> bool:
    said = said_before(session, scan_id)
    if said.payload is not None or said.status is not None:
        return True
    decided = session.execute(select(_scan.c.scan_id).where(_scan.c.settled_by == scan_id))
    return decided.one_or_none() is not None


def kept(session: Session, scan_id: str) -> Kept | None:
    """A scan that was kept, or None. One statement."""
    row = session.execute(select(_scan).where(_scan.c.scan_id == scan_id)).one_or_none()
    if row is None:
        return None
    return Kept(
        row.site_id,
        row.status,
        json.loads(row.command),
        json.loads(row.problem),
        row.settled_reason,
    )


def waits_for(session: Session, code: str, site_ids: Collection[int]) -> bool:
    """Whether a parked scan at these sites would have made this code. One statement."""
    made = _scan.c.command.contains(f'"code":"{code}"', autoescape=True)
    here = _scan.c.site_id.in_(site_ids)
    row = session.execute(
        select(_scan.c.scan_id).where(here, _scan.c.status == "parked", made).limit(1)
    )
    return row.one_or_none() is not None
