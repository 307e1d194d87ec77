"""All ways in but one in a browser, and all ways out. Single sign-on: `test_single_sign_on`."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any, Final

import pyotp
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import col, select
from uvicorn import Config, Server

from accounts.actions import open_session
from accounts.second_factor_rules import set_rule
from accounts.tables import Person
from accounts.wrong_tries import TRIES
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from tests.browser.conftest import PASSWORD
from tests.builders import Depot
from tests.web.postbox import Postbox, postbox, text_of
from web.app import create_app
from web.deps import SESSION_COOKIE
from web.housekeeping import mailer
from web.settings import from_environment

pytestmark = pytest.mark.browser
AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device that asks its holder, and is always told that it is them."""
Open = Callable[[], Page]


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture(scope="module")
def app(hall: Depot, box: Postbox) -> Iterator[FastAPI]:
    """An application behind a door that is open: passkeys want a name, and its true address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        environment = {
            "STOFSTROOM_PUBLIC_URL": f"http://localhost:{door.getsockname()[1]}",
            "STOFSTROOM_MAIL_HOST": "127.0.0.1",
            "STOFSTROOM_MAIL_PORT": str(box.port),
            "STOFSTROOM_MAIL_TLS": "none",
            "STOFSTROOM_MAIL_FROM": "berichten@stof.example.org",
        }
        app = create_app(from_environment(environment), database=hall.database)
        app.state.clock = lambda: hall.now
        server = Server(Config(app, log_level="warning", ws="none"))
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield app
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def place(app: FastAPI) -> str:
    """Where the application answers."""
    return str(app.state.settings.public_url)


@pytest.fixture
def open_page(chromium: Browser, place: str) -> Iterator[Open]:
    """Opens browsers that know nothing of each other."""
    contexts: list[BrowserContext] = []

    def opened() -> Page:
        context = chromium.new_context(base_url=place, locale="nl-NL")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield opened
    for context in contexts:
        context.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/login?next=/account")
    page.get_by_label("E-mailadres").fill(f"{name}@example.org")
    page.get_by_label("Wachtwoord", exact=True).fill(password)
    page.get_by_role("button", name="Inloggen", exact=True).click()


def person_id(hall: Depot, name: str) -> int:
    with hall.database.read() as session:
        known = select(Person.id).where(col(Person.email) == f"{name}@example.org")
        return session.exec(known).one()


def come_in(page: Page, place: str, hall: Depot, name: str) -> str:
    """A session without typing a password, which takes its time on purpose."""
    with hall.database.write() as session:
        token = open_session(session, person_id(hall, name), now=hall.now)
    give(page, place, token)
    return token


def give(page: Page, place: str, token: str) -> None:
    cookie: Any = {"name": SESSION_COOKIE, "value": token, "url": place}
    page.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Strict"}])


def test_a_passkey_is_made_and_used_in_place_of_password_and_code(
    open_page: Open, place: str, hall: Depot
) -> None:
    page = open_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    added = device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    come_in(page, place, hall, "leader")
    page.goto("/account/passkeys")
    page.get_by_role("link", name="Een passkey maken").click()
    page.get_by_label("Naam").fill("Telefoon")
    page.get_by_role("button", name="Maak de passkey").click()
    expect(page.get_by_role("status")).to_contain_text("De passkey is gemaakt.")
    known = device.send("WebAuthn.getCredentials", added)["credentials"]
    assert [one["isResidentCredential"] for one in known] == [True]
    # This device has one already, and says so.
    page.goto("/account/passkeys/new")
    page.get_by_role("button", name="Maak de passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Op dit apparaat staat al een passkey")
    page.get_by_role("button", name="Uitloggen").first.click()

    page.goto("/login/passkey?next=/batches")
    device.send("WebAuthn.setUserVerified", {**added, "isUserVerified": False})
    page.get_by_role("button", name="Gebruik uw passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Er is niets gebeurd")
    device.send("WebAuthn.setUserVerified", {**added, "isUserVerified": True})
    page.get_by_role("button", name="Gebruik uw passkey").click()
    page.wait_for_url(f"{place}/batches")
    kept = page.evaluate("() => [document.cookie, localStorage.length, sessionStorage.length]")
    assert kept == ["", 0, 0]


def test_a_password_and_a_code_of_an_app_let_in_together(
    open_page: Open, place: str, hall: Depot
) -> None:
    with hall.database.write() as session:
        home = rulebook(session).organisations["WATERKANT"].id
        set_rule(session, home, Role.MANAGER, required=True, now=hall.now)
    page = open_page()
    sign_in(page, "manager")
    page.get_by_text("Of typ dit over").click()
    secret = page.locator(".secret code").inner_text().replace(" ", "")
    app = pyotp.TOTP(secret)
    page.get_by_label("Code van zes cijfers").fill(app.at(hall.now))
    page.get_by_role("button", name="Klaar").click()
    assert len(page.locator("main code").all_inner_texts()) >= 10
    page.context.clear_cookies(name=SESSION_COOKIE)

    hall.now += timedelta(seconds=30)
    sign_in(page, "manager")
    assert page.url == f"{place}/login/second"
    page.get_by_label("Code van zes cijfers").fill("000000")
    page.get_by_role("button", name="Inloggen", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Code van zes cijfers").fill(app.at(hall.now))
    page.get_by_role("button", name="Inloggen", exact=True).click()
    page.wait_for_url(f"{place}/account")


def test_guesses_lock_out_who_guesses_and_not_the_owner(open_page: Open, place: str) -> None:
    own, guesser = open_page(), open_page()
    sign_in(own, "worker")
    own.wait_for_url(f"{place}/account")
    own.get_by_role("button", name="Uitloggen").first.click()
    for number in range(TRIES):
        wrong: dict[str, str | float | bool] = {
            "email": "worker@example.org",
            "password": f"a guess {number}",
        }
        answer = guesser.request.post("/login", form=wrong, headers={"origin": place})
        assert answer.status == 403
    sign_in(guesser, "worker")
    expect(guesser.get_by_role("alert")).to_contain_text("te vaak")
    sign_in(own, "worker")
    own.wait_for_url(f"{place}/account")


def test_a_new_password_is_chosen_by_a_link_in_a_mail(
    open_page: Open, app: FastAPI, place: str, hall: Depot, box: Postbox
) -> None:
    before, page = open_page(), open_page()
    come_in(before, place, hall, "supplier")
    page.goto("/login")
    page.get_by_role("link", name="Wachtwoord vergeten?").click()
    page.get_by_label("E-mailadres").fill("supplier@example.org")
    page.get_by_role("button").filter(has_text="link").click()
    expect(page.get_by_role("status")).to_be_visible()
    worker = mailer(app)
    while worker.work_once():
        pass
    sent = zip(box.recipients, box.mails, strict=True)
    [mail] = [one for whose, one in sent if whose == ["supplier@example.org"]]
    [link] = [word for word in text_of(mail).split() if "/reset/" in word]
    assert link.startswith(f"{place}/reset/")
    page.goto(link)
    page.get_by_label("Nieuw wachtwoord").fill("een ander lang wachtwoord")
    page.get_by_role("button").filter(has_text="Bewaar").click()
    expect(page.get_by_role("status")).to_be_visible()
    # Who came in by the old one is out, and the link is used up.
    before.goto("/account")
    assert before.url.startswith(f"{place}/login?")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("verlopen")
    sign_in(page, "supplier")
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, "supplier", "een ander lang wachtwoord")
    page.wait_for_url(f"{place}/account")


def test_who_is_shut_out_is_out_at_the_next_click(open_page: Open, place: str, hall: Depot) -> None:
    page, office = open_page(), open_page()
    come_in(page, place, hall, "outlet")
    page.goto("/account")
    come_in(office, place, hall, "administrator")
    office.goto(f"/people/{person_id(hall, 'outlet')}")
    office.get_by_role("button", name="Sluit dit account").click()
    expect(office.get_by_role("status")).to_be_visible()
    page.get_by_role("link", name="Passkeys").click()
    assert page.url.startswith(f"{place}/login?")


def test_a_stolen_cookie_is_worth_nothing_after_the_owner_leaves(
    open_page: Open, place: str, hall: Depot
) -> None:
    own, thief = open_page(), open_page()
    token = come_in(own, place, hall, "neighbour")
    give(thief, place, token)
    thief.goto("/account")
    assert thief.url == f"{place}/account"
    own.goto("/account")
    own.get_by_role("button", name="Uitloggen").first.click()
    thief.goto("/account")
    assert thief.url.startswith(f"{place}/login?")
