"""Lists with a filter and pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from catalogue.rulebook import rulebook
from dispatch.views import list_shipments
from intake.views import list_deliveries, list_finds
from streams.paging import Asked
from streams.views import list_batches, list_bins
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages import choices
from web.pages.forms import Form, Options
from web.pages.naming import Names
from web.pages.things import Listing, Row
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

PAGE: Final = 50

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


def asked(
    code: Text = "", supplier: Text = "", state: Text = "", day: Text = "", after: Text = ""
) -> Asked:
    """What the filter says; a day that is none filters nothing."""
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        wanted = None
    return Asked(
        text=code or None,
        supplier=supplier or None,
        state=state or None,
        day=wanted,
        after=after or None,
        limit=PAGE,
    )


Wanted = Annotated[Asked, Depends(asked)]


@router.get("/batches")
def batches(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    book = rulebook(db)
    names = Names(visit.language, book)
    rows = [names.batch(row) for row in list_batches(db, book, visit.viewer, wanted)]
    return _show(visit, "batches", rows, wanted, choices.suppliers(visit, book))


@router.get("/bins")
def bins(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    book = rulebook(db)
    names = Names(visit.language, book)
    rows = [names.bin(row) for row in list_bins(db, book, visit.viewer, wanted)]
    return _show(visit, "bins", rows, wanted)


@router.get("/deliveries")
def deliveries(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    book = rulebook(db)
    names = Names(visit.language, book)
    rows = [names.delivery(row) for row in list_deliveries(db, book, visit.viewer, wanted)]
    return _show(visit, "deliveries", rows, wanted, choices.suppliers(visit, book))


@router.get("/shipments")
def shipments(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    book = rulebook(db)
    names = Names(visit.language, book)
    found = list_shipments(db, book, visit.viewer, wanted, now=visit.now)
    rows = [names.shipment(row, visit.now.date()) for row in found]
    return _show(visit, "shipments", rows, wanted)


@router.get("/finds")
def finds(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    book = rulebook(db)
    names = Names(visit.language, book)
    rows = [names.find(row) for row in list_finds(db, book, visit.viewer, wanted)]
    return _show(visit, "finds", rows, wanted)


def _show(
    visit: Visit, kind: str, rows: Sequence[Row], wanted: Asked, suppliers: Options = ()
) -> Response:
    typed = {
        "code": wanted.text or "",
        "supplier": wanted.supplier or "",
        "state": wanted.state or "",
        "day": wanted.day.isoformat() if wanted.day else "",
    }
    kept = {name: value for name, value in typed.items() if value}
    more = len(rows) == PAGE
    page = Listing(
        kind=kind,
        rows=rows,
        filter=Form(values=typed),
        suppliers=suppliers if len(suppliers) > 1 else (),
        first=f"/{kind}?{urlencode(kept)}" if wanted.after else None,
        next=f"/{kind}?{urlencode({**kept, 'after': rows[-1].code})}" if more else None,
    )
    return visit.show("list.html", page)
