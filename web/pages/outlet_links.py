"""The link of a shipment for who made it, and the documents that came by it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from accounts.rules import email
from catalogue.errors import Malformed, NotFound, Refusal
from catalogue.rulebook import rulebook
from dispatch.documents import read_document
from dispatch.links import DAYS, DAYS_MAX, end_link, make_link
from dispatch.views import whole_shipment
from labels.pictures import qr_picture
from notices.queries import contacts
from web.api.outlets import as_file, link_url
from web.api.wire import PLAIN
from web.deps import ReadDb, database_of
from web.i18n import languages, message
from web.notifying import OUTLET_PAGE, mail_link
from web.pages.booking import Sent, Typed, fresh
from web.pages.forms import Form
from web.pages.naming import Names
from web.pages.outlet_pages import LinkPage, NewLinkPage
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]
Hash = Annotated[str, Path(max_length=64, pattern=PLAIN)]
NO_ADDRESS = message("Type an e-mail address, or nothing at all.")
NO_DAYS = message("Type a number of days, from 1 to 365.")


@router.get("/shipments/{code}/link")
def link_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book = rulebook(db)
    row = whole_shipment(db, book, code, visit.viewer).listed
    contact = contacts(db, visit.viewer.operator_id or 0).get(book.organisations[row.outlet].id)
    typed = {"days": str(DAYS)}
    if contact is not None:
        typed |= {"address": contact.address, "language": contact.language}
    return _form(visit, db, code, fresh(visit, typed))


@router.post("/shipments/{code}/link")
def make(visit: Visitor, code: Code, sent: Sent) -> Response:
    """Make a link and show it: nobody can ask for it again. Or end the one that there is."""
    if sent.text("step") == "end":
        with database_of(visit.request).write() as session:
            end_link(session, rulebook(session), code, viewer=visit.viewer, now=visit.now)
        return visit.go(f"/shipments/{code}", "link_ended")
    days = sent.count("days") or 0
    if not 1 <= days <= DAYS_MAX:
        sent.errors["days"] = NO_DAYS
    address = _address(visit, sent)
    made, refusal = None, None
    if not sent.errors:
        try:
            with database_of(visit.request).write() as session:
                book = rulebook(session)
                made = make_link(session, book, code, days=days, viewer=visit.viewer, now=visit.now)
                if address is not None:
                    mail_link(
                        session,
                        code,
                        address=address,
                        language=_language(sent, visit),
                        path=OUTLET_PAGE.format(made.token),
                        now=visit.now,
                    )
        except NotFound:
            raise
        except Refusal as refused:
            refusal = refused
    with database_of(visit.request).read() as db:
        if made is None:
            form = Form(values=sent.values, errors=sent.errors, refusal=refusal)
            return _form(visit, db, code, form)
        book = rulebook(db)
        row = whole_shipment(db, book, code, visit.viewer).listed
        site, url = book.sites[row.site], link_url(visit.request, made.token)
        page = NewLinkPage(
            code=code,
            outlet=Names(visit.language, book).organisation(row.outlet),
            operator=book.operator(site).organisation.name,
            shipped_on=row.shipped_on,
            waybill=row.waybill or row.code,
            mass_g=row.mass_g,
            url=url,
            picture=qr_picture(url),
            until=made.expires_at,
            zone=site.timezone,
            mailed_to=address,
        )
    return visit.show("outlet_link_new.html", page)


def _address(visit: Visit, sent: Typed) -> str | None:
    """Where the link is mailed to, if anywhere."""
    typed = sent.text("address")
    if typed is None or not _sends_mail(visit):
        return None
    try:
        return email(typed)
    except Malformed:
        sent.errors["address"] = NO_ADDRESS
        return None


def _language(sent: Typed, visit: Visit) -> str:
    chosen = sent.text("language")
    return chosen if chosen and chosen in languages() else visit.language.code


def _sends_mail(visit: Visit) -> bool:
    return visit.request.app.state.settings.mail is not None


@router.get("/shipments/{code}/documents/{hash}")
def document(visit: Visitor, db: ReadDb, code: Code, hash: Hash) -> Response:
    return as_file(read_document(db, rulebook(db), code, hash, visit.viewer))


def _form(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book = rulebook(db)
    whole = whole_shipment(db, book, code, visit.viewer)
    page = LinkPage(
        form=form,
        code=code,
        outlet=Names(visit.language, book).organisation(whole.listed.outlet),
        zone=book.sites[whole.listed.site].timezone,
        whole=whole,
        is_open=whole.link is not None and whole.link.is_open(visit.now),
        languages=[(key, each.name) for key, each in languages().items()]
        if _sends_mail(visit)
        else (),
    )
    return visit.show("outlet_link.html", page, status=422 if form.is_wrong else 200)
