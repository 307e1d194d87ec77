"""How much one caller may ask, so that nobody takes the others' turn.

A session or token that we know has its own measure, whatever others do behind the same address. Who
is unknown shares the measure of the address, and wrong tokens use it up faster. What tablets send
(`/sync`) has a measure apart, so that nothing else a tablet asks holds its scans up; it may be told
to wait like everybody, and then sends the same again.

Counted in memory, per process, for so many callers at most: those seen longest ago are forgotten.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import cookies, errors, logs
from web.hygiene import Rates
from web.i18n import choose
from web.tries import house_of

CALLERS_MAX: Final = 20_000
WRONG_COSTS: Final = 5
MINUTE_S: Final = 60.0
SYNC: Final = "/api/v1/sync"
FREE: Final = re.compile(r"/static/.*|/healthz|/floor|/floor/(?!enrol).*")
"""The same for everybody, and cheap."""
COSTLY: Final = re.compile(
    r"GET /api/v1/exports/.*|GET .*\.(pdf|xlsx|zip|csv|parquet)"
    r"|POST (/verify(/.*)?|/outlet/.*|.*/file|.*/documents|/api/v1/photos|/api/v1/scan/picture)"
)
PROOFS: Final = re.compile(
    r"POST (/login(/.*)?|/forgotten|/reset/.*|/invitation/.*|/account/.*|/floor/enrol)"
)
"""Where a password or a code is shown: each costs a slow hash, and a guess is a guess."""


class Measures:
    """A measure of calls for each key: it fills up over time, and every call takes from it."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, a_minute: int, *, cost: int = 1) -> float:
        """Take from the measure of a key. How many seconds to wait when there is not enough; 0.0
        when there was."""
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(key, (float(a_minute), now))
            left = min(a_minute, left + (now - at) * a_minute / MINUTE_S)
            enough = left >= cost
            self._left[key] = (left - cost if enough else left, now)
            if len(self._left) > CALLERS_MAX:
                self._left.popitem(last=False)
            return 0.0 if enough else (cost - left) * MINUTE_S / a_minute

    def use_up(self, key: str, a_minute: int, *, cost: int) -> None:
        """Take what there is, up to this much: the call was answered already."""
        with self._lock:
            left, at = self._left.get(key, (float(a_minute), self._clock()))
            self._left[key] = (max(0.0, left - cost), at)

    def refused(self, house: str) -> int:
        """Count a call that had to wait. How many of this house to tell of: all since the last
        time, but once a minute at most, so that nobody fills the log by asking."""
        with self._lock:
            now = self._clock()
            at, count = self._told.pop(house, (-MINUTE_S, 0))
            is_due = now - at >= MINUTE_S
            self._told[house] = (now, 0) if is_due else (at, count + 1)
            if len(self._told) > CALLERS_MAX:
                self._told.popitem(last=False)
            return count + 1 if is_due else 0

    def is_known(self, token: str) -> bool:
        """Whether somebody was behind this token when it was shown last."""
        with self._lock:
            return token in self._known

    def remember(self, token: str, *, known: bool) -> None:
        """Keep whether somebody is behind this token."""
        with self._lock:
            self._known.pop(token, None)
            if known:
                self._known[token] = None
                if len(self._known) > CALLERS_MAX:
                    self._known.popitem(last=False)

    def __len__(self) -> int:
        return len(self._left)


class Limits:
    """Answers 429 to who asks too much, before anything is read or looked up for them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or FREE.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        measures: Measures = request.app.state.measures
        rates: Rates = request.app.state.settings.hygiene.rates
        house, token = _house(request), _token(request)
        wait = _wait(request, measures, rates, house, token)
        if wait > 0:
            if calls := measures.refused(house):
                logs.note(request, "too_many_calls", calls=calls)
            await too_many(request, wait)(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and token:
                known = bool(scope.get("state", {}).get("actor"))
                if known or message["status"] == 401:
                    measures.remember(token, known=known)
                if message["status"] == 401:
                    measures.use_up(f"stranger {house}", rates.strangers, cost=WRONG_COSTS)
            await send(message)

        await self._app(scope, receive, watched)


def _wait(
    request: Request, measures: Measures, rates: Rates, house: str, token: str | None
) -> float:
    """How long the caller has to wait; the narrower measures are asked only by who passes."""
    asked = f"{request.method} {request.url.path}"
    is_known = token is not None and measures.is_known(token)
    who = f"token {token}" if is_known else f"stranger {house}"
    sent = "sync " if request.url.path == SYNC else ""
    rate = rates.calls if is_known or sent else rates.strangers
    wait = measures.take(f"{sent}{who}", rate)
    if wait == 0 and PROOFS.fullmatch(asked):
        wait = measures.take(f"proof {house}", rates.proofs)
    if wait == 0 and COSTLY.fullmatch(asked):
        wait = measures.take(f"costly {who}", rates.costly)
    return wait


def too_many(request: Request, wait_s: float) -> Response:
    """Come back later: as problem+json, or for people as the smallest page there is."""
    seconds = max(1, math.ceil(wait_s))
    response: Response
    if request.url.path.startswith(errors.API):
        response = errors.by_status(request, 429, wait_seconds=seconds)
    else:
        _code, title, advice = errors.BY_STATUS[429]
        language = choose(
            asked=request.query_params.get("lang"),
            cookie=cookies.read(request, cookies.LANGUAGE),
            accept=request.headers.get("accept-language", ""),
        )
        said = language.gettext
        response = HTMLResponse(
            f'<!doctype html><html lang="{language.code}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width">'
            f'<link rel="stylesheet" href="/static/style.css"><title>{said(title)}</title>'
            f"<main><h1>{said(title)}</h1><p>{said(advice)}</p></main></html>",
            status_code=429,
        )
    response.headers["Retry-After"] = str(seconds)
    return response


def _house(request: Request) -> str:
    return house_of(request.client.host) if request.client else ""


def _token(request: Request) -> str | None:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else cookies.read(request, cookies.SESSION)
    return sha256(token.encode(errors="replace")).hexdigest() if token else None
