"""What happened, as far as somebody is to be told of it: reads of the rooms below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlmodel import Session

from chain.queries import EntryRow, read
from chain.signed import ROTATE
from chain.tables import Entry
from dispatch.tables import Shipment
from intake.tables import Delivery, Find, Receipt
from store.columns import table_of
from streams.tables import Batch, Movement, Scan

LOOKED_BACK: Final = timedelta(days=14)
"""A delivery that came longer ago is no news, on an installation that begins to tell."""

_entry = table_of(Entry)
_batch = table_of(Batch)
_scan = table_of(Scan)
_movement = table_of(Movement)
_delivery = table_of(Delivery)
_receipt = table_of(Receipt)
_find = table_of(Find)
_shipment = table_of(Shipment)


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """Whose a batch is, and the code of the delivery that it came with."""

    supplier_id: int
    delivery: str | None


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """mass_g: as it left; 0 where nobody asked."""

    code: str
    site_id: int
    outlet_id: int
    shipped_on: date
    mass_g: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    code: str
    supplier_id: int
    announced_g: int
    received_g: int


def entry_of(session: Session, entry_id: int) -> EntryRow:
    """An entry by its key. One statement."""
    return read(session.execute(select(_entry).where(_entry.c.id == entry_id)).one())


def entries_since(
    session: Session, kinds: frozenset[str], since: date
) -> list[tuple[int, datetime]]:
    """Keys of entries of these kinds from a day on, and when they were booked. One statement."""
    rows = session.execute(
        select(_entry.c.id, _entry.c.recorded_at)
        .where(_entry.c.kind.in_(sorted(kinds)), _entry.c.day >= since)
        .order_by(_entry.c.recorded_at, _entry.c.id)
    )
    return [(row.id, row.recorded_at) for row in rows]


def keys_since(session: Session, since: datetime) -> list[tuple[str, str, date]]:
    """Keys that took over: the chain that says so, the key, and the day. One statement."""
    rows = session.execute(
        select(_entry).where(_entry.c.kind == ROTATE, _entry.c.recorded_at >= since)
    )
    found = [read(row) for row in rows]
    return [(one.chain, one.body["accepted"]["key"], one.day) for one in found]


def batch_facts(session: Session, code: str) -> BatchFacts:
    """Of a batch, which exists. One statement."""
    row = session.execute(
        select(_batch.c.supplier_id, _delivery.c.code)
        .outerjoin_from(_batch, _receipt, _receipt.c.batch_id == _batch.c.id)
        .outerjoin(_delivery, _delivery.c.id == _receipt.c.delivery_id)
        .where(_batch.c.code == code)
        .order_by(_receipt.c.id)
        .limit(1)
    ).one()
    return BatchFacts(row.supplier_id, row.code)


def kind_of_find(session: Session, code: str) -> int:
    """The key of a find's kind. One statement."""
    found = session.execute(select(_find.c.kind_id).where(_find.c.code == code))
    return int(found.scalar_one())


def shipment_facts(session: Session, code: str) -> ShipmentFacts:
    """Of a shipment, which exists. Two statements."""
    row = session.execute(select(_shipment).where(_shipment.c.code == code)).one()
    left = select(func.sum(_movement.c.mass_g)).where(_movement.c.entry_id == row.id)
    mass_g = session.execute(left).scalar_one()
    return ShipmentFacts(row.code, row.site_id, row.outlet_id, row.shipped_on, int(mass_g or 0))


def oldest_waiting(
    session: Session, site_id: int, *, before: datetime
) -> tuple[datetime, int] | None:
    """Since when the oldest scan waits for a person, and how many came before a time. One
    statement."""
    from_tablet = _scan.c.command.contains('"device":')
    row = session.execute(
        select(func.min(_scan.c.received_at), func.count()).where(
            _scan.c.site_id == site_id,
            _scan.c.received_at <= before,
            or_(_scan.c.status == "parked", (_scan.c.status == "refused") & from_tablet),
        )
    ).one()
    return (row[0], int(row[1])) if row[1] else None


def came_in(session: Session, site_id: int, *, last_came: date) -> list[DeliveryFacts]:
    """Deliveries of which the last batch came up to a day, not too long ago. One statement."""
    last = func.max(_batch.c.received_day)
    rows = session.execute(
        select(
            _delivery.c.code,
            _delivery.c.supplier_id,
            _delivery.c.announced_g,
            func.sum(_batch.c.gross_g - _batch.c.tare_g).label("received_g"),
        )
        .select_from(
            _delivery.join(_receipt, _receipt.c.delivery_id == _delivery.c.id).join(
                _batch, _batch.c.id == _receipt.c.batch_id
            )
        )
        .where(_delivery.c.site_id == site_id, _batch.c.state.not_in(("reversed", "replaced")))
        .group_by(_delivery.c.id, _delivery.c.code, _delivery.c.supplier_id)
        .group_by(_delivery.c.announced_g)
        .having(last <= last_came, last >= last_came - LOOKED_BACK)
        .order_by(_delivery.c.id)
    )
    return [DeliveryFacts(row[0], row[1], row[2], int(row[3])) for row in rows]
