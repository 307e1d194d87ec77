"""Every cookie of ours: one place that names, sets, reads and takes them back."""

from __future__ import annotations

from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

SESSION: Final = "stofstroom"
LANGUAGE: Final = "lang"
SIGN_ON: Final = "sign-on"
"""Which browser set out for a provider of single sign-on."""
HALF_OPEN: Final = "half-open"
"""Who proved the first factor and has to prove the second one."""
KNOWN: Final = "known"
"""Whose wrong tries are counted apart, for they signed in with this browser before."""
PASSKEY: Final = "passkey"
"""Who was asked to make or show a passkey, and has not answered yet."""
HOST_ONLY: Final = "__Host-"
"""Browsers keep a cookie of such a name only for this very host, over TLS, for every path: no
neighbour, no subdomain and no unencrypted answer can set or replace it."""

SameSite = Literal["strict", "lax"]


def name_of(request: Request, name: str) -> str:
    """What a cookie is called here: over TLS with the prefix that browsers guard."""
    return f"{HOST_ONLY}{name}" if is_secure(request) else name


def read(request: Request, name: str) -> str | None:
    """What the browser was given under this name. Over TLS no other name counts."""
    brought = request.cookies
    return brought.get(name_of(request, name)) if brought else None


def give(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
    same_site: SameSite = "strict",
) -> None:
    """Hand the browser a cookie that no script reads. seconds: None until the browser closes.

    same_site: "lax" only where somebody comes back from another site and must be known again.
    """
    response.set_cookie(
        name_of(request, name),
        value,
        max_age=seconds,
        httponly=True,
        samesite=same_site,
        secure=is_secure(request),
    )


def take_back(request: Request, response: Response, name: str) -> None:
    """Let the browser forget a cookie."""
    response.delete_cookie(name_of(request, name), httponly=True, secure=is_secure(request))


def is_secure(request: Request) -> bool:
    """Whether browsers reach us over TLS: this very request did, or the installation says so."""
    public_url: str = request.app.state.settings.public_url
    return request.url.scheme == "https" or public_url.startswith("https://")
