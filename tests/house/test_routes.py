"""Nothing is served that nobody decided on, and every decision is tried by a test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from store.engine import Database
from tests.web.api.calling import UNHURRIED
from tests.web.api.good import GOOD
from tests.web.api.test_permissions import MAY
from web.app import API_PREFIX, create_app
from web.hygiene import Hygiene
from web.pages.visiting import PAGES
from web.permissions import PUBLIC
from web.settings import from_environment

FOR_ANYBODY: Final = frozenset(
    {
        "/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
        "/static",
        "/static/plotly.min.js",
        "/static/floor/{name:path}.js",
        "/login",
        "/login/second",
        "/login/second/new",
        "/login/passkey",
        "/login/passkey/options",
        "/login/second/passkey",
        "/login/second/passkey/options",
        "/login/sso",
        "/login/sso/back/{code}",
        "/logout",
        "/forgotten",
        "/reset/{token}",
        "/invitation/{token}",
        "/floor",
        "/floor/enrol",
        "/floor/sw.js",
        "/floor/pack.json",
        "/floor/manifest.webmanifest",
        "/floor/words/{code}.json",
        "/floor/version",
        "/outlet/{token}",
        "/verify",
        "/verify/{code}",
        "/checkpoints",
        "/verifier.py",
        "/privacy",
    }
)
"""What a stranger gets, too: nothing of it tells anything about anybody."""
NAMES: Final = re.compile(r"{[^}]*}")


@pytest.fixture(scope="module")
def app() -> FastAPI:
    settings = replace(from_environment({}), hygiene=Hygiene(rates=UNHURRIED))
    return create_app(settings, database=Database("sqlite://"))


def flat(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Path and methods of every route, those of included routers too."""
    for route in routes:
        if isinstance(route, Route):
            yield prefix + route.path, frozenset(route.methods or ()) - {"HEAD"}
        elif isinstance(route, Mount):
            yield prefix + route.path, frozenset({"GET"})
        else:
            # FastAPI keeps the prefix with which a router was included beside the router.
            inner = prefix + route.include_context.prefix  # type: ignore[attr-defined]
            yield from flat(route.original_router.routes, inner)  # type: ignore[attr-defined]


def test_every_route_is_one_that_somebody_decided_on(app: FastAPI) -> None:
    served = {(method, path) for path, methods in flat(app.routes) for method in methods}
    calls = {
        (method, path.removeprefix(API_PREFIX))
        for method, path in served
        if path.startswith(API_PREFIX)
    }
    assert calls == MAY.keys() == GOOD.keys()
    rest = {path for _method, path in served if not path.startswith(API_PREFIX)}
    assert rest == PAGES.keys() | FOR_ANYBODY


def test_a_stranger_gets_nothing_else(app: FastAPI) -> None:
    client = TestClient(app, follow_redirects=False)
    for path, methods in flat(app.routes):
        if path not in FOR_ANYBODY:
            for method in methods:
                if (method, path.removeprefix(API_PREFIX)) in PUBLIC:
                    continue
                answer = client.request(method, NAMES.sub("x", path))
                is_call = path.startswith(API_PREFIX)
                assert answer.status_code == (401 if is_call else 303), (method, path)
                if not is_call:
                    assert answer.headers["location"].startswith("/login"), path
