"""What every answer carries for browsers, and whose requests are turned away unread."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.testclient import TestClient

from web.hygiene import Hygiene, hygiene_from
from web.safety import Safety, is_foreign
from web.settings import from_environment

HOST = "stofstroom.example"


def _app(public_url: str = "http://localhost:8000", hygiene: Hygiene | None = None) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.state.settings = replace(
        from_environment({}), public_url=public_url, hygiene=hygiene or Hygiene()
    )

    def whatever(request: Request) -> Response:
        kinds: dict[str, Response] = {
            "/page": HTMLResponse("<p>A page"),
            "/data": JSONResponse({}),
            "/picture": Response(b"", media_type="image/svg+xml"),
            "/paper": Response(b"", media_type="application/pdf"),
            "/static/app.js": Response(b"", media_type="text/javascript"),
        }
        return kinds.get(request.url.path) or PlainTextResponse("whatever")

    app.add_api_route("/{path:path}", whatever, methods=["GET", "POST"])
    app.add_middleware(Safety)
    return app


EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/page", "/data", "/picture", "/paper", "/static/app.js", "/x"])
def test_every_answer_guards_itself_and_can_be_framed_by_nobody(path: str) -> None:
    headers = TestClient(_app()).get(path).headers
    assert {name: headers[name] for name in EVERYWHERE} == EVERYWHERE
    policy = headers["content-security-policy"]
    for said in (
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert said in policy
    assert "unsafe" not in policy
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/data", "/picture", "/x"])
def test_what_is_no_page_runs_nothing_whatever_its_bytes_are(path: str) -> None:
    policy = TestClient(_app()).get(path).headers["content-security-policy"]
    assert policy.endswith("; sandbox")
    assert "script-src" not in policy


def test_only_our_own_scripts_and_sheets_run_in_a_page() -> None:
    policy = TestClient(_app()).get("/page").headers["content-security-policy"]
    assert "script-src 'self'; style-src 'self'" in policy
    assert "https:" not in policy
    assert "http:" not in policy


def test_over_tls_browsers_are_told_to_stay_with_tls_for_two_years() -> None:
    told = "max-age=63072000; includeSubDomains"
    by_itself = TestClient(_app(), base_url="https://localhost")
    behind_a_proxy = TestClient(_app(f"https://{HOST}"), base_url=f"http://{HOST}")
    for client in (by_itself, behind_a_proxy):
        for path in ("/page", "/data", "/static/app.js", "/healthz"):
            assert client.get(path).headers["strict-transport-security"] == told
    assert "strict-transport-security" not in TestClient(_app()).get("/page").headers


def test_an_address_that_lets_somebody_in_is_told_to_nobody() -> None:
    client = TestClient(_app())
    for path in ("/outlet/secret", "/invitation/secret", "/reset/secret"):
        headers = client.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_what_a_browser_kept_goes_when_somebody_leaves_but_not_what_a_tablet_has_to_send() -> None:
    left = TestClient(_app(), headers={"origin": "http://testserver"}).post("/logout")
    assert left.headers["clear-site-data"] == '"cache"'
    assert "clear-site-data" not in TestClient(_app()).get("/logout").headers


SAME, OTHER = {"origin": f"http://{HOST}"}, {"origin": "http://evil.example"}
COOKIE, TOKEN = {"cookie": "stofstroom=x"}, {"authorization": "Bearer x"}


@pytest.mark.parametrize(
    ("said", "foreign"),
    [
        (SAME | COOKIE, False),
        (OTHER, True),
        (OTHER | COOKIE, True),
        ({"origin": "null"} | COOKIE, True),
        (COOKIE, True),
        ({}, False),
        (OTHER | TOKEN, False),
        (OTHER | COOKIE | {"authorization": "Basic x"}, True),
        (COOKIE | {"sec-fetch-site": "same-origin"}, False),
        (COOKIE | {"sec-fetch-site": "none"}, False),
        (SAME | COOKIE | {"sec-fetch-site": "cross-site"}, True),
        (SAME | COOKIE | {"sec-fetch-site": "same-site"}, True),
        ({"origin": "null", "sec-fetch-site": "same-origin"} | COOKIE, False),
    ],
)
def test_only_our_own_pages_send_something_with_a_cookie(
    said: dict[str, str], foreign: bool
) -> None:
    headers = Headers({"host": HOST} | said)
    assert is_foreign("POST", "/login", headers, is_secure=False) is foreign
    assert is_foreign("DELETE", "/login", headers, is_secure=False) is foreign
    for method in ("GET", "HEAD", "OPTIONS"):
        assert not is_foreign(method, "/login", headers, is_secure=False)


def test_over_tls_a_page_that_came_without_it_is_foreign() -> None:
    plain = Headers({"host": HOST, "origin": f"http://{HOST}", **COOKIE})
    secure = Headers({"host": HOST, "origin": f"https://{HOST}", **COOKIE})
    assert is_foreign("POST", "/bins/new", plain, is_secure=True)
    assert not is_foreign("POST", "/bins/new", secure, is_secure=True)


def test_a_form_of_a_link_needs_no_origin_but_may_not_be_sent_by_another_site() -> None:
    nameless = Headers({"host": HOST, "origin": "null"})
    told = Headers({"host": HOST, "origin": "null", "sec-fetch-site": "cross-site"})
    assert not is_foreign("POST", "/reset/secret", nameless, is_secure=True)
    assert is_foreign("POST", "/reset/secret", told, is_secure=True)


def test_a_foreign_form_is_refused_and_noted_with_where_it_came_from(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "stofstroom.security"):
        refused = TestClient(_app()).post("/reset/secret", headers={"sec-fetch-site": "cross-site"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    [record] = caplog.records
    facts = record.facts  # type: ignore[attr-defined]
    assert (facts["what"], facts["where"], facts["address"]) == (
        "foreign_form",
        "/reset/***",
        "testclient",
    )


NAMED = hygiene_from({"STOFSTROOM_PUBLIC_URL": f"https://{HOST}", "STOFSTROOM_HOSTS": "10.0.0.7"})


@pytest.mark.parametrize(
    ("host", "named", "unnamed"),
    [
        (HOST, True, False),
        (f"{HOST}:8443", True, False),
        ("STOFSTROOM.example", True, False),
        ("10.0.0.7:8000", True, True),
        ("10.0.0.8", False, True),
        ("localhost:8000", True, True),
        ("127.0.0.1", True, True),
        ("[::1]:8000", True, True),
        ("hal-pc", False, True),
        ("evil.example", False, False),
        (f"{HOST}.evil.example", False, False),
        ("", False, True),
    ],
)
def test_we_answer_to_our_own_names_only(host: str, named: bool, unnamed: bool) -> None:
    assert NAMED.answers_to(host) is named
    assert Hygiene().answers_to(host) is unnamed


def test_a_name_that_is_not_ours_gets_no_answer_but_a_refusal() -> None:
    client = TestClient(_app(hygiene=NAMED), base_url="http://evil.example")
    refused = client.get("/page")
    assert (refused.status_code, refused.json()["field"]) == (422, "host")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PATCH", "BREW"])
def test_methods_that_nobody_needs_are_not_served(method: str) -> None:
    client = TestClient(_app(), headers={"origin": "http://testserver"})
    answer = client.request(method, "/page", headers={"x-secret": "do not echo"})
    assert answer.status_code == 405
    assert "do not echo" not in answer.text
