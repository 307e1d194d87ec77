"""Certificates for calls and pages: made with the key of this house, and put on paper."""

from __future__ import annotations

from fastapi import Request

from certificates.actions import Issue, issue, note_print
from certificates.standing import CertificateRow
from proof.signing import load_or_create_ring
from store.engine import Database
from streams.ledger import Booked
from web.deps import Call
from web.i18n import Language
from web.settings import Settings
from web.sheets.certificate import certificate_pdf


def sealed(call: Call, request: Request, command: Issue) -> Booked:
    """Issue a certificate. The key file is read anew, so that a new key is used at once."""
    settings: Settings = request.app.state.settings
    ring = load_or_create_ring(settings.keys, now=call.now)
    return call.book(
        lambda session: issue(
            session,
            command,
            viewer=call.me.viewer,
            now=call.now,
            ring=ring,
            verify_at=f"{settings.public_url}/verify",
        ),
        command,
    )


def printed(database: Database, row: CertificateRow, text: str, language: Language) -> bytes:
    """A certificate on paper, remembered as one that was given out."""
    pdf = certificate_pdf(text, language)
    database.write_together(lambda session: note_print(session, row.id, pdf))
    return pdf
