"""Tell somebody something, once; and let everybody choose what they want to hear.

Nothing here commits: a notice is written in the transaction of what causes it, and the mail about
it waits in the queue until that is committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlmodel import Session

from accounts import rules as accounts
from catalogue.errors import NotFound
from catalogue.rulebook import Rulebook
from notices import rules
from notices.kinds import LINKED, SAFETY, MailState, NoticeKind
from notices.queries import Audience, Reader, chosen, people_who_left, readers
from notices.tables import Contact, Mail, Notice, Preference
from store.columns import table_of
from store.jobs import enqueue
from store.upsert import insert_new

MAIL_JOB: Final = "mail"

PageFor = Callable[[str], str]
"""The path of a page that only its reader can open, for the thing of this code."""

_notice = table_of(Notice)
_mail = table_of(Mail)
_preference = table_of(Preference)
_contact = table_of(Contact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What is to be told, and to whom. key: the same cause is told once to each reader.

    subject: the code of the thing it is about; figures: whole numbers, days and codes.
    """

    kind: NoticeKind
    key: str
    operator_id: int
    site_id: int | None
    subject: str
    audiences: Sequence[Audience]
    figures: Mapping[str, Any] = field(default_factory=dict)


def tell(
    session: Session,
    book: Rulebook,
    cause: Cause,
    *,
    now: datetime,
    but_not: int | None = None,
    by_mail: bool = True,
    page_for: PageFor | None = None,
) -> int:
    """Tell everybody who is to know and wants to; returns how many were told just now.

    but_not: the person who did it knows already, save where it is about safety. page_for: makes
    the page on which somebody without an account answers.
    """
    found = {
        reader.key: reader
        for audience in cause.audiences
        for reader in readers(session, book, audience)
        if reader.person_id is None or reader.person_id != but_not or cause.kind in SAFETY
    }
    people = [one.person_id for one in found.values() if one.person_id is not None]
    choices = chosen(session, cause.kind, people)
    told = 0
    for _, reader in sorted(found.items()):
        portal, mail = choices.get(reader.person_id or 0, (True, True))
        portal, mail = rules.wanted(cause.kind, portal=portal, mail=mail)
        answers = page_for is not None and reader.person_id is None and cause.kind in LINKED
        told += _tell_one(
            session,
            cause,
            reader,
            in_portal=portal and reader.person_id is not None,
            by_mail=mail and by_mail,
            now=now,
            page_for=page_for if answers else None,
        )
    return told


def mail_to_address(
    session: Session, cause: Cause, *, address: str, language: str, path: str, now: datetime
) -> bool:
    """Write to one address, whoever reads it, about a page that only this mail opens.

    A second time for the same cause is a mail of its own when the cause's key is another.
    Raises Malformed for what is no address.
    """
    reader = Reader(person_id=None, address=accounts.email(address), language=language)
    told = _tell_one(
        session,
        cause,
        reader,
        in_portal=False,
        by_mail=True,
        now=now,
        page_for=lambda _: path,
    )
    return bool(told)


def _tell_one(
    session: Session,
    cause: Cause,
    reader: Reader,
    *,
    in_portal: bool,
    by_mail: bool,
    now: datetime,
    page_for: PageFor | None = None,
) -> int:
    if not (in_portal or by_mail):
        return 0
    values = {
        "kind": cause.kind.value,
        "cause": cause.key,
        "reader": reader.key,
        "operator_id": cause.operator_id,
        "site_id": cause.site_id,
        "person_id": reader.person_id,
        "mail_id": None,
        "subject": cause.subject,
        "figures": json.dumps(dict(cause.figures), sort_keys=True),
        "in_portal": in_portal,
        "created_at": now,
        "read_at": None,
    }
    if not insert_new(session.connection(), _notice, values):
        return 0
    if by_mail:
        path = page_for(cause.subject) if page_for else None
        mail_id = _mail_for(session, cause, reader, now=now, path=path)
        session.execute(
            update(_notice)
            .where(_notice.c.cause == cause.key, _notice.c.reader == reader.key)
            .values(mail_id=mail_id)
        )
    return 1


def _mail_for(
    session: Session, cause: Cause, reader: Reader, *, now: datetime, path: str | None
) -> int:
    """The mail that still gathers notices of this kind for this reader, or a new one."""
    if path is None and rules.mail_due(cause.kind, now) > now:
        waiting = session.execute(
            select(_mail.c.id)
            .where(
                _mail.c.operator_id == cause.operator_id,
                _mail.c.kind == cause.kind.value,
                _mail.c.state == MailState.WAITING.value,
                _mail.c.person_id == reader.person_id
                if reader.person_id is not None
                else _mail.c.address == reader.address,
            )
            .order_by(_mail.c.id)
            .limit(1)
            .with_for_update()
        ).scalar_one_or_none()
        if waiting is not None:
            return int(waiting)
    mail = Mail(
        token=uuid4().hex,
        operator_id=cause.operator_id,
        person_id=reader.person_id,
        address=None if reader.person_id is not None else reader.address,
        language=reader.language,
        kind=cause.kind.value,
        path=path,
        state=MailState.WAITING.value,
        created_at=now,
    )
    session.add(mail)
    session.flush()
    due = rules.mail_due(cause.kind, now)
    enqueue(session, MAIL_JOB, {"mail": mail.id}, now=now, not_before=due)
    return mail.id


def mark_read(session: Session, person_id: int, *, now: datetime, only: int | None = None) -> None:
    """A person has read one notice, or all. Raises NotFound for one that is not theirs."""
    own = (_notice.c.person_id == person_id) & _notice.c.in_portal
    if only is not None:
        own &= _notice.c.id == only
        if session.execute(select(_notice.c.id).where(own)).one_or_none() is None:
            raise NotFound
    session.execute(update(_notice).where(own, _notice.c.read_at.is_(None)).values(read_at=now))


def read_before(session: Session, moment: datetime, *, now: datetime) -> None:
    """Everybody has read what they were told before a moment."""
    session.execute(
        update(_notice)
        .where(_notice.c.created_at < moment, _notice.c.read_at.is_(None))
        .values(read_at=now)
    )


def prefer(
    session: Session, person_id: int, wanted: Mapping[NoticeKind, tuple[bool, bool]]
) -> None:
    """What a person wants in the portal and by mail. Safety is left out: it is always told."""
    session.execute(
        delete(_preference).where(
            _preference.c.person_id == person_id,
            _preference.c.kind.in_([kind.value for kind in wanted]),
        )
    )
    for kind, (portal, mail) in wanted.items():
        if kind not in SAFETY and not (portal and mail):
            session.add(Preference(person_id=person_id, kind=kind.value, portal=portal, mail=mail))
    session.flush()


def set_contact(
    session: Session, operator_id: int, organisation_id: int, *, address: str, language: str
) -> None:
    """Where to write to a partner without an account; an empty address erases what stood there.

    Raises Malformed.
    """
    kept = accounts.email(address) if address.strip() else None
    session.execute(
        delete(_contact).where(
            _contact.c.operator_id == operator_id, _contact.c.organisation_id == organisation_id
        )
    )
    if kept is not None:
        session.add(
            Contact(
                operator_id=operator_id,
                organisation_id=organisation_id,
                address=kept,
                language=language,
            )
        )
        session.flush()


def forget(session: Session, now: datetime) -> None:
    """Erase what was told long ago, mails that ended a while ago, and all of people who left.

    A mail that got stuck is given up, so that an administrator sees it.
    """
    session.execute(
        update(_mail)
        .where(
            _mail.c.state == MailState.SENDING.value,
            _mail.c.created_at < now - rules.STUCK_AFTER,
        )
        .values(state=MailState.FAILED.value, ended_at=now, path=None)
    )
    gone = people_who_left()
    old = _notice.c.created_at < now - rules.NOTICE_KEPT
    session.execute(delete(_notice).where(old | _notice.c.person_id.in_(gone)))
    mails = (_mail.c.ended_at < now - rules.MAIL_KEPT) | _mail.c.person_id.in_(gone)
    session.execute(
        update(_notice)
        .where(_notice.c.mail_id.in_(select(_mail.c.id).where(mails)))
        .values(mail_id=None)
    )
    session.execute(delete(_mail).where(mails))
    session.execute(delete(_preference).where(_preference.c.person_id.in_(gone)))
