"""In by a passkey; and somebody's own passkeys: seen, made and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.responses import Response

from accounts import passkeys
from accounts.passkeys import PasskeyRow, passkeys_of
from accounts.second_factor import state_of
from catalogue.errors import (
    LastWayIn,
    Malformed,
    NotAllowed,
    NotFound,
    PasskeyFailed,
    PasskeyTaken,
    ProofTooOld,
    Refusal,
    TicketUnknown,
)
from web import cookies, errors
from web import passkeys as asking
from web.deps import ReadDb, database_of
from web.entering import HalfOpen, finish, half_open, hand_over, let_in, require_fresh
from web.i18n import message
from web.noticing import address_of
from web.notifying import person_of
from web.pages.auditing import zone_of
from web.pages.entrance import own_path
from web.pages.forms import Form as Shown
from web.pages.visiting import Visit, Visitor, show_to_stranger
from web.passkeys import Misfit, misfit_of

router = APIRouter(include_in_schema=False)

HERE: Final = "/account/passkeys"
ANSWER_MAX: Final = 16_000
NAMELESS: Final = message("Type a name on one line, so that you know this passkey again.")
Text = Annotated[str, Form(max_length=200)]
Answer = Annotated[str, Form(max_length=ANSWER_MAX)]
Number = Annotated[str, Path(max_length=20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPage:
    """Show a passkey. misfit: why it would not work here."""

    form: Shown
    next: str
    misfit: Misfit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyLine:
    """One of somebody's passkeys. used_on: the day of its last use."""

    number: int
    name: str
    backed_up: bool
    created_at: datetime
    used_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeysPage:
    """Somebody's passkeys."""

    lines: Sequence[PasskeyLine]
    zone: str
    misfit: Misfit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPage:
    """Make a passkey. path: where the form goes; back: where to go without one; is_asked: whether
    nothing else opens before there is a second factor."""

    form: Shown
    path: str
    back: str
    is_asked: bool
    misfit: Misfit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePage:
    """Whether to remove a passkey."""

    form: Shown
    line: PasskeyLine
    zone: str


@router.get("/login/passkey")
def enter_page(request: Request, next: str = "") -> Response:
    return _show_enter(request, Shown(), next)


@router.post("/login/passkey/options")
def options_to_enter(request: Request) -> Response:
    """What the browser needs. Where it would not work, the page says why."""
    if misfit_of(request) is not None:
        return RedirectResponse("/login/passkey", status_code=303)
    return asking.ask_who(request)


@router.post("/login/passkey")
def enter(request: Request, answer: Answer = "", next: Text = "") -> Response:
    """Sign in: the device asked for a finger, a face or a code, so that nothing more is needed."""
    answered = asking.come_in(request, answer=answer)
    if answered.refusal is not None:
        return _show_enter(request, Shown(refusal=answered.refusal), next)
    response = let_in(
        request, answered.person_id, methods="passkey", next_path=_next(request, next)
    )
    cookies.take_back(request, response, cookies.PASSKEY)
    return response


@router.get("/login/second/passkey")
def set_up_page(request: Request) -> Response:
    with database_of(request).read() as session:
        _setting_up(request, session)
    return _show_set_up(request, Shown(values={"name": asking.name_of(request)}))


@router.post("/login/second/passkey/options")
def options_to_set_up(request: Request) -> Response:
    if misfit_of(request) is not None:
        return RedirectResponse("/login/second/passkey", status_code=303)
    try:
        with database_of(request).read() as session:
            half = _setting_up(request, session)
        return asking.ask_to_add(request, half.person_id)
    except (TicketUnknown, PasskeyFailed) as refusal:
        return errors.as_problem(request, refusal)


@router.post("/login/second/passkey")
def set_up(request: Request, answer: Answer = "", name: Text = "") -> Response:
    """The passkey is made in place of an app with codes, and lets its person in at once."""
    with database_of(request).read() as session:
        half = _setting_up(request, session)
    try:
        with database_of(request).write() as session:
            asking.add(request, session, half.person_id, answer=answer, name=name)
            token = finish(request, session, half, method="passkey")
    except (TicketUnknown, PasskeyFailed, PasskeyTaken, Malformed) as refusal:
        return _show_set_up(request, _again(refusal, name))
    response = RedirectResponse(half.next_path, status_code=303)
    hand_over(request, response, half.person_id, token)
    cookies.take_back(request, response, cookies.PASSKEY)
    return response


@router.get("/account/passkeys")
def own_passkeys(visit: Visitor, db: ReadDb) -> Response:
    zone = zone_of(visit, db)
    lines = [_line(row, zone) for row in passkeys_of(db, _person(visit))]
    page = PasskeysPage(lines=lines, zone=zone, misfit=misfit_of(visit.request))
    return visit.show("passkeys.html", page)


@router.get("/account/passkeys/new")
def new_page(visit: Visitor) -> Response:
    require_fresh(visit)
    return _show_new(visit, Shown(values={"name": asking.name_of(visit.request)}))


@router.post("/account/passkeys/options")
def options_to_add(visit: Visitor) -> Response:
    if misfit_of(visit.request) is not None:
        return visit.go(f"{HERE}/new")
    try:
        require_fresh(visit)
        return asking.ask_to_add(visit.request, _person(visit))
    except (ProofTooOld, PasskeyFailed) as refusal:
        return errors.as_problem(visit.request, refusal)


@router.post("/account/passkeys/new")
def add(visit: Visitor, answer: Answer = "", name: Text = "") -> Response:
    """From now on this passkey lets the person in."""
    require_fresh(visit)
    if not answer:
        # A browser that runs no script: the page says what it needs.
        return visit.go(f"{HERE}/new")
    try:
        with database_of(visit.request).write() as session:
            asking.add(visit.request, session, _person(visit), answer=answer, name=name)
    except (TicketUnknown, PasskeyFailed, PasskeyTaken, Malformed) as refusal:
        return _show_new(visit, _again(refusal, name))
    response = visit.go(HERE, done="passkey_added")
    cookies.take_back(visit.request, response, cookies.PASSKEY)
    return response


@router.get("/account/passkeys/{code}")
def remove_page(visit: Visitor, db: ReadDb, code: Number) -> Response:
    require_fresh(visit)
    return _show_remove(visit, db, code, Shown())


@router.post("/account/passkeys/{code}")
def remove(visit: Visitor, code: Number) -> Response:
    """This passkey lets the person in no more."""
    require_fresh(visit)
    try:
        with database_of(visit.request).write() as session:
            passkeys.remove(
                session,
                _person(visit),
                _number(code),
                now=visit.now,
                address=address_of(visit.request),
            )
    except LastWayIn as refusal:
        with database_of(visit.request).read() as db:
            return _show_remove(visit, db, code, Shown(refusal=refusal))
    return visit.go(HERE, done="passkey_removed")


def _setting_up(request: Request, session: Session) -> HalfOpen:
    """Who has to set up a second factor and has none. Raises TicketUnknown for anybody else."""
    half = half_open(request, session)
    if half.secret is None or state_of(session, half.person_id).has_second:
        raise TicketUnknown
    return half


def _next(request: Request, wanted: str) -> str:
    """Where to go: as it was said, or where somebody between two factors wanted to go."""
    if wanted:
        return own_path(wanted)
    try:
        with database_of(request).read() as session:
            return half_open(request, session).next_path
    except TicketUnknown:
        return "/"


def _show_enter(request: Request, form: Shown, wanted: str) -> Response:
    page = EnterPage(form=form, next=_next(request, wanted), misfit=misfit_of(request))
    return show_to_stranger(request, "passkey_enter.html", page, status=_status(form))


def _show_set_up(request: Request, form: Shown) -> Response:
    page = NewPage(
        form=form,
        path="/login/second/passkey",
        back="/login/second/new",
        is_asked=True,
        misfit=misfit_of(request),
    )
    return show_to_stranger(request, "passkey_new.html", page, status=_status(form))


def _show_new(visit: Visit, form: Shown) -> Response:
    page = NewPage(
        form=form,
        path=f"{HERE}/new",
        back=HERE,
        is_asked=False,
        misfit=misfit_of(visit.request),
    )
    return visit.show("passkey_new.html", page, status=_status(form))


def _show_remove(visit: Visit, db: Session, code: str, form: Shown) -> Response:
    zone, number = zone_of(visit, db), _number(code)
    for row in passkeys_of(db, _person(visit)):
        if row.id == number:
            page = RemovePage(form=form, line=_line(row, zone), zone=zone)
            return visit.show("passkey_remove.html", page, status=_status(form))
    raise NotFound


def _again(refusal: Refusal, name: str) -> Shown:
    """The form as it was sent, and why it was not taken."""
    if isinstance(refusal, Malformed):
        return Shown(values={"name": name}, errors={"name": NAMELESS})
    return Shown(values={"name": name}, refusal=refusal)


def _line(row: PasskeyRow, zone: str) -> PasskeyLine:
    return PasskeyLine(
        number=row.id,
        name=row.name,
        backed_up=row.backed_up,
        created_at=row.created_at,
        used_on=row.used_at.astimezone(ZoneInfo(zone)).date() if row.used_at else None,
    )


def _person(visit: Visit) -> int:
    """Key of the person who looks. Raises NotAllowed for a machine."""
    person = person_of(visit.me)
    if person is None:
        raise NotAllowed
    return person


def _number(code: str) -> int:
    if not (code.isascii() and code.isdigit() and len(code) <= 18):
        raise NotFound
    return int(code)


def _status(form: Shown) -> int:
    if form.refusal is None:
        return 422 if form.errors else 200
    return errors.status_of(form.refusal)
