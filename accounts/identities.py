"""Who people are at a provider of single sign-on: known by issuer and subject, never by an address,
which the provider can give to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlmodel import Session

from accounts.audit import Doing, note_own
from accounts.tables import Identity, Passkey, Person, Token
from catalogue.errors import IdentityTaken, IdentityUnknown, LastWayIn, NotFound, SignOnFailed
from store.columns import table_of

SUBJECT_LENGTH_MAX: Final = 255

_identity = table_of(Identity)
_passkey = table_of(Passkey)
_person = table_of(Person)
_token = table_of(Token)


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """An account at a provider, as its person sees it."""

    id: int
    issuer: str
    created_at: datetime
    used_at: datetime | None


def identities_of(session: Session, person_id: int) -> list[IdentityRow]:
    """The accounts that a person can sign in with, the first one first. One statement."""
    rows = session.execute(
        select(_identity.c.id, _identity.c.issuer, _identity.c.created_at, _identity.c.used_at)
        .where(_identity.c.person_id == person_id)
        .order_by(_identity.c.id)
    )
    return [IdentityRow(*row) for row in rows]


def person_by_identity(session: Session, issuer: str, subject: str, *, now: datetime) -> int:
    """Key of the person of this account, whose use is noted. Raises IdentityUnknown.

    Who was shut out is answered like somebody who is not known.
    """
    found = session.execute(
        select(_identity.c.id, _identity.c.person_id)
        .join(_person, _person.c.id == _identity.c.person_id)
        .where(
            _identity.c.issuer == issuer,
            _identity.c.subject == subject,
            _person.c.active,
            _person.c.erased_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise IdentityUnknown
    session.execute(update(_identity).where(_identity.c.id == found.id).values(used_at=now))
    return int(found.person_id)


def link(
    session: Session,
    person_id: int,
    *,
    issuer: str,
    subject: str,
    now: datetime,
    address: str = "",
) -> None:
    """From now on this account lets the person in; nothing where it did already.

    Raises SignOnFailed for a subject that no provider should give, IdentityTaken.
    """
    if not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
        raise SignOnFailed(problem="subject")
    home = _lock(session, person_id)
    owner = session.execute(
        select(_identity.c.person_id).where(
            _identity.c.issuer == issuer, _identity.c.subject == subject
        )
    ).scalar_one_or_none()
    if owner == person_id:
        return
    if owner is not None:
        raise IdentityTaken
    session.execute(
        insert(_identity).values(
            person_id=person_id, issuer=issuer, subject=subject, created_at=now, used_at=None
        )
    )
    note_own(session, Doing.IDENTITY_LINKED, person_id, home, now=now, address=address)


def unlink(
    session: Session, person_id: int, identity_id: int, *, now: datetime, address: str = ""
) -> None:
    """This account lets the person in no more. Raises NotFound, LastWayIn."""
    home = _lock(session, person_id)
    own = {row.id for row in identities_of(session, person_id)}
    if identity_id not in own:
        raise NotFound
    if own == {identity_id} and not _has_another_way(session, person_id):
        raise LastWayIn
    session.execute(_identity.delete().where(_identity.c.id == identity_id))
    note_own(session, Doing.IDENTITY_UNLINKED, person_id, home, now=now, address=address)


def is_signed_in(session: Session, token_id: int | None, person_id: int, *, now: datetime) -> bool:
    """Whether this session of this person still lets them in. One statement."""
    row = session.execute(
        select(_token.c.id)
        .join(_person, _person.c.id == _token.c.person_id)
        .where(
            _token.c.id == token_id,
            _token.c.person_id == person_id,
            _token.c.kind == "session",
            _token.c.revoked_at.is_(None),
            _token.c.expires_at > now,
            _person.c.active,
        )
    )
    return row.first() is not None


def _lock(session: Session, person_id: int) -> int:
    """Key of the person's organisation. Two who take ways in from one person come one by one."""
    home: int = session.execute(
        select(_person.c.organisation_id).where(_person.c.id == person_id).with_for_update()
    ).scalar_one()
    return home


def _has_another_way(session: Session, person_id: int) -> bool:
    password = select(_person.c.id).where(_person.c.id == person_id, _person.c.password_hash != "")
    passkey = select(_passkey.c.id).where(_passkey.c.person_id == person_id).limit(1)
    return any(session.execute(each).first() is not None for each in (password, passkey))
