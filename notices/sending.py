"""A mail on its way: taken up, sent, put off, or given up.

What a mail tells is fixed when it is first taken up. It may be sent twice, when a worker dies
between the sending and the note of it: then both have the same Message-ID.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlmodel import Session

from notices import rules
from notices.actions import MAIL_JOB
from notices.kinds import MailState, NoticeKind
from notices.queries import Letter, active_person, chosen, notices_of_mail
from notices.tables import Mail
from store.columns import table_of
from store.jobs import enqueue

PROBLEM_LENGTH_MAX: Final = 300

_mail = table_of(Mail)


def take_up(session: Session, mail_id: int, *, now: datetime) -> Letter | None:
    """The mail as it is to be sent; None when it has ended, or ends here: nobody wants it now."""
    mail = session.execute(
        select(_mail).where(_mail.c.id == mail_id).with_for_update()
    ).one_or_none()
    if mail is None or mail.state not in (MailState.WAITING.value, MailState.SENDING.value):
        return None
    kind = NoticeKind(mail.kind)
    name, address = None, mail.address
    if mail.person_id is not None:
        person = active_person(session, mail.person_id)
        choice = chosen(session, kind, [mail.person_id]).get(mail.person_id, (True, True))
        _, by_mail = rules.wanted(kind, portal=choice[0], mail=choice[1])
        if person is None or not by_mail:
            end(session, mail_id, MailState.DROPPED, now=now)
            return None
        name, address = person
    notices = notices_of_mail(session, mail_id)
    if not notices or address is None:
        end(session, mail_id, MailState.DROPPED, now=now)
        return None
    session.execute(
        update(_mail)
        .where(_mail.c.id == mail_id)
        .values(state=MailState.SENDING.value, attempts=_mail.c.attempts + 1)
    )
    return Letter(
        mail_id=mail_id,
        token=mail.token,
        kind=kind,
        operator_id=mail.operator_id,
        address=address,
        name=name,
        language=mail.language,
        path=mail.path,
        notices=notices,
    )


def end(
    session: Session, mail_id: int, state: MailState, *, now: datetime, problem: str = ""
) -> None:
    """It was sent, given up or dropped; a page that only it opened is forgotten."""
    session.execute(
        update(_mail)
        .where(_mail.c.id == mail_id)
        .values(state=state.value, ended_at=now, problem=problem[:PROBLEM_LENGTH_MAX], path=None)
    )


def put_off(session: Session, mail_id: int, *, now: datetime, problem: str) -> None:
    """It was not taken for now: try again later, or give it up after some days."""
    mail = session.execute(select(_mail).where(_mail.c.id == mail_id)).one()
    when = rules.next_try(attempts=mail.attempts, created_at=mail.created_at, now=now)
    if when is None:
        end(session, mail_id, MailState.FAILED, now=now, problem=problem)
        return
    said = problem[:PROBLEM_LENGTH_MAX]
    session.execute(update(_mail).where(_mail.c.id == mail_id).values(problem=said))
    enqueue(session, MAIL_JOB, {"mail": mail_id}, now=now, not_before=when)
