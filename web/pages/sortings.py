"""Forms of the work floor: sort a batch or a bin, book a gate, close a batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.kinds import WEIGHING_DIFFERENCE, BinState, Pool, StationKind
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from streams.ledger import site_day
from streams.paging import Asked
from streams.rules import input_g, mass_in, tolerance_g
from streams.views import list_bins, whole_batch, whole_bin
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import message
from web.pages import choices
from web.pages.booking import Body, Sent, Typed, book, fresh
from web.pages.forms import ClosePage, Form, GatePage, LossField, SortPage, Target
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

BINS_SHOWN: Final = 200
WORK_BINS_SHOWN: Final = 6
WORK_BIN: Final = "bin-"

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]


@router.get("/batches/{code}/sort")
def sort_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _sort_batch(visit, db, code, fresh(visit))


@router.post("/batches/{code}/sort")
def sort(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    return book(
        visit,
        sent,
        "sort",
        code,
        body=lambda at: _sorting(sent, at),
        then=lambda _: visit.go(f"/batches/{code}", "sorted"),
        again=lambda form: _sort_batch(visit, db, code, form),
    )


@router.get("/bins/{code}/sort")
def sort_bin_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _sort_bin(visit, db, code, fresh(visit))


@router.post("/bins/{code}/sort")
def sort_bin(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    return book(
        visit,
        sent,
        "sort_bin",
        code,
        body=lambda at: _sorting(sent, at),
        then=lambda _: visit.go(f"/bins/{code}", "sorted"),
        again=lambda form: _sort_bin(visit, db, code, form),
    )


def _sorting(sent: Typed, at: datetime) -> Body:
    """Parts from the fields `mass-KEY` and `pieces-KEY`; a key is a destination, or `bin-CODE`."""
    parts = []
    for name in sent.data:
        prefix, _, key = name.partition("-")
        mass_g = sent.mass_g(name) if prefix == "mass" else None
        if mass_g is not None:
            where = {"bin": key.removeprefix(WORK_BIN)} if key.startswith(WORK_BIN) else None
            parts.append(
                {
                    **(where or {"destination": key}),
                    "mass_g": mass_g,
                    "article_group": sent.text("article_group"),
                    "pieces": sent.count(f"pieces-{key}"),
                }
            )
    return {"station": sent.needed("station") or "?", "scanned_at": at, "parts": parts}


def _sort_batch(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book_ = rulebook(db)
    whole, names = whole_batch(db, book_, code, visit.viewer), Names(visit.language, book_)
    row = whole.batch
    page = SortPage(
        form=form,
        noun="batches",
        code=code,
        supplier=names.organisation(row.supplier.code),
        group=names.group(row.site, row.group.code),
        held_g=mass_in(whole.standings, Pool.HOLDING),
        net_g=input_g(whole.standings),
        stations=choices.stations(visit, book_, StationKind.SORTING, at=row.site),
        groups=choices.groups(visit, book_),
        targets=_targets(visit, db, book_, row.site),
    )
    return visit.show("forms/sort.html", page, status=422 if form.is_wrong else 200)


def _sort_bin(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book_ = rulebook(db)
    whole = whole_bin(db, book_, code, visit.viewer)
    held_g = mass_in(whole.contents, Pool.BIN)
    targets = _targets(visit, db, book_, whole.bin.site)
    page = SortPage(
        form=form,
        noun="bins",
        code=code,
        supplier=None,
        group=None,
        held_g=held_g,
        net_g=held_g,
        stations=choices.stations(visit, book_, StationKind.SORTING, at=whole.bin.site),
        groups=choices.groups(visit, book_),
        targets=[target for target in targets if target.key != f"{WORK_BIN}{code}"],
    )
    return visit.show("forms/sort.html", page, status=422 if form.is_wrong else 200)


def _targets(visit: Visit, db: Session, book_: Rulebook, site: SiteRow) -> list[Target]:
    """The destinations of today with their open bins, then the latest of the open work bins."""
    names = Names(visit.language, book_)
    asked = Asked(site=site.code, state=BinState.OPEN, limit=BINS_SHOWN)
    listed = list_bins(db, book_, visit.viewer, asked)
    bins = [each.bin for each in reversed(listed)]
    found = []
    for row in choices.destinations(book_, site, site_day(visit.now, site)):
        label = names.destination(row)
        open_bin = next((b.code for b in bins if b.destination and b.destination == row), None)
        assert label is not None
        found.append(Target(key=row.code, name=label.name, stream=label.stream, open_bin=open_bin))
    word = visit.language.gettext(message("Work bin"))
    empty_last = sorted(listed, key=lambda each: each.mass_g == 0)
    work = [
        Target(key=f"{WORK_BIN}{each.bin.code}", name=word, stream=None, open_bin=each.bin.code)
        for each in empty_last
        if each.bin.destination is None
    ][:WORK_BINS_SHOWN]
    return [*found, *work]


@router.get("/batches/{code}/gate")
def gate_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _gate(visit, db, code, fresh(visit))


@router.post("/batches/{code}/gate")
def gate(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    return book(
        visit,
        sent,
        "gate",
        code,
        body=lambda at: {
            "station": sent.needed("station") or "?",
            "gate": sent.needed("gate") or "?",
            "mass_g": sent.mass_g("mass"),
            "pieces": sent.count("pieces"),
            "evidence": sent.text("evidence"),
            "scanned_at": at,
        },
        then=lambda _: visit.go(f"/batches/{code}", "gate"),
        again=lambda form: _gate(visit, db, code, form),
    )


def _gate(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book_ = rulebook(db)
    row, names = whole_batch(db, book_, code, visit.viewer).batch, Names(visit.language, book_)
    page = GatePage(
        form=form,
        code=code,
        stations=choices.stations(
            visit, book_, StationKind.INSPECTION, StationKind.SORTING, at=row.site
        ),
        gates=[(each, names.gate(row.site, each)) for each in book_.operator(row.site).gates],
    )
    return visit.show("forms/gate.html", page, status=422 if form.is_wrong else 200)


@router.get("/batches/{code}/close")
def close_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _close(visit, db, code, fresh(visit))


@router.post("/batches/{code}/close")
def close(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    return book(
        visit,
        sent,
        "close",
        code,
        body=lambda at: {
            "station": sent.needed("station") or "?",
            "losses": _losses(sent),
            "reason": sent.text("reason"),
            "scanned_at": at,
        },
        then=lambda _: visit.go(f"/batches/{code}", "closed"),
        again=lambda form: _close(visit, db, code, form),
    )


def _losses(sent: Typed) -> list[Body]:
    named = [name for name in sent.data if name.startswith("loss-") and sent.text(name)]
    return [
        {"kind": name.removeprefix("loss-"), "mass_g": sent.mass_g(name) or 0} for name in named
    ]


def _close(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book_ = rulebook(db)
    whole, names = whole_batch(db, book_, code, visit.viewer), Names(visit.language, book_)
    site, net_g = whole.batch.site, input_g(whole.standings)
    lost_g, held_g = mass_in(whole.standings, Pool.LOSS), mass_in(whole.standings, Pool.HOLDING)
    page = ClosePage(
        form=form,
        code=code,
        net_g=net_g,
        sorted_g=net_g - held_g - lost_g,
        lost_g=lost_g,
        held_g=held_g,
        tolerance_g=tolerance_g(net_g, whole.batch.group.tolerance_permille),
        stations=choices.stations(visit, book_, StationKind.SORTING, at=site),
        losses=_loss_fields(names, site, net_g),
        reasons=names.reasons(site, "close"),
        by_leader=visit.viewer.is_leader,
    )
    return visit.show("forms/close.html", page, status=422 if form.is_wrong else 200)


def _loss_fields(names: Names, site: SiteRow, net_g: int) -> Sequence[LossField]:
    """The losses that people name; the weighing difference is what is left by itself."""
    rows = names.book.operator(site).loss_kinds.values()
    return [
        LossField(
            kind=row.code,
            name=names.loss(site, row.code),
            limit_g=net_g * int(row.more["limit_permille"]) // 1000,
        )
        for row in rows
        if row.code != WEIGHING_DIFFERENCE
    ]
