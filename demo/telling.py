"""What the people of the demo were told of its last weeks; most of it they have read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from catalogue.rulebook import rulebook
from notices.actions import read_before
from notices.looking import look
from notices.telling import TOLD_OF, tell_of_entry
from notices.views import entries_since

TOLD_BACK: Final = timedelta(days=60)
READ_BACK: Final = timedelta(days=7)


def tell_people(session: Session, *, now: datetime) -> None:
    """Tell of what happened and of what is overdue, and send nobody a mail."""
    book = rulebook(session)
    for entry_id, at in entries_since(session, TOLD_OF, (now - TOLD_BACK).date()):
        tell_of_entry(session, book, entry_id, now=at, by_mail=False)
    look(session, book, now=now, by_mail=False)
    read_before(session, now - READ_BACK, now=now)
