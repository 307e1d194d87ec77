"""Reads of print jobs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.rulebook import Rulebook
from labels.tables import PrintJob
from store.columns import table_of

JOBS_MAX = 200
SENDING = "sending"

_job = table_of(PrintJob)


class JobState(StrEnum):
    """How far a label is. What each means stands at the table."""

    QUEUED = "queued"
    SENT = "sent"
    DOUBTFUL = "doubtful"
    PRINTED = "printed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A print job. part, parts: which of how many containers; 0 for a label of its own."""

    id: int
    scan_id: str
    code: str
    site_id: int
    station_id: int | None
    printer_id: int
    part: int
    parts: int
    language: str
    state: JobState
    attempts: int
    problem: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedJobs:
    """Which print jobs are asked for; None leaves a field open."""

    state: JobState | None = None
    station_id: int | None = None
    code: str | None = None
    limit: int = 50


def list_jobs(session: Session, book: Rulebook, viewer: Viewer, asked: AskedJobs) -> list[JobRow]:
    """Print jobs of the sites of the viewer, newest first. One statement."""
    where: list[ColumnElement[bool]] = [_job.c.site_id.in_(_sites(book, viewer))]
    if asked.state is not None:
        where.append(_job.c.state == asked.state.value)
    if asked.station_id is not None:
        where.append(_job.c.station_id == asked.station_id)
    if asked.code is not None:
        where.append(_job.c.code == asked.code)
    chosen = select(_job).where(*where).order_by(_job.c.id.desc()).limit(asked.limit)
    return [job_row(row) for row in session.execute(chosen)]


def stuck_jobs(
    session: Session, book: Rulebook, viewer: Viewer, *, before: datetime
) -> list[JobRow]:
    """Labels that somebody should look after: doubtful, given up, or waiting since `before` with
    something in the way; oldest first. One statement."""
    chosen = select(_job).where(*_stuck(book, viewer, before)).order_by(_job.c.id).limit(JOBS_MAX)
    return [job_row(row) for row in session.execute(chosen)]


def stuck_count(book: Rulebook, viewer: Viewer, *, before: datetime) -> Select[int]:
    """How many such labels there are, to be asked together with more."""
    return select(func.count()).select_from(_job).where(*_stuck(book, viewer, before))


def _stuck(book: Rulebook, viewer: Viewer, before: datetime) -> list[ColumnElement[bool]]:
    # The states first, as one list: the index knows them.
    states = (JobState.QUEUED.value, JobState.DOUBTFUL.value, JobState.FAILED.value)
    old_enough = or_(_job.c.state != JobState.QUEUED.value, _job.c.created_at < before)
    return [_job.c.site_id.in_(_sites(book, viewer)), _job.c.state.in_(states), old_enough]


def job_by_scan(session: Session, book: Rulebook, scan_id: str, viewer: Viewer) -> JobRow:
    """A print job that exists for the viewer. One statement. Raises NotFound."""
    row = any_job(session, scan_id)
    require(row is not None and row.site_id in _sites(book, viewer))
    assert row is not None
    return row


def any_job(session: Session, scan_id: str) -> JobRow | None:
    """The print job of a scan, whoever asked for it. One statement."""
    row = session.execute(select(_job).where(_job.c.scan_id == scan_id)).one_or_none()
    return job_row(row) if row else None


def printers_with_work(session: Session) -> list[int]:
    """Printers for which a label waits. One statement."""
    waiting = select(_job.c.printer_id).where(_job.c.state == JobState.QUEUED.value).distinct()
    return list(session.execute(waiting).scalars())


def job_row(row: Any) -> JobRow:
    """A JobRow from a row of the table."""
    got = dict(row._mapping)
    return JobRow(**got | {"state": JobState(got["state"])})


def _sites(book: Rulebook, viewer: Viewer) -> Collection[int]:
    return [
        site.id
        for site in book.sites.values()
        if viewer.sees_site(operator_id=site.operator_id, site_id=site.id)
    ]
