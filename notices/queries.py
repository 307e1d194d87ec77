"""Reads of notices: who is to be told, what somebody was told, and what they would rather not be.

Whoever is asked for by person sees only their own; a mail holds only the notices of its reader.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session

from accounts.tables import Person
from catalogue.access import STAFF
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook
from notices.kinds import MailState, NoticeKind
from notices.rules import reader_of
from notices.tables import Contact, Mail, Notice, Preference
from store.columns import table_of

_notice = table_of(Notice)
_mail = table_of(Mail)
_preference = table_of(Preference)
_contact = table_of(Contact)
_person = table_of(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told. organisation_id: of a supplier or an outlet; site_id: where staff works."""

    role: Role
    operator_id: int
    organisation_id: int | None = None
    site_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who is told something: a person with an account, or an address."""

    person_id: int | None
    address: str
    language: str

    @property
    def key(self) -> str:
        return reader_of(self.person_id, self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice as it is shown."""

    id: int
    kind: NoticeKind
    operator_id: int
    site_id: int | None
    subject: str
    figures: Mapping[str, Any]
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail that is to be sent, whole. name: of a person with an account."""

    mail_id: int
    token: str
    kind: NoticeKind
    operator_id: int
    address: str
    name: str | None
    language: str
    path: str | None
    notices: Sequence[NoticeRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentMail:
    """A mail that did not go. reader: a name, or an address without an account."""

    id: int
    kind: NoticeKind
    reader: str
    problem: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """Where an operator writes to a partner without an account."""

    organisation_id: int
    address: str
    language: str


def readers(session: Session, book: Rulebook, audience: Audience) -> list[Reader]:
    """Everybody of an audience, once each. One statement for staff, two for a partner."""
    rows = session.execute(
        select(_person.c.id, _person.c.email, _person.c.language)
        .where(_person.c.role == audience.role.value, _person.c.active, _belongs(book, audience))
        .order_by(_person.c.id)
    )
    found = [Reader(person_id=row[0], address=row[1], language=row[2]) for row in rows]
    if audience.role not in STAFF and audience.organisation_id is not None:
        contact = contacts(session, audience.operator_id).get(audience.organisation_id)
        if contact and contact.address not in {one.address for one in found}:
            found.append(Reader(person_id=None, address=contact.address, language=contact.language))
    return found


def _belongs(book: Rulebook, audience: Audience) -> ColumnElement[bool]:
    """People of the operator's site; or of the partner, and of those that it stands under."""
    if audience.role in STAFF:
        anywhere = or_(_person.c.site_id.is_(None), _person.c.site_id == (audience.site_id or 0))
        return (_person.c.organisation_id == audience.operator_id) & anywhere
    home = audience.organisation_id or 0
    family = [home]
    if audience.role is Role.SUPPLIER:
        family = [key for key in book.organisations_by_id if home in book.children(key)]
    return _person.c.organisation_id.in_(family)


def active_person(session: Session, person_id: int) -> tuple[str, str] | None:
    """Name and address of somebody who still may enter. One statement."""
    row = session.execute(
        select(_person.c.name, _person.c.email).where(_person.c.id == person_id, _person.c.active)
    ).one_or_none()
    return None if row is None else (row.name, row.email)


def people_who_left() -> Select[int]:
    """Keys of people who may not enter any more."""
    return select(_person.c.id).where(~_person.c.active)


def contacts(session: Session, operator_id: int) -> dict[int, ContactRow]:
    """Addresses of an operator's partners, by organisation. One statement."""
    rows = session.execute(
        select(_contact.c.organisation_id, _contact.c.address, _contact.c.language).where(
            _contact.c.operator_id == operator_id
        )
    )
    return {
        row[0]: ContactRow(organisation_id=row[0], address=row[1], language=row[2]) for row in rows
    }


def preferences(session: Session, person_id: int) -> dict[NoticeKind, tuple[bool, bool]]:
    """What a person chose, portal and mail; kinds without a choice are not in it. One statement."""
    rows = session.execute(select(_preference).where(_preference.c.person_id == person_id))
    known = set(NoticeKind)
    return {NoticeKind(row.kind): (row.portal, row.mail) for row in rows if row.kind in known}


def chosen(
    session: Session, kind: NoticeKind, person_ids: Collection[int]
) -> dict[int, tuple[bool, bool]]:
    """What these people chose for one kind. One statement."""
    rows = session.execute(
        select(_preference.c.person_id, _preference.c.portal, _preference.c.mail).where(
            _preference.c.kind == kind.value, _preference.c.person_id.in_(person_ids)
        )
    )
    return {row.person_id: (row.portal, row.mail) for row in rows}


def notices_of(
    session: Session,
    person_id: int,
    *,
    kinds: Collection[NoticeKind] | None = None,
    text: str = "",
    unread: bool = False,
    before: int | None = None,
    limit: int,
) -> list[NoticeRow]:
    """What a person was told, the newest first. before: the key of the last one seen. kinds: only
    these; text: part of the code of the thing. One statement."""
    statement = select(_notice).where(_own(person_id))
    if kinds is not None:
        statement = statement.where(_notice.c.kind.in_([kind.value for kind in kinds]))
    if text:
        statement = statement.where(_notice.c.subject.contains(text.upper(), autoescape=True))
    if unread:
        statement = statement.where(_notice.c.read_at.is_(None))
    if before is not None:
        statement = statement.where(_notice.c.id < before)
    rows = session.execute(statement.order_by(_notice.c.id.desc()).limit(limit))
    return [_row(row) for row in rows if row.kind in set(NoticeKind)]


def count_unread(session: Session, person_id: int) -> int:
    """How many notices a person has not read. One statement."""
    return int(session.execute(unread_count(person_id)).scalar_one())


def unread_count(person_id: int) -> Select[int]:
    """How many notices a person has not read, to be asked together with more."""
    asked = select(func.count()).select_from(_notice)
    return asked.where(_own(person_id), _notice.c.read_at.is_(None))


def notices_of_mail(session: Session, mail_id: int) -> list[NoticeRow]:
    """What a mail tells, oldest first. One statement."""
    rows = session.execute(
        select(_notice).where(_notice.c.mail_id == mail_id).order_by(_notice.c.id)
    )
    return [_row(row) for row in rows]


def unsent_mails(
    session: Session, operator_id: int, *, since: datetime, limit: int
) -> list[UnsentMail]:
    """Mails that were given up, the newest first. One statement."""
    rows = session.execute(
        select(_mail, _person.c.name)
        .outerjoin_from(_mail, _person, _person.c.id == _mail.c.person_id)
        .where(
            _mail.c.operator_id == operator_id,
            _mail.c.state == MailState.FAILED.value,
            _mail.c.ended_at >= since,
        )
        .order_by(_mail.c.id.desc())
        .limit(limit)
    )
    return [
        UnsentMail(
            id=row.id,
            kind=NoticeKind(row.kind),
            reader=row.name or row.address or "",
            problem=row.problem,
            at=row.ended_at,
        )
        for row in rows
    ]


def _own(person_id: int) -> ColumnElement[bool]:
    return (_notice.c.person_id == person_id) & _notice.c.in_portal


def _row(row: Any) -> NoticeRow:
    return NoticeRow(
        id=row.id,
        kind=NoticeKind(row.kind),
        operator_id=row.operator_id,
        site_id=row.site_id,
        subject=row.subject,
        figures=json.loads(row.figures),
        created_at=row.created_at,
        read_at=row.read_at,
    )
