"""What stands beside the report: what came last, lines to hold figures against, who to call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlmodel import Session

from catalogue.kinds import AppliesTo, Direction
from catalogue.rulebook import Rulebook
from certificates.views import NewCertificate, newest_certificates
from intake.views import list_deliveries
from reporting.access import Scope
from reporting.beside import announced, found_things
from reporting.questions import Question
from reporting.report import Report
from streams.paging import Asked
from streams.views import list_batches
from web import certificate_words
from web.pages.drawing import Addresses
from web.pages.naming import Names
from web.pages.portal_pages import Beside, CertificateLine, Operator, TargetLine
from web.pages.visiting import Visit

SHOWN: Final = 5


def beside(
    visit: Visit, db: Session, names: Names, seen: Scope, asked: Question, *, count: bool
) -> Beside:
    """What came last, of the supplier that was asked for, and what was found. Seven statements, and
    one more to count all deliveries."""
    supplier = asked.suppliers[0] if asked.suppliers else None
    wanted = Asked(supplier=supplier, limit=SHOWN)
    since = replace(wanted, since=asked.period.first)
    viewer, book = visit.viewer, names.book
    return Beside(
        deliveries=[names.delivery(row) for row in list_deliveries(db, book, viewer, since)],
        batches=[names.batch(row) for row in list_batches(db, book, viewer, since)],
        certificates=[
            _certificate(visit, row) for row in newest_certificates(db, book, viewer, wanted)
        ],
        found=[
            (visit.language.own(one.names, one.kind), one.count, one.batches)
            for one in found_things(db, book, seen, asked)
        ],
        announced=announced(db, seen, asked) if count else None,
    )


def _certificate(visit: Visit, found: NewCertificate) -> CertificateLine:
    row = found.row
    said: dict[str, Any] = {"kind": row.scope, "code": row.scope_code}
    if row.first_day and row.end_day:
        said |= {"from": row.first_day.isoformat(), "to": row.end_day.isoformat()}
    return CertificateLine(
        code=row.code,
        title=certificate_words.title(row.kind, visit.language),
        about=certificate_words.scope(said, visit.language),
        mass_g=row.mass_g,
        issued_on=row.issued_on,
        withdrawn=found.withdrawn,
    )


def targets(found: Report, visit: Visit, to: Addresses) -> list[TargetLine]:
    """The lines that hold in the period, each beside its figure."""
    return [
        TargetLine(
            name=visit.language.own(one.names, one.code),
            href=to.figure(one.measure),
            permille=one.value,
            line=one.permille,
            at_least=one.direction == Direction.AT_LEAST,
            of_law=one.applies_to == AppliesTo.PRODUCERS,
            met=one.met,
            source=one.source,
        )
        for one in found.targets
    ]


def operators(found: Report, book: Rulebook) -> list[Operator]:
    """Who sorts what the report is about, with the addresses of its sites."""
    sites: dict[int, list[tuple[str, str]]] = {}
    for code in found.sites:
        row = book.sites[code]
        sites.setdefault(row.operator_id, []).append((row.name, row.address))
    return [Operator(book.organisations_by_id[id].name, rows) for id, rows in sites.items()]
