"""Issued certificates: lists, and whether what they state still stands."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, union
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import NotFound
from catalogue.kinds import Quality
from catalogue.rulebook import Rulebook, rulebook
from certificates.queries import (
    Changing,
    batches_by_code,
    chain_codes,
    changing_after,
    moves_of,
    undoings,
)
from certificates.rules import Missing, Portion, confirmed_portions, missing
from certificates.tables import (
    Certificate,
    CertificateBatch,
    CertificatePrint,
    CertificateText,
    Withdrawal,
)
from chain.rows import SEQ_BITS
from chain.tables import Entry
from store.columns import table_of
from streams.tables import Batch, Movement, Place
from streams.views import Asked, newest_first

_certificate = table_of(Certificate)
_part = table_of(CertificateBatch)
_withdrawal = table_of(Withdrawal)
_text = table_of(CertificateText)
_print = table_of(CertificatePrint)
_batch = table_of(Batch)
_movement = table_of(Movement)
_place = table_of(Place)
_entry = table_of(Entry)


class State(StrEnum):
    """Whether a certificate counts. outdated: the register says otherwise by now."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate as the register keeps it."""

    id: int
    code: str
    operator_id: int
    supplier_id: int
    kind: str
    scope: str
    scope_code: str
    first_day: date | None
    end_day: date | None
    sites: tuple[str, ...]
    mass_g: int
    issued_on: date
    digest: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """That somebody withdrew a certificate. by: code of the one that took its place."""

    reason: str
    on: date
    by: str | None


@dataclass(frozen=True, slots=True)
class Stands:
    """Whether a certificate counts, and why not. against: entries after it that speak against it,
    as `chain#seq`; missing: grams that it states and that do not stand so any more."""

    state: State
    withdrawal: Withdrawn | None = None
    against: Sequence[tuple[str, Changing]] = ()
    missing: Sequence[Missing] = ()

    @property
    def missing_g(self) -> int:
        return sum(one.mass_g for one in self.missing)


@dataclass(frozen=True, slots=True)
class ListedCertificate:
    """A certificate in a list."""

    row: CertificateRow
    stands: Stands


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


def text_of(session: Session, certificate_id: int) -> str:
    """The bytes that were signed. One statement."""
    found = select(_text.c.content).where(_text.c.certificate_id == certificate_id)
    return str(session.execute(found).scalar_one())


def printed_as(session: Session, digest: str) -> int | None:
    """The certificate that a PDF with this SHA-256 was given out for. One statement."""
    found = select(_print.c.certificate_id).where(_print.c.digest == digest)
    return session.execute(found).scalar_one_or_none()


def list_certificates(
    session: Session, book: Rulebook, viewer: Viewer, asked: Asked, *, kind: str | None = None
) -> list[ListedCertificate]:
    """Certificates, newest first. Four statements, and some for each that has to be compared."""
    exists = visible(book, viewer)
    statement = select(_certificate).where(exists)
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


def state_of_one(session: Session, row: CertificateRow) -> Stands:
    """Whether a certificate counts."""
    return states_of(session, [row])[row.id]


def states_of(session: Session, rows: Sequence[CertificateRow]) -> dict[int, Stands]:
    """Whether certificates count. Two statements, and some for each that something happened to
    since: only those are compared with the register of now."""
    ids = [row.id for row in rows]
    withdrawn = _withdrawals(session, ids)
    doubtful = _touched_since(session, ids) if ids else set()
    states = {}
    for row in rows:
        if row.id in withdrawn:
            states[row.id] = Stands(State.WITHDRAWN, withdrawn[row.id])
        elif row.id in doubtful:
            states[row.id] = _compared(session, row)
        else:
            states[row.id] = Stands(State.VALID)
    return states


def _withdrawals(session: Session, ids: Iterable[int]) -> dict[int, Withdrawn]:
    by = _certificate.alias("replacement")
    rows = session.execute(
        select(_withdrawal, _entry.c.day, by.c.code)
        .select_from(
            _withdrawal.join(_entry, _entry.c.id == _withdrawal.c.id).outerjoin(
                by, by.c.id == _withdrawal.c.replacement_id
            )
        )
        .where(_withdrawal.c.certificate_id.in_(list(ids)))
    )
    return {row.certificate_id: Withdrawn(row.reason, row.day, row.code) for row in rows}


def _touched_since(session: Session, ids: Sequence[int]) -> set[int]:
    """Certificates of whose batches grams stopped being confirmed, or that something else of
    was corrected or undone, since they were signed. One statement. It may name too many, and
    never too few."""
    own = _entry.alias("own")
    certified = _part.join(own, own.c.id == _part.c.certificate_id)
    taken = (
        select(_part.c.certificate_id)
        .select_from(
            certified.join(_movement, _movement.c.batch_id == _part.c.batch_id)
            .join(_place, _place.c.id == _movement.c.source_id)
            .join(_entry, _entry.c.id == _movement.c.entry_id)
        )
        .where(
            _part.c.certificate_id.in_(ids),
            _place.c.pool == "CONFIRMED",
            _entry.c.recorded_at >= own.c.recorded_at,
        )
    )
    corrected = (
        select(_part.c.certificate_id)
        .select_from(
            certified.join(_batch, _batch.c.id == _part.c.batch_id).join(
                _entry, _entry.c.subject == _batch.c.code
            )
        )
        .where(
            _part.c.certificate_id.in_(ids),
            _entry.c.kind.in_(("correct", "reverse")),
            _entry.c.recorded_at >= own.c.recorded_at,
        )
    )
    return set(session.execute(union(taken, corrected)).scalars())


def _compared(session: Session, row: CertificateRow) -> Stands:
    """What was certified against what stands confirmed now, by the same entries."""
    book = rulebook(session)
    document = json.loads(text_of(session, row.id))["document"]
    chains = chain_codes(session)
    number_of = {code: number for number, code in chains.items()}
    sizes = {number_of[one["chain"]]: one["size"] for one in document["as_of"]}
    then = [portion_of(line, number_of) for line in document["lines"]]
    codes = {portion.batch for portion in then}
    batches = batches_by_code(session, book, codes)
    moves = moves_of(session, book.operators[row.operator_id], [one.id for one in batches])
    short = missing(then, confirmed_portions(moves))
    changes = [
        one
        for one in changing_after(session, codes, sizes)
        if one.kind == "correct" or one.batch in {lack.batch for lack in short}
    ]
    # An item that was not destroyed after all stands on no certificate.
    changes += undoings(session, {_key(item["entry"], number_of) for item in document["items"]})
    if not short and not changes:
        return Stands(State.VALID)
    named = [
        (f"{chains[one.id >> SEQ_BITS]}#{one.id & (1 << SEQ_BITS) - 1}", one) for one in changes
    ]
    return Stands(State.OUTDATED, None, named, short)


def portion_of(line: Mapping[str, Any], number_of: Mapping[str, int]) -> Portion:
    """A line of a certificate as the portion that it states."""
    return Portion(
        batch=line["batch"],
        detail=f"{line['destination']}@{line['version']}",
        group=line["article_group"],
        quality=Quality(line["quality"]),
        by=_key(line["entry"], number_of),
        entry=_key(line["confirmation"], number_of),
        day=date.fromisoformat(line["confirmed_on"]),
        shipment=line["shipment"],
        mass_g=line["mass_g"],
        pieces=line["pieces"] or 0,
    )


def _key(entry: str, number_of: Mapping[str, int]) -> int:
    log, _, seq = entry.partition("#")
    if log not in number_of:
        raise NotFound
    return (number_of[log] << SEQ_BITS) + int(seq)


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
