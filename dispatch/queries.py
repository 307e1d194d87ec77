"""Reads of the door out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import NotFound
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from catalogue.tables import Organisation
from chain.rows import RowChange, Value
from chain.tables import Entry
from dispatch.tables import Leg, Shipment, ShipmentBin
from store.columns import table_of
from streams.queries import BinRow, bin_row, lines_of_entry
from streams.rules import Line
from streams.tables import Bin, Place

_shipment = table_of(Shipment)
_shipment_bin = table_of(ShipmentBin)
_leg = table_of(Leg)
_entry = table_of(Entry)
_organisation = table_of(Organisation)
_bin = table_of(Bin)
_place = table_of(Place)


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A shipment with what its outlet may confirm."""

    id: int
    code: str
    site: SiteRow
    outlet_id: int
    waybill: str
    shipped_on: date
    treatments: tuple[str, ...]
    state: str
    carrier_id: int | None = None
    permit: str | None = None
    confirmed_g: int | None = None
    refused_g: int | None = None
    returned_g: int | None = None


@dataclass(frozen=True, slots=True)
class LegRow:
    """A part of the way. departed_at: the moment that its entry carries."""

    number: int
    carrier_id: int
    vihb: str | None
    vehicle: str | None
    from_place: str | None
    to_place: str | None
    ordered_by_id: int | None
    departed_at: datetime
    reversed: bool = False


def shipment_by_code(
    session: Session, book: Rulebook, code: str, viewer: Viewer, *, lock: bool = False
) -> ShipmentRow:
    """A shipment as its site's staff or its outlet see it. One statement. Raises NotFound."""
    statement = select(_shipment).where(_shipment.c.code == code)
    row = session.execute(
        statement.with_for_update(key_share=True) if lock else statement
    ).one_or_none()
    if row is None:
        raise NotFound
    site = book.sites_by_id[row.site_id]
    staff = viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
    require(staff or (viewer.outlet_id is not None and viewer.outlet_id == row.outlet_id))
    return ShipmentRow(
        row.id,
        row.code,
        site,
        row.outlet_id,
        row.waybill,
        row.shipped_on,
        tuple(word for word in row.treatments.split(",") if word),
        row.state,
        row.carrier_id,
        row.permit,
        row.confirmed_g,
        row.refused_g,
        row.returned_g,
    )


def shipment_change(shipment: ShipmentRow, **now: Value) -> RowChange:
    """New values of a shipment, with the ones they replace."""
    was = {name: getattr(shipment, name) for name in now}
    return RowChange(table="shipment", key=shipment.code, row_id=shipment.id, was=was, values=now)


def left_at(session: Session, shipment_id: int) -> datetime:
    """When a shipment left. One statement."""
    found: datetime = session.execute(
        select(_entry.c.at).where(_entry.c.id == shipment_id)
    ).scalar_one()
    return found


def legs_of_shipment(session: Session, shipment_id: int) -> list[LegRow]:
    """Every leg of a shipment that was ever booked, in order. One statement."""
    rows = session.execute(
        select(_leg, _entry.c.at)
        .select_from(_leg.join(_entry, _entry.c.id == _leg.c.id))
        .where(_leg.c.shipment_id == shipment_id)
        .order_by(_leg.c.number)
    )
    return [
        LegRow(
            row.number,
            row.carrier_id,
            row.vihb,
            row.vehicle,
            row.from_place,
            row.to_place,
            row.ordered_by_id,
            row.at,
            row.reversed,
        )
        for row in rows
    ]


def shipment_of_waybill(session: Session, site_ids: Collection[int], number: str) -> str | None:
    """The shipment from one of these sites that stands under this number. One statement.

    A shipment without a number of its own stands under its code; one that was undone stands under
    none.
    """
    return session.execute(
        select(_shipment.c.code)
        .where(
            _shipment.c.site_id.in_(site_ids),
            _shipment.c.state != "reversed",
            or_(_shipment.c.waybill == number, _shipment.c.code == number),
        )
        .limit(1)
    ).scalar_one_or_none()


def lock_operator(session: Session, operator_id: int) -> None:
    """Let nobody else give out a waybill number of this operator before the end of this."""
    session.execute(
        select(_organisation.c.id)
        .where(_organisation.c.id == operator_id)
        .with_for_update(key_share=True)
    )


def bins_of_shipment(
    session: Session, book: Rulebook, shipment_id: int, *, as_it_left: bool = False
) -> list[BinRow]:
    """The bins that are (still) with a shipment, oldest first; as_it_left: also those that came
    back. One statement."""
    statement = (
        select(_bin)
        .select_from(_bin.join(_shipment_bin, _shipment_bin.c.bin_id == _bin.c.id))
        .where(_shipment_bin.c.shipment_id == shipment_id)
        .order_by(_bin.c.id)
    )
    if not as_it_left:
        statement = statement.where(_shipment_bin.c.returned.is_(False))
    return [bin_row(book, row) for row in session.execute(statement)]


def rows_of_bin(session: Session, shipment_id: int, bin_id: int) -> list[Line]:
    """The lines by which a bin's mass went into a shipment. Two statements."""
    place = session.execute(select(_place.c.code).where(_place.c.bin_id == bin_id)).scalar_one()
    lines = lines_of_entry(session, shipment_id)
    return [line for line in lines if line.source.place.code == place]


def shipment_of_bin(session: Session, bin_id: int) -> str | None:
    """The shipment that a bin left with and is still with. One statement."""
    return session.execute(
        select(_shipment.c.code)
        .select_from(_shipment.join(_shipment_bin, _shipment_bin.c.shipment_id == _shipment.c.id))
        .where(
            _shipment_bin.c.bin_id == bin_id,
            _shipment_bin.c.returned.is_(False),
            _shipment.c.state != "reversed",
        )
        .order_by(_shipment.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
