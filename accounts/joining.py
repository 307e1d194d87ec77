"""People come in for the first time, or choose a new password, by a link that was sent to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, select, update
from sqlmodel import Session

from accounts import rules, tickets
from accounts.audit import Doing, note_event
from accounts.own import change_password
from accounts.queries import home_of_address
from accounts.tables import Person, Ticket
from accounts.telling import FORGOTTEN, NOBODY, tell_person
from accounts.tickets import Purpose
from catalogue.errors import TicketUnknown
from catalogue.kinds import Role
from store.columns import table_of

AGAIN_AFTER: Final = timedelta(minutes=5)
"""So soon after one mail with a link for a new password nobody gets another one."""

_person = table_of(Person)
_ticket = table_of(Ticket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Whose link it is. until: how long it holds."""

    person_id: int
    name: str
    email: str
    role: Role
    organisation_id: int
    language: str
    until: datetime


def guest_of(session: Session, purpose: Purpose, plain: str, *, now: datetime) -> Guest:
    """Who was invited, or may choose a new password, by this link. Raises TicketUnknown.

    Two statements.
    """
    row = tickets.look(session, purpose, plain, now=now)
    person = _expected(session, purpose, row.person_id)
    return Guest(
        person_id=person.id,
        name=person.name,
        email=person.email,
        role=Role(person.role),
        organisation_id=person.organisation_id,
        language=person.language,
        until=row.expires_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who gets a mail about their own account."""

    name: str
    email: str
    language: str


def reader_of(session: Session, person_id: int, *, is_invited: bool) -> Reader | None:
    """Whom to mail; None for who is not there any more. is_invited: not in yet. One statement."""
    row = session.execute(
        select(_person.c.name, _person.c.email, _person.c.language).where(
            _person.c.id == person_id,
            _person.c.erased_at.is_(None),
            _person.c.active.is_(not is_invited),
        )
    ).one_or_none()
    return Reader(name=row.name, email=row.email, language=row.language) if row else None


def accept(
    session: Session,
    plain: str,
    *,
    name: str,
    language: str,
    hashed: str,
    now: datetime,
    address: str = "",
) -> int:
    """Key of the person who was invited, and can sign in from now on with this password.

    hashed: of `own.new_password`. Raises TicketUnknown, Malformed.
    """
    called = rules.name(name)
    row = tickets.use(session, Purpose.INVITATION, plain, now=now)
    said = {"name": called, "language": language, "password_hash": hashed}
    return _accepted(session, row.person_id, said, now=now, address=address, by="password")


def accept_by_identity(
    session: Session, ticket_id: int, *, now: datetime, address: str = ""
) -> int:
    """As `accept`, for who is known at a provider of single sign-on and has no password here.

    ticket_id: of a link that was looked at. The account has to be linked next, in the same
    transaction. Raises TicketUnknown.
    """
    row = tickets.use_known(session, Purpose.INVITATION, ticket_id, now=now)
    return _accepted(session, row.person_id, {}, now=now, address=address, by="sso")


def ask_reset(session: Session, email: str, *, now: datetime, address: str = "") -> None:
    """Somebody forgot their password. All statements are the same, whoever's address it is."""
    home = home_of_address(session, email)
    tell_person(session, home.person_id if home else NOBODY, FORGOTTEN, now=now)
    note_event(
        session,
        Doing.PASSWORD_RESET_ASKED,
        now=now,
        target=f"person:{home.person_id}" if home else "",
        organisation_id=home.organisation_id if home else None,
        address=address,
    )


def reset_ticket(session: Session, person_id: int, *, now: datetime) -> str | None:
    """A ticket for a new password, for a mail; those of before are worth nothing any more.

    None for who got one a moment ago.
    """
    known = select(_ticket.c.id).where(
        _ticket.c.person_id == person_id,
        _ticket.c.purpose == Purpose.RESET.value,
        _ticket.c.created_at > now - AGAIN_AFTER,
        _ticket.c.used_at.is_(None),
    )
    if session.execute(known).first() is not None:
        return None
    tickets.withdraw(session, Purpose.RESET, person_id)
    return tickets.issue(session, Purpose.RESET, person_id=person_id, now=now)


def reset(session: Session, plain: str, hashed: str, *, now: datetime, address: str = "") -> None:
    """A new password for who has the link. All sessions end; a second factor stays (ASVS 6.4.3).

    Raises TicketUnknown.
    """
    row = tickets.use(session, Purpose.RESET, plain, now=now)
    person = _expected(session, Purpose.RESET, row.person_id)
    tickets.withdraw(session, Purpose.RESET, person.id)
    change_password(session, person.id, hashed, keep=None, address=address, now=now)


def _accepted(
    session: Session,
    person_id: int | None,
    said: dict[str, str],
    *,
    now: datetime,
    address: str,
    by: str,
) -> int:
    person = _expected(session, Purpose.INVITATION, person_id)
    tickets.withdraw(session, Purpose.INVITATION, person.id)
    session.execute(update(_person).where(_person.c.id == person.id).values(active=True, **said))
    who = f"person:{person.id}"
    note_event(
        session,
        Doing.INVITATION_ACCEPTED,
        now=now,
        actor=who,
        target=who,
        organisation_id=person.organisation_id,
        address=address,
        details={"by": by},
    )
    return int(person.id)


def _expected(session: Session, purpose: Purpose, person_id: int | None) -> Row[Any]:
    """The person of a ticket: not in yet where they are invited, else in. Raises TicketUnknown."""
    row = session.execute(
        select(_person).where(
            _person.c.id == person_id,
            _person.c.erased_at.is_(None),
            _person.c.active.is_(purpose is not Purpose.INVITATION),
        )
    ).one_or_none()
    if row is None:
        raise TicketUnknown
    return row
