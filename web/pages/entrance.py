"""In and out, and everybody to the right place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from accounts.actions import sign_out
from accounts.queries import person_by_password
from catalogue.errors import SignInFailed
from web import cookies
from web.deps import database_of
from web.entering import let_in
from web.pages.forms import Form as Shown
from web.pages.forms import LoginPage
from web.pages.visiting import Visitor, home_of, show_to_stranger
from web.single_sign_on import offers

router = APIRouter(include_in_schema=False)

Field = Annotated[str, Form(max_length=200)]


@router.get("/")
def first_page(visit: Visitor) -> RedirectResponse:
    return visit.go(home_of(visit.viewer.role))


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    page = LoginPage(form=Shown(), next=own_path(next), providers=offers(request))
    return show_to_stranger(request, "login.html", page)


@router.post("/login")
def login(
    request: Request,
    email: Field = "",
    password: Field = "",
    next: Field = "/",
) -> Response:
    """Sign in. The password is checked before the writing transaction begins."""
    try:
        with database_of(request).read() as session:
            person_id = person_by_password(session, email=email, password=password)
    except SignInFailed as refusal:
        page = LoginPage(
            form=Shown(values={"email": email}, refusal=refusal),
            next=own_path(next),
            providers=offers(request),
        )
        return show_to_stranger(request, "login.html", page, status=403)
    return let_in(request, person_id, methods="password", next_path=own_path(next))


@router.post("/logout")
def logout(request: Request) -> RedirectResponse:
    token = cookies.read(request, cookies.SESSION)
    if token:
        with database_of(request).write() as session:
            sign_out(session, token, now=request.app.state.clock())
        request.app.state.remembered.forget()
    response = RedirectResponse("/login", status_code=303)
    cookies.take_back(request, response, cookies.SESSION)
    return response


def own_path(wanted: str) -> str:
    """The path if it is one of ours: never another site, however it is written."""
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if safe and wanted.isprintable() else "/"
