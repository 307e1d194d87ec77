"""In and out, and everybody to the right place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from accounts import second_factor, totp
from accounts.actions import sign_out
from accounts.audit import Doing, note_event
from accounts.queries import viewer_of
from catalogue.errors import (
    LockedOut,
    NotAllowed,
    Refusal,
    SecondFactorLost,
    SecondFactorWrong,
    SignInFailed,
    TicketUnknown,
)
from labels.pictures import qr_picture
from web import cookies
from web.deps import database_of
from web.entering import HalfOpen, finish, half_open, hand_over, let_in, ring_of
from web.noticing import address_of
from web.notifying import person_of
from web.pages.booking import EMPTY
from web.pages.forms import AgainPage, CodesPage, LoginPage, SecondPage, SetUpPage
from web.pages.forms import Form as Shown
from web.pages.visiting import Visit, Visitor, home_of, show_to_stranger
from web.passkeys import misfit_of
from web.single_sign_on import offers
from web.trying import enter_by_code, person_of_password

router = APIRouter(include_in_schema=False)

Field = Annotated[str, Form(max_length=200)]


@router.get("/")
def first_page(visit: Visitor) -> RedirectResponse:
    return visit.go(home_of(visit.viewer.role))


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    return _show_login(request, Shown(), next)


@router.post("/login")
def login(
    request: Request,
    email: Field = "",
    password: Field = "",
    next: Field = "/",
) -> Response:
    """Sign in, or on to the second factor. The password is judged while nobody waits to write."""
    try:
        person_id = person_of_password(request, email=email, password=password)
    except (SignInFailed, LockedOut) as refusal:
        return _show_login(request, Shown(values={"email": email}, refusal=refusal), next)
    return let_in(request, person_id, methods="password", next_path=own_path(next))


@router.get("/login/second")
def second_page(request: Request) -> Response:
    with database_of(request).read() as session:
        half = half_open(request, session)
    if half.secret is not None:
        return RedirectResponse("/login/second/new", status_code=303)
    return _show_second(request, half, Shown())


@router.post("/login/second")
def second(request: Request, code: Field = "") -> Response:
    """In by a code of the app, or by one on paper."""
    with database_of(request).read() as session:
        half = half_open(request, session)
    if half.secret is not None:
        raise TicketUnknown
    try:
        token = enter_by_code(request, half, code)
    except (SecondFactorWrong, SecondFactorLost, LockedOut) as refusal:
        return _show_second(request, half, Shown(refusal=refusal))
    response = RedirectResponse(half.next_path, status_code=303)
    hand_over(request, response, half.person_id, token)
    return response


@router.get("/login/second/new")
def set_up_page(request: Request) -> Response:
    with database_of(request).read() as session:
        half = half_open(request, session)
        email = second_factor.state_of(session, half.person_id).email
    return _show_set_up(request, half, email, Shown())


@router.post("/login/second/new")
def set_up(request: Request, code: Field = "") -> Response:
    """The app is set up, and lets its person in at once; recovery codes are shown this once."""
    now, address = request.app.state.clock(), address_of(request)
    with database_of(request).read() as session:
        half = half_open(request, session)
        state = second_factor.state_of(session, half.person_id)
    if half.secret is None:
        raise TicketUnknown
    try:
        with database_of(request).write() as session:
            second_factor.set_up(
                session,
                ring_of(request),
                half.person_id,
                secret=half.secret,
                code=code,
                now=now,
                address=address,
                is_first=True,
            )
            codes = second_factor.make_codes(session, half.person_id, now=now, address=address)
            token = finish(request, session, half, method="totp")
    except SecondFactorWrong as refusal:
        return _show_set_up(request, half, state.email, Shown(refusal=refusal))
    page = CodesPage(codes=codes, made_on=now.date(), next=half.next_path, email=state.email)
    response = show_to_stranger(request, "recovery_codes_new.html", page)
    hand_over(request, response, half.person_id, token)
    return response


@router.get("/login/again")
def again_page(visit: Visitor, next: str = "/") -> Response:
    return _show_again(visit, Shown(), next)


@router.post("/login/again")
def prove_again(visit: Visitor, password: Field = "", next: Field = "/") -> Response:
    """The same person proves who they are, with all that a sign-in asks for, in a new session."""
    person_id, state = _own_state(visit)
    if not password:
        return _show_again(visit, Shown(errors={"password": EMPTY}), next)
    try:
        known = person_of_password(visit.request, email=state.email, password=password)
    except (SignInFailed, LockedOut) as refusal:
        return _show_again(visit, Shown(refusal=refusal), next)
    if known != person_id:
        raise NotAllowed
    return let_in(visit.request, person_id, methods="password", next_path=own_path(next))


@router.post("/logout")
def logout(request: Request) -> RedirectResponse:
    token = cookies.read(request, cookies.SESSION)
    if token:
        now = request.app.state.clock()
        with database_of(request).write() as session:
            me = viewer_of(session, token, now=now)
            sign_out(session, token, now=now)
            if me is not None:
                note_event(
                    session,
                    Doing.SIGNED_OUT,
                    now=now,
                    actor=me.actor,
                    target=me.actor,
                    organisation_id=me.viewer.organisation_id,
                    address=address_of(request),
                )
        request.app.state.remembered.forget()
    response = RedirectResponse("/login", status_code=303)
    cookies.take_back(request, response, cookies.SESSION)
    return response


def own_path(wanted: str) -> str:
    """The path if it is one of ours: never another site, however it is written."""
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if safe and wanted.isprintable() else "/"


def _show_login(request: Request, form: Shown, next_path: str) -> Response:
    page = LoginPage(
        form=form,
        next=own_path(next_path),
        providers=offers(request),
        forgotten=_has_page(request, "/forgotten"),
        passkey=misfit_of(request) is None,
    )
    return show_to_stranger(request, "login.html", page, status=_status(form.refusal))


def _show_second(request: Request, half: HalfOpen, form: Shown) -> Response:
    with database_of(request).read() as session:
        state = second_factor.state_of(session, half.person_id)
    page = SecondPage(form=form, app=state.has_app, passkey=state.passkeys > 0, next=half.next_path)
    return show_to_stranger(request, "second.html", page, status=_status(form.refusal))


def _show_set_up(request: Request, half: HalfOpen, email: str, form: Shown) -> Response:
    if half.secret is None:
        raise TicketUnknown
    page = set_up_of(
        half.secret,
        email,
        form,
        path="/login/second/new",
        is_asked=True,
        passkey=misfit_of(request) is None,
    )
    return show_to_stranger(request, "second_new.html", page, status=_status(form.refusal))


def set_up_of(
    secret: str, email: str, form: Shown, *, path: str, is_asked: bool, passkey: bool = False
) -> SetUpPage:
    """How an app learns its secret: by its camera, by a link on a phone, or by typing."""
    link = totp.link(secret, email)
    return SetUpPage(
        form=form,
        picture=qr_picture(link),
        link=link,
        secret=totp.in_fours(secret),
        path=path,
        is_asked=is_asked,
        passkey=passkey,
    )


def _show_again(visit: Visit, form: Shown, next_path: str) -> Response:
    _person_id, state = _own_state(visit)
    page = AgainPage(
        form=form,
        name=visit.me.name,
        next=own_path(next_path),
        has_password=state.has_password,
        providers=offers(visit.request),
        passkey=state.passkeys > 0,
    )
    return visit.show("again.html", page, status=_status(form.refusal))


def _own_state(visit: Visit) -> tuple[int, second_factor.State]:
    person_id = person_of(visit.me)
    if person_id is None or visit.me.kind != "session":
        raise NotAllowed
    with database_of(visit.request).read() as session:
        return person_id, second_factor.state_of(session, person_id)


def _status(refusal: Refusal | None) -> int:
    return 403 if refusal else 200


def _has_page(request: Request, path: str) -> bool:
    return path in request.app.state.pages
