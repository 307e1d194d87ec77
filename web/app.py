"""The web application: one factory, no global state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.documents import AT_ONCE_MAX, SIZE_MAX
from intake.announcing_files import BYTES_MAX
from reporting.kept import Kept
from scales.link import Links
from store.engine import Database
from web import errors, health, logs, watching
from web.api import (
    announcing,
    answers,
    certificates,
    exports,
    figures,
    floor,
    issued,
    items,
    nl,
    outlets,
    photos,
    printing,
    proof_chain,
    proofs,
    reads,
    scales,
    settling,
    sync,
    tools,
    waybills,
    writes,
)
from web.deps import clock, permitted
from web.housekeeping import lifespan
from web.limits import Limits, Measures
from web.meters import Measured
from web.noticing import Tried, note_refused
from web.outbound import may_be_device
from web.pages import house
from web.pages.expired import form_again
from web.pages.verify import FILE_MAX_BYTES
from web.pages.visiting import page_of
from web.permissions import API, PUBLIC
from web.provider import Provider
from web.remembering import Remembered
from web.safety import Packed, Safety
from web.seeing import Seen
from web.settings import Settings, from_environment
from web.tries import WrongTries

API_PREFIX = "/api/v1"
STATEMENT_S: Final = 60
"""How long one statement for somebody who waits may run, and a transaction may stand still."""
PAPERS: Final = {
    r"/outlet/[^/]+": AT_ONCE_MAX * SIZE_MAX + (1 << 20),
    r"/api/v1/shipments/[^/]+/documents": SIZE_MAX,
    r"/verify(/[^/]+)?": FILE_MAX_BYTES,
    r"(/api/v1/deliveries|/announce)/file": 3 * BYTES_MAX,
}
"""Where an outlet brings its papers, and photos as a phone takes them."""


def create_app(settings: Settings | None = None, *, database: Database | None = None) -> FastAPI:
    """The application of one installation."""
    known = settings or from_environment()
    app = FastAPI(title="Stofstroom", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    settle(app, known, database or _database(known))
    _add_calls(app)
    health.install(app)
    watching.install(app)
    house.install(app)
    errors.install(app, page_of, form_again, note_refused)
    _openapi(app)
    app.add_middleware(BodyLimit, limit_bytes=known.body_max_bytes, more=PAPERS)
    app.add_middleware(Packed)
    app.add_middleware(Limits)
    app.add_middleware(Safety)
    app.add_middleware(Measured)
    logs.guard()
    return app


def _database(settings: Settings) -> Database:
    return Database(
        settings.database_url,
        pool_size=settings.connections and settings.connections // 2,
        statement_s=STATEMENT_S,
    )


def settle(app: FastAPI, settings: Settings, database: Database) -> None:
    """Put the application in front of a database. It knows nothing of any that it served before."""
    app.state.settings = settings
    app.state.database = database
    app.state.clock = clock
    app.state.readiness = health.Readiness()
    app.state.watch = watching.Watch()
    app.state.remembered = Remembered()
    app.state.seen = Seen()
    app.state.tried = Tried()
    app.state.kept = Kept()
    app.state.wrong_tries = WrongTries()
    app.state.wrong_codes = WrongTries()
    app.state.wrong_links = WrongTries()
    app.state.measures = Measures()
    app.state.providers = {one.key: Provider(one) for one in settings.providers}
    app.state.scales = Links(partial(may_be_device, networks=settings.hygiene.networks))


ROOMS = (
    announcing,
    writes,
    items,
    nl,
    sync,
    settling,
    reads,
    waybills,
    proof_chain,
    figures,
    exports,
    tools,
    proofs,
    certificates,
    issued,
    outlets,
    photos,
    floor,
    scales,
    printing,
)


PUBLIC_ROOMS: Final = (proofs, certificates)


def _add_calls(app: FastAPI) -> None:
    """The calls of the contract, and those that ask for no token. Refuses to start with a call that
    nobody decided on. Each room by itself: a router within a router is put together twice."""
    open_to_all = set[tuple[str, str]]().union(*(_served(room.public) for room in PUBLIC_ROOMS))
    assert open_to_all == PUBLIC, "a call is public that nobody decided on"
    served = open_to_all.union(*(_served(room.router) for room in ROOMS))
    assert served == set(API), f"calls without a row, or rows without a call: {served ^ set(API)}"
    for room in PUBLIC_ROOMS:
        app.include_router(room.public, prefix=API_PREFIX)
    for room in ROOMS:
        app.include_router(room.router, prefix=API_PREFIX, dependencies=[Depends(permitted)])


def _served(router: APIRouter) -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def _openapi(app: FastAPI) -> None:
    make = app.openapi

    def openapi() -> dict[str, Any]:
        schema = make()
        shapes = schema["components"]["schemas"]
        shapes.setdefault("Problem", answers.Problem.model_json_schema())
        shapes["Problem"]["properties"]["code"]["enum"] = sorted(answers.every_code())
        schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"token": []}]
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


class BodyLimit:
    """Refuse bodies beyond a limit before they are read whole, whatever their header says.

    more: what more may be sent to paths that fit a pattern.
    """

    def __init__(self, app: ASGIApp, *, limit_bytes: int, more: Mapping[str, int]) -> None:
        self._app = app
        self._bytes = limit_bytes
        self._more = [(re.compile(path), most) for path, most in more.items()]

    def _limit_of(self, path: str) -> int:
        own = [most for pattern, most in self._more if pattern.fullmatch(path)]
        return max(self._bytes, *own) if own else self._bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if said.isdigit() and int(said) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        seen = 0
        answering = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge
            return message

        async def unless_refused(message: Message) -> None:
            # Who reads the body may make another refusal of the broken reading: ours comes instead.
            nonlocal answering
            if answering or seen <= limit:
                answering = True
                await send(message)

        with suppress(TooLarge):
            await self._app(scope, counted, unless_refused)
        if seen > limit and not answering:
            await self._refuse(scope, receive, send, limit)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        response = errors.by_status(Request(scope), 413, limit_bytes=limit)
        await response(scope, receive, send)


class TooLarge(Exception):
    """A body grew beyond the limit while it was read."""
