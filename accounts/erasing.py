"""A person is erased: all that told who it was goes, and the register stays as it is.

What others point at keeps a number without a name. Who wrote an entry stood nowhere in the
register, so neither that nor its chain changes by a bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import Session

from accounts.audit import Doing, forget_addresses, note_event
from accounts.tables import (
    Actor,
    Authenticator,
    Badge,
    Identity,
    Passkey,
    Person,
    RecoveryCode,
    Ticket,
    Token,
)
from catalogue.errors import LastAdministrator, NotFound
from catalogue.kinds import Role
from store.columns import table_of

_person = table_of(Person)
_actor = table_of(Actor)
_ticket = table_of(Ticket)
_OWN: Final = tuple(
    table_of(kind) for kind in (Authenticator, RecoveryCode, Passkey, Identity, Token, Badge)
)
"""What goes with its person."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Who is gone, for what other rooms kept of them: to be used at once and kept nowhere."""

    person_id: int
    name: str
    email: str


def is_last_administrator(session: Session, person_id: int) -> bool:
    """Whether nobody else could look after the accounts of their organisation. One statement."""
    others = select(_person.c.id).where(
        _person.c.role == Role.ADMINISTRATOR.value,
        _person.c.active,
        _person.c.erased_at.is_(None),
    )
    mine = select(_person.c.organisation_id).where(
        _person.c.id == person_id,
        _person.c.role == Role.ADMINISTRATOR.value,
        _person.c.active,
    )
    home = session.execute(mine).scalar_one_or_none()
    if home is None:
        return False
    others = others.where(_person.c.organisation_id == home, _person.c.id != person_id)
    count: int = session.execute(select(func.count()).select_from(others.subquery())).scalar_one()
    return count == 0


def erase_person(
    session: Session, person_id: int, *, actor: str, address: str = "", now: datetime
) -> Erased:
    """Erase what told who somebody was. actor: who erases.

    Raises NotFound for who is unknown or was erased, LastAdministrator.
    """
    row = session.execute(
        select(_person.c.name, _person.c.email, _person.c.organisation_id).where(
            _person.c.id == person_id, _person.c.erased_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    if is_last_administrator(session, person_id):
        raise LastAdministrator
    for table in _OWN:
        session.execute(delete(table).where(table.c.person_id == person_id))
    theirs = or_(
        _ticket.c.person_id == person_id, _ticket.c.payload.contains(row.email, autoescape=True)
    )
    session.execute(delete(_ticket).where(theirs))
    session.execute(delete(_actor).where(_actor.c.actor == f"person:{person_id}"))
    session.execute(
        update(_person)
        .where(_person.c.id == person_id)
        .values(
            email=f"erased:{person_id}",
            name="",
            password_hash="",
            handle=None,
            active=False,
            erased_at=now,
        )
    )
    forget_addresses(session, person_id)
    note_event(
        session,
        Doing.PERSON_ERASED,
        now=now,
        actor=actor,
        target=f"person:{person_id}",
        organisation_id=row.organisation_id,
        address=address if actor != f"person:{person_id}" else "",
    )
    return Erased(person_id=person_id, name=row.name, email=row.email)
