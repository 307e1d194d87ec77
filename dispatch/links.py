"""Links by which an outlet confirms one shipment without an account."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert, select, update
from sqlmodel import Session

from catalogue.access import Viewer, require, require_leader
from catalogue.errors import Malformed, StateForbids
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook
from dispatch.queries import shipment_by_code
from dispatch.tables import OutletLink, Shipment
from store.columns import table_of

DAYS: Final = 60
"""An outlet that treats what it gets within a month, and is reminded, is done by then."""
DAYS_MAX: Final = 365
TOKEN_BYTES: Final = 32
TOKEN_LENGTH: Final = 43

_link = table_of(OutletLink)
_shipment = table_of(Shipment)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that was just made. token: plain, to be told once and kept nowhere else."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkRow:
    """The latest link of a shipment."""

    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    opened_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it lets anybody in."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who holds a valid link: the outlet, for this shipment. opened: somebody looked before."""

    link_id: int
    shipment: str
    shipment_id: int
    viewer: Viewer
    opened: bool


def make_link(
    session: Session,
    book: Rulebook,
    code: str,
    *,
    days: int = DAYS,
    viewer: Viewer,
    now: datetime,
) -> NewLink:
    """Make a link for a shipment; the one before ends. Raises NotFound, NotAllowed, Malformed,
    StateForbids (a shipment that was undone)."""
    shipment = shipment_by_code(session, book, code, viewer, lock=True)
    require(viewer.is_staff)
    require_leader(viewer)
    if not 1 <= days <= DAYS_MAX:
        raise Malformed(field="days", problem=f"1 to {DAYS_MAX}", given=days)
    if shipment.state == "reversed":
        raise StateForbids(subject=code, state=shipment.state)
    _end(session, shipment.id, now)
    token, expires_at = secrets.token_urlsafe(TOKEN_BYTES), now + timedelta(days=days)
    session.execute(
        insert(_link).values(
            hash=_hash(token), shipment_id=shipment.id, created_at=now, expires_at=expires_at
        )
    )
    return NewLink(token, expires_at)


def end_link(session: Session, book: Rulebook, code: str, *, viewer: Viewer, now: datetime) -> None:
    """End the link of a shipment, if there is one. Raises NotFound, NotAllowed."""
    shipment = shipment_by_code(session, book, code, viewer)
    require(viewer.is_staff)
    require_leader(viewer)
    _end(session, shipment.id, now)


def _end(session: Session, shipment_id: int, now: datetime) -> None:
    session.execute(
        update(_link)
        .where(
            _link.c.shipment_id == shipment_id,
            _link.c.revoked_at.is_(None),
            _link.c.expires_at > now,
        )
        .values(revoked_at=now)
    )


def link_of(session: Session, shipment_id: int) -> LinkRow | None:
    """The latest link of a shipment. One statement."""
    row = session.execute(
        select(_link.c.created_at, _link.c.expires_at, _link.c.revoked_at, _link.c.opened_at)
        .where(_link.c.shipment_id == shipment_id)
        .order_by(_link.c.id.desc())
        .limit(1)
    ).one_or_none()
    return LinkRow(*row) if row else None


def admitted(session: Session, token: str, now: datetime) -> Admitted | None:
    """Whom a token lets in; None for one that is unknown, ran out or was ended. One statement.

    A token is random, so one round of SHA-256 is enough, and trying wrong ones costs us nothing.
    """
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    row = session.execute(
        select(
            _link.c.id,
            _link.c.opened_at,
            _shipment.c.code,
            _shipment.c.id.label("shipment"),
            _shipment.c.outlet_id,
        )
        .select_from(_link.join(_shipment, _shipment.c.id == _link.c.shipment_id))
        .where(
            _link.c.hash == _hash(token),
            _link.c.revoked_at.is_(None),
            _link.c.expires_at > now,
            _shipment.c.state != "reversed",
        )
    ).one_or_none()
    if row is None:
        return None
    viewer = Viewer(role=Role.OUTLET, organisation_id=row.outlet_id, outlet_id=row.outlet_id)
    return Admitted(row.id, row.code, row.shipment, viewer, opened=row.opened_at is not None)


def note_opened(session: Session, link_id: int, now: datetime) -> None:
    """Note when a link was first opened. One statement."""
    session.execute(
        update(_link)
        .where(_link.c.id == link_id, _link.c.opened_at.is_(None))
        .values(opened_at=now)
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
