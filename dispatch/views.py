"""Lists and whole pictures of shipments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rulebook import Rulebook
from dispatch.queries import bins_of_shipment, shipment_by_code
from dispatch.tables import Shipment
from store.columns import table_of
from streams.queries import BinRow, contents_of_shipment
from streams.rules import Standing
from streams.tables import Balance, Movement, Place
from streams.views import Asked, Told, at_site, history_of, newest_first, sites_of

_shipment = table_of(Shipment)
_place = table_of(Place)
_balance = table_of(Balance)
_movement = table_of(Movement)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedShipment:
    """A shipment. in_transit_g: neither confirmed nor come back."""

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


@dataclass(frozen=True, slots=True)
class WholeShipment:
    """Everything about one shipment."""

    listed: ListedShipment
    bins: Sequence[BinRow]
    contents: Sequence[Standing]
    history: Sequence[Told]


def list_shipments(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked
) -> list[ListedShipment]:
    """Shipments, newest first. Three statements."""
    exists = or_(
        _shipment.c.site_id.in_(sites_of(book, viewer)),
        _shipment.c.outlet_id == (viewer.outlet_id or 0),
    )
    statement = select(_shipment).where(exists, at_site(book, asked, _shipment))
    if asked.text:
        wanted = asked.text.strip()
        statement = statement.where(
            or_(
                _shipment.c.code.contains(wanted.upper(), autoescape=True),
                _shipment.c.waybill.contains(wanted, autoescape=True),
            )
        )
    if asked.state:
        statement = statement.where(_shipment.c.state == asked.state)
    if asked.day:
        statement = statement.where(_shipment.c.shipped_on == asked.day)
    rows = session.execute(
        newest_first(statement, _shipment, asked, "shipped_on", exists=exists)
    ).all()
    return _listed(session, book, rows)


def whole_shipment(session: Session, book: Rulebook, code: str, viewer: Viewer) -> WholeShipment:
    """A shipment with its bins, what is under way, and its history. Nine statements."""
    shipment = shipment_by_code(session, book, code, viewer)
    row = session.execute(select(_shipment).where(_shipment.c.id == shipment.id)).one()
    return WholeShipment(
        listed=_listed(session, book, [row])[0],
        bins=bins_of_shipment(session, book, shipment.id),
        contents=contents_of_shipment(session, code),
        history=history_of(session, code),
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
        )
        for row in rows
    ]
