"""In by a provider of single sign-on, and the accounts there that a person is known by."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from accounts import identities, tickets
from accounts.audit import Doing, note_event
from accounts.joining import accept_by_identity
from accounts.sessions import end_session
from accounts.tickets import Purpose
from catalogue.errors import IdentityUnknown, NotFound, SignOnFailed, TicketUnknown
from web import cookies
from web.deps import database_of, signed_in
from web.entering import let_in
from web.noticing import address_of
from web.notifying import person_of
from web.pages.entrance import own_path
from web.pages.visiting import show_to_stranger
from web.provider import Provider, ProviderFailed
from web.single_sign_on import (
    Errand,
    Journey,
    Proven,
    Underway,
    come_back,
    new_browser_secret,
    providers_of,
    set_out,
)

router = APIRouter(include_in_schema=False)

LENGTH_MAX: Final = 4096
"""Of anything that a provider lets the browser bring back."""
log = logging.getLogger("stofstroom")

Text = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class WayPage:
    """On to a provider, or back from it to a page of ours. name: of the provider."""

    name: str
    url: str
    is_back: bool = False


@router.post("/login/sso")
def leave(
    request: Request,
    provider: Text = "",
    next: Text = "/",
    again: Text = "",
    invitation: Text = "",
) -> Response:
    """Go and let a provider say who somebody is: to sign in, to prove it anew, or to accept an
    invitation without choosing a password."""
    journey = Journey(errand=Errand.ENTER, next=own_path(next))
    if invitation:
        with database_of(request).read() as session:
            row = tickets.look(session, Purpose.INVITATION, invitation, now=_now(request))
        journey = Journey(errand=Errand.ACCEPT, person_id=row.person_id, invitation_id=row.id)
    if again:
        me = signed_in(request)
        journey = Journey(
            errand=Errand.AGAIN,
            next=own_path(next),
            person_id=person_of(me),
            token_id=me.token_id,
        )
    return send_away(request, provider, journey)


def send_away(request: Request, key: str, journey: Journey) -> Response:
    """The page that leads on to the provider.

    No redirect: what a form is answered with may not lead to another site (`form-action`).
    """
    provider = _provider(request, key)
    try:
        provided = provider.provided()
    except ProviderFailed as error:
        log.warning("single sign-on by %s failed: %s", provider.settings.name, error)
        raise SignOnFailed(problem="provider") from None
    browser = cookies.read(request, cookies.SIGN_ON) or new_browser_secret()
    with database_of(request).write() as session:
        url = set_out(
            session,
            provider,
            provided,
            journey,
            back=_back(request, key),
            browser=browser,
            now=_now(request),
        )
    response = show_to_stranger(request, "sso_way.html", WayPage(provider.settings.name, url))
    kept_s = int(tickets.KEPT[Purpose.SINGLE_SIGN_ON].total_seconds())
    # Lax, for the provider leads back here: a strict one would not be sent along.
    cookies.give(request, response, cookies.SIGN_ON, browser, seconds=kept_s, same_site="lax")
    return response


@router.get("/login/sso/back/{code}")
def back(request: Request, code: str) -> Response:
    """Somebody comes back from a provider: as who they are there."""
    from web.id_tokens import prove

    provider = _provider(request, code)
    answer = {name: text[:LENGTH_MAX] for name, text in request.query_params.items()}
    state = answer.get("state", "")
    with database_of(request).read() as session:
        # Whoever guesses does not wait for the pen, and keeps nobody else from it.
        tickets.look(session, Purpose.SINGLE_SIGN_ON, state, now=_now(request))
    with database_of(request).write() as session:
        underway = come_back(
            session,
            provider,
            state=state,
            browser=cookies.read(request, cookies.SIGN_ON) or "",
            now=_now(request),
        )
    proven = prove(provider, underway, answer, back=_back(request, code), now=_now(request))
    response = _on(request, underway, proven)
    page = WayPage(provider.settings.name, response.headers["location"], is_back=True)
    shown = show_to_stranger(request, "sso_way.html", page)
    # From here on it is our own page that leads on: then the browser sends the session along,
    # which it does not on a way that began at another site.
    shown.raw_headers += [each for each in response.raw_headers if each[0] == b"set-cookie"]
    cookies.take_back(request, shown, cookies.SIGN_ON)
    return shown


def _on(request: Request, underway: Underway, proven: Proven) -> Response:
    """What somebody came for, now that it is known who they are. A redirect within our pages."""
    journey, now = underway.journey, _now(request)
    database, issuer, subject = database_of(request), proven.issuer, proven.subject
    if journey.errand is Errand.LINK:
        with database.write() as session:
            _link(request, session, journey, proven)
        return RedirectResponse("/account/identity?done=identity_linked", status_code=303)
    try:
        with database.write() as session:
            if journey.errand is Errand.ACCEPT:
                _accept(request, session, journey, proven)
            person_id = identities.person_by_identity(session, issuer, subject, now=now)
    except IdentityUnknown:
        _note_failed(request)
        raise
    if journey.errand is Errand.AGAIN:
        _end_before(request, journey, person_id)
    methods = "sso" if proven.is_strong else "sso_first"
    return let_in(request, person_id, methods=methods, next_path=journey.next)


def _accept(request: Request, session: Session, journey: Journey, proven: Proven) -> None:
    """The invitation is used up, and whoever it was for is known by the account from now on."""
    person_id = accept_by_identity(
        session, journey.invitation_id or 0, now=_now(request), address=address_of(request)
    )
    if person_id != journey.person_id:
        raise TicketUnknown
    identities.link(
        session,
        person_id,
        issuer=proven.issuer,
        subject=proven.subject,
        now=_now(request),
        address=address_of(request),
    )


def _link(request: Request, session: Session, journey: Journey, proven: Proven) -> None:
    """The account is the person's from now on, if they are still signed in as when they left."""
    person_id, now = journey.person_id, _now(request)
    if person_id is None or not identities.is_signed_in(
        session, journey.token_id, person_id, now=now
    ):
        raise TicketUnknown
    identities.link(
        session,
        person_id,
        issuer=proven.issuer,
        subject=proven.subject,
        now=now,
        address=address_of(request),
    )


def _end_before(request: Request, journey: Journey, person_id: int) -> None:
    """Who proves anew who they are gets a new session, and the one they left from is over.

    Its cookie was not sent along. Raises SignOnFailed for somebody else, TicketUnknown where that
    session ended on the way.
    """
    if person_id != journey.person_id:
        raise SignOnFailed(problem="person")
    with database_of(request).write() as session:
        if journey.token_id is None:
            raise TicketUnknown
        try:
            end_session(session, journey.token_id, person_id=person_id, now=_now(request))
        except NotFound:
            raise TicketUnknown from None
    request.app.state.remembered.forget()


def _note_failed(request: Request) -> None:
    with database_of(request).write() as session:
        note_event(
            session,
            Doing.SIGN_IN_FAILED,
            now=_now(request),
            address=address_of(request),
            details={"by": "sso"},
        )


def _provider(request: Request, key: str) -> Provider:
    known = providers_of(request).get(key)
    if known is None:
        raise NotFound
    return known


def _back(request: Request, key: str) -> str:
    """Where a provider sends people back to: what was registered there, to the letter."""
    return f"{request.app.state.settings.public_url}/login/sso/back/{key}"


def _now(request: Request) -> datetime:
    return request.app.state.clock()  # type: ignore[no-any-return]
