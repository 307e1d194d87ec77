"""Who a provider of single sign-on says that somebody is: what the browser brought back is traded
for an ID token, and that is held against the journey. Apart from the journeys, because what reads
tokens is large and seldom needed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.common.errors import AuthlibBaseError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from requests import RequestException
from urllib3.exceptions import HTTPError

from catalogue.errors import SignOnFailed
from web.provider import Provider, ProviderFailed
from web.settings import ProviderSettings
from web.single_sign_on import Errand, Proven, Underway

ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
LEEWAY_S: Final = 60
"""By so much the clocks of a provider and of this machine may differ."""
AGE_MAX: Final = timedelta(minutes=10)
log = logging.getLogger("stofstroom")


class _Allowed(JWSRegistry):
    """The signatures that we believe, by name: never none, and none with a shared secret."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"Algorithm of {name!r} is not allowed")
        return self.algorithms[name]


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
