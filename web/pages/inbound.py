"""The form of the door in: log a batch."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.kinds import DeliveryState, StationKind
from catalogue.rulebook import Rulebook, rulebook
from intake.views import ListedDelivery, delivery_by_code, list_deliveries
from streams.paging import Asked
from web.deps import ReadDb
from web.pages import choices
from web.pages.booking import Body, Sent, Typed, book, fresh
from web.pages.forms import Form, IntakePage
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor
from web.units import day as day_text
from web.units import weight

router = APIRouter(include_in_schema=False)

DELIVERIES_SHOWN: Final = 60


@router.get("/batches/new")
def intake_form(
    visit: Visitor, db: ReadDb, delivery: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    book_ = rulebook(db)
    values = {"delivery": delivery}
    if delivery:
        values["supplier"] = delivery_by_code(db, book_, delivery, visit.viewer).supplier
    return _intake(visit, db, book_, fresh(visit, values))


@router.post("/batches/new")
def intake(visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    book_ = rulebook(db)
    return book(
        visit,
        sent,
        "intake",
        None,
        body=lambda at: _batch(sent, book_, at),
        then=lambda answer: visit.go(f"/batches/{answer['code']}", "logged"),
        again=lambda form: _intake(visit, db, book_, form),
    )


def _batch(sent: Typed, book_: Rulebook, at: datetime) -> Body:
    station = book_.stations.get(sent.needed("station"))
    site: Any = book_.sites_by_id[station.site_id].code if station else ""
    scale = sent.text("scale")
    return {
        "site": site or "?",
        "station": sent.needed("station") or "?",
        "supplier": sent.needed("supplier"),
        "article_group": sent.text("article_group"),
        "containers": (sent.text("containers") or "").upper().split(),
        "gross_g": sent.needed_g("gross"),
        "tare_g": sent.needed_g("tare"),
        "scale": scale,
        "pieces": sent.count("pieces"),
        "eural": sent.text("eural"),
        "quality": None if scale else "estimated",
        "delivery": sent.text("delivery"),
        "scanned_at": at,
    }


def _intake(visit: Visit, db: Session, book_: Rulebook, form: Form) -> Response:
    page = IntakePage(
        form=form,
        stations=choices.stations(visit, book_, StationKind.INTAKE, StationKind.INSPECTION),
        suppliers=choices.suppliers(visit, book_),
        groups=choices.groups(visit, book_),
        scales=choices.scales(visit, book_),
        deliveries=_deliveries(visit, db, book_, form.value("delivery")),
    )
    return visit.show("forms/intake.html", page, status=422 if form.is_wrong else 200)


def _deliveries(visit: Visit, db: Session, book_: Rulebook, chosen: str) -> list[tuple[str, str]]:
    """Deliveries that a batch can come with: those announced, and the chosen one."""
    names = Names(visit.language, book_)
    asked = Asked(state=DeliveryState.ANNOUNCED, limit=DELIVERIES_SHOWN)
    rows = list_deliveries(db, book_, visit.viewer, asked)
    if chosen and all(row.code != chosen for row in rows):
        rows = [delivery_by_code(db, book_, chosen, visit.viewer), *rows]

    def said(row: ListedDelivery) -> str:
        parts = (
            day_text(row.expected_on, visit.language),
            names.organisation(row.supplier),
            weight(row.announced_g, visit.language),
            row.code,
        )
        return " · ".join(parts)

    return [(row.code, said(row)) for row in reversed(rows)]
