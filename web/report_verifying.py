"""What anybody may ask of an issued report: is it real, was it changed, does another follow it up?

By its code alone no supplier and no figure is told; whoever presents the document sees it answered
byte for byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from catalogue.codes import MisreadCode, parse
from proof.signing import holds
from reporting.frozen import PURPOSE, Frozen, thawed
from reporting.issued import (
    IssuedRow,
    WholeIssued,
    any_issued,
    issued_of_digest,
    printed_as,
    text_of,
)
from web.i18n import languages
from web.issuing import as_csv
from web.sheets.report import report_pdf
from web.verifying import Verdict, Why, attached


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReport:
    """An answer. kept: what was signed; presented: who asks holds it, and may read it all."""

    verdict: Verdict
    why: Why
    row: IssuedRow | None = None
    kept: Frozen | None = None
    key: str | None = None
    presented: bool = False


def check_report_code(
    session: Session, code: str, keys: Mapping[str, bytes]
) -> CheckedReport | None:
    """What a code stands for; None where it is not that of a report. At most two statements."""
    row = _of_code(session, code)
    return None if row is None else _answer(session, row, keys, Why.REGISTER)


def check_report_document(
    session: Session, given: bytes, keys: Mapping[str, bytes], *, code: str | None = None
) -> CheckedReport | None:
    """What a document is, the JSON as it came or the PDF with it inside; None where it is none of
    a report. code: of the page that it is presented to."""
    is_paper = given.startswith(b"%PDF-")
    text = attached(given, PURPOSE) if is_paper else given.strip()
    row = issued_of_digest(session, hashlib.sha256(text).hexdigest()) if text else None
    if row is None:
        return _not_the_signed_one(session, text, keys)
    if is_paper and not _is_our_paper(session, row, given, text.decode()):
        return _no(session, row, keys, Why.PAPER)
    if code is not None and _of_code(session, code) != row:
        return _no(session, row, keys, Why.OTHER_CODE)
    return _answer(session, row, keys, Why.WHOLE, presented=True)


def _of_code(session: Session, code: str) -> IssuedRow | None:
    try:
        return any_issued(session, parse(code).text)
    except MisreadCode:
        return None


def _answer(
    session: Session,
    row: IssuedRow,
    keys: Mapping[str, bytes],
    why: Why,
    *,
    presented: bool = False,
) -> CheckedReport:
    """The answer for a report that the register has: first whether it is whole there."""
    text = text_of(session, row.id)
    envelope = json.loads(text)
    kept = hashlib.sha256(text.encode()).hexdigest() == row.digest
    if kept and envelope["key"] not in keys:
        return CheckedReport(verdict=Verdict.UNKNOWN, why=Why.NO_KEY, row=row)
    if not kept or envelope["document"]["code"] != row.code or not holds(envelope, keys, PURPOSE):
        return CheckedReport(verdict=Verdict.CHANGED, why=Why.BROKEN, row=row)
    return CheckedReport(
        verdict=Verdict.AUTHENTIC,
        why=why,
        row=row,
        kept=thawed(envelope["document"]),
        key=envelope["key"],
        presented=presented,
    )


def _no(session: Session, row: IssuedRow, keys: Mapping[str, bytes], why: Why) -> CheckedReport:
    """What is presented is not what it should be; the report that it comes from is named."""
    real = _answer(session, row, keys, why)
    return CheckedReport(verdict=Verdict.CHANGED, why=why, row=row, kept=real.kept, key=real.key)


def _not_the_signed_one(
    session: Session, text: bytes, keys: Mapping[str, bytes]
) -> CheckedReport | None:
    """Why a report is not one of the register: changed, never ours, or lost here."""
    try:
        envelope = json.loads(text.decode())
        if envelope["purpose"] != PURPOSE:
            return None
        claimed = str(envelope["document"]["code"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    row = _of_code(session, claimed)
    if row is not None:
        return _no(session, row, keys, Why.CONTENT)
    why = Why.LOST if holds(envelope, keys, PURPOSE) else Why.NO_CODE
    return CheckedReport(verdict=Verdict.UNKNOWN, why=why)


def _is_our_paper(session: Session, row: IssuedRow, pdf: bytes, text: str) -> bool:
    """Whether this very PDF was given out, or would be: the press gives the same bytes again."""
    if printed_as(session, hashlib.sha256(pdf).hexdigest()) == row.id:
        return True
    whole = WholeIssued(row, text)
    csv = as_csv(whole).decode()
    return any(report_pdf(whole, csv, language) == pdf for language in languages().values())


def told(found: CheckedReport) -> dict[str, Any]:
    """An answer for whoever has no more than a code."""
    answered: dict[str, Any] = {"verdict": found.verdict.value, "why": found.why.value}
    row, kept = found.row, found.kept
    if row is None or kept is None:
        return answered
    return {
        **answered,
        "code": row.code,
        "kind": "report",
        "number": row.number,
        "scope": {
            "kind": "period",
            "from": row.first_day.isoformat(),
            "to": row.end_day.isoformat(),
        },
        "issuer": {name: kept.issuer[name] for name in ("code", "name")},
        "issued_at": kept.issued_at.isoformat(),
        "digest": row.digest,
        "key": found.key,
        "as_of": [
            {"chain": head["log"], "size": head["size"], "root": head["root"]}
            for head in kept.heads
        ],
        "replaces": row.replaces,
        "followed_by": row.followed_by,
    }
