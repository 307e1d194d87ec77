"""Somebody's way to a provider of single sign-on and back, step by step."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from accounts.identities import link
from accounts.tables import Person
from store.engine import Database
from tests.builders import Depot
from tests.web.id_provider import CLIENT, SECRET, IdProvider
from tests.web.pages.conftest import Browser
from web.app import settle
from web.settings import from_environment

BACK: Final = "/login/sso/back/1"


def environment(provider: IdProvider, **more: str) -> dict[str, str]:
    return {
        "STOFSTROOM_PUBLIC_URL": "http://testserver",
        "STOFSTROOM_OIDC_ISSUER": provider.issuer,
        "STOFSTROOM_OIDC_CLIENT_ID": CLIENT,
        "STOFSTROOM_OIDC_CLIENT_SECRET": SECRET,
        "STOFSTROOM_OIDC_NAME": "Ministerie",
    } | {f"STOFSTROOM_OIDC_{name}": value for name, value in more.items()}


def person(database: Database, name: str) -> int:
    with database.read() as session:
        known = select(Person.id).where(col(Person.email) == f"{name}@example.org")
        return session.exec(known).one()


def set_out(browser: Browser, path: str = "/login/sso", **more: str) -> str:
    """The provider's address that the browser is led to."""
    response = browser.client.post(path, data={"provider": "1", **more})
    assert response.status_code == 200, response.text
    return led_to(response)


def led_to(response: Any) -> str:
    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]*)">', response.text)
    assert found, response.text
    return html.unescape(found[1])


def come_back(browser: Browser, answer: dict[str, str]) -> Any:
    return browser.client.get(BACK, params=answer, follow_redirects=False)


def through(browser: Browser, provider: IdProvider, subject: str = "m-1", **more: str) -> Any:
    return come_back(browser, provider.grant(set_out(browser, **more), subject))


def session_cookies(response: Any) -> list[str]:
    return [
        one for one in response.headers.get_list("set-cookie") if one.startswith("stofstroom=st")
    ]


@dataclass(frozen=True)
class Doorway:
    """Opens browsers (as `browser_of`) of an application that knows the provider, at which the
    manager has an account."""

    app: FastAPI
    hall: Depot
    provider: IdProvider
    open: Callable[[str], Browser]

    def __call__(self, name: str) -> Browser:
        return self.open(name)

    def ask_for(self, **more: str) -> None:
        """Set the application up anew, with more of the provider's variables."""
        settings = from_environment(environment(self.provider, **more))
        settle(self.app, settings, self.hall.database)
        self.app.state.clock = lambda: self.hall.now


@pytest.fixture
def enter(
    served: FastAPI, hall: Depot, browser_of: Callable[[str], Browser], id_provider: IdProvider
) -> Doorway:
    door = Doorway(served, hall, id_provider, browser_of)
    door.ask_for()
    manager = person(hall.database, "manager")
    with hall.database.write() as session:
        link(session, manager, issuer=id_provider.issuer, subject="m-1", now=hall.now)
    return door
