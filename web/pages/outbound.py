"""Forms of the door out: open and close a bin, confirm a shipment; and undo a booking."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotFound
from catalogue.kinds import Pool
from catalogue.rulebook import Rulebook, rulebook
from chain.queries import EntryRow, entry_by_scan
from dispatch.views import whole_shipment
from streams.ledger import site_day
from streams.rules import mass_in
from streams.views import whole_bin
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages import choices
from web.pages.booking import Body, Sent, Typed, book, fresh
from web.pages.forms import (
    BinClosePage,
    BinOpenPage,
    ConfirmPage,
    Form,
    UndoPage,
)
from web.pages.naming import NOUN_OF_LETTER, Names
from web.pages.visiting import Visit, Visitor
from web.units import weight_typed

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]


@router.get("/bins/new")
def bin_form(visit: Visitor, db: ReadDb) -> Response:
    return _open_bin(visit, rulebook(db), fresh(visit))


@router.post("/bins/new")
def open_bin(visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    book_ = rulebook(db)
    return book(
        visit,
        sent,
        "bin",
        None,
        body=lambda _: {
            "site": sent.needed("site") or "?",
            "destination": sent.text("destination"),
            "container": sent.text("container"),
        },
        then=lambda answer: visit.go(f"/bins/{answer['code']}", "bin_opened"),
        again=lambda form: _open_bin(visit, book_, form),
    )


def _open_bin(visit: Visit, book_: Rulebook, form: Form) -> Response:
    names, sites = Names(visit.language, book_), choices.sites(visit, book_)
    rows = {
        row.code: visit.language.own(row.names, row.code)
        for code, _ in sites
        for row in choices.destinations(
            book_, book_.sites[code], site_day(visit.now, book_.sites[code])
        )
    }
    page = BinOpenPage(
        form=form,
        sites=sites,
        destinations=list(rows.items()),
        containers=choices.containers(visit, names.book),
    )
    return visit.show("forms/bin_open.html", page, status=422 if form.is_wrong else 200)


@router.get("/bins/{code}/close")
def close_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book_ = rulebook(db)
    container = whole_bin(db, book_, code, visit.viewer).bin.container
    row = book_.containers.get(container.code) if container else None
    values = {"tare": weight_typed(row.tare_g, visit.language)} if row else {}
    return _close_bin(visit, db, code, fresh(visit, values))


@router.post("/bins/{code}/close")
def close_bin(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    return book(
        visit,
        sent,
        "bin_close",
        code,
        body=lambda at: {
            "gross_g": sent.needed_g("gross"),
            "tare_g": sent.needed_g("tare"),
            "scale": sent.text("scale"),
            "scanned_at": at,
        },
        then=lambda _: visit.go(f"/bins/{code}", "bin_closed"),
        again=lambda form: _close_bin(visit, db, code, form),
    )


def _close_bin(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book_ = rulebook(db)
    whole = whole_bin(db, book_, code, visit.viewer)
    label = Names(visit.language, book_).destination(whole.bin.destination)
    page = BinClosePage(
        form=form,
        code=code,
        destination=label.name if label else None,
        stream=label.stream if label else None,
        booked_g=mass_in(whole.contents, Pool.BIN),
        scales=choices.scales(visit, book_, whole.bin.site),
    )
    return visit.show("forms/bin_close.html", page, status=422 if form.is_wrong else 200)


@router.get("/shipments/{code}/confirm")
def confirm_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _confirm(visit, db, code, fresh(visit))


@router.post("/shipments/{code}/confirm")
def confirm(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    return book(
        visit,
        sent,
        "confirm",
        code,
        body=lambda at: _confirmation(sent, at),
        then=lambda _: visit.go(f"/shipments/{code}", "confirmed"),
        again=lambda form: _confirm(visit, db, code, form),
    )


def _confirmation(sent: Typed, at: datetime) -> Body:
    named = [name for name in sent.data if name.startswith("mass-") and sent.text(name)]
    lines = [
        {"treatment": name.removeprefix("mass-"), "mass_g": sent.mass_g(name) or 0}
        for name in named
    ]
    refused_g = sent.mass_g("refused") or None
    return {
        "lines": lines,
        "refused_g": refused_g,
        "refused_reason": sent.needed("reason") if refused_g else None,
        "rest_g": sent.mass_g("rest") or None,
        "confirmed_at": at,
        "document": sent.text("document"),
    }


def _confirm(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book_ = rulebook(db)
    whole, names = whole_shipment(db, book_, code, visit.viewer), Names(visit.language, book_)
    row, site = whole.listed, book_.sites[whole.listed.site]
    today = choices.destinations(book_, site, site_day(visit.now, site))
    labels = [names.destination(each) for each in today if each.code in row.treatments]
    page = ConfirmPage(
        form=form,
        code=code,
        outlet=names.organisation(row.outlet),
        shipped_on=row.shipped_on,
        open_g=row.open_g,
        reasons=names.reasons(site, "return"),
        treatments=[(label.code, label.name, label.stream) for label in labels if label],
    )
    return visit.show("forms/confirm.html", page, status=422 if form.is_wrong else 200)


@router.get("/entries/{scan_id}/undo")
def undo_form(visit: Visitor, db: ReadDb, scan_id: Code) -> Response:
    return _undo(visit, db, scan_id, fresh(visit))


@router.post("/entries/{scan_id}/undo")
def undo(visit: Visitor, db: ReadDb, scan_id: Code, sent: Sent) -> Response:
    back = _page_about(_entry(visit, db, scan_id))
    return book(
        visit,
        sent,
        "reverse",
        scan_id,
        body=lambda at: {"reason": sent.needed("reason") or "?", "scanned_at": at},
        then=lambda _: visit.go(back, "undone"),
        again=lambda form: _undo(visit, db, scan_id, form),
    )


def _entry(visit: Visit, db: Session, scan_id: str) -> EntryRow:
    """An entry of a site where the viewer works. Raises NotFound."""
    entry, book_ = entry_by_scan(db, scan_id), rulebook(db)
    if entry is None or not entry.chain.startswith("site:"):
        raise NotFound
    book_.site(entry.chain.removeprefix("site:"), visit.viewer)
    return entry


def _page_about(entry: EntryRow) -> str:
    noun = NOUN_OF_LETTER.get((entry.subject or "")[:1])
    return f"/{noun}/{entry.subject}" if noun else "/today"


def _undo(visit: Visit, db: Session, scan_id: str, form: Form) -> Response:
    entry, book_ = _entry(visit, db, scan_id), rulebook(db)
    site = book_.sites[entry.chain.removeprefix("site:")]
    page = UndoPage(
        form=form,
        scan_id=scan_id,
        what=entry.kind,
        subject=entry.subject or entry.code,
        back=_page_about(entry),
        reasons=Names(visit.language, book_).reasons(site, "reversal"),
    )
    return visit.show("forms/undo.html", page, status=422 if form.is_wrong else 200)
