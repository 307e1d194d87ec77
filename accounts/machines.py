"""Tokens of machines: who may make them, for what, for how long; and how they are withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from accounts.access import managed, require_may_grant
from accounts.actions import make_token, revoke
from accounts.audit import Doing, note_event
from accounts.queries import TokenRow, api_tokens
from accounts.secret import token_hash
from accounts.tables import Token
from catalogue.access import Viewer
from catalogue.errors import Malformed, NotAllowed, NotFound
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from store.columns import table_of

DAYS: Final = 365
DAYS_MAX: Final = 730
MAY_GRANT: Final = frozenset({Role.SUPPLIER, Role.ADMINISTRATOR})

_token = table_of(Token)


class Scope(StrEnum):
    """What a token may be used for, within what its role may."""

    WRITE = "write"
    READ = "read"
    FIGURES = "figures"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A token that somebody asks for. organisation, site: codes."""

    name: str
    role: Role
    organisation: str
    site: str | None
    scope: Scope
    days: int = DAYS


def make(
    session: Session, wanted: Wanted, *, viewer: Viewer, actor: str, now: datetime, address: str
) -> str:
    """A token for a machine, to be shown once. Raises NotAllowed, NotFound, Malformed.

    Who is tied to a site makes tokens for that site only.
    """
    _require_granter(viewer)
    book = rulebook(session)
    require_may_grant(book, viewer, organisation=wanted.organisation, role=wanted.role)
    if viewer.site_id is not None:
        place = book.sites.get(wanted.site or "")
        if place is None or place.id != viewer.site_id:
            raise NotFound
    plain = make_token(
        session,
        role=wanted.role,
        organisation=wanted.organisation,
        site=wanted.site,
        name=wanted.name,
        now=now,
        expires_at=ends_at(wanted.days, now),
        scope=wanted.scope.value,
    )
    row = session.execute(
        select(_token.c.id, _token.c.organisation_id).where(_token.c.hash == token_hash(plain))
    ).one()
    note_event(
        session,
        Doing.TOKEN_MADE,
        now=now,
        actor=actor,
        target=f"token:{row.id}",
        organisation_id=row.organisation_id,
        address=address,
        details={"role": wanted.role.value, "scope": wanted.scope.value},
    )
    return plain


def ends_at(days: int, now: datetime) -> datetime:
    """When a token of so many days runs out. Raises Malformed: none lasts for ever."""
    if not 1 <= days <= DAYS_MAX:
        raise Malformed(field="days", problem=f"1 to {DAYS_MAX}")
    return now + timedelta(days=days)


def machines(session: Session, viewer: Viewer, *, now: datetime) -> list[TokenRow]:
    """Valid tokens that the viewer looks after, newest first. Raises NotAllowed."""
    _require_granter(viewer)
    rows = api_tokens(session, managed(rulebook(session), viewer), now=now)
    return [row for row in rows if viewer.site_id in (None, row.site_id)]


def machine(session: Session, token_id: int, viewer: Viewer, *, now: datetime) -> TokenRow:
    """One of them. Raises NotAllowed, NotFound."""
    for row in machines(session, viewer, now=now):
        if row.id == token_id:
            return row
    raise NotFound


def withdraw(
    session: Session, token_id: int, *, viewer: Viewer, actor: str, now: datetime, address: str
) -> TokenRow:
    """Make a token worthless at once; says which one it was. Raises NotAllowed, NotFound."""
    row = machine(session, token_id, viewer, now=now)
    revoke(session, token_id, of=[row.organisation_id], now=now)
    note_event(
        session,
        Doing.TOKEN_REVOKED,
        now=now,
        actor=actor,
        target=f"token:{token_id}",
        organisation_id=row.organisation_id,
        address=address,
    )
    return row


def _require_granter(viewer: Viewer) -> None:
    if viewer.role not in MAY_GRANT:
        raise NotAllowed
