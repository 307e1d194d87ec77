"""Reads of people for who looks after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, Select, func, select
from sqlmodel import Session

from accounts.access import managed
from accounts.tables import Authenticator, Identity, Passkey, Person, Ticket, Token
from accounts.tickets import Purpose
from catalogue.access import Viewer
from catalogue.errors import NotFound
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook
from store.columns import table_of

_person = table_of(Person)
_app = table_of(Authenticator)
_passkey = table_of(Passkey)
_identity = table_of(Identity)
_token = table_of(Token)
_ticket = table_of(Ticket)


class State(StrEnum):
    """How it stands with somebody's account. Who was invited and never came has no way in yet."""

    INVITED = "invited"
    ACTIVE = "active"
    SHUT_OUT = "shut_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person as who looks after accounts sees them.

    has_second: whether they show an app's code, a passkey or a login of their organisation.
    seen_on: the day on which they last were here, as far as it is still known; never the hour, and
    of a worker not even that.
    until: how long their invitation holds.
    """

    id: int
    email: str
    name: str
    role: Role
    organisation_id: int
    site_id: int | None
    scope: str
    language: str
    state: State
    has_app: bool
    has_second: bool
    seen_on: date | None
    until: datetime | None


_HAS_APP: Final = (
    select(_app.c.person_id)
    .where(_app.c.person_id == _person.c.id, _app.c.confirmed_at.is_not(None))
    .exists()
)
_HAS_PASSKEY: Final = select(_passkey.c.id).where(_passkey.c.person_id == _person.c.id).exists()
_HAS_IDENTITY: Final = select(_identity.c.id).where(_identity.c.person_id == _person.c.id).exists()


def _everybody() -> Select[Any]:
    seen = select(func.max(func.coalesce(_token.c.seen_at, _token.c.created_at))).where(
        _token.c.person_id == _person.c.id, _token.c.kind == "session"
    )
    until = select(func.max(_ticket.c.expires_at)).where(
        _ticket.c.person_id == _person.c.id,
        _ticket.c.purpose == Purpose.INVITATION.value,
        _ticket.c.used_at.is_(None),
    )
    return select(
        _person.c.id,
        _person.c.email,
        _person.c.name,
        _person.c.role,
        _person.c.organisation_id,
        _person.c.site_id,
        _person.c.scope,
        _person.c.language,
        _person.c.active,
        (_person.c.password_hash != "").label("has_password"),
        _HAS_APP.label("has_app"),
        _HAS_PASSKEY.label("has_passkey"),
        _HAS_IDENTITY.label("has_identity"),
        seen.scalar_subquery().label("seen_at"),
        until.scalar_subquery().label("until"),
    ).where(_person.c.erased_at.is_(None))


def people_for(session: Session, book: Rulebook, viewer: Viewer) -> list[PersonRow]:
    """People whom the viewer looks after, by name. One statement."""
    rows = session.execute(
        _looked_after(book, viewer).order_by(func.lower(_person.c.name), _person.c.id)
    )
    return [_row(row) for row in rows]


def person_for(session: Session, book: Rulebook, viewer: Viewer, person_id: int) -> PersonRow:
    """One of them. Raises NotFound, for those of others too. One statement."""
    row = session.execute(
        _looked_after(book, viewer).where(_person.c.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return _row(row)


def _looked_after(book: Rulebook, viewer: Viewer) -> Select[Any]:
    """A supplier: its own people. Who is tied to a site: the people of that site."""
    wanted = _everybody().where(_person.c.organisation_id.in_(managed(book, viewer)))
    if viewer.role is Role.SUPPLIER:
        wanted = wanted.where(_person.c.role == Role.SUPPLIER.value)
    if viewer.site_id is not None:
        wanted = wanted.where(_person.c.site_id == viewer.site_id)
    return wanted


def _row(row: Row[Any]) -> PersonRow:
    has_a_way = row.has_password or row.has_passkey or row.has_identity
    away = State.SHUT_OUT if has_a_way else State.INVITED
    return PersonRow(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        organisation_id=row.organisation_id,
        site_id=row.site_id,
        scope=row.scope,
        language=row.language,
        state=State.ACTIVE if row.active else away,
        has_app=bool(row.has_app),
        has_second=bool(row.has_app or row.has_passkey or row.has_identity),
        seen_on=row.seen_at.date() if row.seen_at and row.role != Role.WORKER else None,
        until=row.until,
    )
