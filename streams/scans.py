"""Repeats and refusals: the same scan gets the same answer, by whichever call it comes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Select,
    bindparam,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlmodel import Session, SQLModel

from catalogue.errors import Parked, Refusal, ScanReused, StateForbids, concrete
from catalogue.rows import SiteRow
from proof.canonical import canonical
from store.columns import table_of
from store.sheet import known, sheet_of
from streams.acts import Command
from streams.ledger import Booked, content, said_in_order
from streams.tables import Scan

PERSONAL: Final = frozenset({"note", "first", "second", "receiver"})
"""Words of and about people, which are not kept: what is kept must be erasable."""

WAITS: Final = frozenset({"parked", "refused"})
"""How a kept scan stands that nobody decided on yet."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept scan: the request as it came, and how it ended."""

    site_id: int
    kind: str
    status: str
    command: Mapping[str, Any]
    problem: Mapping[str, Any]
    reason: str | None
    settled_by: str | None

    @property
    def station(self) -> str | None:
        """The station of the tablet that sent it."""
        device = self.command.get("device")
        return str(device["station"]) if device else None

    @property
    def makes(self) -> str:
        """The code of what it would have made; none where it makes nothing of a code of its own."""
        return str(self.command["body"].get("code") or "")

    @property
    def refusal(self) -> Refusal:
        """What was answered when it was kept."""
        return _said_again(self.problem)


@dataclass(frozen=True, slots=True)
class Decision:
    """How a kept scan ends. by: its own `scan_id`; status: settled (booked) or dropped; changed:
    what of the request was put right before it was booked."""

    by: str
    status: str
    reason: str
    changed: Mapping[str, Any] | None = None


ENTRY: Final = "entry"
TWIN: Final = "twin"
PARKED: Final = "parked"
IN_HAND: Final = "in hand"
"""Kinds of what a sheet knows: what became of a scan, that no other writer has it in hand, and what
parked scans would have made."""

_scan = table_of(Scan)


def answered(session: Session, kind: str, target: str | None, command: Command) -> Booked | None:
    """What this scan was answered before, or None when it is new. One statement.

    Raises ScanReused when the content differs; the refusal of before, when there was one.
    """
    _wait_for_twin(session, command.scan_id)
    row = _said_before(session, command.scan_id)
    if row.payload is None and row.status is None:
        return None
    return _answer_of(row, command.scan_id, content(kind, target, command))


def answered_as_it_came(session: Session, scan_id: str, said: str) -> Booked | None:
    """As `answered`, for a request that could not be read. said: its `raw_content`."""
    _wait_for_twin(session, scan_id)
    row = _said_before(session, scan_id)
    if row.payload is None and row.status is None:
        return None
    if row.status == "settled" and row.payload is None:
        raise ScanReused(scan_id=scan_id)
    return _answer_of(row, scan_id, said)


def _answer_of(row: _Before, scan_id: str, said: str) -> Booked | None:
    if row.payload is not None:
        payload = json.loads(row.payload)
        # What a team leader put right before booking it is still the scan that came.
        if payload["content"] != said and not (row.status == "settled" and row.content == said):
            raise ScanReused(scan_id=scan_id)
        entry = f"{payload['chain']}#{payload['seq']}"
        answer = said_in_order({**payload["answer"], "entry": entry})
        return Booked(answer, row.id or 0, repeated=True)
    if row.status == "settled":
        return None
    if row.content != said:
        raise ScanReused(scan_id=scan_id)
    if row.status == "parked":
        raise Parked(scan_id=scan_id)
    refusal = _said_again(json.loads(row.problem or "{}"))
    refusal.said_before = True
    raise refusal


def _said_again(problem: Mapping[str, Any]) -> Refusal:
    return concrete()[problem["code"]](**problem["figures"])


@dataclass(frozen=True, slots=True)
class _Before:
    """What a scan brought about or was refused: key and payload of its entry; content, status and
    problem when it was kept. All None when it is new."""

    id: int | None = None
    payload: str | None = None
    content: str | None = None
    status: str | None = None
    problem: str | None = None


def _said_before(session: Session, scan_id: str) -> _Before:
    """What became of a scan. One statement, none where it is known."""

    def ask() -> _Before:
        return _Before(*session.connection().execute(_of_scan(), {"scan_id": scan_id}).one())

    return known(session, (ENTRY, scan_id), ask)


def read_ahead(session: Session, scan_ids: Collection[str]) -> None:
    """Know what became of all these scans. Two statements, and one more on PostgreSQL."""
    sheet = sheet_of(session)
    assert sheet is not None, "what is read ahead is known on a sheet"
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_WAIT_FOR_TWINS, {"scan_ids": list(scan_ids)})
        for scan_id in scan_ids:
            sheet.know((TWIN, scan_id), IN_HAND)
    asked = {"scan_ids": list(scan_ids)}
    booked = {row.scan_id: row for row in session.connection().execute(_booked(), asked)}
    kept = {row.scan_id: row for row in session.connection().execute(_kept_ones(), asked)}
    for scan_id in scan_ids:
        entry, scan = booked.get(scan_id), kept.get(scan_id)
        said = (entry.id, entry.payload) if entry else (None, None)
        answer = (scan.content, scan.status, scan.problem) if scan else (None, None, None)
        sheet.know((ENTRY, scan_id), _Before(*said, *answer))


@cache
def _booked() -> Select[Any]:
    entry = SQLModel.metadata.tables["entry"]
    asked = entry.c.scan_id.in_(bindparam("scan_ids", expanding=True))
    return select(entry.c.scan_id, entry.c.id, entry.c.payload).where(asked)


@cache
def _kept_ones() -> Select[Any]:
    asked = _scan.c.scan_id.in_(bindparam("scan_ids", expanding=True))
    columns = (_scan.c.scan_id, _scan.c.content, _scan.c.status, _scan.c.problem)
    return select(*columns).where(asked)


# Asked with every act, so it is built once: building it costs more than running it.
@cache
def _of_scan() -> Select[Any]:
    one = select(literal(1).label("one")).subquery()
    entry = SQLModel.metadata.tables["entry"]
    scan_id: BindParameter[str] = bindparam("scan_id")
    return (
        select(entry.c.id, entry.c.payload, _scan.c.content, _scan.c.status, _scan.c.problem)
        .select_from(one)
        .outerjoin(entry, entry.c.scan_id == scan_id)
        .outerjoin(_scan, _scan.c.scan_id == scan_id)
    )


def _wait_for_twin(session: Session, scan_id: str) -> None:
    """Let a request with the same scan finish first, so that this one gets its answer.

    SQLite has one writer at a time and so no twins.
    """

    def wait() -> str:
        if session.get_bind().dialect.name == "postgresql":
            session.connection().execute(_WAIT_FOR_TWIN, {"scan_id": scan_id})
        return IN_HAND

    known(session, (TWIN, scan_id), wait)


_WAIT_FOR_TWIN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:scan_id, 0))")
_WAIT_FOR_TWINS: Final = text(
    "SELECT pg_advisory_xact_lock(number) FROM (SELECT DISTINCT hashtextextended(scan_id, 0)"
    " AS number FROM unnest(CAST(:scan_ids AS text[])) AS scan_id ORDER BY number) AS ordered"
)
"""All in one order, so that no two writers wait for each other."""


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
    row = {
        "scan_id": command.scan_id,
        "site_id": site.id,
        "kind": kind,
        "target": target,
        "content": content(kind, target, command),
        "command": canonical(dict(request)).decode(),
        "status": status,
    }
    _keep(session, row, refusal, now)


def keep_as_it_came(
    session: Session,
    *,
    scan_id: str,
    refusal: Refusal,
    request: Mapping[str, Any],
    site: SiteRow,
    now: datetime,
) -> None:
    """Keep a refused request that could not be read, whatever JSON it was."""
    row = {
        "scan_id": scan_id,
        "site_id": site.id,
        "kind": request["kind"][:20],
        "target": request["target"],
        "content": raw_content(request),
        "command": _written(impersonal(request)),
        "status": "refused",
    }
    _keep(session, row, refusal, now)


def _keep(session: Session, row: Mapping[str, Any], refusal: Refusal, now: datetime) -> None:
    known = session.execute(select(_scan.c.scan_id).where(_scan.c.scan_id == row["scan_id"]))
    if known.one_or_none() is not None:
        return
    problem = {"code": refusal.code, "figures": dict(refusal.figures)}
    session.execute(
        insert(_scan).values(**row, problem=canonical(problem).decode(), received_at=now)
    )


def raw_content(request: Mapping[str, Any]) -> str:
    """What "the same content" means of a request that could not be read."""
    said = {name: impersonal(request[name]) for name in ("kind", "target", "body")}
    return hashlib.sha256(_written(said).encode()).hexdigest()


def _written(value: Any) -> str:
    # Numbers that JSON does not know are kept as words, so that everybody can read them again.
    plain = json.loads(json.dumps(value), parse_constant=str)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def impersonal(value: Any) -> Any:
    """A request without the words of and about people in it."""
    if isinstance(value, Mapping):
        return {name: impersonal(one) for name, one in value.items() if name not in PERSONAL}
    if isinstance(value, list | tuple):
        return [impersonal(one) for one in value]
    return value


def settle(session: Session, scan_id: str, decision: Decision, *, now: datetime) -> bool:
    """Say how a kept scan ends; whether this very decision had said so before.

    What was refused to somebody who saw it is only seen to; what a tablet sent can be booked.
    Raises ScanReused when the decision's `scan_id` was used for something else, StateForbids when
    the scan waits for no decision, or not for this one.
    """
    row = session.execute(
        select(_scan).where(_scan.c.scan_id == scan_id).with_for_update(key_share=True)
    ).one()
    kept = json.loads(row.command)
    changed = dict(decision.changed or {}) or None
    if row.settled_by == decision.by:
        made = (row.status, row.settled_reason, kept.get("changed"))
        if made != (decision.status, decision.reason, changed):
            raise ScanReused(scan_id=decision.by)
        return True
    if is_used(session, decision.by):
        raise ScanReused(scan_id=decision.by)
    only_seen_to = row.status == "refused" and "device" not in kept
    if row.status not in WAITS or (only_seen_to and decision.status == "settled"):
        raise StateForbids(subject=scan_id, state=row.status)
    session.execute(
        update(_scan)
        .where(_scan.c.scan_id == scan_id)
        .values(
            status=decision.status,
            settled_at=now,
            settled_reason=decision.reason,
            settled_by=decision.by,
            command=_written({**kept, "changed": changed}) if changed else row.command,
        )
    )
    return False


def is_used(session: Session, scan_id: str) -> bool:
    """Whether a booking, a kept scan or a decision has this number. At most two statements."""
    said = _said_before(session, scan_id)
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
        row.kind,
        row.status,
        json.loads(row.command),
        json.loads(row.problem),
        row.settled_reason,
        row.settled_by,
    )


def waits_for(session: Session, codes: Collection[str], site_ids: Collection[int]) -> bool:
    """Whether a parked scan at these sites would have made one of these codes. One statement, none
    where it is known."""

    def ask() -> frozenset[str]:
        makes = _scan.c.command.contains('"code":"', autoescape=True)
        here = _scan.c.site_id.in_(site_ids)
        rows = session.execute(
            select(_scan.c.command).where(here, _scan.c.status == "parked", makes)
        )
        return frozenset(code for row in rows for code in _MADE.findall(row.command))

    return not known(session, (PARKED, *sorted(site_ids)), ask).isdisjoint(codes)


_MADE: Final = re.compile(r'"code":"([^"\\]*)"')
