"""How much waits for a person: for the numbers that the menu of every page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlmodel import Session

from accounts.queries import DeviceRow, devices, silent_count
from catalogue.access import Viewer
from catalogue.rulebook import Rulebook, rulebook
from labels.queries import JobRow, stuck_count, stuck_jobs
from notices.queries import unread_count
from streams.views import sites_of
from streams.waiting import waiting_count

SILENT: Final = timedelta(minutes=15)
"""A tablet in use is heard with every scan, and every few minutes without."""
JOB_SLOW: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the menu says: scans, tablets and labels for somebody's decision; notices unread."""

    decisions: int = 0
    unread: int = 0


def what_waits(
    db: Session, viewer: Viewer, now: datetime, *, decides: bool, person: int | None
) -> Waiting:
    """Count what waits for somebody. Two statements, one for who decides nothing."""
    asked: list[Select[int]] = []
    if decides:
        book = rulebook(db)
        asked += [
            waiting_count(sites_of(book, viewer)),
            silent_count(_stations(book, viewer), since=now - SILENT),
            stuck_count(book, viewer, before=now - JOB_SLOW),
        ]
    decisions = len(asked)
    if person is not None:
        asked.append(unread_count(person))
    if not asked:
        return Waiting()
    found = db.execute(select(*(one.scalar_subquery() for one in asked))).one()
    return Waiting(sum(found[:decisions]), sum(found[decisions:]))


def silent_tablets(db: Session, book: Rulebook, viewer: Viewer, now: datetime) -> list[DeviceRow]:
    """Tablets in which scans waited when they were last heard, a while ago. One statement."""
    return [
        row
        for row in devices(db, _stations(book, viewer))
        if row.waiting > 0 and row.seen_at is not None and row.seen_at < now - SILENT
    ]


def slow_labels(db: Session, book: Rulebook, viewer: Viewer, now: datetime) -> list[JobRow]:
    """Labels that do not come out of their printers. One statement."""
    return stuck_jobs(db, book, viewer, before=now - JOB_SLOW)


def _stations(book: Rulebook, viewer: Viewer) -> list[int]:
    own = sites_of(book, viewer)
    return [row.id for row in book.stations.values() if row.site_id in own]
