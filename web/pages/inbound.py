"""Forms of the door in: announce a delivery, log a batch."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.kinds import DeliveryState, StationKind
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from intake.views import ListedDelivery, delivery_by_code, list_deliveries
from streams.views import Asked
from web.deps import ReadDb
from web.pages import choices
from web.pages.booking import Body, Sent, Typed, book, fresh
from web.pages.forms import AnnouncePage, Form, IntakePage
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor
from web.units import day as day_text
from web.units import weight

router = APIRouter(include_in_schema=False)

LINES: Final = 3
DELIVERIES_SHOWN: Final = 60


@router.get("/deliveries/new")
def announce_form(visit: Visitor, db: ReadDb) -> Response:
    book_ = rulebook(db)
    suppliers, sites = choices.suppliers(visit, book_), choices.sites(visit, book_)
    values = {
        "supplier": suppliers[0][0] if len(suppliers) == 1 else "",
        "site": sites[0][0] if len(sites) == 1 else "",
    }
    return _announce(visit, book_, fresh(visit, values))


@router.post("/deliveries/new")
def announce(visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    book_ = rulebook(db)
    site = choices.site(visit, book_, sent.needed("site"))
    return book(
        visit,
        sent,
        "delivery",
        None,
        body=lambda _: _announcement(sent, site),
        then=lambda answer: visit.go(f"/deliveries/{answer['code']}", "announced"),
        again=lambda form: _announce(visit, book_, form),
    )


def _announcement(sent: Typed, site: SiteRow) -> Body:
    lines = []
    for number in range(LINES):
        mass_g = sent.needed_g(f"mass-{number}") if number == 0 else sent.mass_g(f"mass-{number}")
        containers = sent.count(f"containers-{number}")
        if mass_g is not None:
            group = sent.text(f"group-{number}")
            lines.append({"article_group": group, "containers": containers, "mass_g": mass_g})
    return {
        "supplier": sent.needed("supplier"),
        "site": site.code,
        "expected_at": sent.noon("expected_on", site),
        "reference": sent.text("reference"),
        "lines": lines,
    }


def _announce(visit: Visit, book_: Rulebook, form: Form) -> Response:
    page = AnnouncePage(
        form=form,
        suppliers=choices.suppliers(visit, book_),
        sites=choices.sites(visit, book_),
        groups=choices.groups(visit, book_),
        lines=LINES,
    )
    return visit.show("forms/announce.html", page, status=422 if form.is_wrong else 200)


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
