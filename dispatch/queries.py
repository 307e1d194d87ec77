"""Reads of the door out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import NotFound
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from dispatch.tables import Shipment, ShipmentBin
from store.columns import table_of
from streams.queries import BinRow, bin_row, lines_of_entry
from streams.rules import Line
from streams.tables import Bin, Place

_shipment = table_of(Shipment)
_shipment_bin = table_of(ShipmentBin)
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
    )


def bins_of_shipment(session: Session, book: Rulebook, shipment_id: int) -> list[BinRow]:
    """The bins that are (still) with a shipment, oldest first. One statement."""
    rows = session.execute(
        select(_bin)
        .select_from(_bin.join(_shipment_bin, _shipment_bin.c.bin_id == _bin.c.id))
        .where(_shipment_bin.c.shipment_id == shipment_id, _shipment_bin.c.returned.is_(False))
        .order_by(_bin.c.id)
    )
    return [bin_row(book, row) for row in rows]


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
