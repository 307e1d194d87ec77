"""What was announced, and did not come on its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from intake.tables import Delivery
from store.columns import table_of
from streams.views import sites_of

_delivery = table_of(Delivery)

MISSING_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingDelivery:
    """An announcement of which nothing came. reference: the supplier's own number."""

    code: str
    site: SiteRow
    supplier: str
    expected_on: date
    announced_g: int
    reference: str | None


def missing_deliveries(
    session: Session, book: Rulebook, viewer: Viewer, *, before: date
) -> list[MissingDelivery]:
    """Announced for a day before this one and not received, the oldest first. One statement."""
    rows = session.execute(
        select(_delivery)
        .where(
            _delivery.c.site_id.in_(sites_of(book, viewer)),
            _delivery.c.state == "announced",
            _delivery.c.expected_on < before,
        )
        .order_by(_delivery.c.expected_on, _delivery.c.id)
        .limit(MISSING_MAX)
    )
    return [
        MissingDelivery(
            code=row.code,
            site=book.sites_by_id[row.site_id],
            supplier=book.organisations_by_id[row.supplier_id].code,
            expected_on=row.expected_on,
            announced_g=row.announced_g,
            reference=row.reference,
        )
        for row in rows
    ]
