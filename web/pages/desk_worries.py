"""What needs a person now, for the desk: each with how many, how much, how old, and where it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel import Session

from catalogue.rulebook import Rulebook
from dispatch.views import Unproven, unproven_shipments
from intake.find_views import KeptFind, kept_finds
from intake.missing import MissingDelivery, missing_deliveries
from streams.oldest import WaitingBatch, waiting_batches
from streams.views import Flagging, flags, sites_of
from streams.waiting import count_waiting
from web.i18n import message
from web.pages.visiting import Visit

LATELY: Final = timedelta(days=30)
PERMIT_ENDS: Final = timedelta(days=60)
FLAGS_MAX: Final = 1000
DIFFERENCES: Final = frozenset(
    {
        "closed_with_difference",
        "weighing_difference",
        "announced_difference",
        "weighs_differently",
    }
)
"""The flags that say that two weights differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worry:
    """One line of what needs a person. text: a msgid; mass_g, days: None where they mean nothing;
    days: of the oldest; about: names of the first few."""

    text: str
    icon: str
    href: str
    count: int
    mass_g: int | None = None
    days: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What waits somewhere now. waiting: the oldest first; unproven: the longest under way first;
    refused: batches of the last days."""

    today: date
    waiting: Sequence[WaitingBatch]
    refused: Sequence[WaitingBatch]
    unproven: Sequence[Unproven]
    missing: Sequence[MissingDelivery]
    differences: Sequence[Flagging]
    finds: Sequence[KeptFind]
    parked: int


def standing(visit: Visit, db: Session, book: Rulebook, today: date) -> Standing:
    """Read all of it. Six statements, whatever the size of the register."""
    viewer = visit.viewer
    since = today - LATELY
    batches = waiting_batches(db, book, viewer, refused_since=since)
    return Standing(
        today=today,
        waiting=[row for row in batches if not row.is_refused],
        refused=[row for row in batches if row.is_refused],
        unproven=unproven_shipments(db, book, viewer),
        missing=missing_deliveries(db, book, viewer, before=today),
        differences=differences(visit, db, book, since),
        finds=[row for row in kept_finds(db, book, viewer, visit.now) if row.is_overdue],
        parked=count_waiting(db, sites_of(book, viewer)),
    )


def differences(visit: Visit, db: Session, book: Rulebook, since: date) -> list[Flagging]:
    """Weights that differed since a day, the newest first. One statement."""
    found = flags(db, book, visit.viewer, since=since, limit=FLAGS_MAX)
    return [row for row in found if row.code in DIFFERENCES]


def difference_g(row: Flagging) -> int | None:
    """By how much, where the flag says so."""
    told = row.figures.get("difference_g")
    if isinstance(told, int):
        return abs(told)
    was, is_ = row.figures.get("summed_g"), row.figures.get("weighed_g")
    return abs(is_ - was) if isinstance(was, int) and isinstance(is_, int) else None


def worries(visit: Visit, book: Rulebook, now: Standing) -> list[Worry]:
    """The lines that are not empty, what stops the work first. No statement."""
    lines = [*_stopped(now), *_under_way(now), *_kept(visit, book, now)]
    return [line for line in lines if line.count]


def _stopped(now: Standing) -> Iterable[Worry]:
    held = [row for row in now.waiting if row.is_held]
    yield Worry(
        text=message("Scans that a person must judge"),
        icon="scan",
        href="/attention",
        count=now.parked,
    )
    yield Worry(
        text=message("Batches on hold"),
        icon="held",
        href="/batches?state=held",
        count=len(held),
        mass_g=sum(row.net_g for row in held),
        days=_oldest(now, (row.received_day for row in held)),
    )
    yield Worry(
        text=message("Batches that wait, the oldest first"),
        icon="waiting",
        href="/desk/waiting",
        count=len(now.waiting),
        mass_g=sum(row.waiting_g for row in now.waiting),
        days=_oldest(now, (row.received_day for row in now.waiting)),
    )
    yield Worry(
        text=message("Weights that differ, of the last 30 days"),
        icon="weigh",
        href="/desk/differences",
        count=len(now.differences),
        mass_g=sum(difference_g(row) or 0 for row in now.differences),
        days=_oldest(now, (row.day for row in now.differences)),
    )
    yield Worry(
        text=message("Batches refused, of the last 30 days"),
        icon="missing",
        href="/batches?state=refused",
        count=len(now.refused),
        mass_g=sum(row.net_g for row in now.refused),
        days=_oldest(now, (row.received_day for row in now.refused)),
    )


def _under_way(now: Standing) -> Iterable[Worry]:
    late = [row for row in now.unproven if row.late_days(now.today)]
    yield Worry(
        text=message("Confirmations that are late"),
        icon="warning",
        href="/shipments?state=overdue",
        count=len(late),
        mass_g=sum(row.mass_g for row in late),
        days=_oldest(now, (row.shipped_on for row in late)),
    )
    yield Worry(
        text=message("Shipped, and not proven yet"),
        icon="truck",
        href="/desk/unproven",
        count=len(now.unproven),
        mass_g=sum(row.mass_g for row in now.unproven),
        days=_oldest(now, (row.shipped_on for row in now.unproven)),
    )
    yield Worry(
        text=message("Announced, and not arrived"),
        icon="delivery",
        href="/desk/announced",
        count=len(now.missing),
        mass_g=sum(row.announced_g for row in now.missing),
        days=_oldest(now, (row.expected_on for row in now.missing)),
    )


def _kept(visit: Visit, book: Rulebook, now: Standing) -> Iterable[Worry]:
    yield Worry(
        text=message("Finds that lie in quarantine too long"),
        icon="find",
        href="/finds/kept",
        count=len(now.finds),
        days=_oldest(now, (row.found_on for row in now.finds)),
    )
    own = sites_of(book, visit.viewer)
    scales = sorted(
        (row.calibration_due, row.name)
        for row in book.scales.values()
        if row.site_id in own and row.calibration_due < now.today
    )
    yield Worry(
        text=message("Scales past their calibration"),
        icon="weigh",
        href="/desk/kept",
        count=len(scales),
        days=_oldest(now, (due for due, _ in scales)),
        about=_names(name for _, name in scales),
    )
    permits = ending_permits(visit, book, now.today)
    yield Worry(
        text=message("Permits that end soon, or have ended"),
        icon="report",
        href="/desk/kept",
        count=len(permits),
        about=_names(name for _, name, _ in permits),
    )


def ending_permits(visit: Visit, book: Rulebook, today: date) -> list[tuple[date, str, str]]:
    """Until when, of whom, and the permit itself: what ends within two months, the first first."""
    operator = book.operators.get(visit.viewer.operator_id or 0)
    rows = operator.partners.values() if operator else ()
    return sorted(
        (row.permit_until, book.organisations_by_id[row.organisation_id].name, row.permit)
        for row in rows
        if row.permit_until is not None and row.permit_until < today + PERMIT_ENDS
    )


def _oldest(now: Standing, days: Iterable[date]) -> int | None:
    first = min(days, default=None)
    return None if first is None else (now.today - first).days


def _names(found: Iterable[str]) -> str:
    names = list(found)
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
