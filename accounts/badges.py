"""Badges: a card by which a tablet knows who stands before it, where its station asks for one.

What is kept is that a badge exists and what it is called. Of its use nothing is kept but the note
of who did what, as of everybody.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from accounts import rules
from accounts.access import enrolling_sites, station_to_enrol
from accounts.tables import Badge, StationRule
from catalogue.access import Viewer
from catalogue.codes import ALPHABET
from catalogue.errors import Malformed, NotFound
from catalogue.rulebook import rulebook
from store.columns import table_of

PREFIX: Final = "SS:BADGE:"
"""How the code of a badge begins, as every card of ours does: no label and no name is like it."""
LENGTH: Final = 24
"""Random characters behind it: 98 bits, so that its hash needs no salt and betrays nothing."""
REST_MINUTES: Final = 30
REST_MINUTES_MAX: Final = 720

_badge = table_of(Badge)
_rule = table_of(StationRule)


class Asks(StrEnum):
    """Whether a station asks for a badge."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class BadgeRow:
    """A badge that is valid."""

    id: int
    site_id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """What a station asks, and after how many minutes without a scan it asks again."""

    asks: Asks = Asks.NONE
    rest_minutes: int = REST_MINUTES


def new_badge_code() -> str:
    """What a badge says, plain: to be shown once and kept nowhere."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def badge_hash(code: str) -> str:
    """What is kept of it. The tablet makes the same of what it scans."""
    return hashlib.sha256(code.upper().encode()).hexdigest()


def make_badge(
    session: Session, site: str, name: str, *, viewer: Viewer, now: datetime
) -> tuple[int, str]:
    """A badge of a site: its number and its code. Raises NotAllowed, NotFound, Malformed."""
    book = rulebook(session)
    place = book.sites.get(site)
    if place is None or place.id not in enrolling_sites(book, viewer):
        raise NotFound
    plain = new_badge_code()
    made = session.execute(
        insert(_badge)
        .values(
            hash=badge_hash(plain),
            site_id=place.id,
            name=rules.name(name),
            person_id=None,
            created_at=now,
            revoked_at=None,
        )
        .returning(_badge.c.id)
    )
    return int(made.scalar_one()), plain


def revoke_badge(session: Session, badge_id: int, *, viewer: Viewer, now: datetime) -> None:
    """From now on it opens nothing, and nobody knows whose it was. Raises NotAllowed, NotFound."""
    found = badge(session, badge_id, viewer=viewer)
    session.execute(update(_badge).where(_badge.c.id == found.id).values(revoked_at=now, name=""))


def badge(session: Session, badge_id: int, *, viewer: Viewer) -> BadgeRow:
    """A valid badge of the viewer's sites. Raises NotAllowed, NotFound."""
    sites = enrolling_sites(rulebook(session), viewer)
    for row in badges(session, sites):
        if row.id == badge_id:
            return row
    raise NotFound


def badges(session: Session, site_ids: Collection[int]) -> list[BadgeRow]:
    """Valid badges of these sites, by name. One statement."""
    rows = session.execute(
        select(_badge.c.id, _badge.c.site_id, _badge.c.name, _badge.c.created_at)
        .where(_badge.c.site_id.in_(site_ids), _badge.c.revoked_at.is_(None))
        .order_by(_badge.c.name, _badge.c.id)
    )
    return [BadgeRow(*row) for row in rows]


def badges_by_hash(session: Session, site_id: int) -> dict[str, int]:
    """Numbers of the valid badges of a site, by what is kept of their codes. One statement."""
    rows = session.execute(
        select(_badge.c.hash, _badge.c.id)
        .where(_badge.c.site_id == site_id, _badge.c.revoked_at.is_(None))
        .order_by(_badge.c.hash)
    )
    return {row.hash: row.id for row in rows}


def rules_of(session: Session, station_ids: Collection[int]) -> dict[int, Rule]:
    """What these stations ask, where something was ever said. One statement."""
    rows = session.execute(
        select(_rule.c.station_id, _rule.c.badge, _rule.c.rest_minutes).where(
            _rule.c.station_id.in_(station_ids)
        )
    )
    return {row.station_id: Rule(Asks(row.badge), row.rest_minutes) for row in rows}


def set_rule(
    session: Session, station: str, asks: str, rest_minutes: int, *, viewer: Viewer
) -> None:
    """What a station asks from now on. Raises NotAllowed, NotFound, Malformed."""
    place = station_to_enrol(rulebook(session), viewer, station)
    if asks not in set(Asks):
        raise Malformed(field="badge", problem="none, optional or required")
    if not 1 <= rest_minutes <= REST_MINUTES_MAX:
        raise Malformed(field="rest_minutes", problem=f"1 to {REST_MINUTES_MAX}")
    session.execute(delete(_rule).where(_rule.c.station_id == place.id))
    said = {"station_id": place.id, "badge": asks, "rest_minutes": rest_minutes}
    session.execute(insert(_rule).values(said))
