"""Passkeys within a request: whom they are for, whether this address is theirs, and the ticket that
a browser holds while it asks its owner."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.responses import Response

from accounts import passkeys
from accounts.passkey_parties import Party
from accounts.passkeys import PATIENCE, Answered, Asked
from catalogue.errors import PasskeyFailed
from web import cookies
from web.browsers import browser_name
from web.deps import database_of
from web.i18n import message
from web.noticing import address_of
from web.settings import is_guarded

PORTS: Final = {"http": 80, "https": 443}
UNFIT: Final = message(
    "Passkeys need an address that begins with https:// and has a name in it, not numbers. This"
    " installation says that it is at %(there)s."
)
ELSEWHERE: Final = message(
    "Passkeys of this installation work at %(there)s only, and you are at %(here)s."
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why passkeys do not work here. why: a msgid; there: where the installation says that it is;
    here: where the browser is."""

    why: str
    there: str
    here: str


def misfit_of(request: Request) -> Misfit | None:
    """Why browsers would make no passkey here; None where they do."""
    there, here = party_of(request).origin, _host(request.url.scheme, request.url.netloc)
    parts = urlsplit(there)
    if not is_guarded(there) or _is_number(parts.hostname or ""):
        return Misfit(UNFIT, there, here)
    # TLS may end before us: then only the names tell.
    if _host(parts.scheme, here) != parts.netloc:
        return Misfit(ELSEWHERE, there, f"{parts.scheme}://{here}")
    return None


def party_of(request: Request) -> Party:
    """Whom passkeys are for: the host of the public address, and nobody under or above it."""
    parts = urlsplit(request.app.state.settings.public_url)
    origin = f"{parts.scheme}://{_host(parts.scheme, parts.netloc)}"
    return Party(parts.hostname or "", origin)


def ask_to_add(request: Request, person_id: int) -> Response:
    """What the browser needs to make a passkey for a person. Raises PasskeyFailed, NotFound."""
    party = _fitting(request)
    with database_of(request).write() as session:
        asked = passkeys.ask_to_add(session, person_id, party, now=request.app.state.clock())
    return _answer(request, asked)


def add(request: Request, session: Session, person_id: int, *, answer: str, name: str) -> None:
    """Keep the passkey that the browser made for a person, in a transaction of the caller's.

    Raises TicketUnknown, PasskeyFailed, PasskeyTaken, Malformed.
    """
    passkeys.add(
        session,
        person_id,
        party_of(request),
        ticket=cookies.read(request, cookies.PASSKEY) or "",
        answer=answer,
        name=name,
        now=request.app.state.clock(),
        address=address_of(request),
    )


def ask_who(request: Request) -> Response:
    """What the browser needs to show a passkey. Raises PasskeyFailed."""
    party = _fitting(request)
    with database_of(request).write() as session:
        asked = passkeys.ask_who(session, party, now=request.app.state.clock())
    return _answer(request, asked)


def come_in(request: Request, *, answer: str) -> Answered:
    """Who shows a passkey; what is noted of it is kept, whether it lets them in or not."""
    with database_of(request).write() as session:
        return passkeys.come_in(
            session,
            party_of(request),
            ticket=cookies.read(request, cookies.PASSKEY) or "",
            answer=answer,
            now=request.app.state.clock(),
            address=address_of(request),
        )


def name_of(request: Request) -> str:
    """What a new passkey could be called: as the browser, for its owner to change."""
    return browser_name(request.headers.get("user-agent", ""))


def _fitting(request: Request) -> Party:
    if misfit_of(request) is not None:
        raise PasskeyFailed(problem="place")
    return party_of(request)


def _answer(request: Request, asked: Asked) -> Response:
    response = JSONResponse(dict(asked.options))
    kept_s = int(PATIENCE.total_seconds())
    cookies.give(request, response, cookies.PASSKEY, asked.ticket, seconds=kept_s)
    return response


def _host(scheme: str, netloc: str) -> str:
    """A host as browsers write it: in small letters, without the port that goes without saying."""
    host = netloc.lower()
    return host.removesuffix(f":{PORTS[scheme]}") if scheme in PORTS else host


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
