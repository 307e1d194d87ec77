"""Certificates: made, listed, withdrawn; and checked by anybody."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from catalogue.rulebook import rulebook
from certificates.actions import withdraw
from certificates.standing import CertificateRow, Stands
from certificates.statement import PURPOSE
from certificates.views import ListedCertificate, list_certificates, whole_certificate
from web import report_verifying
from web.api.answers import refusals
from web.api.proofs import OPEN
from web.api.reads import Code, Wanted, map_all, paged
from web.api.wire import PLAIN
from web.api.wire_certificates import CertificateIn, WithdrawalIn
from web.api.writes import Target, writes
from web.certifying import printed, sealed
from web.checkpoints import ring_of
from web.deps import Calling, Me, ReadDb, answer, database_of, language_of_person
from web.report_verifying import check_report_code
from web.tries import WrongTries
from web.verifying import Checked, Verdict, check_code

router = APIRouter(tags=["certificates"])
public = APIRouter(tags=["certificates"], responses=refusals("public", "too_many_tries"))

KEPT: Final = {"Cache-Control": "no-store"}


@router.post(
    "/certificates",
    **writes("nothing_to_certify", "number_missing", "reason_needed", "state_forbids"),
)
def make(request: Request, body: CertificateIn, call: Calling) -> JSONResponse:
    """Sign a certificate of what stands confirmed now."""
    return answer(sealed(call, request, body.command(call.now)))


@router.get("/certificates", responses=refusals("read"))
def listed(
    request: Request,
    me: Me,
    db: ReadDb,
    wanted: Wanted,
    kind: Annotated[str | None, Query(max_length=12, pattern=PLAIN)] = None,
) -> JSONResponse:
    """Certificates, newest first. state: withdrawn, or valid for those that were not."""
    rows = list_certificates(db, rulebook(db), me.viewer, wanted, kind=kind)
    book = rulebook(db)
    return paged(request, wanted, "code", map_all(lambda row: said(book, row), rows))


@router.get(
    "/certificates/{code}.json",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, **refusals("read", "not_found")},
)
def signed(code: Code, me: Me, db: ReadDb) -> Response:
    """What was signed, byte for byte."""
    whole = whole_certificate(db, rulebook(db), code, me.viewer)
    named = {"Content-Disposition": f'attachment; filename="{whole.row.code}.json"'}
    return Response(whole.text, media_type="application/json", headers=named)


@router.get(
    "/certificates/{code}.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **refusals("read", "not_found")},
)
def paper(request: Request, code: Code, me: Me) -> Response:
    """The certificate on paper, with the signed data attached."""
    database = database_of(request)
    with database.read() as session:
        whole = whole_certificate(session, rulebook(session), code, me.viewer)
    pdf = printed(database, whole.row, whole.text, language_of_person(request, me))
    named = {"Content-Disposition": f'inline; filename="{whole.row.code}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=named)


@router.get("/certificates/{code}", responses=refusals("read", "not_found"))
def certificate(code: Code, me: Me, db: ReadDb) -> dict[str, Any]:
    """A certificate: whether it counts, and what it states."""
    book = rulebook(db)
    whole = whole_certificate(db, book, code, me.viewer)
    listed_ = said(book, ListedCertificate(whole.row, whole.stands))
    return {**listed_, "purpose": PURPOSE, "document": whole.document}


@router.post("/certificates/{code}/withdrawal", **writes("state_forbids", "reason_needed"))
def take_back(code: Target, body: WithdrawalIn, call: Calling) -> JSONResponse:
    """Let a certificate count no longer. It stays what it is, and says so when it is checked."""
    command = body.command(call.now)
    booked = call.book(
        lambda session: withdraw(session, code, command, viewer=call.me.viewer, now=call.now),
        command,
    )
    return answer(booked)


@public.get("/verify/{code}", openapi_extra=OPEN)
def verify(
    request: Request, db: ReadDb, code: Annotated[str, Path(max_length=60, pattern=PLAIN)]
) -> JSONResponse:
    """Whether a certificate or a report of this code is real. It names no supplier."""
    report = check_report_code(db, code, ring_of(request).public_keys())
    if report is not None:
        return JSONResponse(report_verifying.told(report), headers=KEPT)
    found = looked_up(request, db, code)
    return JSONResponse(told(found), headers=KEPT)


def looked_up(request: Request, db: Any, code: str) -> Checked:
    """What a code stands for, for somebody who does not guess. Raises TooManyTries."""
    tries: WrongTries = request.app.state.wrong_codes
    address = request.client.host if request.client else ""
    tries.require_few(address)
    found = check_code(db, code, ring_of(request).public_keys())
    if found.verdict is Verdict.UNKNOWN:
        tries.was_wrong(address)
    return found


def told(found: Checked) -> dict[str, Any]:
    """An answer for whoever has no more than a code."""
    answered: dict[str, Any] = {"verdict": found.verdict.value, "why": found.why.value}
    if found.document is None or found.row is None or found.stands is None:
        return answered
    document = found.document
    scope = {name: document["scope"].get(name) for name in ("kind", "from", "to")}
    return {
        **answered,
        "code": found.row.code,
        "kind": found.row.kind,
        "scope": scope,
        "issuer": {name: document["issuer"][name] for name in ("code", "name")},
        "issued_at": document["issued_at"],
        "mass_g": document["totals"]["mass_g"],
        "measured_g": document["totals"]["measured_g"],
        "estimated_g": document["totals"]["estimated_g"],
        "permille": document["coverage"]["permille"],
        "key": found.key,
        "as_of": [
            {name: one[name] for name in ("chain", "size", "root")} for one in document["as_of"]
        ],
        **_standing(found.stands),
    }


def said(book: Any, listed: ListedCertificate) -> dict[str, Any]:
    """A certificate in a list."""
    row: CertificateRow = listed.row
    names = book.organisations_by_id
    return {
        "code": row.code,
        "kind": row.kind,
        "operator": names[row.operator_id].code,
        "supplier": names[row.supplier_id].code,
        "scope": {
            "kind": row.scope,
            "code": row.scope_code or None,
            "from": row.first_day.isoformat() if row.first_day else None,
            "to": row.end_day.isoformat() if row.end_day else None,
        },
        "mass_g": row.mass_g,
        "issued_on": row.issued_on.isoformat(),
        "digest": row.digest,
        **_standing(listed.stands),
    }


def _standing(stands: Stands) -> dict[str, Any]:
    gone = stands.withdrawal
    return {
        "state": stands.state.value,
        "withdrawn": {
            "on": gone.on.isoformat(),
            "reason": gone.reason,
            "replaced_by": gone.by,
        }
        if gone
        else None,
        "missing_g": stands.missing_g,
        "against": [
            {"entry": entry, "kind": change.kind, "day": change.day.isoformat()}
            for entry, change in stands.against
        ],
    }
