"""Who hears of what was just booked: decided here, after the act and in its transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session

from accounts.queries import Signed
from catalogue.rulebook import rulebook
from dispatch.confirming import Confirm
from dispatch.returning import TakeBack
from dispatch.shipping import Ship
from intake.actions import LogBatch
from intake.aside import SetAside
from intake.finds import LogFind
from notices.telling import tell_of_entry
from streams.acts import Command
from streams.ledger import Booked

HEARD_OF: Final = (LogBatch, SetAside, LogFind, Ship, TakeBack, Confirm)
"""Commands of which somebody may be told; all others cost nothing."""


def notify(session: Session, me: Signed, command: Command, booked: Booked, now: datetime) -> None:
    """Tell whoever should know of it, but not who did it."""
    if isinstance(command, HEARD_OF) and not booked.repeated:
        tell_of_entry(session, rulebook(session), booked.entry_id, now=now, but_not=person_of(me))


def person_of(me: Signed) -> int | None:
    """The key of the person who is signed in; None for a machine."""
    kind, _, number = me.actor.partition(":")
    return int(number) if kind == "person" else None
