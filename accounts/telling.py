"""People are told by mail what was done to their ways in. Where no mail is set up, they are not."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session

from store.jobs import enqueue

PERSON_MAIL: Final = "person_mail"
"""The kind of these jobs. They hold keys of people and no names, no addresses and no secrets."""
INVITED: Final = "invited"
FORGOTTEN: Final = "forgotten"
NOBODY: Final = 0
"""In place of a person: the job comes to nothing, and to write it takes as long."""


def tell_person(session: Session, person_id: int, kind: str, *, now: datetime, by: int = 0) -> None:
    """Mail somebody what happened, once this is committed. One statement.

    kind: a value of `audit.Doing`, or INVITED or FORGOTTEN. by: the organisation that invites.
    """
    said = {"person": person_id, "kind": kind} | ({"by": by} if by else {})
    enqueue(session, PERSON_MAIL, said, now=now)
