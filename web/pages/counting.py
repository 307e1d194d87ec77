"""How much waits for a person: for the number that every page of a team leader shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from accounts.queries import DeviceRow, devices
from catalogue.access import Viewer
from catalogue.rulebook import Rulebook, rulebook
from labels.queries import JobRow, stuck_jobs
from streams.views import sites_of
from streams.waiting import count_waiting

SILENT: Final = timedelta(minutes=15)
"""A tablet in use is heard with every scan, and every few minutes without."""
JOB_SLOW: Final = timedelta(minutes=2)


def how_many_need_somebody(db: Session, viewer: Viewer, now: datetime) -> int:
    """Scans, tablets and labels that wait for a decision. Four statements."""
    book = rulebook(db)
    scans = count_waiting(db, sites_of(book, viewer))
    return (
        scans + len(silent_tablets(db, book, viewer, now)) + len(slow_labels(db, book, viewer, now))
    )


def silent_tablets(db: Session, book: Rulebook, viewer: Viewer, now: datetime) -> list[DeviceRow]:
    """Tablets in which scans waited when they were last heard, a while ago. One statement."""
    own = sites_of(book, viewer)
    stations = [row.id for row in book.stations.values() if row.site_id in own]
    return [
        row
        for row in devices(db, stations)
        if row.waiting > 0 and row.seen_at is not None and row.seen_at < now - SILENT
    ]


def slow_labels(db: Session, book: Rulebook, viewer: Viewer, now: datetime) -> list[JobRow]:
    """Labels that do not come out of their printers. One statement."""
    return stuck_jobs(db, book, viewer, before=now - JOB_SLOW)
