"""Waste stream numbers: the list, a new one, and who drives."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotFound, Refusal
from catalogue.kinds import PartnerRole
from catalogue.rulebook import Rulebook, rulebook
from nl.actions import MakeStreamNumber, SayCarriage, make_stream_number, say_carriage
from nl.queries import number_by_code, stream_numbers
from nl.rules import PROCESSING
from streams.ledger import site_day
from web.api.wire import PLAIN
from web.deps import ReadDb, database_of
from web.nl_words import PROCESSING as METHODS
from web.pages import choices
from web.pages.booking import NO_DAY, Sent, Typed, command_head, fresh
from web.pages.forms import Form, Options
from web.pages.nl import Text
from web.pages.nl_things import NumberForm, NumberPage, NumbersPage
from web.pages.parting import backwards, part
from web.pages.visiting import Visit, Visitor
from web.reference import operators_for

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=20, pattern=PLAIN)]
ROLES = {"receipt": PartnerRole.SUPPLIER, "delivery": PartnerRole.OUTLET}


@router.get("/stream-numbers")
def numbers(
    visit: Visitor, db: ReadDb, site: Text = "", partner: Text = "", direction: Text = ""
) -> Response:
    book = rulebook(db)
    rows = stream_numbers(
        db, book, visit.viewer, site=site or None, partner=partner or None,
        direction=direction or None,
    )  # fmt: skip
    shown = part(visit, rows, lambda row: backwards(f"{row.from_day}.{row.number}"))
    page = NumbersPage(
        rows=shown.rows,
        first=shown.first,
        next=shown.next,
        names=_names(book),
        today=visit.now.date(),
        filter=Form(values={"site": site, "partner": partner, "direction": direction}),
        sites=choices.sites(visit, book),
        partners=_partners(visit, book, PartnerRole.SUPPLIER, PartnerRole.OUTLET),
        may_make="make_number" in visit.may,
    )
    return visit.show("nl/numbers.html", page)


@router.get("/stream-numbers/new")
def number_form(
    visit: Visitor,
    db: ReadDb,
    direction: Text = "receipt",
    site: Text = "",
    partner: Text = "",
    eural: Text = "",
) -> Response:
    values = {
        "site": site, "partner": partner, "eural": eural, "processing": "C.03",
        "from_day": visit.today(rulebook(db)).isoformat(),
    }  # fmt: skip
    return visit.show("nl/number_form.html", _form_page(visit, db, direction, fresh(visit, values)))


@router.post("/stream-numbers/new")
def make(visit: Visitor, sent: Sent, direction: Text = "receipt") -> Response:
    command = MakeStreamNumber(
        **command_head(visit, sent),
        site=sent.needed("site"),
        direction=direction,
        partner=sent.needed("partner"),
        number=sent.text("number") if direction == "receipt" else sent.needed("number"),
        eural=sent.needed("eural"),
        usual_name=sent.needed("usual_name"),
        processing=sent.needed("processing"),
        origin=sent.text("origin"),
        from_day=_day(sent),
        route_collection=sent.text("route_collection") is not None,
        collector_scheme=sent.text("collector_scheme") is not None,
        carrier=sent.text("carrier"),
        ordered_by=sent.text("ordered_by"),
    )
    refusal: Refusal | None = None
    if not sent.errors:
        try:
            booked = visit.call.book(
                lambda session: make_stream_number(
                    session, command, viewer=visit.viewer, now=visit.now
                ),
                command,
            )
            return visit.go(f"/stream-numbers/{booked.answer['code']}", "number_made")
        except Refusal as refused:
            refusal = refused
    with database_of(visit.request).read() as db:
        form = Form(
            values=sent.values, errors=sent.errors, refusal=refusal, at=visit.now.isoformat()
        )
        page = _form_page(visit, db, direction, form)
        return visit.show("nl/number_form.html", page, status=422)


@router.get("/stream-numbers/{code}")
def number(visit: Visitor, db: ReadDb, code: Code) -> Response:
    values = {"from_day": visit.today(rulebook(db)).isoformat()}
    return visit.show("nl/number.html", _page(visit, db, code, fresh(visit, values)))


@router.post("/stream-numbers/{code}")
def drives(visit: Visitor, sent: Sent, code: Code) -> Response:
    """Say who drives from a day on."""
    from_day, carrier = _day(sent), sent.needed("carrier")
    refusal: Refusal | None = None
    if not sent.errors and from_day is not None:
        command = SayCarriage(
            **command_head(visit, sent),
            from_day=from_day,
            carrier=carrier,
            ordered_by=sent.text("ordered_by"),
        )
        try:
            visit.call.book(
                lambda session: say_carriage(
                    session, code, command, viewer=visit.viewer, now=visit.now
                ),
                command,
            )
            return visit.go(f"/stream-numbers/{code}", "carriage_said")
        except NotFound:
            raise
        except Refusal as refused:
            refusal = refused
    with database_of(visit.request).read() as db:
        form = Form(
            values=sent.values, errors=sent.errors, refusal=refusal, at=visit.now.isoformat()
        )
        return visit.show("nl/number.html", _page(visit, db, code, form), status=422)


def _day(sent: Typed) -> date | None:
    try:
        return date.fromisoformat(sent.text("from_day") or "")
    except ValueError:
        sent.errors["from_day"] = NO_DAY
        return None


def _names(book: Rulebook) -> dict[str, str]:
    return {row.code: row.name for row in book.organisations.values()}


def _partners(visit: Visit, book: Rulebook, *roles: PartnerRole) -> Options:
    """Those who are this to the viewer's operator, and (for an empty list of roles) everybody."""
    found = {
        book.organisations_by_id[row.organisation_id]
        for operator in operators_for(book, visit.viewer)
        for row in operator.partners.values()
        if not roles or row.roles & set(roles)
    }
    return sorted(((row.code, row.name) for row in found), key=lambda one: one[1])


def _carriers(visit: Visit, book: Rulebook) -> Options:
    """Whoever can drive: carriers first in mind, but a discarder may bring it itself."""
    return _partners(visit, book)


def _form_page(visit: Visit, db: Session, direction: str, form: Form) -> NumberForm:
    if direction not in ROLES:
        raise NotFound
    book, say = rulebook(db), visit.language.gettext
    return NumberForm(
        form=form,
        direction=direction,
        sites=choices.sites(visit, book),
        partners=_partners(visit, book, ROLES[direction]),
        methods=[
            (code, f"{code} {say(METHODS[code])}" if code in METHODS else code)
            for code in PROCESSING
        ],
        carriers=_carriers(visit, book),
    )


def _page(visit: Visit, db: Session, code: str, form: Form) -> NumberPage:
    book = rulebook(db)
    row = number_by_code(db, book, code, visit.viewer)
    return NumberPage(
        row=row,
        names=_names(book),
        site=book.sites[row.site].name,
        today=site_day(visit.now, book.sites[row.site]),
        form=form,
        carriers=_carriers(visit, book),
        may_make="make_number" in visit.may,
    )
