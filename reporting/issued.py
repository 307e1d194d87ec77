"""Issued reports: lists, one with its figures, and how it compares with now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import Malformed
from catalogue.rulebook import Rulebook
from reporting.access import Scope
from reporting.differing import Difference
from reporting.frozen import Frozen, thawed
from reporting.report import Report
from reporting.since import difference_of
from reporting.tables import IssuedReport, IssuedReportPrint, IssuedReportText
from store.columns import table_of
from streams.paging import Asked, newest_first

_report = table_of(IssuedReport)
_text = table_of(IssuedReportText)
_print = table_of(IssuedReportPrint)
_next = table_of(IssuedReport).alias("following")
_before = table_of(IssuedReport).alias("before")
_ISSUED = _report.outerjoin(_next, _next.c.replaces_id == _report.c.id).outerjoin(
    _before, _before.c.id == _report.c.replaces_id
)
_ROW = select(
    _report, _next.c.number.label("followed_by"), _before.c.number.label("replaces")
).select_from(_ISSUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedRow:
    """An issued report as the register keeps it. replaces, followed_by: numbers of the report that
    it follows up, and of the one that follows it up."""

    id: int
    code: str
    number: str
    operator_id: int
    supplier_id: int | None
    sites: tuple[str, ...]
    first_day: date
    end_day: date
    basis: str
    input_g: int
    sorted_g: int
    confirmed_g: int
    issued_on: date
    digest: str
    replaces: str | None
    followed_by: str | None


@dataclass(frozen=True, slots=True)
class WholeIssued:
    """An issued report with the bytes that were signed, and what they say."""

    row: IssuedRow
    text: str

    @property
    def key(self) -> str:
        """The key that it is signed with."""
        return str(json.loads(self.text)["key"])

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)["document"]
        return found

    @property
    def frozen(self) -> Frozen:
        return thawed(self.document)


def visible(book: Rulebook, viewer: Viewer) -> ColumnElement[bool]:
    """The condition under which an issued report exists for the viewer: for staff those of their
    operator (or of their one site), for a supplier those about itself and all under it."""
    if viewer.operator_id is not None:
        own = _report.c.operator_id == viewer.operator_id
        if viewer.site_id is None:
            return own
        return own & (_report.c.sites == book.sites_by_id[viewer.site_id].code)
    return _report.c.supplier_id.in_(sorted(viewer.supplier_ids))


def issued_by_number(session: Session, book: Rulebook, number: str, viewer: Viewer) -> IssuedRow:
    """A report that exists for the viewer, by its number or by its code. One statement.

    Raises NotFound; Malformed for a supplier that has this number of two operators: only the code
    tells them apart.
    """
    named = or_(_report.c.number == number, _report.c.code == number)
    rows = session.execute(_ROW.where(named, visible(book, viewer)).limit(2)).all()
    require(bool(rows))
    if len(rows) > 1:
        raise Malformed(field="number", problem="of several operators; ask by the code")
    return _row(rows[0])


def any_issued(session: Session, code: str) -> IssuedRow | None:
    """A report by its code, whoever asks: whoever has it may check it. One statement."""
    row = session.execute(_ROW.where(_report.c.code == code)).one_or_none()
    return None if row is None else _row(row)


def issued_of_digest(session: Session, digest: str) -> IssuedRow | None:
    """The report whose signed bytes have this SHA-256. One statement."""
    row = session.execute(_ROW.where(_report.c.digest == digest)).one_or_none()
    return None if row is None else _row(row)


def printed_as(session: Session, digest: str) -> int | None:
    """The report that a PDF with this SHA-256 was given out for. One statement."""
    found = select(_print.c.issued_report_id).where(_print.c.digest == digest)
    return session.execute(found).scalar_one_or_none()


def text_of(session: Session, report_id: int) -> str:
    """The bytes that were signed. One statement."""
    found = select(_text.c.content).where(_text.c.issued_report_id == report_id)
    return str(session.execute(found).scalar_one())


def list_issued(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked, *, year: int | None = None
) -> list[IssuedRow]:
    """Issued reports, the newest first. One statement. year: in which they were issued."""
    exists = visible(book, viewer)
    statement = _ROW
    if asked.text:
        wanted = asked.text.strip().upper()
        statement = statement.where(
            or_(
                _report.c.number.contains(wanted, autoescape=True),
                _report.c.code.contains(wanted.replace("-", ""), autoescape=True),
            )
        )
    if asked.supplier:
        party = book.organisations.get(asked.supplier)
        ids = book.children(party.id) if party else frozenset()
        statement = statement.where(_report.c.supplier_id.in_(sorted(ids)))
    if asked.day:
        statement = statement.where(_report.c.issued_on == asked.day)
    if asked.site:
        statement = statement.where(_report.c.sites.contains(asked.site, autoescape=True))
    if asked.state:
        followed = _next.c.id.is_not(None)
        statement = statement.where(followed if asked.state == "followed_up" else ~followed)
    if year is not None:
        statement = statement.where(_report.c.number.startswith(f"{year:04}-"))
    newest = newest_first(statement, _report, asked, "issued_on", exists=exists)
    return [_row(row) for row in session.execute(newest)]


def whole_issued(session: Session, book: Rulebook, number: str, viewer: Viewer) -> WholeIssued:
    """A report with what was signed. Two statements. Raises as `issued_by_number`."""
    row = issued_by_number(session, book, number, viewer)
    return WholeIssued(row, text_of(session, row.id))


def difference_since(
    session: Session, book: Rulebook, row: IssuedRow, kept: Frozen
) -> tuple[Report, Difference]:
    """What the same question is answered now, and what changed since it was issued."""
    return difference_of(session, book, scope_of(book, row, kept), kept.report)


def scope_of(book: Rulebook, row: IssuedRow, kept: Frozen) -> Scope:
    """The part of the register that a report covers: that of its day, whoever came since."""
    covers = kept.covers
    return Scope(
        sites=tuple(book.sites[code] for code in row.sites),
        supplier_ids=None if covers is None else {book.organisations[code].id for code in covers},
    )


def _row(row: Any) -> IssuedRow:
    return IssuedRow(
        id=row.id,
        code=row.code,
        number=row.number,
        operator_id=row.operator_id,
        supplier_id=row.supplier_id,
        sites=tuple(row.sites.split(",")),
        first_day=row.first_day,
        end_day=row.end_day,
        basis=row.basis,
        input_g=row.input_g,
        sorted_g=row.sorted_g,
        confirmed_g=row.confirmed_g,
        issued_on=row.issued_on,
        digest=row.digest,
        replaces=row.replaces,
        followed_by=row.followed_by,
    )
