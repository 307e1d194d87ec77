"""In by a passkey, made and removed at one's own pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from accounts.second_factor_rules import set_rule
from accounts.tables import AuditEvent, Passkey, Person, Token
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from tests.builders import Depot
from tests.pocket_key import PocketKey
from tests.web.pages.conftest import PASSWORD, Browser, words
from web.app import settle
from web.settings import from_environment

BrowserOf = Callable[[str], Browser]
HERE = "https://testserver"
OWN = "/account/passkeys"


@pytest.fixture
def at(served: FastAPI, hall: Depot, browser_of: BrowserOf) -> Callable[[str], BrowserOf]:
    """`browser_of` for an installation that says it is at this address."""

    def settled(public_url: str) -> BrowserOf:
        settle(served, from_environment({}), hall.database)
        served.state.settings = replace(served.state.settings, public_url=public_url)
        served.state.clock = lambda: hall.now
        return browser_of

    return settled


@pytest.fixture
def fitting(at: Callable[[str], BrowserOf]) -> BrowserOf:
    """At an address that passkeys work at, over TLS."""
    browser_of = at(HERE)

    def open_browser(name: str) -> Browser:
        browser = browser_of(name)
        browser.client.base_url = HERE
        browser.client.headers["origin"] = HERE
        for cookie in list(browser.client.cookies.jar):
            browser.client.cookies.set(f"__Host-{cookie.name}", cookie.value or "")
        return browser

    return open_browser


def asked(browser: Browser, path: str) -> dict[str, Any]:
    response = browser.client.post(path)
    assert response.status_code == 200, response.text
    ticket = response.headers["set-cookie"]
    assert ticket.startswith("__Host-passkey=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Max-Age=300"} <= set(ticket.split("; "))
    return dict(response.json())


def make(browser: Browser, key: PocketKey, *, at: str = OWN, **typed: str) -> Any:
    answer = json.dumps(key.make(asked(browser, f"{at}/options")))
    path = f"{at}/new" if at == OWN else at
    return browser.client.post(path, data={"answer": answer, "name": "Telefoon", **typed})


def number_of(hall: Depot) -> int:
    with hall.database.read() as session:
        return session.exec(select(Passkey.id)).one()


def show(browser: Browser, key: PocketKey, **more: str) -> Any:
    answer = json.dumps(key.show(asked(browser, "/login/passkey/options")))
    return browser.client.post("/login/passkey", data={"answer": answer, **more})


def test_a_passkey_is_made_and_lets_its_person_in_alone(fitting: BrowserOf, hall: Depot) -> None:
    manager, key = fitting("manager"), PocketKey(HERE)
    assert "U hebt nog geen passkey." in manager.text(OWN)
    assert make(manager, key).url.path == OWN
    assert "De passkey is gemaakt." in manager.text(f"{OWN}?done=passkey_added")
    assert "Telefoon" in manager.text(OWN)
    assert "Nog niet" in manager.text(OWN)

    stranger = fitting("stranger")
    page = stranger.get("/login")
    assert "username webauthn" in page.text
    assert "/static/passkeys.js" in page.text
    response = show(stranger, key, next="/batches")
    # Its role needs a second factor: the passkey is both.
    assert (response.status_code, response.url.path) == (200, "/batches")
    assert "Nog niet" not in stranger.text(OWN)
    with hall.database.read() as session:
        newest = select(Token.methods).order_by(col(Token.id).desc()).limit(1)
        assert session.exec(newest).one() == "passkey"


def test_an_answer_lets_in_once_and_nobody_without_the_ticket(fitting: BrowserOf) -> None:
    key = PocketKey(HERE)
    make(fitting("manager"), key)
    first, other = fitting("stranger"), fitting("stranger")
    answer = json.dumps(key.show(asked(first, "/login/passkey/options")))
    stolen = other.client.post("/login/passkey", data={"answer": answer})
    assert (stolen.status_code, "al gebruikt" in words(stolen)) == (403, True)
    asked(other, "/login/passkey/options")
    other_ticket = other.client.post("/login/passkey", data={"answer": answer})
    assert (other_ticket.status_code, "werkte niet" in words(other_ticket)) == (403, True)
    assert first.client.post("/login/passkey", data={"answer": answer}).status_code == 200
    assert first.client.post("/login/passkey", data={"answer": answer}).status_code == 403


@pytest.mark.parametrize("next_path", ["//evil.example", "https://evil.example", "/\\evil"])
def test_a_passkey_leads_to_no_other_site(fitting: BrowserOf, next_path: str) -> None:
    key = PocketKey(HERE)
    make(fitting("supplier"), key)
    assert show(fitting("stranger"), key, next=next_path).url.path == "/portal"


def test_a_copied_passkey_is_refused_and_noted(fitting: BrowserOf, hall: Depot) -> None:
    key = PocketKey(HERE)
    make(fitting("manager"), key)
    show(fitting("stranger"), key)
    key.count = 0
    refused = show(fitting("stranger"), key)
    assert (refused.status_code, "misschien gekopieerd" in words(refused)) == (403, True)
    with hall.database.read() as session:
        newest = select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(1)
        event = session.exec(newest).one()
    assert (event.kind, json.loads(event.details)["problem"]) == (
        "sign_in_failed",
        "possibly_copied",
    )


def test_making_and_removing_need_a_fresh_proof(fitting: BrowserOf, hall: Depot) -> None:
    manager, key = fitting("manager"), PocketKey(HERE)
    make(manager, key)
    number = number_of(hall)
    hall.now += timedelta(minutes=16)
    for path in (f"{OWN}/new", f"{OWN}/{number}"):
        assert manager.get(path).url.path == "/login/again"
        assert manager.client.post(path).url.path == "/login/again"
    assert manager.client.post(f"{OWN}/options").json()["code"] == "proof_too_old"
    # The passkey itself is such a proof.
    assert show(manager, key, next=f"{OWN}/{number}").url.path == f"{OWN}/{number}"


def test_a_passkey_is_removed_by_its_person_only(fitting: BrowserOf, hall: Depot) -> None:
    manager, key = fitting("manager"), PocketKey(HERE)
    make(manager, key)
    number = number_of(hall)
    auditor = fitting("auditor")
    assert auditor.get(f"{OWN}/{number}").status_code == 404
    assert auditor.client.post(f"{OWN}/{number}").status_code == 404
    assert manager.get(f"{OWN}/x").status_code == 404
    assert "verwijderen" in manager.text(f"{OWN}/{number}")
    assert "De passkey is verwijderd." in manager.send(f"{OWN}/{number}").text
    refused = show(fitting("stranger"), key)
    assert (refused.status_code, "komt hier niemand binnen" in words(refused)) == (403, True)


def test_the_last_way_in_is_not_removed_here(fitting: BrowserOf, hall: Depot) -> None:
    manager, key = fitting("manager"), PocketKey(HERE)
    make(manager, key)
    with hall.database.write() as session:
        person = session.exec(
            select(Person).where(col(Person.email) == "manager@example.org")
        ).one()
        person.password_hash = ""
        session.add(person)
    refused = manager.send(f"{OWN}/{number_of(hall)}")
    assert (refused.status_code, "laatste manier" in words(refused)) == (409, True)


def test_a_passkey_that_is_not_right_is_not_made(fitting: BrowserOf, hall: Depot) -> None:
    manager, key = fitting("manager"), PocketKey(HERE)
    # Without a script nothing is sent, and the page says what it needs.
    assert "JavaScript" in words(manager.client.post(f"{OWN}/new", data={"name": "Telefoon"}))
    wrong = make(manager, PocketKey("https://evil.example"))
    assert (wrong.status_code, "werkte niet" in words(wrong)) == (403, True)
    unnamed = make(manager, key, name=" ")
    assert (unnamed.status_code, "Typ een naam" in words(unnamed)) == (422, True)
    assert make(manager, key).status_code == 200
    again = make(manager, key)
    assert (again.status_code, "al in gebruik" in words(again)) == (409, True)
    with hall.database.read() as session:
        assert len(session.exec(select(Passkey)).all()) == 1


def test_who_needs_a_second_factor_may_make_a_passkey_in_its_place(
    fitting: BrowserOf, hall: Depot
) -> None:
    with hall.database.write() as session:
        home = rulebook(session).organisations["WATERKANT"].id
        set_rule(session, home, Role.MANAGER, required=True, now=hall.now)
    browser, key = fitting("stranger"), PocketKey(HERE)
    assert browser.get("/login/second/passkey").status_code == 403
    refused = browser.client.post("/login/second/passkey/options")
    assert refused.json()["code"] == "ticket_unknown"
    typed = {"email": "manager@example.org", "password": PASSWORD, "next": "/batches"}
    page = browser.client.post("/login", data=typed)
    assert page.url.path == "/login/second/new"
    assert "/login/second/passkey" in page.text
    assert "Een passkey maken" in browser.text("/login/second/passkey")
    response = make(browser, key, at="/login/second/passkey")
    assert (response.status_code, response.url.path) == (200, "/batches")
    with hall.database.read() as session:
        newest = select(Token.methods).order_by(col(Token.id).desc()).limit(1)
        assert session.exec(newest).one() == "password passkey"
    # Who has a second factor shows that one: a password alone adds no other.
    thief = fitting("stranger")
    assert thief.client.post("/login", data=typed).url.path == "/login/second"
    assert thief.get("/login/second/passkey").status_code == 403
    assert thief.client.post("/login/second/passkey/options").status_code == 403
    # And from there the passkey leads on to what was wanted.
    assert show(thief, key).url.path == "/batches"


@pytest.mark.parametrize(
    ("public_url", "said"),
    [
        ("https://stofstroom.example", "werken alleen op https://stofstroom.example"),
        ("http://testserver", "een adres nodig dat met https:// begint"),
        ("http://127.0.0.1", "een adres nodig dat met https:// begint"),
    ],
)
def test_where_passkeys_do_not_work_it_is_said_why(
    at: Callable[[str], BrowserOf], public_url: str, said: str
) -> None:
    browser_of = at(public_url)
    stranger = browser_of("stranger")
    page = stranger.text("/login/passkey")
    assert said in page
    assert "STOFSTROOM_PUBLIC_URL" in page
    stranger.client.headers["sec-fetch-site"] = "same-origin"
    assert stranger.client.post("/login/passkey/options").url.path == "/login/passkey"
    assert "passkey" not in stranger.get("/login").text
