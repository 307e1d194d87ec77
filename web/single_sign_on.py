"""Single sign-on by OpenID Connect: out to a provider with a code flow and PKCE, and back from it.

What is known of a journey lies in a ticket, whose plain text is the `state`; a cookie binds it to
the browser that set out. Of what the provider says, only issuer and subject are kept, and none of
its tokens ever reaches the browser.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from requests import RequestException
from sqlmodel import Session
from starlette.requests import Request
from urllib3.exceptions import HTTPError

from accounts import tickets
from accounts.tickets import Purpose
from catalogue.errors import SignOnFailed, TicketUnknown
from web.provider import Provided, Provider, ProviderFailed
from web.settings import ProviderSettings

ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
LEEWAY_S: Final = 60
"""By so much the clocks of a provider and of this machine may differ."""
AGE_MAX: Final = timedelta(minutes=10)
SECRET_BYTES: Final = 32
log = logging.getLogger("stofstroom")


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


class _Allowed(JWSRegistry):
    """The signatures that we believe, by name: never none, and none with a shared secret."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"Algorithm of {name!r} is not allowed")
        return self.algorithms[name]


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


def prove(
    provider: Provider, underway: Underway, answer: Mapping[str, str], *, back: str, now: datetime
) -> Proven:
    """Who the provider says it is. answer: what the browser brought back. Raises SignOnFailed."""
    try:
        return _prove(provider, underway, answer, back=back, now=now)
    except (ProviderFailed, RequestException, HTTPError, AuthlibBaseError) as error:
        # A provider's own sentence may hold anything, so only its kind is told.
        what = error if isinstance(error, ProviderFailed) else type(error).__name__
        log.warning("single sign-on by %s failed: %s", provider.settings.name, what)
        raise SignOnFailed(problem="provider") from None
    except (JoseError, ValueError, TypeError, KeyError) as error:
        kind = type(error).__name__
        log.warning("single sign-on by %s: its token is wrong: %s", provider.settings.name, kind)
        raise SignOnFailed(problem="token") from None


def _prove(
    provider: Provider, underway: Underway, answer: Mapping[str, str], *, back: str, now: datetime
) -> Proven:
    provided = provider.provided()
    issuer = provider.settings.issuer
    said = answer.get("iss")
    if (said is None and provided.tells_issuer) or (said is not None and said != issuer):
        raise SignOnFailed(problem="issuer")
    if "error" in answer:
        declined = answer["error"] in {"access_denied", "login_required", "interaction_required"}
        raise SignOnFailed(problem="declined" if declined else "provider")
    code = answer.get("code")
    if not code:
        raise SignOnFailed(problem="code")
    with provider.client(provided) as client:
        token = client.fetch_token(
            provided.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=underway.verifier,
            redirect_uri=back,
            allow_redirects=False,
        )
    claims = _claims(provider, token.get("id_token"), underway, now=now)
    return Proven(
        issuer=issuer, subject=claims["sub"], is_strong=_is_strong(provider.settings, claims)
    )


def _claims(
    provider: Provider, id_token: Any, underway: Underway, *, now: datetime
) -> Mapping[str, Any]:
    """What an ID token says, once it is sure that it is for us, for this journey, and of now.

    The checks are those of OpenID Connect Core 1.0, section 3.1.3.7.
    """
    if not isinstance(id_token, str):
        raise SignOnFailed(problem="token")
    registry = _Allowed(strict_check_header=False)
    try:
        token = jwt.decode(id_token, provider.keys(), registry=registry)
    except InvalidKeyIdError:
        token = jwt.decode(id_token, provider.keys(anew=True), registry=registry)
    settings = provider.settings
    is_again = underway.journey.errand is Errand.AGAIN
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
            "sub": {"essential": True},
        },
        params={
            "nonce": underway.nonce,
            "client_id": settings.client_id,
            "max_age": is_again,
        },
    )
    seconds = int(now.timestamp())
    claims.validate(now=seconds, leeway=LEEWAY_S)
    oldest = seconds - AGE_MAX.total_seconds() - LEEWAY_S
    if claims["iat"] < oldest or (is_again and claims["auth_time"] < oldest):
        raise SignOnFailed(problem="old")
    return dict(claims)


def _is_strong(settings: ProviderSettings, claims: Mapping[str, Any]) -> bool:
    if settings.acr and claims.get("acr") not in settings.acr:
        return False
    return not settings.amr or not set(settings.amr).isdisjoint(claims.get("amr") or ())


def _kept_of(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
