"""Issued reports for calls and pages: made with the key of this house, and handed out as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import Request
from starlette.responses import Response

from proof.signing import load_or_create_ring
from reporting import figure_lines
from reporting.documents import Signed, workbook
from reporting.formats import Format, chunks
from reporting.issued import WholeIssued
from reporting.issuing import IssueReport, issue_report, note_print
from reporting.questions import By
from store.engine import Database
from streams.ledger import Booked
from web.deps import Call
from web.i18n import Language
from web.pages.drawing import words_of
from web.settings import Settings
from web.sheets.report import report_pdf

MEDIA: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def issued(call: Call, request: Request, command: IssueReport) -> Booked:
    """Issue a report. The key file is read anew, so that a new key is used at once."""
    settings: Settings = request.app.state.settings
    ring = load_or_create_ring(settings.keys, now=call.now)
    return call.book(
        lambda session: issue_report(
            session,
            command,
            viewer=call.me.viewer,
            now=call.now,
            ring=ring,
            verify_at=f"{settings.public_url}/verify",
        ),
        command,
    )


def as_file(database: Database, whole: WholeIssued, kind: str, language: Language) -> Response:
    """A report as a file of one of MEDIA."""
    made: dict[str, Callable[[], bytes]] = {
        "json": whole.text.encode,
        "csv": lambda: as_csv(whole),
        "pdf": lambda: _printed(database, whole, language),
        "xlsx": lambda: as_workbook(whole, language),
    }
    how = "inline" if kind == "pdf" else "attachment"
    named = {"Content-Disposition": f'{how}; filename="report-{whole.row.number}.{kind}"'}
    return Response(made[kind](), media_type=MEDIA[kind], headers=named)


def as_csv(whole: WholeIssued) -> bytes:
    """The figures as the export of figures has them, with a line per month."""
    lines = figure_lines.of_report(whole.frozen.parts[By.MONTH])
    return b"".join(chunks(Format.CSV, figure_lines.COLUMNS, iter(lines), title="figures"))


def as_workbook(whole: WholeIssued, language: Language) -> bytes:
    kept = whole.frozen
    signed = Signed(
        number=kept.number,
        code=kept.code,
        issued_at=kept.issued_at,
        issuer=kept.issuer["name"],
        supplier=kept.supplier["name"] if kept.supplier else None,
        digest=whole.row.digest,
        key=whole.key,
        heads=kept.heads,
        verify_at=kept.verify_at,
    )
    return workbook(kept.report, kept.parts, words_of(language), signed=signed)


def _printed(database: Database, whole: WholeIssued, language: Language) -> bytes:
    """A report on paper, remembered as one that was given out."""
    pdf = report_pdf(whole, as_csv(whole).decode(), language)
    database.write_together(lambda session: note_print(session, whole.row.id, pdf))
    return pdf
