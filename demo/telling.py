"""What the people of the demo were told of its last weeks; most of it they have read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from catalogue.rulebook import Rulebook, rulebook
from certificates.views import any_certificate
from notices.actions import read_before, tell
from notices.kinds import NoticeKind
from notices.looking import look
from notices.telling import TOLD_OF, of_certificate, of_report, tell_of_entry
from notices.views import entries_since, entry_of
from reporting.issued import any_issued

SEALED: Final = "certificate"
REPORTED: Final = "report"
TOLD_BACK: Final = timedelta(days=60)
READ_BACK: Final = timedelta(days=7)


def tell_people(session: Session, *, now: datetime) -> None:
    """Tell of what happened and of what is overdue, and send nobody a mail."""
    book = rulebook(session)
    since = (now - TOLD_BACK).date()
    for entry_id, at in entries_since(session, TOLD_OF | {SEALED, REPORTED}, since):
        entry = entry_of(session, entry_id)
        if entry.kind == SEALED:
            _of_certificate(session, book, entry.subject or "", at)
        elif entry.kind == REPORTED:
            _of_report(session, book, entry.subject or "", at)
        else:
            tell_of_entry(session, book, entry_id, now=at, by_mail=False)
    look(session, book, now=now, by_mail=False)
    read_before(session, now - READ_BACK, now=now)


def _of_certificate(session: Session, book: Rulebook, code: str, at: datetime) -> None:
    row = any_certificate(session, code)
    assert row is not None, "its entry made it"
    cause = of_certificate(
        NoticeKind.CERTIFICATE_READY,
        code,
        operator_id=row.operator_id,
        supplier_id=row.supplier_id,
        says=row.kind,
        mass_g=row.mass_g,
    )
    tell(session, book, cause, now=at, by_mail=False)


def _of_report(session: Session, book: Rulebook, code: str, at: datetime) -> None:
    row = any_issued(session, code)
    assert row is not None, "its entry made it"
    if row.supplier_id is not None:
        cause = of_report(
            code,
            operator_id=row.operator_id,
            supplier_id=row.supplier_id,
            number=row.number,
            first=row.first_day,
            last=row.end_day - timedelta(days=1),
        )
        tell(session, book, cause, now=at, by_mail=False)
