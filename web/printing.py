"""From a label that is wanted to a label that hangs: the queue, the drawing, the printer.

Every order puts a job for its printer in the durable queue; each such job prints one label, the
one that waited longest, and sees to it that the next one comes. What was certainly not printed is
tried again, at first after seconds. What may have been printed never is: a person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import NotFound
from catalogue.kinds import Role
from catalogue.rows import PrinterRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from labels import jobs, render
from labels.jobs import Order
from labels.label import LabelTooSmall, Size
from labels.printing import Ending, Patience, Told, send
from labels.queries import JobRow, JobState, job_by_scan, printers_with_work
from labels.render import LabelUnreadable
from store.engine import Database
from store.jobs import enqueue, enqueue_once
from web.label_values import label_of
from web.outbound import may_be_device

PRINT: Final = "print"
KEPT: Final = timedelta(days=14)
LEASE: Final = jobs.IN_HAND_MAX + timedelta(seconds=10)
"""When a process died with a label in its hands, the next one takes it after this."""


def order(session: Session, wanted: Order, *, viewer: Viewer, now: datetime) -> tuple[JobRow, bool]:
    """Want a label of something that exists for the viewer; whether it was wanted before.

    Raises NotFound, Malformed, NoPrinter, ScanReused.
    """
    book = rulebook(session)
    part = (wanted.part, wanted.parts)
    drawn = label_of(session, book, wanted.code, viewer, language=wanted.language, part=part)
    named = Order(
        scan_id=wanted.scan_id,
        code=drawn.label.code,
        printer=wanted.printer,
        part=wanted.part,
        parts=wanted.parts,
        language=wanted.language,
    )
    job, repeated = jobs.order(session, book, named, drawn.site, viewer=viewer, now=now)
    if not repeated:
        _wake(session, job.printer_id, now)
    return job, repeated


def order_again(
    session: Session, scan_id: str, *, again: str, viewer: Viewer, now: datetime
) -> tuple[JobRow, bool]:
    """A new job in the place of one whose label is not there. again: the `scan_id` of the new one.

    Raises NotFound, StateForbids, ScanReused.
    """
    book = rulebook(session)
    old = job_by_scan(session, book, scan_id, viewer)
    site = book.sites_by_id[old.site_id]
    job, repeated = jobs.print_again(session, old, scan_id=again, site=site, viewer=viewer, now=now)
    if not repeated:
        _wake(session, job.printer_id, now)
    return job, repeated


def resume(session: Session, now: datetime) -> None:
    """Put a job in the queue for every printer for which a label waits."""
    for printer_id in printers_with_work(session):
        enqueue_once(session, PRINT, {"printer": printer_id}, now=now, not_before=now)


def forget(session: Session, now: datetime) -> None:
    """Forget labels of two weeks ago."""
    jobs.forget_jobs(session, now - KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """Prints labels of the queue, one at a time."""

    database: Database
    clock: Callable[[], datetime]
    patience: Patience | None = None
    may_reach: Callable[[str, int], bool] = may_be_device

    def __call__(self, payload: Mapping[str, Any]) -> None:
        """Print the label that waits longest for a printer."""
        printer_id = int(payload["printer"])
        with self.database.write() as session:
            job = jobs.take_next(session, printer_id, now=self.clock())
        if job is None:
            return
        told = self._printed(job)
        with self.database.write() as session:
            now = self.clock()
            pause = self._ended(session, job, told, now)
            if pause is not None:
                when = now + pause
                enqueue_once(session, PRINT, dict(payload), now=now, not_before=when)
            elif jobs.has_work(session, printer_id):
                _wake(session, printer_id, now)

    def _printed(self, job: JobRow) -> Told | str:
        """How the talk with the printer ended, or why there was none."""
        with self.database.read() as session:
            book = rulebook(session)
            printer = next(row for row in book.printers.values() if row.id == job.printer_id)
            drawn = _drawn(session, book, job, printer)
        if isinstance(drawn, str):
            return drawn
        return send(
            printer.host,
            printer.port,
            drawn,
            begin_end=partial(self._begin_end, job),
            patience=self.patience,
            may_reach=self.may_reach,
        )

    def _begin_end(self, job: JobRow) -> bool:
        with self.database.write() as session:
            return jobs.begin_end(session, job, now=self.clock())

    def _ended(
        self, session: Session, job: JobRow, told: Told | str, now: datetime
    ) -> timedelta | None:
        """Write down how an attempt ended; how long to wait when it is to be made again."""
        end = partial(jobs.end, session, job, now=now)
        if isinstance(told, str):
            end(JobState.QUEUED, JobState.FAILED, told)
        elif told.ending is Ending.SENT:
            end(JobState.DOUBTFUL, JobState.SENT, told.problem)
        elif told.ending is Ending.NOT_PRINTED:
            pause = jobs.retry_after(job, now)
            if pause is None:
                end(JobState.QUEUED, JobState.FAILED, "too_late")
            elif end(JobState.QUEUED, JobState.QUEUED, told.problem):
                return pause
        return None


def _drawn(session: Session, book: Rulebook, job: JobRow, printer: PrinterRow) -> bytes | str:
    """The job for the printer, or why there is none."""
    site = book.sites_by_id[job.site_id]
    part = (job.part, job.parts)
    try:
        label = label_of(session, book, job.code, _at(site), language=job.language, part=part).label
        return render.zpl(label, Size(printer.size), printer.dpi)
    except NotFound:
        return "not_found"
    except LabelTooSmall:
        return "too_small"
    except LabelUnreadable:
        return "unreadable"


def _at(site: SiteRow) -> Viewer:
    """Who prints sees what the floor of that site sees."""
    return Viewer(
        role=Role.WORKER,
        organisation_id=site.operator_id,
        operator_id=site.operator_id,
        site_id=site.id,
    )


def _wake(session: Session, printer_id: int, now: datetime) -> None:
    enqueue(session, PRINT, {"printer": printer_id}, now=now)
