"""Labels at the desk: blank ones in advance, those that hang for good, cards, and what is at the
printers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.codes import MisreadCode, kind_of
from catalogue.errors import Malformed, Refusal
from catalogue.rulebook import Rulebook, rulebook
from labels import jobs
from labels.label import Size
from labels.queries import AskedJobs, JobRow, JobState, job_by_scan, list_jobs
from streams.ledger import site_day
from web import label_sheets, printing
from web.deps import ReadDb
from web.i18n import message
from web.label_sheets import PAPER, Sheet
from web.pages import choices
from web.pages.booking import Body, Sent, Typed, book, fresh
from web.pages.forms import Form, Options
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

JOBS_SHOWN: Final = 40
COUNT: Final = "24"
SIZES: Final = (
    (PAPER, message("A4, 24 labels on a sheet")),
    (Size.LARGE.value, message("100 × 150 mm")),
    (Size.A6.value, message("A6")),
    (Size.ROLL.value, message("Roll of 62 mm")),
    (Size.SMALL.value, message("50 × 25 mm")),
)
KINDS: Final = (("batch", message("Batches")), ("bin", message("Bins")))
FOR_GOOD: Final = (
    (Sheet.CONTAINERS.value, message("Containers")),
    (Sheet.STATIONS.value, message("Stations")),
)
ACTS_IN: Final[Mapping[JobState, tuple[str, ...]]] = {
    JobState.QUEUED: ("cancel",),
    JobState.SENT: ("there", "again"),
    JobState.DOUBTFUL: ("there", "again"),
    JobState.FAILED: ("again", "cancel"),
}
"""What somebody may decide about a label, by how far it is."""

PAGE_OF_KIND: Final = {"batch": "/batches", "bin": "/bins"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """A print job as the list shows it. noun: where its batch or bin has a page. acts: what may be
    decided about it."""

    scan_id: str
    code: str
    noun: str | None
    part: str
    printer: str
    station: str
    state: str
    problem: str
    changed_at: datetime
    zone: str
    acts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsPage:
    """Forms to print by the sheet, and the print jobs."""

    form: Form
    stations: Options
    sites: Options
    kinds: Options
    for_good: Options
    sizes: Options
    has_printers: bool
    jobs: Sequence[JobLine]


@router.get("/labels")
def labels_page(visit: Visitor, db: ReadDb) -> Response:
    return _page(visit, db, rulebook(db), fresh(visit, {"count": COUNT, "size": PAPER}))


@router.post("/labels")
def labels_act(visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    """Reserve blank labels, or say what is to become of a print job."""
    known = rulebook(db)
    if job := sent.text("job"):
        return _decided(visit, db, known, job, sent.text("act") or "")
    return book(
        visit,
        sent,
        "codes",
        None,
        body=lambda _: _wanted(sent),
        then=lambda answer: _blank(visit, answer, sent.needed("size")),
        again=lambda form: _page(visit, db, known, form),
    )


@router.get("/labels/sheet")
def labels_sheet(
    visit: Visitor,
    db: ReadDb,
    what: Sheet,
    size: Annotated[str, Query(max_length=10)] = PAPER,
    place: Annotated[str, Query(max_length=60)] = "",
    codes: Annotated[str, Query(max_length=4000)] = "",
    count: Annotated[int, Query(ge=1, le=label_sheets.LABELS_MAX)] = 24,
) -> Response:
    """A PDF to print. place: code of the site, or of the station that the cards are for."""
    known = rulebook(db)
    if what is Sheet.PRACTICE:
        return _pdf(label_sheets.to_practise(count, size, visit.language), what.value)
    if what is Sheet.CARDS:
        codes_here = dict(choices.stations(visit, known))
        if place not in codes_here:
            raise Malformed(field="place", problem="unknown", read=place[:40])
        station = known.stations[place]
        today = site_day(visit.now, known.sites_by_id[station.site_id])
        return _pdf(label_sheets.cards_for(known, station, today, visit.language), what.value)
    made = label_sheets.for_good(
        db,
        known,
        choices.site(visit, known, place),
        what,
        codes.upper().split(),
        size,
        viewer=visit.viewer,
        speak=visit.language,
    )
    return _pdf(made, what.value)


def _wanted(sent: Typed) -> Body:
    return {
        "station": sent.needed("station"),
        "kind": sent.needed("kind"),
        "count": min(sent.count("count") or 0, label_sheets.LABELS_MAX + 1),
    }


def _blank(visit: Visit, answer: Mapping[str, Any], size: str) -> Response:
    return _pdf(label_sheets.of_codes(answer["codes"], size, visit.language), "blank")


def _pdf(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def _decided(visit: Visit, db: Session, known: Rulebook, scan_id: str, act: str) -> Response:
    try:
        with visit.call.database.write() as session:
            _decide(session, visit, scan_id, act)
    except Refusal as refusal:
        return _page(visit, db, known, Form(refusal=refusal, values={"count": COUNT}))
    return visit.go("/labels")


def _decide(session: Session, visit: Visit, scan_id: str, act: str) -> None:
    if act == "again":
        new = str(uuid4())
        printing.order_again(session, scan_id, again=new, viewer=visit.viewer, now=visit.now)
        return
    job = job_by_scan(session, rulebook(session), scan_id, visit.viewer)
    if act == "there":
        jobs.confirm(session, job, job.code, now=visit.now)
    else:
        jobs.cancel(session, job, now=visit.now)


def _page(visit: Visit, db: Session, known: Rulebook, form: Form) -> Response:
    own = {site.id for site in known.sites.values() if _is_own(visit, site.operator_id, site.id)}
    asked = AskedJobs(limit=JOBS_SHOWN)
    page = LabelsPage(
        form=form,
        stations=choices.stations(visit, known),
        sites=choices.sites(visit, known),
        kinds=_said(visit, KINDS),
        for_good=_said(visit, FOR_GOOD),
        sizes=_said(visit, SIZES),
        has_printers=any(row.site_id in own for row in known.printers.values()),
        jobs=[_line(known, job) for job in list_jobs(db, known, visit.viewer, asked)],
    )
    return visit.show("labels.html", page, status=422 if form.is_wrong else 200)


def _is_own(visit: Visit, operator_id: int, site_id: int) -> bool:
    return visit.viewer.sees_site(operator_id=operator_id, site_id=site_id)


def _said(visit: Visit, options: Sequence[tuple[str, str]]) -> Options:
    return [(value, visit.language.gettext(words)) for value, words in options]


def _line(known: Rulebook, job: JobRow) -> JobLine:
    printers = {row.id: row.name for row in known.printers.values()}
    stations = {row.id: row.name for row in known.stations.values()}
    return JobLine(
        scan_id=job.scan_id,
        code=job.code,
        noun=_noun(job.code),
        part=f"{job.part}/{job.parts}" if job.parts else "",
        printer=printers[job.printer_id],
        station=stations.get(job.station_id or 0, ""),
        state=job.state.value,
        problem=job.problem,
        changed_at=job.changed_at,
        zone=known.sites_by_id[job.site_id].timezone,
        acts=ACTS_IN.get(job.state, ()),
    )


def _noun(code: str) -> str | None:
    try:
        return PAGE_OF_KIND.get(kind_of(code).value)
    except MisreadCode:
        return None
