"""Tokens of machines: made and shown once, narrow, seen in a list, and revoked in one click."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from catalogue.kinds import Role
from tests.builders import Depot
from tests.web.pages.conftest import Browser, words
from web.permissions import API, SCOPES, TABLET, is_of_use, may_call

BrowserOf = Callable[[str], Browser]
ASKED = {"name": "Planning", "scope": "figures", "days": "90"}


def token_on(page: Any) -> str:
    """The token that a page shows."""
    found = re.search(r'value="(stofstroom_[\w-]+)"', page.text)
    assert found, words(page)
    return found[1]


def ask(browser: Browser, token: str, path: str) -> Any:
    return browser.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


def test_a_supplier_makes_a_narrow_token_and_revokes_it(
    served: FastAPI, hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, machine = browser_of("supplier"), browser_of("stranger")
    assert "Nog geen machine heeft een token" in supplier.text("/tokens")
    made = supplier.send("/tokens/new", organisation="NOORDERHAVEN", **ASKED)
    token = token_on(made)
    assert made.headers["cache-control"] == "no-store"
    assert ask(machine, token, "/reports/circularity").status_code == 200
    assert ask(machine, token, "/batches").json()["code"] == "not_allowed"
    served.state.seen.write_down(hall.database)
    listed = supplier.get("/tokens")
    assert token not in listed.text
    assert "Planning" in words(listed)
    assert "Alleen rapporten en exports 2 mrt 2026 31 mei 2026" in words(listed)
    (number,) = re.findall(r'href="/tokens/(\d+)"', listed.text)
    assert supplier.send(f"/tokens/{number}").url.path == "/tokens"
    assert ask(machine, token, "/reports/circularity").status_code == 401
    assert supplier.get(f"/tokens/{number}").status_code == 404


def test_when_a_token_is_used_is_written_once_a_day(
    served: FastAPI, hall: Depot, browser_of: BrowserOf
) -> None:
    administrator, machine = browser_of("administrator"), browser_of("stranger")
    token = token_on(
        administrator.send("/tokens/new", role="auditor", organisation="WATERKANT", **ASKED)
    )
    seen = served.state.seen
    written = []
    for hours in (0, 1, 24):
        hall.later(hours=hours)
        served.state.remembered.forget()
        assert ask(machine, token, "/reports/circularity").status_code == 200
        written.append(len(seen._due))
        seen.write_down(hall.database)
    assert written == [1, 0, 1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"role": "outlet"}, "Deze organisatie heeft die rol niet."),
        ({"role": "king"}, "Kies wat het mag."),
        ({"days": "9999"}, "Kies wat het mag."),
        ({"role": "worker", "scope": "figures"}, "Met deze rol valt er dan niets te doen."),
        ({"name": ""}, "Vul dit in."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    browser_of: BrowserOf, wrong: dict[str, str], said: str
) -> None:
    asked = {**ASKED, "role": "manager", "organisation": "WATERKANT", "scope": "read", **wrong}
    answer = browser_of("administrator").send("/tokens/new", **asked)
    assert answer.status_code == 422
    assert said in words(answer)


def test_every_call_is_in_a_scope_and_every_scope_is_of_use() -> None:
    narrow = [calls for scope, calls in SCOPES.items() if scope != "write"]
    assert SCOPES["write"] == frozenset(API)
    assert all(calls < SCOPES["write"] for calls in narrow)
    assert frozenset(API) >= TABLET
    assert all(any(is_of_use(scope, role) for role in Role) for scope in SCOPES)
    assert not is_of_use("announce", Role.AUDITOR)
    assert not may_call(("GET", "/batches"), Role.MANAGER, kind="api", scope="unheard of")
