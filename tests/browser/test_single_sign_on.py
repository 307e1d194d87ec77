"""Single sign-on in a browser, by a real provider at another site than ours."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select
from uvicorn import Config, Server

from accounts.actions import open_session
from accounts.tables import Identity, Person
from tests.builders import Depot
from web.app import create_app
from web.deps import SESSION_COOKIE
from web.settings import from_environment

OIDC: Final = Path(__file__).parents[1] / "oidc"
ELSEWHERE: Final = "127.0.0.2"
"""This machine too, and for a browser another site than 127.0.0.1: no strict cookie is sent on the
way back from there."""
CLIENT: Final = {"CLIENT_ID": "stofstroom", "CLIENT_SECRET": "a secret: with + % and spaces"}

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Place:
    """Where we answer, and where the provider does."""

    ours: str
    theirs: str


@pytest.fixture(scope="module")
def place(hall: Depot) -> Iterator[Place]:
    """Our server, and a provider that knows it; both end with the module."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        ours = f"http://127.0.0.1:{door.getsockname()[1]}"
        with subprocess.Popen(
            ["node", "provider.mjs"],
            cwd=OIDC,
            env={
                "PATH": os.environ["PATH"],
                "HOST": ELSEWHERE,
                "BACK": f"{ours}/login/sso/back/1",
                **CLIENT,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as provider:
            assert provider.stdin is not None
            assert provider.stdout is not None
            theirs = provider.stdout.readline().strip()
            assert theirs.startswith(f"http://{ELSEWHERE}:"), "run make suite once: it needs npm"
            with serving(hall, door, ours, theirs):
                yield Place(ours, theirs)
            # It ends by itself when nobody holds the other end any more.
            provider.stdin.close()
            assert provider.wait(timeout=10) == 0


@contextmanager
def serving(hall: Depot, door: socket.socket, ours: str, theirs: str) -> Iterator[None]:
    settings = from_environment(
        {
            "STOFSTROOM_PUBLIC_URL": ours,
            "STOFSTROOM_OIDC_ISSUER": theirs,
            "STOFSTROOM_OIDC_NAME": "Ministerie",
            **{f"STOFSTROOM_OIDC_{name}": value for name, value in CLIENT.items()},
        }
    )
    # By the clock of the machine: the provider goes by it too.
    server = Server(
        Config(create_app(settings, database=hall.database), log_level="warning", ws="none")
    )
    thread = Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join()


@pytest.fixture
def new_page(chromium: Browser, place: Place) -> Iterator[Callable[[], Page]]:
    """Opens a browser that neither we nor the provider know."""
    contexts = []

    def open_page() -> Page:
        context = chromium.new_context(base_url=place.ours, locale="nl-NL")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


def say_who(page: Page, place: Place, login: str) -> None:
    """At the provider: who one is, and that we may know it."""
    page.wait_for_url(f"{place.theirs}/interaction/*")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill("whatever")
    page.locator("[type=submit]").click()
    page.get_by_role("button", name="Continue").click()


def session_of(hall: Depot, name: str) -> str:
    with hall.database.write() as session:
        known = select(Person.id).where(col(Person.email) == f"{name}@example.org")
        return open_session(session, session.exec(known).one(), now=datetime.now(UTC))


def continue_with_the_provider(page: Page) -> None:
    page.get_by_role("button", name="Doorgaan met Ministerie").click()


def test_somebody_links_an_account_and_comes_in_by_it(
    new_page: Callable[[], Page], place: Place, hall: Depot
) -> None:
    page = new_page()
    page.goto("/login")
    continue_with_the_provider(page)
    say_who(page, place, "w.de.vries")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Bij dit account hoort hier nog niemand.")

    token = session_of(hall, "worker")
    cookie: SetCookieParam = {"name": SESSION_COOKIE, "value": token, "url": place.ours}
    page.context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Strict"}])
    page.goto("/account/identity")
    page.get_by_role("button", name="Een account bij Ministerie koppelen").click()
    expect(page.get_by_role("status")).to_contain_text("Het account is gekoppeld.")
    page.get_by_role("button", name="Uitloggen").first.click()
    page.wait_for_url(f"{place.ours}/login")

    # Somebody who comes from the provider's own form: no strict cookie goes along on the way back.
    page = new_page()
    page.goto("/batches")
    continue_with_the_provider(page)
    say_who(page, place, "w.de.vries")
    page.wait_for_url(f"{place.ours}/batches")
    cookies = {one["name"]: one for one in page.context.cookies(place.ours)}
    assert set(cookies) == {SESSION_COOKIE, "known"}
    session = cookies[SESSION_COOKIE]
    assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
    kept = page.evaluate("() => [document.cookie, localStorage.length, sessionStorage.length]")
    assert kept == ["", 0, 0]
    with hall.database.read() as db:
        [known] = db.exec(select(Identity)).all()
    assert (known.issuer, known.subject) == (place.theirs, "w.de.vries")


def test_who_declines_at_the_provider_comes_back_with_nothing(
    new_page: Callable[[], Page], place: Place
) -> None:
    page = new_page()
    page.goto("/login")
    continue_with_the_provider(page)
    page.get_by_role("link", name="Cancel").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Inloggen bij de andere dienst is niet gelukt.")
    assert page.url.startswith(place.ours)
    page.goto("/batches")
    page.wait_for_url(f"{place.ours}/login?*")
