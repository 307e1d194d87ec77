"""Anybody with a certificate, on a phone, without an account: is it real, and does it count?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from catalogue.rulebook import rulebook
from web import certificate_words as words
from web import report_words
from web.api.certificates import looked_up
from web.api.wire import PLAIN
from web.checkpoints import ring_of
from web.deps import ReadDb, language_of_person
from web.i18n import Language
from web.pages.certificate_pages import VerifyPage
from web.pages.certificate_reading import against, of_document
from web.pages.forms import Form
from web.pages.issued_pages import VerifyReportPage
from web.pages.issued_reading import said as said_of
from web.pages.visiting import show_to_stranger
from web.report_verifying import CheckedReport, check_report_code, check_report_document
from web.tries import WrongTries
from web.verifying import Checked, Verdict, check_document

router = APIRouter(include_in_schema=False)

FILE_MAX_BYTES: Final = 8 << 20
"""The paper of a certificate with as many lines as there may be is half as large."""

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True)
class Presented:
    """What was presented: a file, or what was pasted; and the batch that it should be about."""

    content: bytes
    batch: str


async def presented(request: Request) -> Presented:
    limits = {"max_files": 1, "max_fields": 5, "max_part_size": FILE_MAX_BYTES}
    async with request.form(**limits) as form:
        file, pasted, batch = (form.get(name) for name in ("file", "pasted", "batch"))
        content = await file.read() if isinstance(file, UploadFile) else b""
    if not content and isinstance(pasted, str):
        content = pasted.strip().encode(errors="replace")
    return Presented(content, batch.strip()[:60] if isinstance(batch, str) else "")


@router.get("/verify")
def ask(request: Request, code: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The question, for who has no QR code at hand."""
    if code.strip():
        return RedirectResponse(f"/verify/{quote(code.strip(), safe='')}", status_code=303)
    return show_to_stranger(request, "verify.html", VerifyPage(form=Form()))


@router.get("/verify/{code}")
def verify(request: Request, db: ReadDb, code: Code) -> Response:
    report = check_report_code(db, code, ring_of(request).public_keys())
    if report is not None:
        return _of_report(request, report, code)
    return _answer(request, db, looked_up(request, db, code), code, "")


Given = Annotated[Presented, Depends(presented)]


@router.post("/verify")
def present(request: Request, db: ReadDb, given: Given) -> Response:
    return _document(request, db, given, None)


@router.post("/verify/{code}")
def present_as(request: Request, db: ReadDb, code: Code, given: Given) -> Response:
    return _document(request, db, given, code)


def _document(request: Request, db: Any, given: Presented, code: str | None) -> Response:
    tries: WrongTries = request.app.state.wrong_codes
    address = request.client.host if request.client else ""
    tries.require_few(address)
    keys = ring_of(request).public_keys()
    report = check_report_document(db, given.content, keys, code=code)
    if report is not None:
        if report.verdict is not Verdict.AUTHENTIC:
            tries.was_wrong(address)
        return _of_report(request, report, code)
    found = check_document(db, given.content, keys, code=code, batch=given.batch or None)
    if found.verdict in (Verdict.UNKNOWN, Verdict.CHANGED):
        # Each costs a look through a file; and a guess is a guess, in a file too.
        tries.was_wrong(address)
    return _answer(request, db, found, code, given.batch)


def _of_report(request: Request, found: CheckedReport, code: str | None) -> Response:
    language = language_of_person(request, None)
    row, kept = found.row, found.kept
    said: dict[str, Any] = {"code": code, "verdict": found.verdict.value, "why": found.why.value}
    if row is not None and kept is not None:
        said |= {
            "number": row.number,
            "real_code": row.code,
            "issuer": kept.issuer["name"],
            "period": report_words.period(kept.report, language),
            "issued_at": kept.issued_at,
            "timezone": kept.timezone,
            "followed_by": row.followed_by,
            "key": found.key,
            "chains": [(head["log"], head["size"], head["root"]) for head in kept.heads],
            "said": said_of(kept, language) if found.presented else None,
        }
    page = VerifyReportPage(form=Form(), **said)
    response = show_to_stranger(request, "verify_report.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(request: Request, db: Any, found: Checked, code: str | None, batch: str) -> Response:
    language = language_of_person(request, None)
    page = _page(db, found, code, batch, language)
    response = show_to_stranger(request, "verify.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(db: Any, found: Checked, code: str | None, batch: str, language: Language) -> VerifyPage:
    said: dict[str, Any] = {
        "form": Form(values={"batch": batch}),
        "code": code,
        "verdict": found.verdict.value,
        "why": found.why.value,
        "asked_batch": batch or None,
    }
    document, row, stands = found.document, found.row, found.stands
    if document is None or row is None or stands is None:
        return VerifyPage(**said)
    gone = stands.withdrawal
    operator = rulebook(db).operators[row.operator_id]
    reason = operator.reasons.get(gone.reason) if gone else None
    scope = document["scope"]
    shown = found.presented or scope["kind"] == "period"
    said |= {
        "real_code": row.code,
        "title": words.title(row.kind, language),
        "issuer": document["issuer"]["name"],
        "about": words.scope(scope, language) if shown else None,
        "issued_on": date.fromisoformat(document["issued_at"][:10]),
        "mass_g": document["totals"]["mass_g"],
        "measured_g": document["totals"]["measured_g"],
        "estimated_g": document["totals"]["estimated_g"],
        "permille": document["coverage"]["permille"],
        "key": found.key,
        "chains": [(one["chain"], one["size"], one["root"]) for one in document["as_of"]],
        "reason": language.own(reason.names, reason.code) if reason else None,
        "withdrawn_on": gone.on if gone else None,
        "replaced_by": gone.by if gone else None,
        "against": against(stands),
        "missing_g": stands.missing_g,
    }
    if found.presented:
        said |= {
            "supplier": document["supplier"]["name"],
            "stated": of_document(document, language),
        }
    return VerifyPage(**said)
