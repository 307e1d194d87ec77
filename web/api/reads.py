"""The reads of the contract: lists with keyset paging, and whole things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse

from catalogue.rulebook import rulebook
from certificates.views import certified_of_batches
from dispatch.views import list_shipments, whole_shipment
from intake.views import delivery_of_batch, list_deliveries, list_finds
from streams.paging import PAGE_MAX, Asked
from streams.views import kept_scans, list_batches, list_bins, whole_batch, whole_bin
from web.api import shapes
from web.api.answers import refusals
from web.api.wire import PLAIN
from web.deps import Me, ReadDb
from web.reference import reference_for

router = APIRouter(tags=["reads"], responses=refusals("read"))

Code = Annotated[str, Path(min_length=1, max_length=60, pattern=PLAIN)]
Text = Annotated[str | None, Query(max_length=60, pattern=PLAIN)]


def asked(
    after: Text = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    search: Text = None,
    day: date | None = None,
    supplier: Text = None,
    site: Text = None,
    state: Text = None,
) -> Asked:
    """search: part of a code; day: one site-local day; after: the key of the last row seen."""
    return Asked(
        after=after, limit=limit, text=search, day=day, supplier=supplier, site=site, state=state
    )


Wanted = Annotated[Asked, Depends(asked)]


@router.get("/reference")
def reference(me: Me, db: ReadDb) -> dict[str, Any]:
    """What the caller may use: organisations, sites, stations, groups, destinations, ..."""
    return reference_for(rulebook(db), me.viewer)


@router.get("/batches")
def batches(request: Request, me: Me, db: ReadDb, wanted: Wanted) -> JSONResponse:
    """Batches, newest first."""
    rows = list_batches(db, rulebook(db), me.viewer, wanted)
    return paged(request, wanted, "code", map_all(shapes.listed_batch, rows))


@router.get("/batches/{code}", responses=refusals("read", "not_found"))
def batch(code: Code, me: Me, db: ReadDb) -> dict[str, Any]:
    """A batch with everything about it."""
    whole = whole_batch(db, rulebook(db), code, me.viewer)
    delivery = delivery_of_batch(db, whole.batch.id)
    certified = certified_of_batches(db, [whole.batch.id])
    return shapes.whole_batch(whole, me.viewer, delivery=delivery, certified=certified)


@router.get("/bins")
def bins(request: Request, me: Me, db: ReadDb, wanted: Wanted) -> JSONResponse:
    """Bins, newest first."""
    rows = list_bins(db, rulebook(db), me.viewer, wanted)
    return paged(request, wanted, "code", map_all(shapes.listed_bin, rows))


@router.get("/bins/{code}", responses=refusals("read", "not_found"))
def bin_(code: Code, me: Me, db: ReadDb) -> dict[str, Any]:
    """A bin with everything about it."""
    return shapes.whole_bin(whole_bin(db, rulebook(db), code, me.viewer), me.viewer)


@router.get("/deliveries")
def deliveries(request: Request, me: Me, db: ReadDb, wanted: Wanted) -> JSONResponse:
    """Deliveries: announced against received."""
    rows = list_deliveries(db, rulebook(db), me.viewer, wanted)
    return paged(request, wanted, "code", map_all(shapes.listed_delivery, rows))


@router.get("/shipments")
def shipments(request: Request, me: Me, db: ReadDb, wanted: Wanted) -> JSONResponse:
    """Shipments: what is under way, and to whom. state: also `overdue`."""
    now = request.app.state.clock()
    rows = list_shipments(db, rulebook(db), me.viewer, wanted, now=now)
    return paged(request, wanted, "code", map_all(shapes.listed_shipment, rows))


@router.get("/shipments/{code}", responses=refusals("read", "not_found"))
def shipment(code: Code, me: Me, db: ReadDb) -> dict[str, Any]:
    """A shipment with everything about it."""
    return shapes.whole_shipment(whole_shipment(db, rulebook(db), code, me.viewer), me.viewer)


@router.get("/finds")
def finds(request: Request, me: Me, db: ReadDb, wanted: Wanted) -> JSONResponse:
    """Found objects."""
    rows = list_finds(db, rulebook(db), me.viewer, wanted)
    return paged(request, wanted, "code", map_all(shapes.listed_find, rows))


@router.get("/parked")
def parked(
    request: Request, me: Me, db: ReadDb, wanted: Wanted, status: Text = None
) -> JSONResponse:
    """Scans that wait for a team leader. status (or state): parked, refused, settled, dropped."""
    status = status or wanted.state or "parked"
    rows = kept_scans(db, rulebook(db), me.viewer, status=status, asked=wanted)
    return paged(request, wanted, "scan_id", map_all(shapes.kept_scan, rows))


def map_all(shape: Callable[[Any], dict[str, Any]], rows: list[Any]) -> list[dict[str, Any]]:
    return [shape(row) for row in rows]


def paged(request: Request, wanted: Asked, key: str, items: list[dict[str, Any]]) -> JSONResponse:
    found, after = shapes.page(items, key, wanted.limit)
    headers: Mapping[str, str] = {}
    if after is not None:
        query = urlencode({**request.query_params, "after": after, "limit": wanted.limit})
        headers = {"Link": f'<{request.url.path}?{query}>; rel="next"'}
    return JSONResponse(found, headers=headers)
