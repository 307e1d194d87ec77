"""Found objects: what still lies in quarantine, each of them, and the receipt of its hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotFound
from catalogue.rulebook import Rulebook, rulebook
from intake.find_views import HandedOver, KeptFind, WholeFind, kept_finds, whole_find
from intake.photos import kept_photos
from intake.views import photos_of_find
from streams.ledger import site_day
from streams.views import history_of
from web.api.shapes import SEES_SCANS
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages.naming import Names
from web.pages.parting import part
from web.pages.rows import EntryLine
from web.pages.visiting import Visit, Visitor
from web.sheets.receipt import Receipt, receipt_pdf

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A find in quarantine."""

    code: str
    kind: str
    count: int
    batch: str | None
    is_held: bool
    stops: bool
    found_on: date
    due: date
    days: int
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """What still lies in quarantine, what stops a batch first. overdue: how many, of all of it."""

    rows: Sequence[KeptLine]
    overdue: int
    first: str | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPage:
    """A found object and what happened to it. kind, receiver: in words; names: of those who may
    read them."""

    find: WholeFind
    kind: str
    station: str | None
    receiver: str | None
    given: HandedOver | None
    sees_names: bool
    is_overdue: bool
    photos: Sequence[str]
    entries: Sequence[EntryLine]


@router.get("/finds/kept")
def kept(visit: Visitor, db: ReadDb) -> Response:
    book = rulebook(db)
    names = Names(visit.language, book)
    found = kept_finds(db, book, visit.viewer, visit.now)
    shown = part(visit, found, lambda row: f"{not row.stops:d}.{row.due}.{row.code}")
    page = KeptPage(
        rows=[_line(names, row) for row in shown.rows],
        overdue=sum(row.is_overdue for row in found),
        first=shown.first,
        next=shown.next,
    )
    return visit.show("finds_kept.html", page)


def _line(names: Names, row: KeptFind) -> KeptLine:
    return KeptLine(
        code=row.code,
        kind=names.find_kind(row.site, row.kind),
        count=row.count,
        batch=row.batch,
        is_held=row.is_held,
        stops=row.stops,
        found_on=row.found_on,
        due=row.due,
        days=row.days,
        is_overdue=row.is_overdue,
    )


@router.get("/finds/{code}")
def find(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book = rulebook(db)
    return visit.show("things/find.html", _page(visit, db, book, code))


def _page(visit: Visit, db: Session, book: Rulebook, code: str) -> FindPage:
    row = whole_find(db, book, code, visit.viewer)
    names, sees = Names(visit.language, book), visit.viewer.role in SEES_SCANS
    taken = photos_of_find(db, code)
    here = kept_photos(db, taken)
    station = book.stations.get(row.station or "")
    given = row.handed_over
    waits = given is None and not row.is_reversed
    return FindPage(
        find=row,
        kind=names.find_kind(row.site, row.kind),
        station=station.name if station and sees else None,
        receiver=names.reason(row.site, given.receiver) if given and given.receiver else None,
        given=given,
        sees_names=sees,
        is_overdue=waits and row.due < site_day(visit.now, row.site),
        photos=[hash for hash in taken if hash in here],
        entries=names.history(history_of(db, code), row.site, visit.viewer.role),
    )


@router.get("/finds/{code}/receipt.pdf")
def receipt(visit: Visitor, db: ReadDb, code: Code) -> Response:
    """The receipt of a hand-over, to be signed. Raises NotFound before there was one."""
    book = rulebook(db)
    row = whole_find(db, book, code, visit.viewer)
    given = row.handed_over
    if given is None:
        raise NotFound
    names = Names(visit.language, book)
    station = book.stations.get(row.station or "")
    operator = book.operator(row.site).organisation
    pdf = receipt_pdf(
        Receipt(
            find=row,
            given=given,
            kind=names.find_kind(row.site, row.kind),
            receiver=names.reason(row.site, given.receiver) if given.receiver else None,
            operator=operator.name,
            address=operator.address,
            station=station.name if station else None,
        ),
        visit.language,
    )
    word = visit.language.gettext("receipt")
    headers = {"Content-Disposition": f'inline; filename="{word}-{code}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
