"""What a database holds before a demo goes into it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlmodel import Session

from accounts.tables import Person
from catalogue.tables import Organisation

_organisation = Organisation.__table__  # type: ignore[attr-defined]
_person = Person.__table__  # type: ignore[attr-defined]


def is_empty(session: Session) -> bool:
    """Whether nobody takes part in anything yet. One statement."""
    known = session.execute(select(func.count()).select_from(_organisation)).scalar_one()
    return int(known) == 0


def know_all(session: Session, emails: Collection[str]) -> bool:
    """Whether all of these people have been created. One statement."""
    known = session.execute(
        select(func.count()).select_from(_person).where(_person.c.email.in_(emails))
    ).scalar_one()
    return int(known) == len(emails)
