"""What a tablet holds of deliveries: those that may bring a batch, and which a batch came with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, or_, select
from sqlmodel import Session

from catalogue.kinds import DeliveryState
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from intake.tables import Delivery, Receipt
from store.columns import table_of

_delivery = table_of(Delivery)
_receipt = table_of(Receipt)

STILL_ARRIVING: Final = timedelta(days=14)
"""A delivery comes on several trucks: after its first batch it may bring more for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDelivery:
    """A delivery that may bring a batch any day. reference: the supplier's own number for it."""

    code: str
    supplier: str
    reference: str | None
    expected_on: date
    announced_g: int
    lines: Sequence[Mapping[str, Any]]
    state: str


def open_deliveries(
    session: Session, book: Rulebook, site: SiteRow, today: date
) -> list[OpenDelivery]:
    """Deliveries of a site that were announced, or began to arrive not long ago; the first
    expected first. One statement."""
    is_arriving = and_(
        _delivery.c.state == DeliveryState.RECEIVED.value,
        _delivery.c.expected_on >= today - STILL_ARRIVING,
    )
    rows = session.execute(
        select(_delivery)
        .where(
            _delivery.c.site_id == site.id,
            or_(_delivery.c.state == DeliveryState.ANNOUNCED.value, is_arriving),
        )
        .order_by(_delivery.c.expected_on, _delivery.c.id)
    )
    return [
        OpenDelivery(
            code=row.code,
            supplier=book.organisations_by_id[row.supplier_id].code,
            reference=row.reference,
            expected_on=row.expected_on,
            announced_g=row.announced_g,
            lines=json.loads(row.lines),
            state=row.state,
        )
        for row in rows
    ]


def deliveries_of_batches(session: Session, batch_ids: Select[tuple[int]]) -> dict[int, str]:
    """The delivery that each of these batches came with, if it was announced. One statement."""
    rows = session.execute(
        select(_receipt.c.batch_id, _delivery.c.code)
        .join(_delivery, _delivery.c.id == _receipt.c.delivery_id)
        .where(_receipt.c.batch_id.in_(batch_ids))
    )
    return {row.batch_id: row.code for row in rows}
