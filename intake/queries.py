"""Reads of the door in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from catalogue.errors import NotFound
from catalogue.kinds import DeliveryState
from catalogue.rows import SiteRow
from chain.rows import RowChange
from chain.tables import Entry
from intake.tables import Delivery, Find, Receipt
from store.columns import table_of
from streams.tables import Batch

_delivery = table_of(Delivery)
_receipt = table_of(Receipt)
_find = table_of(Find)
_batch = table_of(Batch)
_entry = table_of(Entry)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as the ledger's acts need it."""

    id: int
    code: str
    site_id: int
    supplier_id: int
    expected_on: date
    announced_g: int
    state: str


@dataclass(frozen=True, slots=True)
class FindRow:
    """A find as its hand-over needs it."""

    id: int
    code: str
    site_id: int
    reversed: bool
    handover_id: int | None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """How a batch came in: with which delivery, at which station, in what."""

    delivery: str | None
    station_id: int | None
    containers: tuple[str, ...]


def receipt_of_batch(session: Session, batch_id: int) -> ReceiptRow:
    """How a batch came in; one that a correction made did not come in by itself. One statement."""
    row = session.execute(
        select(_receipt.c.station_id, _receipt.c.containers, _delivery.c.code)
        .select_from(_receipt.outerjoin(_delivery, _delivery.c.id == _receipt.c.delivery_id))
        .where(_receipt.c.batch_id == batch_id)
    ).one_or_none()
    if row is None:
        return ReceiptRow(None, None, ())
    containers = tuple(code for code in row.containers.split(",") if code)
    return ReceiptRow(row.code, row.station_id, containers)


def delivery_to_receive(
    session: Session, code: str | None, site: SiteRow, supplier_id: int
) -> DeliveryRow | None:
    """The delivery that a batch comes with; None when it was not announced. One statement.

    Raises NotFound when it is another site's or supplier's.
    """
    if code is None:
        return None
    row = session.execute(
        select(_delivery).where(_delivery.c.code == code).with_for_update(key_share=True)
    ).one_or_none()
    if (
        row is None
        or (row.site_id, row.supplier_id) != (site.id, supplier_id)
        or row.state == DeliveryState.REVERSED.value
    ):
        raise NotFound
    return DeliveryRow(
        row.id, row.code, row.site_id, row.supplier_id, row.expected_on, row.announced_g, row.state
    )


def announced_delivery(session: Session, code: str) -> tuple[DeliveryRow, str]:
    """A delivery, locked, and the scan that announced it. One statement. Raises NotFound."""
    row = session.execute(
        select(_delivery, _entry.c.scan_id)
        .join(_entry, _entry.c.id == _delivery.c.id)
        .where(_delivery.c.code == code)
        .with_for_update(of=_delivery, key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    found = DeliveryRow(
        row.id, row.code, row.site_id, row.supplier_id, row.expected_on, row.announced_g, row.state
    )
    return found, row.scan_id


def delivery_change(delivery: DeliveryRow, state: DeliveryState) -> RowChange:
    """A delivery's change to a state."""
    return RowChange(
        table="delivery",
        key=delivery.code,
        row_id=delivery.id,
        was={"state": delivery.state},
        values={"state": state.value},
    )


def find_by_code(session: Session, code: str, *, lock: bool = False) -> FindRow:
    """A find. One statement. Raises NotFound."""
    statement = select(_find).where(_find.c.code == code)
    row = session.execute(
        statement.with_for_update(key_share=True) if lock else statement
    ).one_or_none()
    if row is None:
        raise NotFound
    return FindRow(row.id, row.code, row.site_id, row.reversed, row.handover_id)
