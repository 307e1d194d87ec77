"""What somebody was told, and how, is erased with them."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session

from notices.rules import reader_of
from notices.tables import Contact, Mail, Notice, Preference
from store.columns import table_of

_notice = table_of(Notice)
_mail = table_of(Mail)
_preference = table_of(Preference)
_contact = table_of(Contact)


def erase_reader(session: Session, person_id: int, email: str) -> None:
    """Erase notices, mails, choices and the address of one reader. Five statements."""
    theirs = or_(_mail.c.person_id == person_id, _mail.c.address == email)
    readers = (reader_of(person_id, None), reader_of(None, email))
    session.execute(
        delete(_notice).where(or_(_notice.c.person_id == person_id, _notice.c.reader.in_(readers)))
    )
    session.execute(
        update(_notice)
        .where(_notice.c.mail_id.in_(select(_mail.c.id).where(theirs)))
        .values(mail_id=None)
    )
    session.execute(delete(_mail).where(theirs))
    session.execute(delete(_preference).where(_preference.c.person_id == person_id))
    session.execute(delete(_contact).where(_contact.c.address == email))
