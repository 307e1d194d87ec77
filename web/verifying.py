"""What anybody may ask of a certificate: is it real, was it changed, does it still count?

By its code alone little is told: whoever holds the paper knows the rest already. Whoever presents
the document sees it answered byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Session

from catalogue.codes import CodeKind, MisreadCode, parse
from certificates.standing import (
    CertificateRow,
    Stands,
    State,
    state_of_one,
    text_of,
)
from certificates.statement import PURPOSE
from certificates.views import any_certificate, certificate_of_digest, printed_as
from proof.signing import holds
from web.i18n import languages
from web.sheets.certificate import certificate_pdf

UNPACKED_MAX: Final = 4 << 20
"""Larger than any certificate is; who packs more into a file gets no further."""


class Verdict(StrEnum):
    """The answer, as pages and the API say it."""

    AUTHENTIC = "authentic"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What the answer rests on."""

    REGISTER = "register"  # Only the code was asked for, and the register has it.
    WHOLE = "whole"  # The document is the signed one, byte for byte.
    TAKEN_BACK = "taken_back"  # Somebody withdrew it.
    OUTDATED = "outdated"  # What it states does not stand so any more.
    CONTENT = "content"  # The document is not the one that was signed.
    OTHER_CODE = "other_code"  # It is real, and of another code.
    PAPER = "paper"  # The data in the PDF is real, the PDF around it is not ours.
    OTHER_BATCH = "other_batch"  # It is real, and not about the batch that was asked for.
    NO_CODE = "no_code"  # No such certificate was ever issued here.
    LOST = "lost"  # Signed by us, and not in this register.
    UNREADABLE = "unreadable"  # What was presented holds no certificate.
    NO_KEY = "no_key"  # The register has it, signed with a key that is not in the key file.
    BROKEN = "broken"  # What the register itself holds is not what was signed.


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An answer. document: what was signed; presented: who asks holds it, and may read it all."""

    verdict: Verdict
    why: Why
    row: CertificateRow | None = None
    document: Mapping[str, Any] | None = None
    key: str | None = None
    stands: Stands | None = None
    presented: bool = False


def check_code(session: Session, code: str, keys: Mapping[str, bytes]) -> Checked:
    """What a code stands for. At most six statements, unless it has to be compared."""
    row = _of_code(session, code)
    if row is None:
        return Checked(verdict=Verdict.UNKNOWN, why=Why.NO_CODE)
    return _answer(session, row, keys, Why.REGISTER)


def check_document(
    session: Session,
    given: bytes,
    keys: Mapping[str, bytes],
    *,
    code: str | None = None,
    batch: str | None = None,
) -> Checked:
    """What a document is: the JSON as it came, or the PDF with it inside.

    code: of the page that it is presented to; batch: the one that it should be proof for.
    """
    is_paper = given.startswith(b"%PDF-")
    text = attached(given) if is_paper else given.strip()
    row = certificate_of_digest(session, hashlib.sha256(text).hexdigest()) if text else None
    if row is None:
        return _not_the_signed_one(session, text, keys, code)
    whole = text.decode()
    if is_paper and not _is_our_paper(session, row, given, whole):
        return _no(session, row, keys, Why.PAPER)
    if code is not None and _squeezed(code) != row.code:
        return _no(session, row, keys, Why.OTHER_CODE)
    if batch:
        totals = json.loads(whole)["document"]["totals"]
        if _squeezed(batch) not in totals["batches"]:
            about = _answer(session, row, keys, Why.WHOLE, presented=True)
            return Checked(
                verdict=Verdict.UNKNOWN, why=Why.OTHER_BATCH, row=row, document=about.document,
                key=about.key, stands=about.stands, presented=True,
            )  # fmt: skip
    return _answer(session, row, keys, Why.WHOLE, presented=True)


def attached(pdf: bytes, purpose: str = PURPOSE) -> bytes:
    """What was signed for this among the files that are attached to a PDF; empty when there is
    none."""
    for start in re.finditer(rb"stream\r?\n", pdf):
        header = pdf[max(0, start.start() - 2000) : start.start()].rpartition(b" obj")[2]
        if b"/EmbeddedFile" not in header:
            continue
        body = pdf[start.end() : pdf.find(b"endstream", start.end())]
        try:
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(body, UNPACKED_MAX) if b"/Flate" in header else body
        except zlib.error:
            continue
        if f'"{purpose}"'.encode() in text:
            return text.strip()
    return b""


def _of_code(session: Session, code: str) -> CertificateRow | None:
    try:
        read = parse(code)
    except MisreadCode:
        return None
    return any_certificate(session, read.text) if read.kind is CodeKind.CERTIFICATE else None


def _squeezed(code: str) -> str:
    try:
        return parse(code).text
    except MisreadCode:
        return code


def _answer(
    session: Session,
    row: CertificateRow,
    keys: Mapping[str, bytes],
    why: Why,
    *,
    presented: bool = False,
) -> Checked:
    """The answer for a certificate that the register has: first whether it is whole there."""
    text = text_of(session, row.id)
    envelope = json.loads(text)
    document, key = envelope["document"], envelope["key"]
    kept = hashlib.sha256(text.encode()).hexdigest() == row.digest
    if kept and key not in keys:
        return Checked(verdict=Verdict.UNKNOWN, why=Why.NO_KEY, row=row)
    if not kept or document["code"] != row.code or not holds(envelope, keys, PURPOSE):
        return Checked(verdict=Verdict.CHANGED, why=Why.BROKEN, row=row)
    stands = state_of_one(session, row)
    verdict = Verdict.AUTHENTIC if stands.state is State.VALID else Verdict.WITHDRAWN
    if stands.state is not State.VALID:
        why = Why.TAKEN_BACK if stands.state is State.WITHDRAWN else Why.OUTDATED
    return Checked(
        verdict=verdict, why=why, row=row, document=document, key=key, stands=stands,
        presented=presented,
    )  # fmt: skip


def _no(session: Session, row: CertificateRow, keys: Mapping[str, bytes], why: Why) -> Checked:
    """What is presented is not what it should be; the certificate that it comes from is named."""
    real = _answer(session, row, keys, why)
    return Checked(
        verdict=Verdict.CHANGED, why=why, row=row, document=real.document, key=real.key,
        stands=real.stands,
    )  # fmt: skip


def _not_the_signed_one(
    session: Session, text: bytes, keys: Mapping[str, bytes], code: str | None
) -> Checked:
    """Why a document is not one of the register: changed, never ours, or lost here."""
    try:
        envelope = json.loads(text.decode())
        claimed = str(envelope["document"]["code"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return Checked(verdict=Verdict.UNKNOWN, why=Why.UNREADABLE)
    row = _of_code(session, claimed) or (_of_code(session, code) if code else None)
    if row is not None:
        return _no(session, row, keys, Why.CONTENT)
    if holds(envelope, keys, PURPOSE):
        return Checked(verdict=Verdict.UNKNOWN, why=Why.LOST)
    return Checked(verdict=Verdict.UNKNOWN, why=Why.NO_CODE)


def _is_our_paper(session: Session, row: CertificateRow, pdf: bytes, text: str) -> bool:
    """Whether this very PDF was given out, or would be: the press gives the same bytes again."""
    if printed_as(session, hashlib.sha256(pdf).hexdigest()) == row.id:
        return True
    return any(certificate_pdf(text, language) == pdf for language in languages().values())
