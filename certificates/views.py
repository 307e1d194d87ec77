"""Issued certificates: lists, and whether what they state still stands."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.rulebook import Rulebook
from certificates.standing import (
    CertificateRow,
    Stands,
    State,
    state_of_one,
    states_of,
    text_of,
)
from certificates.tables import (
    Certificate,
    CertificateBatch,
    CertificatePrint,
    Withdrawal,
)
from store.columns import table_of
from streams.paging import Asked, newest_first
from streams.tables import Batch

_certificate = table_of(Certificate)
_part = table_of(CertificateBatch)
_withdrawal = table_of(Withdrawal)
_print = table_of(CertificatePrint)
_batch = table_of(Batch)


@dataclass(frozen=True, slots=True)
class ListedCertificate:
    """A certificate in a list."""

    row: CertificateRow
    stands: Stands


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A certificate in a short list. Whether it still is right stands on its own page."""

    row: CertificateRow
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class WholeCertificate:
    """A certificate with the bytes that were signed."""

    row: CertificateRow
    stands: Stands
    text: str
    replaces: str | None

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)["document"]
        return found

    @property
    def key(self) -> str:
        """The key that it is signed with."""
        return str(json.loads(self.text)["key"])


@dataclass(frozen=True, slots=True)
class CertifiedGrams:
    """Grams of a batch that a certificate states, which counts."""

    batch: str
    certificate: str
    kind: str
    stream: str
    mass_g: int


def visible(book: Rulebook, viewer: Viewer) -> ColumnElement[bool]:
    """The condition under which a certificate exists for the viewer."""
    if viewer.operator_id is not None:
        own = _certificate.c.operator_id == viewer.operator_id
        if viewer.site_id is None:
            return own
        return own & (_certificate.c.sites == book.sites_by_id[viewer.site_id].code)
    if viewer.supplier_ids:
        return _certificate.c.supplier_id.in_(sorted(viewer.supplier_ids))
    return false()


def certificate_by_code(
    session: Session, book: Rulebook, code: str, viewer: Viewer
) -> CertificateRow:
    """A certificate that exists for the viewer. One statement. Raises NotFound."""
    row = session.execute(
        select(_certificate).where(_certificate.c.code == code, visible(book, viewer))
    ).one_or_none()
    require(row is not None)
    return _row(row)


def any_certificate(session: Session, code: str) -> CertificateRow | None:
    """A certificate whoever asks: it can be checked by everybody who has it. One statement."""
    row = session.execute(select(_certificate).where(_certificate.c.code == code)).one_or_none()
    return None if row is None else _row(row)


def certificate_of_digest(session: Session, digest: str) -> CertificateRow | None:
    """The certificate whose signed bytes have this SHA-256. One statement."""
    found = session.execute(select(_certificate).where(_certificate.c.digest == digest))
    row = found.one_or_none()
    return None if row is None else _row(row)


def printed_as(session: Session, digest: str) -> int | None:
    """The certificate that a PDF with this SHA-256 was given out for. One statement."""
    found = select(_print.c.certificate_id).where(_print.c.digest == digest)
    return session.execute(found).scalar_one_or_none()


def list_certificates(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked, *, kind: str | None = None
) -> list[ListedCertificate]:
    """Certificates, newest first. Four statements, and some for each that has to be compared."""
    exists = visible(book, viewer)
    statement = select(_certificate)
    if asked.text:
        wanted = "".join(asked.text.split()).replace("-", "").upper()
        of_batch = select(_part.c.certificate_id).join(_batch, _batch.c.id == _part.c.batch_id)
        statement = statement.where(
            or_(
                _certificate.c.code.contains(wanted, autoescape=True),
                _certificate.c.scope_code.contains(wanted, autoescape=True),
                _certificate.c.id.in_(of_batch.where(_batch.c.code == wanted)),
            )
        )
    if asked.supplier:
        party = book.organisations.get(asked.supplier)
        ids = book.children(party.id) if party else frozenset()
        statement = statement.where(_certificate.c.supplier_id.in_(sorted(ids)))
    if asked.day:
        statement = statement.where(_certificate.c.issued_on == asked.day)
    if asked.site:
        statement = statement.where(_certificate.c.sites.contains(asked.site, autoescape=True))
    if kind:
        statement = statement.where(_certificate.c.kind == kind)
    gone = _certificate.c.id.in_(select(_withdrawal.c.certificate_id))
    if asked.state == State.WITHDRAWN.value:
        statement = statement.where(gone)
    elif asked.state:
        statement = statement.where(~gone)
    found = session.execute(
        newest_first(statement, _certificate, asked, "issued_on", exists=exists)
    )
    rows = [_row(row) for row in found]
    states = states_of(session, rows)
    return [ListedCertificate(row, states[row.id]) for row in rows]


def newest_certificates(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked
) -> list[NewCertificate]:
    """The newest certificates, without comparing them with what is so now. Two statements."""
    exists = visible(book, viewer)
    statement = select(_certificate)
    if asked.supplier:
        party = book.organisations.get(asked.supplier)
        ids = book.children(party.id) if party else frozenset()
        statement = statement.where(_certificate.c.supplier_id.in_(sorted(ids)))
    found = session.execute(
        newest_first(statement, _certificate, asked, "issued_on", exists=exists)
    )
    rows = [_row(row) for row in found]
    ids_of = [row.id for row in rows]
    gone = set(
        session.execute(
            select(_withdrawal.c.certificate_id).where(_withdrawal.c.certificate_id.in_(ids_of))
        ).scalars()
    )
    return [NewCertificate(row, row.id in gone) for row in rows]


def whole_certificate(
    session: Session, book: Rulebook, code: str, viewer: Viewer
) -> WholeCertificate:
    """A certificate with everything about it. Raises NotFound."""
    row = certificate_by_code(session, book, code, viewer)
    text = text_of(session, row.id)
    replaces = json.loads(text)["document"]["replaces"]
    return WholeCertificate(row, state_of_one(session, row), text, replaces)


def certified_of_batches(session: Session, batch_ids: Collection[int]) -> list[CertifiedGrams]:
    """What certificates that count state of some batches, by batch and certificate. One
    statement, and four more where there are any."""
    found = session.execute(
        select(_part, _batch.c.code)
        .join(_batch, _batch.c.id == _part.c.batch_id)
        .where(_part.c.batch_id.in_(sorted(batch_ids)))
        .order_by(_batch.c.code, _part.c.certificate_id, _part.c.stream)
    ).all()
    if not found:
        return []
    ids = {row.certificate_id for row in found}
    kept = session.execute(select(_certificate).where(_certificate.c.id.in_(sorted(ids))))
    rows = {row.id: _row(row) for row in kept}
    states = states_of(session, list(rows.values()))
    return [
        CertifiedGrams(
            row.code,
            rows[row.certificate_id].code,
            rows[row.certificate_id].kind,
            row.stream,
            row.mass_g,
        )
        for row in found
        if states[row.certificate_id].state is State.VALID
    ]


def _row(row: Any) -> CertificateRow:
    return CertificateRow(
        id=row.id,
        code=row.code,
        operator_id=row.operator_id,
        supplier_id=row.supplier_id,
        kind=row.kind,
        scope=row.scope,
        scope_code=row.scope_code,
        first_day=row.first_day,
        end_day=row.end_day,
        sites=tuple(code for code in row.sites.split(",") if code),
        mass_g=row.mass_g,
        issued_on=row.issued_on,
        digest=row.digest,
    )
