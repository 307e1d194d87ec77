"""Reads of what was noted of accounts and rights, for those who watch over them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, false, func, or_, select
from sqlmodel import Session

from accounts.audit import Doing
from accounts.tables import AuditEvent, Device, Person, Token
from catalogue.access import Viewer
from catalogue.errors import NotAllowed
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook
from store.columns import table_of

MAY_AUDIT: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
COMINGS: Final = (Doing.SIGNED_IN.value, Doing.SIGNED_OUT.value)
"""What would tell when somebody begins and ends to work: of workers it is shown to nobody."""

_event = table_of(AuditEvent)
_person = table_of(Person)
_token = table_of(Token)
_device = table_of(Device)


@dataclass(frozen=True, slots=True)
class EventRow:
    """What somebody did, or tried to do. actor, target: keys, such as `person:3`."""

    id: int
    at: datetime
    kind: str
    actor: str
    target: str
    address: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Whose events somebody sees. nobodys: also those of which no organisation is known, such as a
    try with an address that nobody has: where one operator has the house for itself."""

    organisation_ids: frozenset[int]
    nobodys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the events. keys: only what these did, or what was done to them. since and
    until: half-open. beyond: the key of the last event that was seen."""

    kinds: Collection[str] = ()
    keys: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    newest_first: bool = True
    beyond: int | None = None


def watched(book: Rulebook, viewer: Viewer) -> Watched:
    """Whose events the viewer sees: of its operator, and of partners that no other operator serves.

    Raises NotAllowed.
    """
    if viewer.role not in MAY_AUDIT or viewer.operator_id is None:
        raise NotAllowed
    elsewhere = {
        organisation_id
        for operator_id, operator in book.operators.items()
        if operator_id != viewer.operator_id
        for organisation_id in (operator_id, *operator.partners)
    }
    own = {viewer.operator_id, *book.operators[viewer.operator_id].partners}
    return Watched(organisation_ids=frozenset(own - elsewhere), nobodys=len(book.operators) == 1)


def events(session: Session, seen: Watched, asked: Question, *, limit: int) -> list[EventRow]:
    """What was noted and is watched, one page of it. One statement."""
    order = _event.c.id.desc() if asked.newest_first else _event.c.id
    rows = session.execute(
        select(
            _event.c.id,
            _event.c.at,
            _event.c.kind,
            _event.c.actor,
            _event.c.target,
            _event.c.address,
            _event.c.details,
        )
        .where(_is_watched(seen), *_asked(asked))
        .order_by(order)
        .limit(limit)
    )
    return [
        EventRow(
            id=row.id,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            target=row.target,
            address=row.address,
            details=json.loads(row.details),
        )
        for row in rows
    ]


def called(session: Session, seen: Watched, text: str) -> list[str]:
    """Keys of the people whose name or address holds this text. One statement."""
    wanted = text.strip().lower()
    rows = session.execute(
        select(_person.c.id).where(
            _person.c.organisation_id.in_(seen.organisation_ids),
            func.lower(_person.c.name).contains(wanted, autoescape=True)
            | _person.c.email.contains(wanted, autoescape=True),
        )
    )
    return [f"person:{key}" for key in rows.scalars()]


def names_of(session: Session, keys: Collection[str]) -> dict[str, str]:
    """What people, machines and tablets are called, by key; who was erased is not among them.

    Three statements at most.
    """
    found: dict[str, str] = {}
    for kind, table in (("person", _person), ("token", _token), ("device", _device)):
        mark = f"{kind}:"
        ids = {int(key.removeprefix(mark)) for key in keys if _is_key(key, mark)}
        if ids:
            rows = session.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))
            found |= {f"{mark}{key}": name for key, name in rows if name}
    return found


def _is_key(key: str, mark: str) -> bool:
    number = key.removeprefix(mark)
    return key.startswith(mark) and number.isascii() and number.isdigit()


def _is_watched(seen: Watched) -> ColumnElement[bool]:
    own = _event.c.organisation_id.in_(seen.organisation_ids)
    workers = select("person:" + cast(_person.c.id, String)).where(
        _person.c.role == Role.WORKER.value
    )
    come_and_go = and_(_event.c.kind.in_(COMINGS), _event.c.actor.in_(workers))
    return or_(own, _event.c.organisation_id.is_(None) if seen.nobodys else false()) & ~come_and_go


def _asked(asked: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.kinds:
        found.append(_event.c.kind.in_(asked.kinds))
    if asked.keys is not None:
        found.append(_event.c.actor.in_(asked.keys) | _event.c.target.in_(asked.keys))
    if asked.since is not None:
        found.append(_event.c.at >= asked.since)
    if asked.until is not None:
        found.append(_event.c.at < asked.until)
    if asked.beyond is not None:
        newer = asked.newest_first
        found.append(_event.c.id < asked.beyond if newer else _event.c.id > asked.beyond)
    return found
