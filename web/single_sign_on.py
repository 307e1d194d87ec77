"""Single sign-on by OpenID Connect: out to a provider with a code flow and PKCE, and back from it.

What is known of a journey lies in a ticket, whose plain text is the `state`; a cookie binds it to
the browser that set out. Of what the provider says, only issuer and subject are kept, and none of
its tokens ever reaches the browser.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session
from starlette.requests import Request

from accounts import tickets
from accounts.tickets import Purpose
from catalogue.errors import TicketUnknown
from web.provider import Provided, Provider

SECRET_BYTES: Final = 32


class Errand(StrEnum):
    """What somebody goes to a provider for."""

    ENTER = "enter"
    ACCEPT = "accept"
    LINK = "link"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that somebody can sign in with. key: what its button sends."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What somebody goes to a provider for, and where they go afterwards.

    person_id, token_id: who is signed in, and by which session, when an account is linked or
    somebody proves anew who they are. invitation_id: the ticket of an invitation.
    """

    errand: Errand
    next: str = "/"
    person_id: int | None = None
    token_id: int | None = None
    invitation_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """A journey that came back, with what its answer is held against."""

    journey: Journey
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Who somebody is at a provider. is_strong: whether that counts as both factors."""

    issuer: str
    subject: str
    is_strong: bool


def providers_of(request: Request) -> Mapping[str, Provider]:
    """The providers of this installation by their keys."""
    return request.app.state.providers  # type: ignore[no-any-return]


def offers(request: Request) -> tuple[Offer, ...]:
    """What somebody can sign in with; nothing where no provider was named."""
    return tuple(Offer(key, one.settings.name) for key, one in providers_of(request).items())


def new_browser_secret() -> str:
    """What binds a journey to a browser."""
    return secrets.token_urlsafe(SECRET_BYTES)


def set_out(
    session: Session,
    provider: Provider,
    provided: Provided,
    journey: Journey,
    *,
    back: str,
    browser: str,
    now: datetime,
) -> str:
    """The provider's address that the browser is sent to. back: our own, exactly as registered."""
    nonce, verifier = secrets.token_urlsafe(SECRET_BYTES), secrets.token_urlsafe(48)
    state = tickets.issue(
        session,
        Purpose.SINGLE_SIGN_ON,
        person_id=journey.person_id,
        payload={
            "provider": provider.settings.issuer,
            "browser": _kept_of(browser),
            "nonce": nonce,
            "verifier": verifier,
            "errand": journey.errand.value,
            "next": journey.next,
            "token": journey.token_id,
            "invitation": journey.invitation_id,
        },
        now=now,
    )
    more: dict[str, str | int] = {"nonce": nonce}
    if provider.settings.acr:
        more["acr_values"] = " ".join(provider.settings.acr)
    if journey.errand is Errand.AGAIN:
        more |= {"prompt": "login", "max_age": 0}
    from authlib.integrations.requests_client import OAuth2Session

    client = OAuth2Session(
        provider.settings.client_id,
        scope="openid",
        redirect_uri=back,
        code_challenge_method="S256",
    )
    url, _state = client.create_authorization_url(
        provided.authorize, state=state, code_verifier=verifier, **more
    )
    return str(url)


def come_back(
    session: Session, provider: Provider, *, state: str, browser: str, now: datetime
) -> Underway:
    """The journey that this browser set out on to this provider; it is over by this.

    Raises TicketUnknown, also for the journey of another browser, which then goes on.
    """
    row = tickets.look(session, Purpose.SINGLE_SIGN_ON, state, now=now)
    said = row.payload
    is_own = hmac.compare_digest(said["browser"], _kept_of(browser))
    if not is_own or said["provider"] != provider.settings.issuer:
        raise TicketUnknown
    tickets.use(session, Purpose.SINGLE_SIGN_ON, state, now=now)
    journey = Journey(
        errand=Errand(said["errand"]),
        next=said["next"],
        person_id=row.person_id,
        token_id=said["token"],
        invitation_id=said["invitation"],
    )
    return Underway(journey=journey, nonce=said["nonce"], verifier=said["verifier"])


def _kept_of(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
