"""Kept scans that wait for somebody's decision: parked ones, and what was refused of a tablet."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, func, select, text
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rulebook import Rulebook
from store.columns import table_of
from streams.tables import WAITS, Scan
from streams.views import KeptScan, kept_scan, sites_of

_scan = table_of(Scan)


def waiting_scans(
    session: Session, book: Rulebook, viewer: Viewer, *, limit: int
) -> list[KeptScan]:
    """What waits, in the order in which it was done. One statement."""
    rows = session.execute(
        select(_scan)
        .where(_waits(sites_of(book, viewer)))
        .order_by(_scan.c.received_at, _scan.c.scan_id)
        .limit(limit)
    )
    return [kept_scan(row, book) for row in rows]


def count_waiting(session: Session, site_ids: Collection[int]) -> int:
    """How many scans wait. One statement."""
    return int(session.execute(waiting_count(site_ids)).scalar_one())


def waiting_count(site_ids: Collection[int]) -> Select[int]:
    """How many scans wait, to be asked together with more."""
    return select(func.count()).select_from(_scan).where(_waits(site_ids))


def _waits(site_ids: Collection[int]) -> ColumnElement[bool]:
    """In the words of the index that holds them: what was decided on is never read again."""
    return and_(_scan.c.site_id.in_(site_ids), text(f"({WAITS})"))
