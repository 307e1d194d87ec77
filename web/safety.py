"""What every answer carries to keep browsers safe, and the check that a form is one of ours."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue.errors import Malformed, NotAllowed
from web import cookies, errors, logs

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FLOOR: Final = "/floor"
FLOOR_POLICY: Final = (
    POLICY.replace("connect-src 'self'", "connect-src 'self' http://127.0.0.1:7531")
    + "; worker-src 'self'; manifest-src 'self'"
)
"""The floor also asks the small program beside it that reads a scale's serial port."""
BARE_POLICY: Final = (
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
"""For what is no page and no paper: whatever its bytes are, a browser runs nothing of it."""
PAGES_AND_PAPERS: Final = ("text/html", "text/javascript", "text/css", "application/pdf")
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), serial=(self), geolocation=(), microphone=()",
}
ONLY_TLS: Final = "max-age=63072000; includeSubDomains"
LINKS: Final = ("/outlet/", "/invitation/", "/reset/")
"""Pages whose address is all that lets somebody in: no cookie counts there, and no other site can
know the address. Nor may a browser tell it to anybody, which makes its own forms nameless too."""
OF_A_LINK: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
LEAVING: Final = "/logout"
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines that know no name of ours."""
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
        request, headers = Request(scope), Headers(scope=scope)
        is_secure = cookies.is_secure(request)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(scope, MutableHeaders(scope=message), is_secure=is_secure)
            await send(message)

        if not _is_for_us(request, headers):
            logs.note(request, "foreign_host", host=headers.get("host", "")[:100])
            refusal = errors.as_problem(request, Malformed(field="host", problem="not ours"))
            await refusal(scope, receive, guarded)
        elif is_foreign(scope["method"], scope["path"], headers, is_secure=is_secure):
            logs.note(request, "foreign_form", origin=headers.get("origin", "")[:100])
            await errors.as_problem(request, NotAllowed())(scope, receive, guarded)
        else:
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


def _is_for_us(request: Request, headers: Headers) -> bool:
    if request.url.path in PROBES:
        return True
    hygiene = request.app.state.settings.hygiene
    return bool(hygiene.answers_to(headers.get("host", "")))


def is_foreign(method: str, path: str, headers: Headers, *, is_secure: bool) -> bool:
    """Whether a page of another site sends this, or nobody says which page does.

    What newer browsers say of it counts first; then where it comes from. Who says neither is no
    browser of our days, and may call, but with no cookie.
    """
    by_token = headers.get("authorization", "").lower().startswith("bearer ")
    if method in SAFE_METHODS or by_token:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    if path.startswith(LINKS):
        return False
    origin = headers.get("origin")
    if origin is None:
        return "cookie" in headers
    said = urlsplit(origin)
    return said.netloc != headers.get("host") or (is_secure and said.scheme != "https")


def _policy(path: str, media_type: str) -> str:
    if path == FLOOR:
        return FLOOR_POLICY
    return POLICY if media_type.startswith(PAGES_AND_PAPERS) or not media_type else BARE_POLICY


def _add_headers(scope: Scope, headers: MutableHeaders, *, is_secure: bool) -> None:
    path = scope["path"]
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    policy = _policy(path, headers.get("content-type", ""))
    headers.setdefault("Content-Security-Policy", policy)
    if is_secure:
        headers["Strict-Transport-Security"] = ONLY_TLS
    if path.startswith(LINKS):
        headers.update(OF_A_LINK)
    if path == LEAVING and scope["method"] == "POST":
        # Not what a tablet keeps for itself: scans may wait there.
        headers["Clear-Site-Data"] = '"cache"'
    if path.startswith("/static/"):
        if scope["query_string"].startswith(b"v="):
            headers["Cache-Control"] = FOREVER
        elif path.startswith("/static/floor/"):
            # Modules name each other without a version: the service worker keeps them by version.
            headers["Cache-Control"] = "no-cache"
    else:
        # What one person may see is not kept for the next at the same tablet.
        headers.setdefault("Cache-Control", "no-store")
