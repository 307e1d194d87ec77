"""Lists and whole pictures of shipments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from dispatch import rules
from dispatch.documents import ListedDocument, documents_of
from dispatch.links import LinkRow, link_of
from dispatch.queries import bins_of_shipment, shipment_by_code
from dispatch.tables import Shipment
from store.columns import table_of
from streams.ledger import site_day
from streams.paging import Asked, newest_first, one_of
from streams.queries import BinRow, contents_of_shipment
from streams.rules import Standing
from streams.tables import Balance, Movement, Place
from streams.views import Told, at_site, history_of, sites_of

_shipment = table_of(Shipment)
_place = table_of(Place)
_balance = table_of(Balance)
_movement = table_of(Movement)

OVERDUE: Final = "overdue"
"""Not a state that is kept: what the outlet should have confirmed by now."""

UNPROVEN_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedShipment:
    """A shipment. in_transit_g: neither confirmed nor come back, of which the outlet refused
    refused_g. due_on: the last day on which its confirmation is in time."""

    code: str
    site: str
    outlet: str
    carrier: str | None
    waybill: str
    shipped_on: date
    mass_g: int
    in_transit_g: int
    treatments: tuple[str, ...]
    state: str
    confirmed_g: int
    refused_g: int
    returned_g: int
    due_on: date

    @property
    def open_g(self) -> int:
        """What the outlet still has to answer for."""
        return max(0, self.in_transit_g - self.refused_g)

    def late_days(self, today: date) -> int:
        """By how many days its confirmation is late; 0 when nothing is."""
        return max(0, (today - self.due_on).days) if self.open_g and self.state == "shipped" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A shipment that its outlet should have confirmed. mass_g: what it still has to answer for."""

    code: str
    site: str
    outlet: str
    due_on: date
    days: int
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """A shipment that is under way. mass_g: neither confirmed nor come back, of which its outlet
    refused refused_g; due_on: the last day on which its confirmation is in time."""

    code: str
    site: SiteRow
    outlet: str
    waybill: str
    shipped_on: date
    mass_g: int
    refused_g: int
    due_on: date

    def days(self, today: date) -> int:
        """How long it has been under way."""
        return (today - self.shipped_on).days

    def late_days(self, today: date) -> int:
        """By how many days its confirmation is late; 0 when nothing is to be confirmed."""
        return max(0, (today - self.due_on).days) if self.mass_g > self.refused_g else 0


@dataclass(frozen=True, slots=True)
class WholeShipment:
    """Everything about one shipment. link: the latest one by which its outlet can confirm."""

    listed: ListedShipment
    bins: Sequence[BinRow]
    contents: Sequence[Standing]
    history: Sequence[Told]
    link: LinkRow | None
    documents: Sequence[ListedDocument]


def list_shipments(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked, *, now: datetime
) -> list[ListedShipment]:
    """Shipments, newest first; `state` may also be `overdue`. Three statements."""
    exists = _exists(book, viewer)
    statement = select(_shipment).where(at_site(book, asked, _shipment))
    if asked.text:
        wanted = asked.text.strip()
        statement = statement.where(
            or_(
                _shipment.c.code.contains(wanted.upper(), autoescape=True),
                _shipment.c.waybill.contains(wanted, autoescape=True),
            )
        )
    if asked.state == OVERDUE:
        statement = statement.where(_is_late(book, now))
    elif asked.state:
        statement = statement.where(_shipment.c.state == asked.state)
    if asked.day:
        statement = statement.where(_shipment.c.shipped_on == asked.day)
    rows = session.execute(
        newest_first(
            statement, _shipment, asked, "shipped_on", exists=exists, among=_parts(book, viewer)
        )
    ).all()
    return _listed(session, book, rows)


def overdue(
    session: Session,
    book: Rulebook,
    viewer: Viewer,
    *,
    now: datetime,
    site: str | None = None,
    limit: int = 200,
) -> list[Overdue]:
    """Shipments that their outlets should have confirmed by now, the longest overdue first.

    For a viewer, or one site of it: an outlet has `confirm_days` of its partnership, or else two
    weeks, counted in days of the site. What it refused, and is on its way back, is answered for.
    Three statements.
    """
    statement = (
        select(_shipment)
        .where(_exists(book, viewer), at_site(book, Asked(site=site), _shipment))
        .where(_is_late(book, now))
        .order_by(_shipment.c.shipped_on, _shipment.c.id)
        .limit(limit)
    )
    rows = _listed(session, book, session.execute(statement).all())
    found = [
        Overdue(
            code=row.code,
            site=row.site,
            outlet=row.outlet,
            due_on=row.due_on,
            days=row.late_days(site_day(now, book.sites[row.site])),
            mass_g=row.open_g,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (row.due_on, row.code))


def unproven_shipments(session: Session, book: Rulebook, viewer: Viewer) -> list[Unproven]:
    """Every shipment of which something is not proven, the longest under way first. One
    statement."""
    under_way_g = func.sum(_balance.c.mass_g)
    rows = session.execute(
        select(_shipment, under_way_g.label("under_way_g"))
        .select_from(
            _shipment.join(_place, _place.c.shipment == _shipment.c.code).join(
                _balance, _balance.c.place_id == _place.c.id
            )
        )
        .where(_shipment.c.site_id.in_(sites_of(book, viewer)), _shipment.c.state == "shipped")
        .group_by(_shipment.c.id)
        .having(under_way_g > 0)
        .order_by(_shipment.c.shipped_on, _shipment.c.id)
        .limit(UNPROVEN_MAX)
    )
    found = []
    for row in rows:
        site = book.sites_by_id[row.site_id]
        partner = book.operator(site).partners.get(row.outlet_id)
        found.append(
            Unproven(
                code=row.code,
                site=site,
                outlet=book.organisations_by_id[row.outlet_id].code,
                waybill=row.waybill,
                shipped_on=row.shipped_on,
                mass_g=int(row.under_way_g),
                refused_g=row.refused_g or 0,
                due_on=rules.due_on(row.shipped_on, partner),
            )
        )
    return found


def _exists(book: Rulebook, viewer: Viewer) -> ColumnElement[bool]:
    return or_(*_parts(book, viewer))


def _parts(book: Rulebook, viewer: Viewer) -> list[ColumnElement[bool]]:
    if viewer.outlet_id is not None:
        return [_shipment.c.outlet_id == viewer.outlet_id]
    return one_of(_shipment.c.site_id, sites_of(book, viewer)) or [false()]


def _is_late(book: Rulebook, now: datetime) -> ColumnElement[bool]:
    """Whether a shipment should have been confirmed by now, as SQL."""
    late = []
    for site in book.sites_by_id.values():
        today, partners = site_day(now, site), book.operator(site).partners
        agreed = {
            key: row.confirm_days for key, row in partners.items() if row.confirm_days is not None
        }
        here = _shipment.c.site_id == site.id
        usual = today - timedelta(days=rules.CONFIRM_DAYS)
        others = _shipment.c.outlet_id.not_in(agreed)
        late.append(and_(here, others, _shipment.c.shipped_on < usual))
        for outlet_id, days in agreed.items():
            since = today - timedelta(days=days)
            its = _shipment.c.outlet_id == outlet_id
            late.append(and_(here, its, _shipment.c.shipped_on < since))
    under_way = (
        select(func.coalesce(func.sum(_balance.c.mass_g), 0))
        .select_from(_balance.join(_place, _place.c.id == _balance.c.place_id))
        .where(_place.c.shipment == _shipment.c.code)
        .scalar_subquery()
    )
    waits = under_way > func.coalesce(_shipment.c.refused_g, 0)
    return and_(_shipment.c.state == "shipped", or_(*late), waits)


def whole_shipment(session: Session, book: Rulebook, code: str, viewer: Viewer) -> WholeShipment:
    """A shipment with its bins, what is under way, its history, the link of its outlet and what
    that brought. Eleven statements."""
    shipment = shipment_by_code(session, book, code, viewer)
    row = session.execute(select(_shipment).where(_shipment.c.id == shipment.id)).one()
    return WholeShipment(
        listed=_listed(session, book, [row])[0],
        bins=bins_of_shipment(session, book, shipment.id),
        contents=contents_of_shipment(session, code),
        history=history_of(session, code),
        link=link_of(session, shipment.id),
        documents=documents_of(session, shipment.id),
    )


def _listed(session: Session, book: Rulebook, rows: Sequence[Any]) -> list[ListedShipment]:
    ids = [row.id for row in rows]
    masses = session.execute(
        select(_movement.c.entry_id, func.sum(_movement.c.mass_g))
        .where(_movement.c.entry_id.in_(ids))
        .group_by(_movement.c.entry_id)
    )
    shipped = {row.entry_id: int(row[1]) for row in masses}
    still = session.execute(
        select(_place.c.shipment, func.sum(_balance.c.mass_g))
        .select_from(_balance.join(_place, _place.c.id == _balance.c.place_id))
        .where(_place.c.shipment.in_([row.code for row in rows]))
        .group_by(_place.c.shipment)
    )
    open_g = {row.shipment: int(row[1]) for row in still}
    names = book.organisations_by_id
    return [
        ListedShipment(
            code=row.code,
            site=book.sites_by_id[row.site_id].code,
            outlet=names[row.outlet_id].code,
            carrier=names[row.carrier_id].code if row.carrier_id else None,
            waybill=row.waybill,
            shipped_on=row.shipped_on,
            mass_g=int(shipped.get(row.id, 0)),
            in_transit_g=int(open_g.get(row.code, 0)),
            treatments=tuple(word for word in row.treatments.split(",") if word),
            state=row.state,
            confirmed_g=row.confirmed_g or 0,
            refused_g=row.refused_g or 0,
            returned_g=row.returned_g or 0,
            due_on=_due_on(book, row),
        )
        for row in rows
    ]


def _due_on(book: Rulebook, row: Any) -> date:
    partners = book.operator(book.sites_by_id[row.site_id]).partners
    return rules.due_on(row.shipped_on, partners.get(row.outlet_id))
