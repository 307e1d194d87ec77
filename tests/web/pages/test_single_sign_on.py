"""In by a provider: what is believed of it, and that nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from accounts import identities
from accounts.actions import set_active
from accounts.tables import AuditEvent, Identity, Person, Token
from tests.builders import Depot
from tests.web.id_provider import CLIENT, IdProvider, Lie, key_for
from tests.web.pages.conftest import words
from tests.web.pages.signing_on import (
    Doorway,
    come_back,
    enter,
    led_to,
    person,
    session_cookies,
    set_out,
    through,
)
from web.deps import SESSION_COOKIE

__all__ = ["enter"]


def test_somebody_known_there_comes_in_here(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    browser = enter("stranger")
    response = through(browser, id_provider, next="/batches?x=1")
    assert response.status_code == 200
    [cookie] = session_cookies(response)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert led_to(response) == "/batches?x=1"
    assert browser.get("/batches").status_code == 200
    with hall.database.read() as session:
        newest = session.exec(select(Token).order_by(col(Token.id).desc())).first()
        assert newest is not None
        assert (newest.methods, newest.person_id) == ("sso", person(hall.database, "manager"))
        known = session.exec(select(Identity)).one()
        assert known.used_at == hall.now


def test_nothing_of_the_provider_reaches_the_browser_or_the_database(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    browser = enter("stranger")
    response = through(browser, id_provider)
    assert "SECRET-ACCESS" not in response.text + str(response.headers)
    assert "eyJ" not in response.text + str(response.headers)
    with hall.database.read() as session:
        dump = "\n".join(session.connection().connection.iterdump())
    assert "SECRET-ACCESS" not in dump
    assert "eyJ" not in dump


LIES = {
    "the nonce of another journey": Lie({"nonce": "another"}),
    "no nonce": Lie({"nonce": None}),
    "another issuer": Lie({"iss": "https://evil.example"}),
    "no issuer": Lie({"iss": None}),
    "a token for somebody else": Lie({"aud": "another"}),
    "a token for nobody": Lie({"aud": None}),
    "a token for several, of nobody's asking": Lie({"aud": [CLIENT, "another"]}),
    "a token that another asked for": Lie({"azp": "another"}),
    "a token that ran out": Lie({"exp": 1_000_000_000}),
    "a token without an end": Lie({"exp": None}),
    "an end that is no number": Lie({"exp": "tomorrow"}),
    "a token of the future": Lie({"iat": 4_000_000_000, "exp": 4_000_000_300}),
    "a token of long ago": Lie({"iat": 1_000_000_000}),
    "a token of no time": Lie({"iat": None}),
    "not yet": Lie({"nbf": 4_000_000_000}),
    "nobody": Lie({"sub": None}),
    "an empty name": Lie({"sub": ""}),
    "a name that is no text": Lie({"sub": 7}),
    "no signature": Lie(alg="none"),
    "a signature by the client's secret": Lie(alg="HS256", key=key_for("HS256", "one")),
    "a kind of signature that is not believed": Lie(alg="RS512", key=key_for("RS512", "one")),
    "the key of somebody else": Lie(key=key_for("ES256", "one")),
    "a key that nobody knows": Lie(key=key_for("ES256", "unheard")),
    "a key of another kind": Lie(header={"alg": "RS256"}, alg="RS256", key=key_for("RS256", "one")),
    "no token at all": Lie(answer={"access_token": "a", "token_type": "Bearer"}),
    "a token that is none": Lie(answer={"id_token": "a.b.c"}),
    "a token that is a number": Lie(answer={"id_token": 7}),
    "a token of nothing": Lie(answer={"id_token": ""}),
}


def test_no_lie_of_a_provider_is_believed(
    enter: Doorway, id_provider: IdProvider, subtests: Any
) -> None:
    browser = enter("stranger")
    for name, lie in LIES.items():
        with subtests.test(name):
            id_provider.lie = lie
            response = through(browser, id_provider)
            assert (response.status_code, "sign_on_failed" in response.text) == (403, True)
            assert session_cookies(response) == []
    id_provider.lie = Lie()
    assert through(browser, id_provider).status_code == 200


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"code": None}, "code"),
        ({"code": "guessed"}, "provider"),
        ({"code": None, "error": "access_denied"}, "declined"),
        ({"code": None, "error": "server_error", "error_description": "<script>"}, "provider"),
    ],
)
def test_what_a_browser_brings_back_has_to_fit(
    enter: Doorway, id_provider: IdProvider, changed: dict[str, str | None], problem: str
) -> None:
    browser = enter("stranger")
    answer = id_provider.grant(set_out(browser), "m-1") | changed
    response = come_back(browser, {name: text for name, text in answer.items() if text is not None})
    assert response.status_code == 403
    assert problem in words(response)
    assert session_cookies(response) == []
    assert "<script>" not in response.text


def test_a_provider_that_does_not_name_itself_is_held_to_what_it_names(
    enter: Doorway, id_provider: IdProvider
) -> None:
    id_provider.metadata = {"authorization_response_iss_parameter_supported": False}
    browser = enter("stranger")
    answer = id_provider.grant(set_out(browser), "m-1")
    assert come_back(browser, answer | {"iss": "https://evil.example"}).status_code == 403
    answer = id_provider.grant(set_out(browser), "m-1")
    del answer["iss"]
    assert come_back(browser, answer).status_code == 200


def test_a_journey_ends_once(enter: Doorway, id_provider: IdProvider) -> None:
    browser = enter("stranger")
    asked = set_out(browser)
    first = id_provider.grant(asked, "m-1")
    assert come_back(browser, first).status_code == 200
    for again in (first, id_provider.grant(asked, "m-1")):
        response = come_back(browser, again)
        assert (response.status_code, "ticket_unknown" in response.text) == (403, True)


def test_a_journey_runs_out(enter: Doorway, id_provider: IdProvider, hall: Depot) -> None:
    browser = enter("stranger")
    answer = id_provider.grant(set_out(browser), "m-1")
    hall.later(minutes=11)
    assert "ticket_unknown" in come_back(browser, answer).text


def test_the_journey_of_another_browser_is_not_ended(
    enter: Doorway, id_provider: IdProvider
) -> None:
    mine, theirs = enter("stranger"), enter("stranger")
    answer = id_provider.grant(set_out(theirs), "m-1")
    for cookies in (False, True):
        # Once without any cookie of ours, and once with that of a journey of its own.
        if cookies:
            set_out(mine)
        response = come_back(mine, answer)
        assert "ticket_unknown" in response.text
        assert session_cookies(response) == []
    assert come_back(theirs, answer).status_code == 200


def test_a_stolen_code_is_worth_nothing_in_another_journey(
    enter: Doorway, id_provider: IdProvider
) -> None:
    victim, thief = enter("stranger"), enter("stranger")
    stolen = id_provider.grant(set_out(victim), "m-1")["code"]
    answer = id_provider.grant(set_out(thief), "thief") | {"code": stolen}
    response = come_back(thief, answer)
    assert "sign_on_failed" in response.text
    assert session_cookies(response) == []


def test_two_windows_of_one_browser_can_be_on_their_way(
    enter: Doorway, id_provider: IdProvider
) -> None:
    browser = enter("stranger")
    first, second = set_out(browser), set_out(browser)
    assert come_back(browser, id_provider.grant(first, "m-1")).status_code == 200
    assert "ticket_unknown" in come_back(browser, id_provider.grant(second, "m-1")).text
    third, fourth = set_out(browser), set_out(browser)
    assert third != fourth


def test_who_is_not_known_here_gets_no_account(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    with hall.database.read() as session:
        before = len(session.exec(select(Person)).all())
    response = through(enter("stranger"), id_provider, "nobody", next="/batches")
    assert response.status_code == 403
    assert "hoort hier nog niemand" in words(response)
    with hall.database.read() as session:
        assert len(session.exec(select(Person)).all()) == before
        noted = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert noted is not None
    assert (noted.kind, noted.actor, noted.details) == ("sign_in_failed", "", '{"by": "sso"}')


def test_who_was_shut_out_stays_out(enter: Doorway, id_provider: IdProvider, hall: Depot) -> None:
    with hall.database.write() as session:
        manager = session.get(Person, person(hall.database, "manager"))
        assert manager is not None
        home = [manager.organisation_id]
        set_active(session, manager.id, active=False, of=home, now=hall.now)
    assert "identity_unknown" in through(enter("stranger"), id_provider).text


@pytest.mark.parametrize(
    ("more", "said", "methods"),
    [
        ({}, {}, "sso"),
        ({"AMR": "mfa hwk"}, {"amr": ["pwd", "mfa"]}, "sso"),
        ({"AMR": "mfa hwk"}, {"amr": ["pwd"]}, "sso_first"),
        ({"AMR": "mfa"}, {}, "sso_first"),
        ({"ACR": "high"}, {"acr": "high"}, "sso"),
        ({"ACR": "high"}, {"acr": "low"}, "sso_first"),
        ({"ACR": "high", "AMR": "mfa"}, {"acr": "high"}, "sso_first"),
    ],
)
def test_a_provider_counts_as_both_factors_unless_more_was_asked(
    enter: Doorway,
    id_provider: IdProvider,
    hall: Depot,
    more: dict[str, str],
    said: dict[str, Any],
    methods: str,
) -> None:
    """By a worker, who needs no second factor: how they came in is noted either way."""
    worker = person(hall.database, "worker")
    with hall.database.write() as session:
        identities.link(session, worker, issuer=id_provider.issuer, subject="w", now=hall.now)
    id_provider.lie = Lie(said)
    enter.ask_for(**more)
    browser = enter("stranger")
    asked = set_out(browser)
    assert ("acr_values=high" in asked) == ("ACR" in more)
    assert come_back(browser, id_provider.grant(asked, "w")).status_code == 200
    with hall.database.read() as session:
        assert session.exec(select(Token.methods).where(col(Token.person_id) == worker)).one() == (
            methods
        )


def test_only_who_proves_it_again_is_the_same_person(
    enter: Doorway, id_provider: IdProvider
) -> None:
    manager = enter("manager")
    asked = set_out(manager, again="1", next="/batches")
    assert "prompt=login" in asked
    assert "max_age=0" in asked
    for said, status in (({}, 403), ({"auth_time": 1_000_000_000}, 403)):
        id_provider.lie = Lie(said)
        answer = id_provider.grant(set_out(manager, again="1"), "m-1")
        assert come_back(manager, answer).status_code == status
    id_provider.lie = Lie({"auth_time": id_provider.seconds})
    before = manager.client.cookies[SESSION_COOKIE]
    response = come_back(manager, id_provider.grant(asked, "m-1"))
    assert led_to(response) == "/batches"
    assert manager.get("/batches").status_code == 200
    manager.client.cookies.set(SESSION_COOKIE, before, domain="testserver.local")
    assert manager.get("/batches").url.path == "/login"
    leader = enter("leader")
    answer = id_provider.grant(set_out(leader, again="1"), "m-1")
    assert "sign_on_failed" in come_back(leader, answer).text
    assert (
        enter("stranger").client.post("/login/sso", data={"provider": "1", "again": "1"}).url.path
        == "/login"
    )


def test_no_way_leads_to_another_site(enter: Doorway, id_provider: IdProvider) -> None:
    response = through(enter("stranger"), id_provider, next="//evil.example/")
    assert led_to(response) == "/"


def test_a_provider_that_nobody_named_is_not_found(enter: Doorway) -> None:
    browser = enter("stranger")
    assert browser.client.post("/login/sso", data={"provider": "9"}).status_code == 404
    assert browser.get("/login/sso/back/9?state=x").status_code == 404
    assert browser.client.post("/login/sso").status_code == 404


@pytest.mark.parametrize("alg", ["RS256", "PS256", "Ed25519"])
def test_other_signatures_are_believed_too(
    enter: Doorway, id_provider: IdProvider, alg: str
) -> None:
    id_provider.keys[alg] = key_for(alg, alg)
    try:
        id_provider.lie = Lie(alg=alg)
        assert through(enter("stranger"), id_provider).status_code == 200
    finally:
        del id_provider.keys[alg]


def test_a_provider_that_is_not_there_is_said_to_be_so(
    enter: Doorway, id_provider: IdProvider
) -> None:
    id_provider.pages["/.well-known/openid-configuration"] = (503, {}, b"")
    browser = enter("stranger")
    response = browser.client.post("/login/sso", data={"provider": "1"})
    assert response.status_code == 403
    assert "Inloggen bij de andere dienst is niet gelukt." in words(response)
