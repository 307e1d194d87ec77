"""Issue a certificate, replace it, withdraw it. Nothing that was signed is ever changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.codes import CodeKind, mint
from catalogue.errors import Malformed, StateForbids
from catalogue.rulebook import OperatorBook, Rulebook, rulebook
from certificates import drafting
from certificates.drafting import Draft
from certificates.queries import Scope, chain_codes
from certificates.rules import Kind, ScopeKind
from certificates.standing import CertificateRow, state_of_one
from certificates.statement import PURPOSE, Proven, Sealing, document
from certificates.tables import CertificatePrint, CertificateText
from certificates.views import certificate_by_code
from chain import actions as chain
from chain.checkpoints import checkpoint_now, proofs
from chain.queries import head
from chain.rows import SEQ_BITS, THIS_ENTRY, Ref, RowChange
from proof.canonical import canonical
from proof.signing import KeyRing, seal
from store.columns import table_of
from store.upsert import insert_new
from streams.acts import Command
from streams.ledger import Booked, content, require_reason, said_in_order
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Command):
    """A certificate that is asked for. code: of the batch, delivery or shipment; first and end: of
    a period, half-open. replaces: the one that it takes the place of, for a reason."""

    kind: str
    scope: str
    code: str | None = None
    supplier: str | None = None
    first: date | None = None
    end: date | None = None
    replaces: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """A certificate that shall count no longer."""

    reason: str


def scope_of(command: Issue) -> tuple[Kind, Scope]:
    """What is asked for. Raises Malformed."""
    if command.kind not in set(Kind):
        raise Malformed(field="kind", problem="unknown", read=command.kind[:20])
    if command.scope not in set(ScopeKind):
        raise Malformed(field="scope", problem="unknown", read=command.scope[:20])
    kind, scope = Kind(command.kind), ScopeKind(command.scope)
    if scope is ScopeKind.PERIOD:
        if command.code is not None:
            raise Malformed(field="code", problem="not for a period")
        if command.first is None or command.end is None:
            raise Malformed(field="from", problem="missing")
        return kind, Scope(kind=scope, first=command.first, end=command.end)
    if not command.code:
        raise Malformed(field="code", problem="missing")
    if command.first is not None or command.end is not None:
        raise Malformed(field="from", problem="only for a period")
    return kind, Scope(kind=scope, code=command.code.strip().upper())


def issue(
    session: Session,
    command: Issue,
    *,
    viewer: Viewer,
    now: datetime,
    ring: KeyRing,
    verify_at: str,
) -> Booked:
    """Sign what stands confirmed now of a scope. verify_at: where anyone may check certificates.

    Raises NotFound, Malformed, NothingToCertify, NumberMissing, ReasonNeeded, StateForbids,
    ScanReused.
    """
    if before := answered(session, "certificate", None, command):
        return before
    book = rulebook(session)
    kind, scope = scope_of(command)
    about = drafting.draft(session, book, kind, scope, command.supplier, viewer)
    replaced = _replaced(session, book, about, command, viewer)
    chains = chain_codes(session)
    wanted = sorted({row.site.chain for row in about.scoped.batches})
    # Signed first, read again then: what is certified is what these heads hold.
    heads = checkpoint_now(session, ring, wanted, now=now) if wanted else []
    number_of = {code: number for number, code in chains.items()}
    sizes = {number_of[str(one["log"])]: int(str(one["size"])) for one in heads}
    made = _within(
        drafting.draft(session, book, kind, scope, command.supplier, viewer, until=sizes),
        {chains[number]: size for number, size in sizes.items()},
    )
    drafting.require_complete(made)
    code = mint(CodeKind.CERTIFICATE)
    sealing = Sealing(
        code=code,
        now=now,
        heads=heads,
        chains=chains,
        entries=_proven(session, made, chains, sizes),
        replaces=replaced.code if replaced else None,
        verify_at=f"{verify_at}/{code}",
    )
    signed = seal(ring.current, PURPOSE, document(book, made, sealing))
    text = canonical(signed).decode()
    rows = _rows(made, code, text, sizes, now)
    return _issued(session, made, code, text, command, replaced, rows, now)


def _replaced(
    session: Session, book: Rulebook, made: Draft, command: Issue, viewer: Viewer
) -> CertificateRow | None:
    """The certificate that makes place, of the same supplier. Raises as `issue` does."""
    if command.replaces is None:
        if command.reason is not None:
            raise Malformed(field="reason", problem="only for a replacement")
        return None
    found = certificate_by_code(session, book, command.replaces, viewer)
    if found.supplier_id != made.scoped.supplier.id:
        raise Malformed(field="replaces", problem="of another supplier")
    _require_not_withdrawn(session, found)
    require_reason(made.scoped.operator, command.reason, "withdrawal")
    return found


def _require_not_withdrawn(session: Session, found: CertificateRow) -> None:
    if state_of_one(session, found).withdrawal is not None:
        raise StateForbids(subject=found.code, state="withdrawn")


def _within(made: Draft, sizes: Mapping[str, int]) -> Draft:
    """The draft with only those items whose destruction the heads hold."""
    kept = []
    for item in made.items:
        log, _, seq = (item.destruction_entry or "").partition("#")
        if seq and int(seq) <= sizes.get(log, 0):
            kept.append(item)
    return replace(made, items=kept)


def _proven(
    session: Session, made: Draft, chains: Mapping[int, str], sizes: Mapping[int, int]
) -> list[Proven]:
    """Every entry that the certificate names, with the way to the head of its chain."""
    wanted: dict[int, set[int]] = {number: set() for number in sizes}
    number_of = {code: number for number, code in chains.items()}
    for portion in made.portions:
        for key in (portion.by, portion.entry):
            wanted[key >> SEQ_BITS].add(key & (1 << SEQ_BITS) - 1)
    for item in made.items:
        log, _, seq = (item.destruction_entry or "").partition("#")
        wanted[number_of[log]].add(int(seq))
    found = []
    for number, seqs in sorted(wanted.items()):
        code = chains[number]
        ways = proofs(session, head(session, code), seqs, sizes[number])
        found += [
            Proven(code=f"{code}#{seq}", hash=ways[seq].hash, path=ways[seq].path)
            for seq in sorted(ways)
        ]
    return found


def _issued(
    session: Session,
    made: Draft,
    code: str,
    text: str,
    command: Issue,
    replaced: CertificateRow | None,
    rows: list[RowChange],
    now: datetime,
) -> Booked:
    if replaced is not None:
        rows.append(_withdrawn(replaced, command.reason or "", Ref(THIS_ENTRY, code)))
    answer = {
        "code": code,
        "kind": made.kind.value,
        "mass_g": made.mass_g,
        "state": "valid",
        "replaces": replaced.code if replaced else None,
    }
    booked = _book(
        session,
        made.scoped.operator,
        command,
        kind="certificate",
        target=None,
        subject=code,
        rows=rows,
        body={"reason": command.reason} if command.reason else {},
        answer=answer,
        now=now,
    )
    session.execute(
        insert(table_of(CertificateText)).values(certificate_id=booked.entry_id, content=text)
    )
    return booked


def _rows(
    made: Draft, code: str, text: str, sizes: Mapping[int, int], now: datetime
) -> list[RowChange]:
    scope, operator = made.scoped.scope, made.scoped.operator.organisation
    row = RowChange(
        table="certificate",
        key=code,
        values={
            "code": code,
            "operator": operator.ref,
            "supplier": made.scoped.supplier.ref,
            "kind": made.kind.value,
            "scope": scope.kind.value,
            "scope_code": scope.code,
            "first_day": scope.first,
            "end_day": scope.end,
            "sites": ",".join(sorted({one.site.code for one in made.scoped.batches})),
            "mass_g": made.mass_g,
            "issued_on": now.astimezone(UTC).date(),
            "digest": hashlib.sha256(text.encode()).hexdigest(),
        },
    )
    routes = {one.label: one.stream.value for one in made.scoped.operator.destinations}
    sums: dict[tuple[str, str], int] = {}
    for portion in made.portions:
        key = (portion.batch, routes[portion.detail])
        sums[key] = sums.get(key, 0) + portion.mass_g
    ids = {one.code: one.id for one in made.scoped.batches}
    parts = [
        RowChange(
            table="certificate_batch",
            key=f"{code}/{batch}/{stream}",
            values={
                "certificate": Ref(THIS_ENTRY, code),
                "batch": Ref(ids[batch], batch),
                "stream": stream,
                "mass_g": mass_g,
                "as_of_seq": sizes[ids[batch] >> SEQ_BITS],
            },
        )
        for (batch, stream), mass_g in sorted(sums.items())
    ]
    return [row, *parts]


def withdraw(
    session: Session, code: str, command: Withdraw, *, viewer: Viewer, now: datetime
) -> Booked:
    """Let a certificate count no longer.

    Raises NotFound, ReasonNeeded, StateForbids, ScanReused.
    """
    if before := answered(session, "withdrawal", code, command):
        return before
    book = rulebook(session)
    found = certificate_by_code(session, book, code, viewer)
    require(viewer.is_staff)
    operator = book.operators[found.operator_id]
    require_reason(operator, command.reason, "withdrawal")
    _require_not_withdrawn(session, found)
    return _book(
        session,
        operator,
        command,
        kind="withdrawal",
        target=code,
        subject=found.code,
        rows=[_withdrawn(found, command.reason, None)],
        body={"reason": command.reason},
        answer={"code": found.code, "state": "withdrawn"},
        now=now,
    )


def _withdrawn(found: CertificateRow, reason: str, replacement: Ref | None) -> RowChange:
    return RowChange(
        table="withdrawal",
        key=found.code,
        values={
            "certificate": Ref(found.id, found.code),
            "reason": reason,
            "replacement": replacement,
        },
    )


def _book(
    session: Session,
    operator: OperatorBook,
    command: Command,
    *,
    kind: str,
    target: str | None,
    subject: str,
    rows: Sequence[RowChange],
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    now: datetime,
) -> Booked:
    """One entry in the chain of the operator."""
    log = f"operator:{operator.organisation.code}"
    appended = chain.append(
        session,
        log,
        chain.Draft(
            kind=kind,
            scan_id=command.scan_id,
            at=command.scanned_at,
            day=now.astimezone(UTC).date(),
            content=content(kind, target, command),
            subject=subject,
            body=body,
            answer=answer,
            rows=rows,
        ),
        now=now,
    )
    return Booked(said_in_order({**answer, "entry": f"{log}#{appended.seq}"}), appended.id)


def note_print(session: Session, certificate_id: int, pdf: bytes) -> None:
    """Remember a PDF that is given out, by its digest, so that it can be told from a forgery."""
    digest = hashlib.sha256(pdf).hexdigest()
    row = {"digest": digest, "certificate_id": certificate_id}
    insert_new(session.connection(), table_of(CertificatePrint), row)
