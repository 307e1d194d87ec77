"""Somebody's own second factor: an app that shows codes, and recovery codes on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form
from sqlmodel import Session
from starlette.responses import Response

from accounts import second_factor, tickets
from accounts.second_factor import State
from accounts.tickets import Purpose
from catalogue.errors import NotAllowed, SecondFactorNeeded, SecondFactorWrong, TicketUnknown
from catalogue.rulebook import rulebook
from web import cookies
from web.deps import ReadDb, database_of
from web.entering import HalfOpen, begin_set_up, own_set_up, require_fresh, ring_of
from web.noticing import address_of
from web.notifying import person_of
from web.pages.entrance import set_up_of
from web.pages.forms import CodesPage
from web.pages.forms import Form as Shown
from web.pages.visiting import Visit, Visitor
from web.reference import sites_for

router = APIRouter(include_in_schema=False)

HERE: Final = "/account/second-factor"
CODES: Final = "/account/recovery-codes"
Field = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorPage:
    """How somebody's second factor stands."""

    form: Shown
    state: State
    zone: str
    since: datetime | None


@router.get("/account/second-factor")
def own_second_factor(visit: Visitor, db: ReadDb) -> Response:
    return _show(visit, db, "second_factor.html", Shown())


@router.post("/account/second-factor")
def begin(visit: Visitor) -> Response:
    """Begin to set up an app; the one of before shows good codes until the new one does."""
    require_fresh(visit, back=HERE)
    return begin_set_up(visit.request, _person(visit), next_path=HERE)


@router.get("/account/second-factor/new")
def new_app(visit: Visitor, db: ReadDb) -> Response:
    """Who has no ticket for it, or an old one, begins again."""
    require_fresh(visit, back=HERE)
    try:
        half = own_set_up(visit.request, db, _person(visit))
    except TicketUnknown:
        return _show(visit, db, "second_factor.html", Shown())
    return _show_new(visit, db, half, Shown())


@router.post("/account/second-factor/new")
def set_up(visit: Visitor, code: Field = "") -> Response:
    """From now on this app shows the codes. With the first app come recovery codes."""
    require_fresh(visit, back=HERE)
    person_id, address, now = _person(visit), address_of(visit.request), visit.now
    try:
        with database_of(visit.request).read() as db:
            half = own_set_up(visit.request, db, person_id)
    except TicketUnknown:
        return visit.go(HERE)
    try:
        with database_of(visit.request).write() as session:
            state = second_factor.state_of(session, person_id)
            second_factor.set_up(
                session,
                ring_of(visit.request),
                person_id,
                secret=half.secret or "",
                code=code,
                now=now,
                address=address,
            )
            tickets.use_known(session, Purpose.SECOND_FACTOR, half.ticket_id, now=now)
            codes = (
                second_factor.make_codes(session, person_id, now=now, address=address)
                if not state.codes_left
                else []
            )
    except SecondFactorWrong as refusal:
        with database_of(visit.request).read() as db:
            return _show_new(visit, db, half, Shown(refusal=refusal))
    response = _show_codes(visit, codes, state) if codes else visit.go(HERE, "second_factor_added")
    cookies.take_back(visit.request, response, cookies.HALF_OPEN)
    return response


@router.get("/account/second-factor/remove")
def remove_page(visit: Visitor, db: ReadDb) -> Response:
    require_fresh(visit)
    return _show(visit, db, "second_factor_remove.html", Shown())


@router.post("/account/second-factor/remove")
def remove(visit: Visitor) -> Response:
    """The password alone lets its person in from now on, where the rule has nothing against it."""
    require_fresh(visit)
    try:
        with database_of(visit.request).write() as session:
            if not second_factor.state_of(session, _person(visit)).has_app:
                return visit.go(HERE)
            second_factor.remove(
                session, _person(visit), now=visit.now, address=address_of(visit.request)
            )
    except SecondFactorNeeded as refusal:
        with database_of(visit.request).read() as db:
            shown = Shown(refusal=refusal)
            return _show(visit, db, "second_factor_remove.html", shown, status=409)
    return visit.go(HERE, "second_factor_removed")


@router.get("/account/recovery-codes")
def recovery_codes(visit: Visitor, db: ReadDb) -> Response:
    return _show(visit, db, "recovery_codes.html", Shown())


@router.post("/account/recovery-codes")
def new_codes(visit: Visitor) -> Response:
    """Ten new codes, shown this once; those of before work no more."""
    require_fresh(visit)
    person_id = _person(visit)
    with database_of(visit.request).write() as session:
        state = second_factor.state_of(session, person_id)
        if not state.has_app:
            return visit.go(HERE)
        codes = second_factor.make_codes(
            session, person_id, now=visit.now, address=address_of(visit.request)
        )
    return _show_codes(visit, codes, state)


def _show(visit: Visit, db: Session, template: str, form: Shown, *, status: int = 200) -> Response:
    state = second_factor.state_of(db, _person(visit))
    page = SecondFactorPage(form=form, state=state, zone=_zone(visit, db), since=state.since)
    return visit.show(template, page, status=status)


def _show_new(visit: Visit, db: Session, half: HalfOpen, form: Shown) -> Response:
    if half.secret is None:
        raise TicketUnknown
    email = second_factor.state_of(db, half.person_id).email
    page = set_up_of(half.secret, email, form, path=f"{HERE}/new", is_asked=False)
    return visit.show("second_new.html", page, status=403 if form.refusal else 200)


def _show_codes(visit: Visit, codes: list[str], state: State) -> Response:
    with database_of(visit.request).read() as db:
        today = visit.today(rulebook(db))
    page = CodesPage(
        codes=codes,
        made_on=today,
        next=HERE,
        email=state.email,
        is_first=not state.has_app,
    )
    return visit.show("recovery_codes_new.html", page)


def _person(visit: Visit) -> int:
    """Key of the person who looks. Raises NotAllowed for a machine."""
    person = person_of(visit.me)
    if person is None:
        raise NotAllowed
    return person


def _zone(visit: Visit, db: Session) -> str:
    sites = sites_for(rulebook(db), visit.viewer)
    return sites[0].timezone if sites else "UTC"
