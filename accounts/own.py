"""What is somebody's own to see and change: their name, language and password, and all that is kept
of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, select, update
from sqlmodel import Session

from accounts import rules
from accounts.audit import Doing, note_event
from accounts.secret import password_hash
from accounts.sessions import end_other_sessions
from accounts.tables import (
    Actor,
    AuditEvent,
    Authenticator,
    Badge,
    Identity,
    Passkey,
    Person,
    RecoveryCode,
    Ticket,
    Token,
)
from catalogue.errors import NotFound
from store.columns import table_of

_person = table_of(Person)
_actor = table_of(Actor)
_event = table_of(AuditEvent)
_OWN: Final = tuple(
    table_of(kind)
    for kind in (Token, Authenticator, RecoveryCode, Passkey, Identity, Badge, Ticket)
)
SECRETS: Final = frozenset(
    {"hash", "password_hash", "secret", "last_step", "payload", "credential", "handle"}
)
"""Columns that are told to nobody, not even to whom they belong: they let somebody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """Who somebody is, as they see it themselves."""

    id: int
    name: str
    email: str
    language: str
    role: str
    organisation_id: int
    site_id: int | None
    created_at: datetime
    has_password: bool


def own(session: Session, person_id: int) -> OwnRow:
    """Who somebody is. Raises NotFound for who was erased. One statement."""
    row = session.execute(
        select(_person).where(_person.c.id == person_id, _person.c.erased_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return OwnRow(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        role=row.role,
        organisation_id=row.organisation_id,
        site_id=row.site_id,
        created_at=row.created_at,
        has_password=bool(row.password_hash),
    )


def call_oneself(session: Session, person_id: int, *, name: str, language: str) -> None:
    """Another name and language for oneself. Raises Malformed."""
    session.execute(
        update(_person)
        .where(_person.c.id == person_id)
        .values(name=rules.name(name), language=language)
    )


def new_password(given: str, *, email: str, about: Iterable[str] = ()) -> str:
    """What is kept of a new password. Raises Malformed. Some 50 ms of arithmetic.

    about: names of the person and of their organisation.
    """
    return password_hash(rules.password(given, email=email, about=about))


def change_password(
    session: Session,
    person_id: int,
    hashed: str,
    *,
    keep: int | None,
    address: str = "",
    now: datetime,
) -> int:
    """Keep a new password, and end all sessions but one; how many ended.

    hashed: of `new_password`, so that no arithmetic is done while others wait to write.
    """
    home = session.execute(
        update(_person)
        .where(_person.c.id == person_id)
        .values(password_hash=hashed)
        .returning(_person.c.organisation_id)
    ).scalar_one()
    ended = end_other_sessions(session, person_id, but=keep, now=now)
    note_event(
        session,
        Doing.PASSWORD_CHANGED,
        now=now,
        actor=f"person:{person_id}",
        target=f"person:{person_id}",
        organisation_id=home,
        address=address,
    )
    return ended


def all_of(session: Session, person_id: int, *, with_acts: bool) -> dict[str, Any]:
    """Everything that is kept of a person here, by table, without what would let somebody in.

    with_acts: the numbers of what they did, which only they themselves get to see; and those
    without a time, so that nobody's pace can be read out of them. Ten statements.
    """
    key = f"person:{person_id}"
    found = {"person": _rows(session, _person, _person.c.id == person_id)}
    for table in _OWN:
        found[table.name] = _rows(session, table, table.c.person_id == person_id)
    about = (_event.c.actor == key) | (_event.c.target == key)
    found["audit_event"] = [
        # Who else did it, and from where, is about somebody else.
        row if row["actor"] == key else {**row, "actor": "", "address": ""}
        for row in _rows(session, _event, about)
    ]
    if with_acts:
        acts = select(_actor.c.scan_id).where(_actor.c.actor == key).order_by(_actor.c.scan_id)
        found["actor"] = [{"scan_id": scan_id} for scan_id in session.execute(acts).scalars()]
    return found


def _rows(session: Session, table: Table, condition: Any) -> list[dict[str, Any]]:
    told = [column for column in table.columns if column.name not in SECRETS]
    return [
        {name: _plain(value) for name, value in row._mapping.items()}
        for row in session.execute(select(*told).where(condition))
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
