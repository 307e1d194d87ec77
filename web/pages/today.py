"""The site today, and the look-up of anything a scanner reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotFound
from catalogue.kinds import BatchState, BinState, DeliveryState, ShipmentState
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from dispatch.views import list_shipments, overdue
from intake.views import list_deliveries
from streams.ledger import site_day
from streams.paging import Asked
from streams.today import site_now
from streams.views import Flagging, flags, list_batches, list_bins
from web.deps import ReadDb
from web.pages.naming import Names
from web.pages.rows import BatchLine
from web.pages.things import TodayPage
from web.pages.visiting import PAGES, Visit, Visitor
from web.reference import sites_for

router = APIRouter(include_in_schema=False)

SHOWN: Final = 8
FLAGGED_DAYS: Final = 7


@router.get("/today")
def today(visit: Visitor, db: ReadDb, site: Annotated[str | None, Query()] = None) -> Response:
    book = rulebook(db)
    if site is None and not sites_for(book, visit.viewer) and visit.viewer.role in PAGES["/desk"]:
        # What comes first, the desk says.
        return visit.go("/desk")
    return visit.show("today.html", today_page(visit, db, book, site_of(visit, book, site)))


def site_of(visit: Visit, book: Rulebook, wanted: str | None) -> SiteRow:
    """The site that was asked for, or the first one. Raises NotFound."""
    if wanted is not None:
        return book.site(wanted, visit.viewer)
    sites = sites_for(book, visit.viewer)
    if not sites:
        raise NotFound
    return sites[0]


def today_page(visit: Visit, db: Session, book: Rulebook, site: SiteRow) -> TodayPage:
    """Some twenty statements, whatever the size of the register."""
    names, day = Names(visit.language, book), site_day(visit.now, site)
    viewer = visit.viewer

    def batches(state: BatchState | str | None, limit: int = SHOWN) -> list[BatchLine]:
        asked = Asked(site=site.code, state=state, limit=limit, day=None if state else day)
        return [names.batch(row) for row in list_batches(db, book, viewer, asked)]

    now = site_now(db, site, day)
    late = overdue(db, book, viewer, now=visit.now, site=site.code, limit=SHOWN)
    announced = Asked(state=DeliveryState.ANNOUNCED, limit=200)
    expected = [row for row in list_deliveries(db, book, viewer, announced) if row.site == site]
    shipped = Asked(state=ShipmentState.SHIPPED, limit=200)
    travelling = [
        names.shipment(row, day)
        for row in reversed(list_shipments(db, book, viewer, shipped, now=visit.now))
        if row.site == site.code
    ]
    open_bins = Asked(site=site.code, state=BinState.OPEN, limit=200)
    bins = [names.bin(row) for row in list_bins(db, book, viewer, open_bins) if row.mass_g]
    # A scale past its calibration says so with every weighing: once is enough here.
    worries: dict[tuple[str, str], Flagging] = {}
    for flag in flags(db, book, viewer, since=day - timedelta(days=FLAGGED_DAYS)):
        worries.setdefault((flag.code, flag.subject), flag)
    return TodayPage(
        site=site.name,
        sites=[(row.code, row.name) for row in sites_for(book, viewer)],
        zone=site.timezone,
        day=day,
        came_g=now.came_g,
        came_count=now.came_count,
        waiting_g=now.waiting_g,
        sorting_count=now.sorting_count,
        travelling_g=now.travelling_g,
        travelling_count=len(travelling),
        flags=[names.flag(flag) for flag in worries.values()][:SHOWN],
        held=batches("held"),
        overdue=[names.overdue(row) for row in late],
        expected=[names.delivery(row) for row in reversed(expected)][:SHOWN],
        came=batches(None),
        sorting=batches(BatchState.SORTING),
        bins=sorted(bins, key=lambda row: -row.mass_g)[:SHOWN],
        travelling=travelling[:SHOWN],
    )
