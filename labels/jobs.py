"""Print jobs: asked for, tried, ended. None of it enters the chain: a label is no booking.

Who prints a label takes its job first (`take_next`) and, just before the characters that print it
go, moves it from `queued` to `doubtful` (`begin_end`). Only one can do that, so a label is printed
by one only, however many processes share the queue and wherever one of them dies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, delete, insert, select, update
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import MisreadCode, parse
from catalogue.errors import Malformed, NoPrinter, ScanReused, StateForbids
from catalogue.rows import PrinterRow, SiteRow
from catalogue.rulebook import Rulebook
from labels.queries import SENDING, JobRow, JobState, any_job, job_row
from labels.tables import PrintJob
from store.columns import table_of
from streams.scans import is_used

IN_HAND_MAX: Final = timedelta(minutes=1)
"""A job that is being sent for longer was left behind by somebody who died."""
RETRY_FIRST: Final = timedelta(seconds=3)
RETRY_MAX: Final = timedelta(minutes=1)
GIVEN_UP_AFTER: Final = timedelta(hours=2)
"""Nobody wants the labels of this morning to come out of a printer that is mended at night."""
PARTS_MAX: Final = 50

_job = table_of(PrintJob)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A label that is wanted. printer: None for the only one of the site."""

    scan_id: str
    code: str
    printer: str | None = None
    part: int = 0
    parts: int = 0
    language: str = "nl"


def order(
    session: Session, book: Rulebook, wanted: Order, site: SiteRow, *, viewer: Viewer, now: datetime
) -> tuple[JobRow, bool]:
    """Put a label in the queue; whether the same order came before.

    Raises Malformed, NoPrinter, NotFound (printer), ScanReused.
    """
    if not (wanted.part == wanted.parts == 0 or 1 <= wanted.part <= wanted.parts <= PARTS_MAX):
        raise Malformed(field="part", problem="not one of the parts", given=wanted.part)
    if before := _before(session, wanted.scan_id, wanted, site):
        return before, True
    printer = printer_for(book, site, wanted.printer)
    return _queued(session, wanted, site, printer.id, viewer.station_id, now), False


def print_again(
    session: Session, old: JobRow, *, scan_id: str, site: SiteRow, viewer: Viewer, now: datetime
) -> tuple[JobRow, bool]:
    """A new job for a label that somebody looked for and did not find; the old one is over.

    Raises StateForbids while the old one may still print, ScanReused.
    """
    wanted = Order(
        scan_id=scan_id, code=old.code, part=old.part, parts=old.parts, language=old.language
    )
    if before := _before(session, scan_id, wanted, site):
        return before, True
    over = {"state": JobState.CANCELLED, "problem": "replaced"}
    _change(session, old, (JobState.SENT, JobState.DOUBTFUL, JobState.FAILED), over, now)
    return _queued(session, wanted, site, old.printer_id, viewer.station_id, now), False


def cancel(session: Session, job: JobRow, *, now: datetime) -> JobRow:
    """Nobody wants this label any more. Raises StateForbids for one that is there."""
    if job.state is JobState.CANCELLED:
        return job
    states = (JobState.QUEUED, JobState.SENT, JobState.DOUBTFUL, JobState.FAILED)
    return _change(session, job, states, {"state": JobState.CANCELLED}, now)


def confirm(session: Session, job: JobRow, code: str, *, now: datetime) -> JobRow:
    """Its label was scanned, so it is there. Raises Malformed for another label, StateForbids."""
    if _plain(code) != job.code:
        raise Malformed(field="code", problem="another label", read=code[:40])
    if job.state is JobState.PRINTED:
        return job
    there = {"state": JobState.PRINTED, "problem": ""}
    return _change(session, job, (JobState.SENT, JobState.DOUBTFUL, JobState.FAILED), there, now)


def printer_for(book: Rulebook, site: SiteRow, code: str | None) -> PrinterRow:
    """The named printer of a site, or its only one. Raises NotFound, NoPrinter."""
    if code is not None:
        return book.printer(code, site)
    own = [row for row in book.printers.values() if row.site_id == site.id]
    if len(own) != 1:
        raise NoPrinter(printers=len(own))
    return own[0]


def take_next(session: Session, printer_id: int, *, now: datetime) -> JobRow | None:
    """The label that waited longest for a printer, taken in hand; None while another one is."""
    waiting = and_(_job.c.printer_id == printer_id, _job.c.state == JobState.QUEUED.value)
    row = session.execute(
        select(_job).where(waiting).order_by(_job.c.id).limit(1).with_for_update()
    ).one_or_none()
    if row is None or (row.problem == SENDING and row.changed_at > now - IN_HAND_MAX):
        return None
    session.execute(
        update(_job)
        .where(_job.c.id == row.id)
        .values(attempts=row.attempts + 1, problem=SENDING, changed_at=now)
    )
    return any_job(session, row.scan_id)


def begin_end(session: Session, job: JobRow, *, now: datetime) -> bool:
    """Note down that the label may be printed from here on; False when it is not ours any more."""
    return _move(session, job, JobState.QUEUED, JobState.DOUBTFUL, "no_answer", now)


def end(
    session: Session, job: JobRow, before: JobState, after: JobState, problem: str, *, now: datetime
) -> bool:
    """How an attempt ended; False when somebody else decided about the job meanwhile."""
    return _move(session, job, before, after, problem, now)


def has_work(session: Session, printer_id: int) -> bool:
    """Whether a label waits for a printer. One statement."""
    waiting = and_(_job.c.printer_id == printer_id, _job.c.state == JobState.QUEUED.value)
    return session.execute(select(_job.c.id).where(waiting).limit(1)).one_or_none() is not None


def retry_after(job: JobRow, now: datetime) -> timedelta | None:
    """How long to wait before the next attempt; None when it is time to give up."""
    if now - job.created_at > GIVEN_UP_AFTER:
        return None
    pause: timedelta = RETRY_FIRST * 2 ** min(job.attempts - 1, 10)
    return min(pause, RETRY_MAX)


def forget_jobs(session: Session, before: datetime) -> None:
    """Forget jobs that ended, or that nobody looked at, before a time."""
    old = and_(_job.c.changed_at < before, _job.c.state != JobState.QUEUED.value)
    session.execute(delete(_job).where(old))


def _before(session: Session, scan_id: str, wanted: Order, site: SiteRow) -> JobRow | None:
    """The job that this order made before. Raises ScanReused when it was another order,
    or no order at all."""
    row = any_job(session, scan_id)
    if row is None:
        if is_used(session, scan_id):
            raise ScanReused(scan_id=scan_id)
        return None
    same = (row.code, row.part, row.parts, row.site_id)
    if same != (wanted.code, wanted.part, wanted.parts, site.id):
        raise ScanReused(scan_id=scan_id)
    return row


def _queued(
    session: Session,
    wanted: Order,
    site: SiteRow,
    printer_id: int,
    station_id: int | None,
    now: datetime,
) -> JobRow:
    session.execute(
        insert(_job).values(
            scan_id=wanted.scan_id,
            code=wanted.code,
            site_id=site.id,
            station_id=station_id,
            printer_id=printer_id,
            part=wanted.part,
            parts=wanted.parts,
            language=wanted.language,
            state=JobState.QUEUED.value,
            attempts=0,
            problem="",
            created_at=now,
            changed_at=now,
        )
    )
    job = any_job(session, wanted.scan_id)
    assert job is not None
    return job


def _change(
    session: Session,
    job: JobRow,
    states: tuple[JobState, ...],
    values: dict[str, Any],
    now: datetime,
) -> JobRow:
    """Change a job that is in one of these states. Raises StateForbids."""
    changed = session.execute(
        update(_job)
        .where(_job.c.id == job.id, _job.c.state.in_([state.value for state in states]))
        .values(changed_at=now, **{name: str(value) for name, value in values.items()})
    )
    row = session.execute(select(_job).where(_job.c.id == job.id)).one()
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise StateForbids(subject=job.scan_id, state=row.state)
    return job_row(row)


def _move(
    session: Session, job: JobRow, before: JobState, after: JobState, problem: str, now: datetime
) -> bool:
    moved = session.execute(
        update(_job)
        .where(
            _job.c.id == job.id,
            _job.c.state == before.value,
            _job.c.attempts == job.attempts,
        )
        .values(state=after.value, problem=problem, changed_at=now)
    )
    return int(moved.rowcount) == 1  # type: ignore[attr-defined]


def _plain(code: str) -> str:
    """A code as it is written; what is no label code is a chosen one."""
    try:
        return parse(code).text
    except MisreadCode:
        return code.strip().upper()
