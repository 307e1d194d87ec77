"""The last steps of every way in: somebody proved who they are, shows a second factor where one is
needed, and gets a session. Each session has a new token, so no token from before lets anybody in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.responses import Response

from accounts import tickets, totp
from accounts.actions import open_session, sign_out
from accounts.audit import Doing, note_event
from accounts.second_factor import State, Step, state_of, step_after, ways_in
from accounts.tickets import Purpose
from catalogue.errors import NotAllowed, ProofTooOld, TicketUnknown
from proof.sealing import SealBroken, seal, unseal
from proof.signing import KeyRing, load_or_create_ring
from web import cookies
from web.browsers import browser_name
from web.deps import database_of
from web.known_browsers import remember
from web.noticing import address_of
from web.pages.visiting import Visit

__all__ = [
    "HalfOpen",
    "again",
    "begin_set_up",
    "finish",
    "half_open",
    "hand_over",
    "let_in",
    "new_session",
    "own_set_up",
    "require_fresh",
    "ring_of",
    "set_session_cookie",
    "ways_in",
]

FRESH: Final = timedelta(minutes=15)
"""How long a sign-in is proof enough to change the ways in, or to make something that lets in."""
OWN: Final = "own"
"""On the ticket of who is signed in already: it opens no session."""
STEPS: Final = {Step.PROVE: "/login/second", Step.SET_UP: "/login/second/new"}


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """Somebody who proved one factor. methods: how. next_path: where they want to go. secret: of
    the app that they are setting up; None where they have to show a code of theirs."""

    ticket_id: int
    person_id: int
    methods: str
    next_path: str
    secret: str | None


def let_in(request: Request, person_id: int, *, methods: str, next_path: str) -> Response:
    """A session for a person who came in by these methods, and on to the page they wanted; or on
    to the second factor, where the one they gave is not enough. Always a redirect.

    methods: words out of `password`, `totp`, `recovery`, `passkey`, `sso` (both factors) and
    `sso_first` (one), with spaces between. next_path: one of our own (`entrance.own_path`).
    """
    with database_of(request).write() as session:
        state = state_of(session, person_id)
        step = step_after(state, methods)
        if step is not Step.NONE:
            ring = ring_of(request)
            secret = totp.new_secret() if step is Step.SET_UP else None
            payload = {"methods": methods, "next": next_path}
            ticket = _issue(request, session, ring, person_id, payload, secret)
            response = RedirectResponse(STEPS[step], status_code=303)
            _give_ticket(request, response, ticket)
            return response
        token = new_session(request, session, person_id, state, methods=methods)
    response = RedirectResponse(next_path, status_code=303)
    hand_over(request, response, person_id, token)
    return response


def begin_set_up(request: Request, person_id: int, *, next_path: str) -> Response:
    """Lead somebody who is signed in through setting up an app, by the same ticket."""
    with database_of(request).write() as session:
        ring, secret = ring_of(request), totp.new_secret()
        payload = {"methods": OWN, "next": next_path}
        ticket = _issue(request, session, ring, person_id, payload, secret)
    response = RedirectResponse("/account/second-factor/new", status_code=303)
    _give_ticket(request, response, ticket)
    return response


def half_open(request: Request, session: Session) -> HalfOpen:
    """Who is between the two factors, by their browser's ticket. Raises TicketUnknown."""
    half = _half_open(request, session)
    if half.methods == OWN:
        raise TicketUnknown
    return half


def own_set_up(request: Request, session: Session, person_id: int) -> HalfOpen:
    """The app that somebody who is signed in sets up. Raises TicketUnknown."""
    half = _half_open(request, session)
    if half.methods != OWN or half.person_id != person_id:
        raise TicketUnknown
    return half


def finish(request: Request, session: Session, half: HalfOpen, *, method: str) -> str:
    """Use the ticket up, and open the session: its token, for `hand_over` after the commit."""
    now = request.app.state.clock()
    tickets.use_known(session, Purpose.SECOND_FACTOR, half.ticket_id, now=now)
    state = state_of(session, half.person_id)
    methods = f"{half.methods} {method}".strip()
    return new_session(request, session, half.person_id, state, methods=methods)


def new_session(
    request: Request, session: Session, person_id: int, state: State, *, methods: str
) -> str:
    """The token of a new session; the one that this browser had before is over."""
    app, now = request.app.state, request.app.state.clock()
    before = cookies.read(request, cookies.SESSION)
    if before:
        sign_out(session, before, now=now)
        app.remembered.forget()
    token = open_session(
        session,
        person_id,
        now=now,
        methods=methods,
        browser=browser_name(request.headers.get("user-agent", "")),
        kept=app.settings.sessions.whole,
    )
    who = f"person:{person_id}"
    note_event(
        session,
        Doing.SIGNED_IN,
        now=now,
        actor=who,
        target=who,
        organisation_id=state.organisation_id,
        address=address_of(request),
        details={"methods": methods},
    )
    return token


def hand_over(request: Request, response: Response, person_id: int, token: str) -> None:
    """The browser gets its session, and is one that the person signed in with from now on."""
    set_session_cookie(request, response, token)
    remember(request, response, ring_of(request), person_id)
    if cookies.read(request, cookies.HALF_OPEN):
        cookies.take_back(request, response, cookies.HALF_OPEN)


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the browser its session: no script reads it, and no other site sends it."""
    cookies.give(request, response, cookies.SESSION, token)


def require_fresh(visit: Visit, *, back: str = "") -> None:
    """Raise ProofTooOld unless the person signed in a moment ago; NotAllowed for a machine.

    The page that answers it leads through `/login/again` and then to `back`, by default the path
    that was asked for. Ask it where a form is shown too, so that nothing typed is lost.
    """
    if visit.me.kind != "session" or visit.me.since is None:
        raise NotAllowed
    if visit.now - visit.me.since >= FRESH:
        raise ProofTooOld(back=back or visit.request.url.path)


def again(path: str) -> str:
    """The address where somebody proves anew who they are, and comes back from."""
    return f"/login/again?{urlencode({'next': path})}"


def ring_of(request: Request) -> KeyRing:
    """The keys, as the key file has them now."""
    state = request.app.state
    return load_or_create_ring(state.settings.keys, now=state.clock())


def _issue(
    request: Request,
    session: Session,
    ring: KeyRing,
    person_id: int,
    payload: dict[str, str],
    secret: str | None,
) -> str:
    """A ticket that says how far somebody is. The secret of an app to be is sealed on it, and is
    known to this browser alone: who began elsewhere sets another one up."""
    if secret is not None:
        payload = {**payload, "secret": seal(ring, secret, bound_to=_bound(person_id))}
    return tickets.issue(
        session,
        Purpose.SECOND_FACTOR,
        person_id=person_id,
        payload=payload,
        now=request.app.state.clock(),
    )


def _give_ticket(request: Request, response: Response, ticket: str) -> None:
    seconds = int(tickets.KEPT[Purpose.SECOND_FACTOR].total_seconds())
    cookies.give(request, response, cookies.HALF_OPEN, ticket, seconds=seconds)


def _half_open(request: Request, session: Session) -> HalfOpen:
    plain = cookies.read(request, cookies.HALF_OPEN) or ""
    row = tickets.look(session, Purpose.SECOND_FACTOR, plain, now=request.app.state.clock())
    person_id, sealed, secret = row.person_id, row.payload.get("secret"), None
    if person_id is None:
        raise TicketUnknown
    if sealed is not None:
        try:
            secret = unseal(ring_of(request), sealed, bound_to=_bound(person_id))
        except SealBroken:
            raise TicketUnknown from None
    return HalfOpen(row.id, person_id, row.payload["methods"], row.payload["next"], secret)


def _bound(person_id: int) -> str:
    return f"app to be of person {person_id}"
