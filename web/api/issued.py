"""Issued reports: made, listed, and one with what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from catalogue.rulebook import Rulebook, rulebook
from reporting.differing import Difference
from reporting.frozen import PURPOSE
from reporting.issued import IssuedRow, difference_since, list_issued, whole_issued
from reporting.periods import YEAR_MAX, YEAR_MIN
from web.api.answers import refusals
from web.api.reads import Wanted, paged
from web.api.wire import PLAIN
from web.api.wire_reports import ReportIn
from web.api.writes import writes
from web.deps import Calling, Me, ReadDb, answer, database_of, language_of_person
from web.issuing import MEDIA, as_file, issued

router = APIRouter(tags=["reports"])

Number = Annotated[str, Path(min_length=1, max_length=20, pattern=PLAIN)]


@router.post("/reports/issued", **writes("state_forbids"))
def make(request: Request, body: ReportIn, call: Calling) -> JSONResponse:
    """Issue a report: the figures of now, numbered, frozen and signed."""
    return answer(issued(call, request, body.command(call.now)))


@router.get("/reports/issued", responses=refusals("read"))
def listed(
    request: Request,
    me: Me,
    db: ReadDb,
    wanted: Wanted,
    year: Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)] = None,
) -> JSONResponse:
    """Issued reports, newest first. state: current or followed_up; year: of the number."""
    book = rulebook(db)
    rows = list_issued(db, book, me.viewer, wanted, year=year)
    return paged(request, wanted, "code", [said(book, row) for row in rows])


def _file_of(kind: str) -> None:
    @router.get(
        f"/reports/issued/{{number}}.{kind}",
        name=f"issued_report_{kind}",
        summary=f"An issued report as a file ({kind})",
        response_class=Response,
        responses={200: {"content": {MEDIA[kind]: {}}}, **refusals("read", "not_found")},
    )
    def file(request: Request, number: Number, me: Me) -> Response:
        """What was issued, as it was."""
        database = database_of(request)
        with database.read() as session:
            whole = whole_issued(session, rulebook(session), number, me.viewer)
        return as_file(database, whole, kind, language_of_person(request, me))


for _kind in MEDIA:
    _file_of(_kind)


@router.get("/reports/issued/{number}", responses=refusals("read", "not_found"))
def report(number: Number, me: Me, db: ReadDb) -> dict[str, Any]:
    """A report as it was issued, and what the same question is answered now: was, is, because."""
    book = rulebook(db)
    whole = whole_issued(db, book, number, me.viewer)
    _, changed = difference_since(db, book, whole.row, whole.frozen)
    return {
        **said(book, whole.row),
        "purpose": PURPOSE,
        "key": whole.key,
        "document": whole.document,
        "difference": as_plain(changed),
    }


def said(book: Rulebook, row: IssuedRow) -> dict[str, Any]:
    """A report in a list."""
    names = book.organisations_by_id
    return {
        "number": row.number,
        "code": row.code,
        "operator": names[row.operator_id].code,
        "supplier": None if row.supplier_id is None else names[row.supplier_id].code,
        "sites": list(row.sites),
        "from": row.first_day.isoformat(),
        "to": row.end_day.isoformat(),
        "basis": row.basis,
        "input_g": row.input_g,
        "sorted_g": row.sorted_g,
        "confirmed_g": row.confirmed_g,
        "issued_on": row.issued_on.isoformat(),
        "digest": row.digest,
        "replaces": row.replaces,
        "followed_by": row.followed_by,
    }


def as_plain(changed: Difference) -> Mapping[str, Any]:
    """A difference as the API says it."""
    return {
        "same": changed.is_same,
        "masses": [
            {
                "term": one.term,
                "was_g": one.was_g,
                "is_g": one.is_g,
                "because": dict(one.because),
                "unexplained_g": one.unexplained_g,
            }
            for one in changed.masses
        ],
        "figures": [
            {"id": one.id, "unit": one.unit, "was": one.was, "is": one.now, "why": list(one.why)}
            for one in changed.figures
        ],
        "because": [
            {
                "kind": one.kind,
                "entries": one.entries,
                "batches": one.batches,
                "named": [
                    asdict(touching) | {"day": touching.day.isoformat()} for touching in one.named
                ],
            }
            for one in changed.because
        ],
    }
