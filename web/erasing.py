"""A person is erased in every room that knows them, in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from accounts.erasing import erase_person
from notices.erasing import erase_reader
from store.jobs import forget_naming
from streams.notes import erase_naming


def erase_everywhere(
    session: Session, person_id: int, *, actor: str, address: str = "", now: datetime
) -> None:
    """Erase a person: what told who it was, what they were told, and remarks with their name.

    Raises NotFound, LastAdministrator.
    """
    gone = erase_person(session, person_id, actor=actor, address=address, now=now)
    erase_reader(session, person_id, gone.email)
    forget_naming(session, gone.email)
    erase_naming(session, (gone.name, gone.email))
