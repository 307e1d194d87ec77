"""Who asks too much has to wait, and nobody else has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI, HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient
from uvicorn import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from web import limits
from web.hygiene import Hygiene, Rates
from web.limits import Limits, Measures
from web.settings import from_environment

RATES = Rates(calls=20, strangers=10, costly=4, proofs=3)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.state.settings = replace(from_environment({}), hygiene=Hygiene(rates=RATES))
    app.state.measures = Measures(clock=clock)

    def answered(request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token.startswith("good"):
            request.state.actor = token
        elif token:
            raise HTTPException(401)
        return PlainTextResponse("answered")

    app.add_api_route("/{path:path}", answered, methods=["GET", "POST"])
    app.add_middleware(Limits)
    return app


@pytest.fixture
def ask(app: FastAPI) -> Callable[..., Response]:
    """Asks from an address, with a token or without."""

    def asked(
        path: str = "/api/v1/whoami",
        *,
        token: str = "",
        method: str = "GET",
        address: str = "192.0.2.1",
    ) -> Response:
        client = TestClient(app, client=(address, 1))
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return client.request(method, path, headers=headers)  # type: ignore[return-value]

    return asked


Ask = Callable[..., Response]


def statuses(ask: Ask, times: int, **how: str) -> list[int]:
    return [ask(**how).status_code for _ in range(times)]


def test_who_asks_too_much_is_told_how_long_to_wait(ask: Ask, clock: Clock) -> None:
    assert statuses(ask, 10) == [200] * 10
    refused = ask()
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "6"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_calls"  # type: ignore[attr-defined]
    clock.now += 6
    assert statuses(ask, 2) == [200, 429]


def test_who_asks_too_much_is_told_of_once_a_minute_and_never_fills_the_log(
    ask: Ask, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    statuses(ask, 40)
    assert [one.facts["calls"] for one in caplog.records] == [1]  # type: ignore[attr-defined]
    clock.now += 60
    statuses(ask, 11)
    assert [one.facts["calls"] for one in caplog.records] == [1, 30]  # type: ignore[attr-defined]


def test_people_get_a_page_that_says_so_in_their_language(ask: Ask) -> None:
    statuses(ask, 10)
    refused = ask("/desk?lang=nl")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "6")
    assert '<html lang="nl">' in refused.text  # type: ignore[attr-defined]
    assert "Dit werd te vaak gevraagd." in refused.text  # type: ignore[attr-defined]


def test_another_address_and_who_is_known_at_the_same_one_go_on(ask: Ask) -> None:
    assert ask(token="good").status_code == 200
    statuses(ask, 10)
    assert ask().status_code == 429
    assert ask(address="192.0.2.2").status_code == 200
    assert statuses(ask, 20, token="good") == [200] * 20
    assert ask(token="good").status_code == 429


def test_wrong_tokens_use_the_measure_of_their_address_up_faster(ask: Ask) -> None:
    found = [ask(token=f"wrong{number}").status_code for number in range(10)]
    assert found == [401, 401] + [429] * 8


def test_a_token_that_was_withdrawn_is_a_strangers_from_then_on(ask: Ask, app: FastAPI) -> None:
    assert ask(token="good").status_code == 200
    measures: Measures = app.state.measures
    [key] = list(measures._known)
    assert measures.is_known(key)
    measures.remember(key, known=False)
    assert not measures.is_known(key)


def test_what_tablets_send_is_held_up_by_nothing_else_that_is_asked(ask: Ask) -> None:
    ask(token="good")
    assert 429 in statuses(ask, 30, token="good")
    assert 429 in statuses(ask, 30)
    sent = {"path": "/api/v1/sync", "method": "POST"}
    assert statuses(ask, 20, token="good", **sent) == [200] * 20
    assert ask(token="good2", **sent).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("GET", "/api/v1/exports/movements", RATES.costly),
        ("GET", "/reports/2026-1.pdf", RATES.costly),
        ("POST", "/verify", RATES.costly),
        ("POST", "/api/v1/photos", RATES.costly),
        ("POST", "/api/v1/deliveries/file", RATES.costly),
        ("POST", "/login", RATES.proofs),
        ("POST", "/login/second", RATES.proofs),
        ("POST", "/forgotten", RATES.proofs),
        ("POST", "/reset/secret", RATES.proofs),
        ("POST", "/floor/enrol", RATES.proofs),
        ("GET", "/login", RATES.strangers),
    ],
)
def test_what_costs_much_is_measured_more_narrowly(
    ask: Ask, method: str, path: str, most: int
) -> None:
    found = statuses(ask, most + 1, path=path, method=method)
    assert found == [200] * most + [429]


def test_what_is_the_same_for_everybody_is_not_counted(ask: Ask) -> None:
    for path in ("/static/style.css", "/floor", "/floor/sw.js", "/healthz"):
        assert statuses(ask, 15, path=path) == [200] * 15


def test_as_many_callers_are_counted_as_there_is_room_for(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CALLERS_MAX", 3)
    measures = Measures(clock=clock)
    for number in range(10):
        assert measures.take(f"caller {number}", 60) == 0
        measures.remember(f"token {number}", known=True)
    assert len(measures) == 3
    assert measures.is_known("token 9")
    assert not measures.is_known("token 0")


def test_all_addresses_of_one_house_share_one_measure(ask: Ask) -> None:
    found = [ask(address=f"2001:db8::{number}").status_code for number in range(11)]
    assert found == [200] * 10 + [429]


def test_an_address_that_a_stranger_claims_is_not_believed(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    trusted = Config(app).forwarded_allow_ips
    served = ProxyHeadersMiddleware(app, trusted_hosts=trusted)  # type: ignore[arg-type]

    def asked(address: str, claimed: str) -> int:
        client = TestClient(served, client=(address, 1))  # type: ignore[arg-type]
        return client.get("/api/v1/x", headers={"x-forwarded-for": claimed}).status_code

    claims = [f"10.0.0.{number}" for number in range(11)]
    assert [asked("192.0.2.1", claim) for claim in claims] == [200] * 10 + [429]
    assert [asked("127.0.0.1", claim) for claim in claims] == [200] * 11
