"""The lists of the desk: everything that waits, the oldest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlmodel import Session

from catalogue.rulebook import Rulebook
from dispatch.views import unproven_shipments
from intake.missing import missing_deliveries
from streams.oldest import waiting_batches
from streams.views import sites_of
from web.pages.desk_pages import (
    DifferenceLine,
    KeptLine,
    MissingLine,
    UnprovenLine,
    WaitingLine,
    WaitingPage,
)
from web.pages.desk_worries import LATELY, difference_g, differences, ending_permits
from web.pages.naming import Names
from web.pages.parting import backwards, part
from web.pages.visiting import Visit


def list_page(visit: Visit, db: Session, book: Rulebook, what: str, today: date) -> WaitingPage:
    """One list. One statement, none for what stands in the rulebook."""
    names = Names(visit.language, book)
    if what == "kept":
        return WaitingPage(
            what=what, scales=_scales(visit, book, today), permits=_permits(visit, book, today)
        )
    readers: dict[str, Callable[[Visit, Session, Names, date], WaitingPage]] = {
        "waiting": _waiting,
        "unproven": _unproven,
        "announced": _missing,
        "differences": _differences,
    }
    return readers[what](visit, db, names, today)


def _waiting(visit: Visit, db: Session, names: Names, today: date) -> WaitingPage:
    lines = [
        WaitingLine(
            code=row.code,
            supplier=names.organisation(row.supplier),
            group=names.group(row.site, row.group) or "",
            site=row.site.name,
            received_day=row.received_day,
            days=(today - row.received_day).days,
            held_g=row.held_g,
            apart_g=row.apart_g,
            state=row.state,
            held=row.is_held,
        )
        for row in waiting_batches(db, names.book, visit.viewer)
    ]
    shown = part(visit, lines, lambda line: f"{line.received_day}.{line.code}")
    return WaitingPage(
        what="waiting",
        waiting=shown.rows,
        count=len(lines),
        mass_g=sum(line.held_g + line.apart_g for line in lines),
        first=shown.first,
        next=shown.next,
    )


def _unproven(visit: Visit, db: Session, names: Names, today: date) -> WaitingPage:
    lines = [
        UnprovenLine(
            code=row.code,
            outlet=names.organisation(row.outlet),
            site=row.site.name,
            waybill=row.waybill,
            shipped_on=row.shipped_on,
            days=row.days(today),
            mass_g=row.mass_g,
            refused_g=row.refused_g,
            due_on=row.due_on,
            late_days=row.late_days(today),
        )
        for row in unproven_shipments(db, names.book, visit.viewer)
    ]
    shown = part(visit, lines, lambda line: f"{line.shipped_on}.{line.code}")
    return WaitingPage(
        what="unproven",
        unproven=shown.rows,
        count=len(lines),
        mass_g=sum(line.mass_g for line in lines),
        first=shown.first,
        next=shown.next,
    )


def _missing(visit: Visit, db: Session, names: Names, today: date) -> WaitingPage:
    lines = [
        MissingLine(
            code=row.code,
            supplier=names.organisation(row.supplier),
            site=row.site.name,
            reference=row.reference,
            expected_on=row.expected_on,
            days=(today - row.expected_on).days,
            announced_g=row.announced_g,
        )
        for row in missing_deliveries(db, names.book, visit.viewer, before=today)
    ]
    shown = part(visit, lines, lambda line: f"{line.expected_on}.{line.code}")
    return WaitingPage(
        what="announced",
        missing=shown.rows,
        count=len(lines),
        mass_g=sum(line.announced_g for line in lines),
        first=shown.first,
        next=shown.next,
    )


def _differences(visit: Visit, db: Session, names: Names, today: date) -> WaitingPage:
    """The newest first."""
    flagged = differences(visit, db, names.book, today - LATELY)
    shown = part(visit, flagged, lambda row: f"{backwards(str(row.day))}.{row.entry}.{row.code}")
    found = []
    for row in shown.rows:
        line = names.flag(row)
        found.append(
            DifferenceLine(
                code=row.code,
                noun=line.noun,
                subject=row.subject,
                day=row.day,
                days=(today - row.day).days,
                mass_g=difference_g(row),
            )
        )
    return WaitingPage(
        what="differences",
        differences=found,
        count=len(flagged),
        first=shown.first,
        next=shown.next,
    )


def _scales(visit: Visit, book: Rulebook, today: date) -> Sequence[KeptLine]:
    own = sites_of(book, visit.viewer)
    rows = [
        KeptLine(row.name, row.code, row.calibration_due, (today - row.calibration_due).days)
        for row in book.scales.values()
        if row.site_id in own
    ]
    return sorted(rows, key=lambda row: (row.until, row.code))


def _permits(visit: Visit, book: Rulebook, today: date) -> Sequence[KeptLine]:
    return [
        KeptLine(name, permit, until, (today - until).days)
        for until, name, permit in ending_permits(visit, book, today)
    ]
