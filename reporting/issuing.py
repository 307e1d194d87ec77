"""Issue a report: number it, freeze it, sign it. What was issued is never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.codes import CodeKind, mint
from catalogue.errors import Malformed, NotAllowed, StateForbids
from catalogue.kinds import Role
from catalogue.rows import OrganisationRow
from catalogue.rulebook import Rulebook, rulebook
from chain import actions as chain
from chain.checkpoints import checkpoint_now
from chain.rows import Ref, RowChange
from proof.canonical import canonical
from proof.signing import KeyRing, seal
from reporting import access
from reporting.access import Scope
from reporting.differing import number_of
from reporting.frozen import PARTS, PURPOSE, Sealing, frozen
from reporting.issued import IssuedRow, issued_by_number
from reporting.periods import Period
from reporting.queries import report_within
from reporting.questions import Basis, Question
from reporting.report import Report
from reporting.tables import IssuedReport, IssuedReportPrint, IssuedReportText
from store.columns import table_of
from store.upsert import insert_new
from streams.acts import Command
from streams.ledger import Booked, content, said_in_order, site_day
from streams.scans import answered

_report = table_of(IssuedReport)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReport(Command):
    """A report that is asked for. supplier: none means all; sites: empty means all; first and end:
    half-open; factors: year of the factor set; replaces: number of the report it follows up."""

    first: date
    end: date
    basis: str = Basis.RECEIVED.value
    supplier: str | None = None
    sites: tuple[str, ...] = ()
    factors: int | None = None
    replaces: str | None = None


def question_of(command: IssueReport) -> Question:
    """What the report is asked for. Raises Malformed."""
    if command.end <= command.first:
        raise Malformed(field="to", problem="must be a later day than from")
    if command.basis not in set(Basis):
        raise Malformed(field="basis", problem="unknown", read=command.basis[:20])
    return Question(
        period=Period(command.first, command.end),
        basis=Basis(command.basis),
        suppliers=(command.supplier,) if command.supplier else (),
        sites=tuple(sorted(set(command.sites))),
        factors=command.factors,
    )


def issue_report(
    session: Session,
    command: IssueReport,
    *,
    viewer: Viewer,
    now: datetime,
    ring: KeyRing,
    verify_at: str,
) -> Booked:
    """Freeze the figures of now under a number. verify_at: where anyone may check it.

    Raises NotAllowed, NotFound, Malformed, StateForbids, ScanReused.
    """
    if before := answered(session, "report", None, command):
        return before
    if viewer.role is not Role.MANAGER or viewer.operator_id is None:
        raise NotAllowed
    asked = question_of(command)
    seen = access.scope(rulebook(session), viewer, asked)
    require(bool(seen.sites))
    log = f"operator:{rulebook(session).operators[viewer.operator_id].organisation.code}"
    # Nobody books at these sites until the report is written: its figures are those of its heads.
    for code in (*sorted(site.chain for site in seen.sites), log):
        chain.lock(session, code)
    book = rulebook(session)
    operator = book.operators[viewer.operator_id].organisation
    supplier = book.organisation(command.supplier) if command.supplier else None
    replaced = _replaced(session, book, command, supplier, viewer)
    day = site_day(now, seen.sites[0])
    heads = checkpoint_now(session, ring, [site.chain for site in seen.sites], now=now)
    code = mint(CodeKind.CERTIFICATE)
    plain = report_within(session, book, seen, asked)
    sealing = Sealing(
        code=code,
        number=number_of(day.year, 1 + _issued_in(session, operator.id, day.year)),
        now=now,
        timezone=seen.sites[0].timezone,
        issuer={"code": operator.code, "name": operator.name, "address": operator.address},
        supplier={"code": supplier.code, "name": supplier.name} if supplier else None,
        covers=_covered(book, seen),
        sites=[{"code": site.code, "name": site.name} for site in seen.sites],
        heads=heads,
        replaces=replaced.number if replaced else None,
        verify_at=f"{verify_at}/{code}",
    )
    parts = {by: report_within(session, book, seen, replace(asked, by=by)) for by in PARTS}
    signed = seal(ring.current, PURPOSE, frozen(plain, parts, sealing))
    text = canonical(signed).decode()
    row = _row(sealing, operator, supplier, plain, replaced, text, day)
    return _book(session, log, command, sealing, row, text, now)


def _replaced(
    session: Session,
    book: Rulebook,
    command: IssueReport,
    supplier: OrganisationRow | None,
    viewer: Viewer,
) -> IssuedRow | None:
    """The report that is followed up: about the same supplier, and not followed up yet."""
    if command.replaces is None:
        return None
    found = issued_by_number(session, book, command.replaces, viewer)
    if found.supplier_id != (supplier.id if supplier else None):
        raise Malformed(field="replaces", problem="of another supplier")
    if found.followed_by is not None:
        raise StateForbids(subject=found.number, state="followed_up")
    return found


def _issued_in(session: Session, operator_id: int, year: int) -> int:
    """How many reports an operator issued in a year: their numbers leave no gap."""
    found = select(func.count()).where(
        _report.c.operator_id == operator_id, _report.c.number.startswith(f"{year:04}-")
    )
    return int(session.execute(found).scalar_one())


def _covered(book: Rulebook, seen: Scope) -> Sequence[str] | None:
    if seen.supplier_ids is None:
        return None
    return [book.organisations_by_id[id].code for id in seen.supplier_ids]


def _row(
    sealing: Sealing,
    operator: OrganisationRow,
    supplier: OrganisationRow | None,
    plain: Report,
    replaced: IssuedRow | None,
    text: str,
    day: date,
) -> RowChange:
    return RowChange(
        table="issued_report",
        key=sealing.code,
        values={
            "code": sealing.code,
            "operator": operator.ref,
            "number": sealing.number,
            "supplier": supplier.ref if supplier else None,
            "sites": ",".join(plain.sites),
            "first_day": plain.asked.period.first,
            "end_day": plain.asked.period.end,
            "basis": plain.asked.basis.value,
            "input_g": plain.terms.input_g,
            "sorted_g": plain.terms.sorted_g,
            "confirmed_g": plain.terms.confirmed_g,
            "issued_on": day,
            "replaces": Ref(replaced.id, replaced.code) if replaced else None,
            "digest": hashlib.sha256(text.encode()).hexdigest(),
        },
    )


def _book(
    session: Session,
    log: str,
    command: IssueReport,
    sealing: Sealing,
    row: RowChange,
    text: str,
    now: datetime,
) -> Booked:
    """One entry in the chain of the operator, and the bytes beside it."""
    answer = {
        "number": sealing.number,
        "code": sealing.code,
        "digest": row.values["digest"],
        "replaces": sealing.replaces,
    }
    appended = chain.append(
        session,
        log,
        chain.Draft(
            kind="report",
            scan_id=command.scan_id,
            at=command.scanned_at,
            day=now.astimezone(UTC).date(),
            content=content("report", None, command),
            subject=sealing.code,
            answer=answer,
            rows=[row],
        ),
        now=now,
    )
    session.execute(
        insert(table_of(IssuedReportText)).values(issued_report_id=appended.id, content=text)
    )
    return Booked(said_in_order({**answer, "entry": f"{log}#{appended.seq}"}), appended.id)


def note_print(session: Session, report_id: int, pdf: bytes) -> None:
    """Remember a PDF that is given out, by its digest, so that it can be told from a forgery."""
    row = {"digest": hashlib.sha256(pdf).hexdigest(), "issued_report_id": report_id}
    insert_new(session.connection(), table_of(IssuedReportPrint), row)
