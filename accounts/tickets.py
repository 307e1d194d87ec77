"""Secrets that let somebody do one thing once: accept an invitation, choose a new password, give a
second factor, answer a passkey's challenge, come back from single sign-on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update
from sqlmodel import Session

from accounts.secret import new_token, token_hash
from accounts.tables import Ticket
from catalogue.errors import TicketUnknown
from store.columns import table_of

_ticket = table_of(Ticket)


class Purpose(StrEnum):
    """What a ticket is for."""

    INVITATION = "invitation"
    RESET = "reset"
    SECOND_FACTOR = "second_factor"
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single_sign_on"


KEPT: Final = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
    Purpose.SECOND_FACTOR: timedelta(minutes=10),
    Purpose.PASSKEY: timedelta(minutes=5),
    Purpose.SINGLE_SIGN_ON: timedelta(minutes=10),
}
"""How long each kind may be used."""


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket that is still good. payload: what was written on it when it was issued."""

    id: int
    person_id: int | None
    payload: Mapping[str, Any]
    expires_at: datetime


def issue(
    session: Session,
    purpose: Purpose,
    *,
    person_id: int | None = None,
    payload: Mapping[str, Any] | None = None,
    now: datetime,
) -> str:
    """A new ticket, plain: to be handed over and kept nowhere. What ran out is thrown away."""
    session.execute(delete(_ticket).where(_ticket.c.expires_at <= now))
    plain = new_token()
    session.execute(
        insert(_ticket).values(
            hash=token_hash(plain),
            purpose=purpose.value,
            person_id=person_id,
            payload=json.dumps(dict(payload or {}), sort_keys=True),
            created_at=now,
            expires_at=now + KEPT[purpose],
            used_at=None,
        )
    )
    return plain


def look(session: Session, purpose: Purpose, plain: str, *, now: datetime) -> TicketRow:
    """A ticket that could be used now, left as it is. Raises TicketUnknown."""
    row = session.execute(select(*_COLUMNS).where(*_good(purpose, plain, now))).one_or_none()
    return _row(row)


def use(session: Session, purpose: Purpose, plain: str, *, now: datetime) -> TicketRow:
    """Use a ticket up. Raises TicketUnknown.

    Two who come with one ticket: one UPDATE finds it unused, the other finds nothing.
    """
    row = session.execute(
        update(_ticket).where(*_good(purpose, plain, now)).values(used_at=now).returning(*_COLUMNS)
    ).one_or_none()
    return _row(row)


def use_known(session: Session, purpose: Purpose, ticket_id: int, *, now: datetime) -> TicketRow:
    """As `use`, for a ticket that was looked at before and is known by its key."""
    known = (_ticket.c.id == ticket_id, *_still_good(purpose, now))
    row = session.execute(
        update(_ticket).where(*known).values(used_at=now).returning(*_COLUMNS)
    ).one_or_none()
    return _row(row)


def withdraw(session: Session, purpose: Purpose, person_id: int) -> None:
    """Make all of a person's tickets of a kind worthless."""
    session.execute(
        delete(_ticket).where(_ticket.c.purpose == purpose.value, _ticket.c.person_id == person_id)
    )


def forget_tickets(session: Session, now: datetime) -> int:
    """Throw tickets away that were used or ran out; returns how many. One statement."""
    gone = session.execute(
        delete(_ticket).where((_ticket.c.expires_at <= now) | _ticket.c.used_at.is_not(None))
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


_COLUMNS = (_ticket.c.id, _ticket.c.person_id, _ticket.c.payload, _ticket.c.expires_at)


def _good(purpose: Purpose, plain: str, now: datetime) -> tuple[Any, ...]:
    return (_ticket.c.hash == (token_hash(plain) or ""), *_still_good(purpose, now))


def _still_good(purpose: Purpose, now: datetime) -> tuple[Any, ...]:
    return (
        _ticket.c.purpose == purpose.value,
        _ticket.c.used_at.is_(None),
        _ticket.c.expires_at > now,
    )


def _row(row: Row[Any] | None) -> TicketRow:
    if row is None:
        raise TicketUnknown
    return TicketRow(row.id, row.person_id, json.loads(row.payload), row.expires_at)
