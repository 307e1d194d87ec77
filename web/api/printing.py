"""Print jobs: which labels go to which printer, and how far they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from catalogue.rulebook import Rulebook, rulebook
from labels import jobs
from labels.jobs import PARTS_MAX, Order
from labels.queries import JOBS_MAX, AskedJobs, JobRow, JobState, job_by_scan, list_jobs
from web import printing
from web.api import wire
from web.api.answers import refusals
from web.deps import Call, Calling, Me, ReadDb, language_of_person

router = APIRouter(tags=["printing"])

Part = Annotated[int, Field(strict=True, ge=0, le=PARTS_MAX)]


class PrintJobIn(BaseModel):
    """A label that is wanted once. code: of a batch, bin, container or station, or a blank one.

    printer: none when the site has only one. part, parts: 1 and 2 for the first of two containers.
    """

    model_config = ConfigDict(extra="forbid")

    scan_id: UUID
    code: wire.Code
    printer: wire.Code | None = None
    part: Part = 0
    parts: Part = 0


class AgainIn(BaseModel):
    """The number of the new job."""

    model_config = ConfigDict(extra="forbid")

    scan_id: UUID


class CancelIn(BaseModel):
    """There is nothing to say with it."""

    model_config = ConfigDict(extra="forbid")


class ConfirmIn(BaseModel):
    """What was scanned on the fresh label."""

    model_config = ConfigDict(extra="forbid")

    code: wire.Code


class PrintJobOut(BaseModel):
    """A label and how far it is. state: see the decision on printing once. problem: why it waits
    or went wrong, "" when nothing is the matter."""

    scan_id: UUID
    code: str
    part: int
    parts: int
    printer: str
    station: str | None
    state: JobState
    problem: str
    attempts: int
    created_at: datetime
    changed_at: datetime


AGAIN = {"model": PrintJobOut, "description": "This job was asked for before: how far it is."}


def _orders(*codes: str) -> dict[str, Any]:
    return {
        "status_code": 201,
        "response_model": PrintJobOut,
        "responses": {200: AGAIN, **refusals("question", "scan_reused", "not_found", *codes)},
    }


def _changes(*codes: str) -> dict[str, Any]:
    return {
        "response_model": PrintJobOut,
        "responses": refusals("question", "not_found", "state_forbids", *codes),
    }


@router.post("/print-jobs", **_orders("no_printer"))
def order(request: Request, body: PrintJobIn, call: Calling) -> JSONResponse:
    """Print a label on a printer of its site, once, however often this is sent."""
    wanted = Order(
        scan_id=str(body.scan_id),
        code=body.code,
        printer=body.printer,
        part=body.part,
        parts=body.parts,
        language=language_of_person(request, call.me).code,
    )
    return _ordered(
        call,
        lambda session: printing.order(session, wanted, viewer=call.me.viewer, now=call.now),
    )


@router.get("/print-jobs", responses=refusals("read"))
def print_jobs(
    me: Me,
    db: ReadDb,
    state: JobState | None = None,
    station: Annotated[str | None, Query(max_length=60)] = None,
    code: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=JOBS_MAX)] = 50,
) -> list[PrintJobOut]:
    """Print jobs of two weeks, newest first."""
    book = rulebook(db)
    known = book.stations.get(station) if station else None
    if station and known is None:
        return []
    asked = AskedJobs(state=state, station_id=known.id if known else None, code=code, limit=limit)
    return [out(book, job) for job in list_jobs(db, book, me.viewer, asked)]


@router.post("/print-jobs/{scan_id}/again", **_orders("state_forbids"))
def again(scan_id: UUID, body: AgainIn, call: Calling) -> JSONResponse:
    """Print a label once more, after somebody looked and it was not there."""
    new = str(body.scan_id)
    return _ordered(
        call,
        lambda session: printing.order_again(
            session, str(scan_id), again=new, viewer=call.me.viewer, now=call.now
        ),
    )


@router.post("/print-jobs/{scan_id}/cancel", **_changes())
def cancel(scan_id: UUID, _nothing: CancelIn, call: Calling) -> PrintJobOut:
    """Nobody wants this label any more."""
    return _changed(call, scan_id, lambda db, job: jobs.cancel(db, job, now=call.now))


@router.post("/print-jobs/{scan_id}/confirm", **_changes())
def confirm(scan_id: UUID, body: ConfirmIn, call: Calling) -> PrintJobOut:
    """The fresh label was scanned: it is there."""
    return _changed(call, scan_id, lambda db, job: jobs.confirm(db, job, body.code, now=call.now))


def _ordered(call: Call, work: Callable[[Session], tuple[JobRow, bool]]) -> JSONResponse:
    def asked(session: Session) -> tuple[PrintJobOut, bool]:
        job, repeated = work(session)
        return out(rulebook(session), job), repeated

    try:
        job, repeated = call.database.write_together(asked)
    except IntegrityError:
        # The same order came twice at once, and the other one was first: its job is the answer.
        job, repeated = call.database.write_together(asked)
    return JSONResponse(job.model_dump(mode="json"), status_code=200 if repeated else 201)


def _changed(call: Call, scan_id: UUID, work: Callable[[Session, JobRow], JobRow]) -> PrintJobOut:
    def change(session: Session) -> PrintJobOut:
        book = rulebook(session)
        job = job_by_scan(session, book, str(scan_id), call.me.viewer)
        return out(book, work(session, job))

    return call.database.write_together(change)


def out(book: Rulebook, job: JobRow) -> PrintJobOut:
    """A print job as it is told."""
    printers = {row.id: row.code for row in book.printers.values()}
    stations = {row.id: row.code for row in book.stations.values()}
    return PrintJobOut(
        scan_id=UUID(job.scan_id),
        code=job.code,
        part=job.part,
        parts=job.parts,
        printer=printers[job.printer_id],
        station=stations.get(job.station_id or 0),
        state=job.state,
        problem=job.problem,
        attempts=job.attempts,
        created_at=job.created_at,
        changed_at=job.changed_at,
    )
