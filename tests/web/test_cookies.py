"""Cookies: guarded names over TLS, never read by a script, and all in one place."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from web import cookies
from web.settings import from_environment

ROOT = Path(__file__).parents[2]
SETTINGS = from_environment({})


def _given(request: Request) -> Response:
    response = PlainTextResponse("given")
    cookies.give(request, response, cookies.SESSION, "secret")
    cookies.give(request, response, cookies.LANGUAGE, "nl", seconds=60, same_site="lax")
    return response


def _read(request: Request) -> Response:
    return PlainTextResponse(cookies.read(request, cookies.SESSION) or "nothing")


def _taken(request: Request) -> Response:
    response = PlainTextResponse("taken")
    cookies.take_back(request, response, cookies.SESSION)
    return response


def _app(public_url: str) -> Starlette:
    app = Starlette(
        routes=[Route("/give", _given), Route("/read", _read), Route("/take", _taken)],
    )
    app.state.settings = replace(SETTINGS, public_url=public_url)
    return app


def _set_by(response: Any) -> list[str]:
    return list(response.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    ("base", "public_url"),
    [
        ("https://stofstroom.example", "http://localhost:8000"),
        ("http://stofstroom.example", "https://stofstroom.example"),
    ],
)
def test_a_cookie_over_tls_is_only_for_this_host_and_no_script_reads_it(
    base: str, public_url: str
) -> None:
    client = TestClient(_app(public_url), base_url=base)
    session, language = _set_by(client.get("/give"))
    assert session == "__Host-stofstroom=secret; HttpOnly; Path=/; SameSite=strict; Secure"
    assert language == "__Host-lang=nl; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"


def test_a_cookie_without_tls_has_a_plain_name_since_browsers_would_not_keep_another() -> None:
    client = TestClient(_app("http://localhost:8000"), base_url="http://localhost:8000")
    session, _language = _set_by(client.get("/give"))
    assert session == "stofstroom=secret; HttpOnly; Path=/; SameSite=strict"
    assert client.get("/read").text == "secret"


def test_over_tls_a_name_that_a_neighbour_can_set_is_not_read() -> None:
    client = TestClient(_app("https://stofstroom.example"), base_url="https://stofstroom.example")
    client.cookies.set(cookies.SESSION, "from a subdomain")
    assert client.get("/read").text == "nothing"
    client.get("/give")
    assert client.get("/read").text == "secret"
    client.get("/take")
    assert client.get("/read").text == "nothing"


ELSEWHERE = re.compile(r"(?<!\bweb)\.(?:cookies\b|set_cookie\(|delete_cookie\()")


def test_no_other_place_sets_or_reads_a_cookie() -> None:
    texts = {file.name: file.read_text("utf-8") for file in (ROOT / "web").rglob("*.py")}
    assert {name for name, text in texts.items() if ELSEWHERE.search(text)} == {"cookies.py"}
