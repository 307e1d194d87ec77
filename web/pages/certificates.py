"""Certificates: the list, one of them, making one, and withdrawing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import BadInput, Malformed, NotFound, Refusal, RuleBroken
from catalogue.rulebook import Rulebook, rulebook
from certificates import drafting
from certificates.actions import Issue, scope_of, withdraw
from certificates.views import ListedCertificate, list_certificates, whole_certificate
from web import certificate_words as words
from web.api.wire import PLAIN
from web.api.wire_certificates import CertificateIn, WithdrawalIn
from web.certifying import sealed
from web.deps import ReadDb
from web.i18n import message
from web.pages import choices
from web.pages.booking import Sent, Typed, fresh
from web.pages.certificate_pages import (
    CertificateLine,
    CertificatePage,
    CertificatesPage,
    MakePage,
    WithdrawPage,
)
from web.pages.certificate_reading import against, of_document, of_draft
from web.pages.forms import Form, Options
from web.pages.lists import PAGE, Wanted
from web.pages.visiting import Visit, Visitor
from web.words import CERTIFICATE_KINDS

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]
Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]

SCOPE_WORDS: Final = (
    ("batch", message("One batch")),
    ("delivery", message("One delivery")),
    ("shipment", message("One shipment")),
    ("period", message("All that came in during a period")),
)


@router.get("/certificates")
def certificates(visit: Visitor, db: ReadDb, wanted: Wanted, kind: Text = "") -> Response:
    book = rulebook(db)
    found = list_certificates(db, book, visit.viewer, wanted, kind=kind or None)
    rows = [_line(visit, book, row) for row in found]
    typed = {
        "code": wanted.text or "",
        "kind": kind,
        "supplier": wanted.supplier or "",
        "state": wanted.state or "",
        "day": wanted.day.isoformat() if wanted.day else "",
    }
    kept = {name: value for name, value in typed.items() if value}
    more = len(rows) == PAGE
    suppliers = choices.suppliers(visit, book)
    page = CertificatesPage(
        rows=rows,
        filter=Form(values=typed),
        suppliers=suppliers if len(suppliers) > 1 else (),
        first=f"/certificates?{urlencode(kept)}" if wanted.after else None,
        next=f"/certificates?{urlencode({**kept, 'after': rows[-1].code})}" if more else None,
    )
    return visit.show("certificates.html", page)


def _line(visit: Visit, book: Rulebook, found: ListedCertificate) -> CertificateLine:
    row = found.row
    said: dict[str, Any] = {"kind": row.scope, "code": row.scope_code}
    if row.first_day and row.end_day:
        said |= {"from": row.first_day.isoformat(), "to": row.end_day.isoformat()}
    return CertificateLine(
        code=row.code,
        kind=row.kind,
        title=words.title(row.kind, visit.language),
        supplier=book.organisations_by_id[row.supplier_id].name,
        about=words.scope(said, visit.language),
        mass_g=row.mass_g,
        issued_on=row.issued_on,
        state=found.stands.state.value,
    )


class Asked:
    """What somebody wants a certificate of, as typed in an address or in a form."""

    def __init__(
        self,
        kind: Text = "recycling",
        scope: Text = "batch",
        code: Text = "",
        supplier: Text = "",
        first: Annotated[str, Query(alias="from", max_length=10)] = "",
        end: Annotated[str, Query(alias="to", max_length=10)] = "",
        replaces: Text = "",
    ) -> None:
        self.values = {
            "kind": kind,
            "scope": scope,
            "code": code,
            "supplier": supplier,
            "from": first,
            "to": end,
            "replaces": replaces,
        }

    @property
    def is_blank(self) -> bool:
        """Whether nothing was asked yet, but for the kind."""
        return not any(self.values[name] for name in ("code", "supplier", "from", "to"))


@router.get("/certificates/new")
def make_form(visit: Visitor, db: ReadDb, asked: Annotated[Asked, Depends()]) -> Response:
    form = fresh(visit, asked.values)
    if asked.is_blank:
        return visit.show("forms/certify.html", _make(visit, db, form))
    return _preview(visit, db, form)


@router.post("/certificates/new")
def make(request: Request, visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    try:
        command = _asked(visit, sent.values, sent.text("scan_id"))
        booked = sealed(visit.call, request, command)
        return visit.go(f"/certificates/{booked.answer['code']}", "certified")
    except NotFound:
        refusal: Refusal = Malformed(field="code", problem="unknown")
    except Refusal as refused:
        refusal = refused
    form = Form(values=sent.values, refusal=refusal, at=visit.now.isoformat())
    return _preview(visit, db, form)


def _asked(visit: Visit, values: Mapping[str, str], scan_id: str | None) -> Issue:
    """What the form says, as a command. Raises Malformed."""
    names = ("kind", "scope", "code", "supplier", "from", "to", "replaces", "reason")
    said: dict[str, Any] = {name: values.get(name, "").strip() or None for name in names}
    if said["scope"] == "period":
        said["code"] = None
    else:
        said["from"] = said["to"] = None
    if said["replaces"] is None:
        said["reason"] = None
    try:
        return CertificateIn.model_validate({"scan_id": scan_id, **said}).command(visit.now)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Malformed(field=where[:80], problem=first["msg"][:200]) from error


def _preview(visit: Visit, db: Session, form: Form) -> Response:
    """The form with what the certificate would say, or what it lacks."""
    book = rulebook(db)
    stated, lacks = None, None
    try:
        command = _asked(visit, form.values, form.scan_id)
        kind, scope = scope_of(command)
        made = drafting.draft(db, book, kind, scope, command.supplier, visit.viewer)
        stated = of_draft(book, made, visit.language)
        drafting.require_complete(made)
    except NotFound:
        form = _wrong(visit, form, Malformed(field="code", problem="unknown"))
    except BadInput as refusal:
        form = _wrong(visit, form, refusal)
    except RuleBroken as refusal:
        lacks = refusal
    page = _make(visit, db, form, stated=stated, lacks=lacks)
    return visit.show("forms/certify.html", page, status=422 if form.is_wrong else 200)


def _wrong(visit: Visit, form: Form, refusal: Refusal) -> Form:
    said = form.refusal or refusal
    return Form(values=form.values, refusal=said, at=visit.now.isoformat())


def _make(visit: Visit, db: Session, form: Form, **more: Any) -> MakePage:
    book, say = rulebook(db), visit.language.gettext
    return MakePage(
        form=form,
        kinds=[(kind, say(text)) for kind, text in CERTIFICATE_KINDS.items()],
        scopes=[(scope, say(text)) for scope, text in SCOPE_WORDS],
        suppliers=choices.suppliers(visit, book),
        reasons=reasons(visit, book),
        replaces=form.value("replaces") or None,
        **more,
    )


def reasons(visit: Visit, book: Rulebook) -> Options:
    """Reasons for which a certificate may be withdrawn."""
    rows = book.operators[visit.viewer.operator_id or 0].reasons.values()
    return [
        (row.code, visit.language.own(row.names, row.code))
        for row in rows
        if "withdrawal" in row.more["acts"].split(",")
    ]


@router.get("/certificates/{code}")
def certificate(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book = rulebook(db)
    whole = whole_certificate(db, book, code, visit.viewer)
    row, stands, document = whole.row, whole.stands, whole.document
    gone = stands.withdrawal
    operator = book.operators[row.operator_id]
    reason = operator.reasons.get(gone.reason) if gone else None
    page = CertificatePage(
        code=row.code,
        title=words.title(row.kind, visit.language),
        supplier=document["supplier"]["name"],
        issued_on=row.issued_on,
        state=stands.state.value,
        stated=of_document(document, visit.language),
        key=whole.key,
        link=document["verify_at"],
        reason=visit.language.own(reason.names, reason.code) if reason else None,
        withdrawn_on=gone.on if gone else None,
        replaced_by=gone.by if gone else None,
        replaces=whole.replaces,
        against=against(stands),
        missing_g=stands.missing_g,
        again=_again(document) if gone is None else None,
    )
    return visit.show("things/certificate.html", page)


def _again(document: Mapping[str, Any]) -> str:
    """Where the same is certified anew, in the place of this one."""
    scope = document["scope"]
    asked = {
        "kind": document["kind"],
        "scope": scope["kind"],
        "code": scope.get("code") or "",
        "supplier": document["supplier"]["code"],
        "from": scope.get("from") or "",
        "to": scope.get("to") or "",
        "replaces": document["code"],
    }
    return f"/certificates/new?{urlencode(asked)}"


@router.get("/certificates/{code}/withdraw")
def withdraw_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _withdraw(visit, db, code, fresh(visit))


@router.post("/certificates/{code}/withdraw")
def take_back(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    reason = sent.needed("reason")
    if sent.errors:
        again = Form(values=sent.values, errors=sent.errors, at=visit.now.isoformat())
        return _withdraw(visit, db, code, again)
    try:
        command = _withdrawal(visit, sent, reason)
        visit.call.book(
            lambda session: withdraw(session, code, command, viewer=visit.viewer, now=visit.now),
            command,
        )
        return visit.go(f"/certificates/{code}", "withdrawn")
    except NotFound:
        raise
    except Refusal as refused:
        again = Form(values=sent.values, refusal=refused, at=visit.now.isoformat())
        return _withdraw(visit, db, code, again)


def _withdrawal(visit: Visit, sent: Typed, reason: str) -> Any:
    try:
        said = {"scan_id": sent.text("scan_id"), "reason": reason}
        return WithdrawalIn.model_validate(said).command(visit.now)
    except ValidationError as error:
        raise Malformed(field="scan_id", problem=error.errors()[0]["msg"][:200]) from error


def _withdraw(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book = rulebook(db)
    whole = whole_certificate(db, book, code, visit.viewer)
    page = WithdrawPage(
        form=form,
        code=whole.row.code,
        title=words.title(whole.row.kind, visit.language),
        supplier=whole.document["supplier"]["name"],
        mass_g=whole.row.mass_g,
        reasons=reasons(visit, book),
    )
    return visit.show("forms/withdraw.html", page, status=422 if form.is_wrong else 200)
