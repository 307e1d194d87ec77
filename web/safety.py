"""What every answer carries to keep browsers safe, and the check that a form is one of ours."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue.errors import NotAllowed
from web import errors

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PLOTLY_PROBE: Final = "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
"""The one style attribute that the plotly script writes, to try out how pictures are scaled."""
POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    f"style-src 'self' 'unsafe-hashes' {PLOTLY_PROBE}; form-action 'self'; frame-ancestors 'none'"
)
FLOOR: Final = "/floor"
FLOOR_POLICY: Final = (
    f"{POLICY}; connect-src 'self' http://127.0.0.1:7531; worker-src 'self'; manifest-src 'self'"
)
"""The floor also asks the small program beside it that reads a scale's serial port."""
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), serial=(self), geolocation=(), microphone=()",
}
LINKS: Final = "/outlet/"
"""Pages whose address is all that lets somebody in: no cookie counts there, and no other site can
know the address. Nor may a browser tell it to anybody, which makes its own forms nameless too."""
OF_A_LINK: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
PACKED_FROM_BYTES: Final = 500
FOREVER: Final = "public, max-age=31536000, immutable"


class Safety:
    """Adds the headers, and refuses what another site's page sends with a visitor's cookie.

    Browsers say where a form comes from. A call with a token of its own needs no such check, for
    no other site can know the token.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(scope, MutableHeaders(scope=message))
            await send(message)

        if not scope["path"].startswith(LINKS) and is_foreign(
            scope["method"], Headers(scope=scope)
        ):
            response = errors.as_problem(Request(scope), NotAllowed())
            await response(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


class Packed:
    """Compresses what is the same for everybody: scripts, sheets, pictograms, the floor's shell.

    Never a page with somebody's data, whose length could then tell something about it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(app, minimum_size=PACKED_FROM_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = self._packed if scope["type"] == "http" and _is_public(scope) else self._app
        await chosen(scope, receive, send)


def _is_part_of_a_page(path: str) -> bool:
    return path.startswith("/static/") and path.endswith((".js", ".css"))


def _is_public(scope: Scope) -> bool:
    path: str = scope["path"]
    if scope["method"] not in SAFE_METHODS:
        return False
    if path.startswith("/static/"):
        return path.endswith((".js", ".css", ".svg"))
    return path == FLOOR or path.startswith(f"{FLOOR}/")


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether a page of another site sends this, and could do so only with a cookie."""
    if method in SAFE_METHODS or "authorization" in headers:
        return False
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _add_headers(scope: Scope, headers: MutableHeaders) -> None:
    path = scope["path"]
    # A script or a sheet is no page: what a page may do says nothing there, ninety times.
    names = ("X-Content-Type-Options",) if _is_part_of_a_page(path) else HEADERS
    for name in names:
        headers.setdefault(name, HEADERS[name])
    if path.startswith(LINKS):
        headers.update(OF_A_LINK)
    if path == FLOOR:
        headers["Content-Security-Policy"] = FLOOR_POLICY
    if path.startswith("/static/"):
        if scope["query_string"].startswith(b"v="):
            headers["Cache-Control"] = FOREVER
        elif path.startswith("/static/floor/"):
            # Modules name each other without a version: the service worker keeps them by version.
            headers["Cache-Control"] = "no-cache"
    else:
        # What one person may see is not kept for the next at the same tablet.
        headers.setdefault("Cache-Control", "no-store")
