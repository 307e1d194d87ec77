"""Signing in with two factors, being locked out and not, and proving anew who one is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import col, select

from accounts import second_factor, totp, wrong_tries
from accounts.second_factor_rules import set_rule
from accounts.tables import Passkey, Person
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from proof.sealing import known_as
from proof.signing import load_or_create_ring
from tests.builders import Depot
from tests.web.pages.conftest import PASSWORD, Browser, words
from web.entering import FRESH
from web.trying import CODES_MAX

SECRET: Final = re.compile(r'<code translate="no">([A-Z2-7 ]+)</code>')
PAPER: Final = re.compile(r"<li><code>([A-Z2-7 ]{29})</code>")
LEADER: Final = select(Person.id).where(col(Person.email) == "leader@example.org")


@dataclass
class Gate:
    """The way in of a house in which leaders and administrators need a second factor."""

    served: FastAPI
    hall: Depot
    open_browser: Callable[[str], Browser]
    secret: str = ""
    paper: tuple[str, ...] = ()

    def enter(self, browser: Browser, password: str = PASSWORD, name: str = "leader") -> Any:
        typed = {"email": f"{name}@example.org", "password": password}
        return browser.client.post("/login", data=typed)

    def code(self, steps: int = 0) -> str:
        return totp.code_of(self.secret, totp.step_of(self.hall.now) + steps)

    def show(self, browser: Browser, code: str) -> Any:
        return browser.client.post("/login/second", data={"code": code})

    def later(self, **time: float) -> None:
        self.hall.now += timedelta(**time)

    def set_up(self, browser: Browser) -> Any:
        """Through setting up an app, which is asked of a leader without one."""
        page = self.enter(browser)
        assert page.url.path == "/login/second/new", page.text
        self.secret = SECRET.findall(page.text)[0].replace(" ", "")
        page = browser.client.post("/login/second/new", data={"code": self.code()})
        self.paper = tuple(PAPER.findall(page.text))
        self.later(seconds=totp.STEP_S)
        return page

    def has_app(self) -> None:
        """A leader who set up an app a while ago."""
        self.secret, now = totp.new_secret(), self.hall.now
        ring = load_or_create_ring(self.served.state.settings.keys, now=now)
        with self.hall.database.write() as session:
            leader = session.exec(LEADER).one()
            code = self.code()
            second_factor.set_up(session, ring, leader, secret=self.secret, code=code, now=now)
            self.paper = tuple(second_factor.make_codes(session, leader, now=now))
        self.later(seconds=totp.STEP_S)

    def guess(self, times: int, *, what: str = "account") -> None:
        """Wrong tries of strangers for the leader; each one costs a slow hash otherwise."""
        ring = load_or_create_ring(self.served.state.settings.keys, now=self.hall.now)
        with self.hall.database.write() as session:
            leader = session.exec(LEADER).one()
            for _ in range(times):
                whose = known_as(ring, what, str(leader))
                wrong_tries.take(session, whose, "", now=self.hall.now)

    def noted(self) -> list[str]:
        with self.hall.database.read() as session:
            rows = session.execute(text("SELECT kind FROM audit_event ORDER BY id"))
            return [kind for kind in rows.scalars() if kind != "rule_changed"]


@pytest.fixture
def gate(
    browser_of: Callable[[str], Browser], hall: Depot, served: FastAPI, tmp_path: Path
) -> Gate:
    """Its keys are its own."""
    served.state.settings = replace(served.state.settings, keys=tmp_path / "keys")
    with hall.database.write() as session:
        home = rulebook(session).organisations["WATERKANT"].id
        for role in (Role.TEAM_LEADER, Role.ADMINISTRATOR):
            set_rule(session, home, role, required=True, now=hall.now)
    return Gate(served, hall, browser_of)


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/account").url.path == "/account")


def test_who_needs_an_app_and_has_none_sets_it_up_before_anything_opens(gate: Gate) -> None:
    leader = gate.open_browser("stranger")
    page = gate.enter(leader)
    assert page.url.path == "/login/second/new"
    assert not is_in(leader)
    assert gate.show(leader, "123456").status_code == 403
    assert leader.client.post("/login/second/new", data={"code": "123456"}).status_code == 403
    assert not is_in(leader)
    page = gate.set_up(leader)
    assert len(gate.paper) == 10
    assert is_in(leader)
    assert gate.noted()[-3:] == ["second_factor_added", "recovery_codes_made", "signed_in"]
    # What was shown once is not shown again.
    assert not any(code in leader.get("/account/recovery-codes").text for code in gate.paper)
    assert leader.get("/login/second/new").status_code == 403


def test_a_password_and_a_code_let_in_and_either_alone_does_not(gate: Gate) -> None:
    gate.has_app()
    leader = gate.open_browser("stranger")
    page = gate.enter(leader)
    assert page.url.path == "/login/second"
    assert not is_in(leader)
    before = dict(leader.client.cookies)
    shown = gate.show(leader, gate.code())
    assert shown.url.path == "/today"
    assert is_in(leader)
    after = dict(leader.client.cookies)
    assert "stofstroom" in after.keys() - before.keys()
    assert "half-open" in before.keys() - after.keys()
    # The code was used; so was the ticket.
    other = gate.open_browser("stranger")
    gate.enter(other)
    refused = gate.show(other, gate.code())
    assert (refused.status_code, is_in(other)) == (403, False)
    assert "Deze code klopt niet." in words(refused)
    other.client.cookies.delete("half-open")
    other.client.cookies.set("half-open", before["half-open"])
    assert gate.show(other, gate.code(1)).status_code == 403


def test_who_knows_the_password_puts_no_app_in_the_place_of_the_owners(gate: Gate) -> None:
    thief = gate.open_browser("stranger")
    page = gate.enter(thief)
    secret = SECRET.findall(page.text)[0].replace(" ", "")
    gate.has_app()
    assert gate.secret != secret
    code = totp.code_of(secret, totp.step_of(gate.hall.now))
    assert thief.client.post("/login/second/new", data={"code": code}).status_code == 403
    assert not is_in(thief)
    gate.enter(thief)
    assert gate.show(thief, gate.code()).url.path == "/today"


def test_who_has_a_passkey_alone_is_led_to_that(gate: Gate) -> None:
    with gate.hall.database.write() as session:
        passkey = Passkey(
            person_id=session.exec(LEADER).one(),
            credential="x",
            public_key="x",
            sign_count=0,
            name="x",
            created_at=gate.hall.now,
        )
        session.add(passkey)
    leader = gate.open_browser("stranger")
    page = gate.enter(leader)
    assert page.url.path == "/login/second"
    assert "die van u is een passkey" in words(page)
    assert "Code van zes cijfers" not in words(page)
    assert gate.show(leader, "123456").status_code == 403
    assert leader.client.post("/login/second/new", data={"code": "1"}).status_code == 403
    assert not is_in(leader)


def test_a_recovery_code_takes_the_place_of_the_app_once(gate: Gate) -> None:
    gate.has_app()
    leader = gate.open_browser("stranger")
    gate.enter(leader)
    assert gate.show(leader, gate.paper[0]).url.path == "/today"
    assert "recovery_code_used" in gate.noted()
    assert "Herstelcodes over 9" in leader.text("/account/second-factor")
    again = gate.open_browser("stranger")
    gate.enter(again)
    assert gate.show(again, gate.paper[0]).status_code == 403


def test_after_some_wrong_codes_the_password_is_asked_again(gate: Gate) -> None:
    gate.has_app()
    leader = gate.open_browser("stranger")
    gate.enter(leader)
    for _ in range(CODES_MAX):
        assert "Deze code klopt niet." in words(gate.show(leader, "000000"))
    assert "verlopen" in words(gate.show(leader, gate.code()))
    assert leader.get("/login/second").status_code == 403
    gate.enter(leader)
    assert gate.show(leader, gate.code()).url.path == "/today"


def test_many_wrong_codes_in_all_wait_and_the_own_browser_does_not(gate: Gate) -> None:
    own = gate.open_browser("stranger")
    gate.set_up(own)
    own.client.post("/logout")
    gate.guess(wrong_tries.TRIES, what="second")
    stranger = gate.open_browser("stranger")
    gate.enter(stranger)
    refused = gate.show(stranger, gate.code())
    assert "Er is te vaak iets verkeerds geprobeerd." in words(refused)
    gate.enter(own)
    assert gate.show(own, gate.code()).url.path == "/today"


def test_strangers_who_guess_lock_themselves_out_and_not_the_owner(gate: Gate) -> None:
    own = gate.open_browser("stranger")
    gate.set_up(own)
    own.client.post("/logout")
    gate.guess(wrong_tries.TRIES - 1)
    stranger = gate.open_browser("stranger")
    assert gate.enter(stranger, "wrong pass phrase").status_code == 403
    assert gate.noted()[-2:] == ["sign_in_failed", "locked_out"]
    refused = gate.enter(stranger)
    assert refused.status_code == 403
    assert "Nog wachten (minuten) 15" in words(refused)
    assert gate.enter(own).url.path == "/login/second"
    # To be known with one account is worth nothing for another.
    assert gate.enter(stranger, name="worker").url.path == "/today"
    assert "known" in stranger.client.cookies
    assert gate.enter(stranger).status_code == 403
    gate.later(minutes=15)
    assert gate.enter(gate.open_browser("stranger")).url.path == "/login/second"


def test_an_account_that_is_not_there_is_answered_and_counted_like_one_that_is(gate: Gate) -> None:
    told = []
    for name in ("leader", "nobody"):
        browser = gate.open_browser("stranger")
        wrong = words(gate.enter(browser, "wrong pass phrase", name=name))
        told.append(wrong)
    assert told[0] == told[1]
    ring = load_or_create_ring(gate.served.state.settings.keys, now=gate.hall.now)
    with gate.hall.database.write() as session:
        whose = known_as(ring, "account", "nobody nobody@example.org")
        assert wrong_tries.count(session, whose, now=gate.hall.now) == 1
        for _ in range(wrong_tries.TRIES - 1):
            wrong_tries.take(session, whose, "", now=gate.hall.now)
    # However it is written.
    refused = gate.enter(gate.open_browser("stranger"), name=" NOBODY")
    assert "Er is te vaak iets verkeerds geprobeerd." in words(refused)


def test_who_signed_in_a_while_ago_proves_it_anew_in_a_new_session(gate: Gate) -> None:
    leader = gate.open_browser("stranger")
    gate.set_up(leader)
    before = leader.client.cookies["stofstroom"]
    assert leader.get("/account/second-factor/remove").url.path == "/account/second-factor/remove"
    gate.later(seconds=FRESH.total_seconds())
    asked = leader.get("/account/second-factor/remove")
    assert str(asked.url).endswith("/login/again?next=%2Faccount%2Fsecond-factor%2Fremove")
    wanted = "/account/second-factor/remove"
    wrong = leader.client.post("/login/again", data={"password": "no", "next": wanted})
    assert "horen niet bij elkaar" in words(wrong)
    proven = leader.client.post("/login/again", data={"password": PASSWORD, "next": wanted})
    assert proven.url.path == "/login/second"
    assert gate.show(leader, gate.code()).url.path == wanted
    assert leader.client.cookies["stofstroom"] != before
    # The session of before lets nobody in.
    thief = gate.open_browser("stranger")
    thief.client.cookies.set("stofstroom", before)
    assert not is_in(thief)


def test_the_app_is_changed_and_stays_while_the_role_needs_it(gate: Gate) -> None:
    leader = gate.open_browser("stranger")
    gate.set_up(leader)
    page = leader.client.post("/account/second-factor")
    assert page.url.path == "/account/second-factor/new"
    secret = SECRET.findall(page.text)[0].replace(" ", "")
    step = totp.step_of(gate.hall.now)
    assert leader.client.post(page.url.path, data={"code": gate.code()}).status_code == 403
    done = leader.client.post(page.url.path, data={"code": totp.code_of(secret, step)})
    assert "De app is ingesteld." in words(done)
    # The ticket of somebody's own set-up opens no session for anybody.
    assert leader.client.post("/login/second/new", data={"code": "1"}).status_code == 403
    kept = leader.client.post("/account/second-factor/remove")
    assert kept.status_code == 409
    assert "Voor uw rol is een tweede stap nodig." in words(kept)
    codes = PAPER.findall(leader.client.post("/account/recovery-codes").text)
    assert len(codes) == 10
    assert not set(codes) & set(gate.paper)


def test_a_worker_may_have_an_app_and_remove_it(gate: Gate) -> None:
    worker = gate.open_browser("worker")
    assert "U hebt nog geen app." in worker.text("/account/second-factor")
    page = worker.client.post("/account/second-factor")
    gate.secret = SECRET.findall(page.text)[0].replace(" ", "")
    done = worker.client.post(page.url.path, data={"code": gate.code()})
    assert len(PAPER.findall(done.text)) == 10
    assert gate.enter(gate.open_browser("stranger"), name="worker").url.path == "/login/second"
    gone = worker.client.post("/account/second-factor/remove")
    assert "De app is verwijderd" in words(gone)
    assert gate.enter(gate.open_browser("stranger"), name="worker").url.path == "/today"


def test_an_administrator_says_for_which_roles_it_is_needed(gate: Gate) -> None:
    administrator = gate.open_browser("administrator")
    page = administrator.get("/people/rules")
    shown = re.findall(r'name="shown" value="([\w-]+)"', page.text)
    ticked = re.findall(r'name="required" value="([\w-]+)" checked', page.text)
    assert [key.partition("-")[2] for key in ticked] == ["team_leader", "administrator"]
    assert "2 mensen hebben er nog geen" in words(page)
    wanted = [key for key in shown if key.endswith(("administrator", "supplier", "worker"))]
    form = {"shown": [key for key in shown if "outlet" not in key], "required": wanted}
    kept = administrator.client.post("/people/rules", data=form)
    assert "Het is bewaard" in words(kept)
    ticked = re.findall(r'name="required" value="([\w-]+)" checked', kept.text)
    assert ticked == wanted
    assert gate.noted().count("rule_changed") == 0
    assert gate.enter(gate.open_browser("stranger")).url.path == "/today"
    assert gate.open_browser("manager").get("/people/rules").status_code == 403


def test_a_lost_key_file_is_said_and_a_recovery_code_still_lets_in(gate: Gate) -> None:
    gate.has_app()
    gate.served.state.settings.keys.unlink()
    leader = gate.open_browser("stranger")
    gate.enter(leader)
    refused = gate.show(leader, gate.code())
    assert "De codes van uw app kunnen hier niet meer worden nagekeken." in words(refused)
    assert gate.show(leader, gate.paper[0]).url.path == "/today"


def test_a_machine_changes_no_ways_in(gate: Gate) -> None:
    leader = gate.open_browser("leader")
    stranger = gate.open_browser("stranger")
    bearer = {"authorization": f"Bearer {leader.client.cookies['stofstroom']}"}
    # A session shown as a bearer token is that person; a machine is nobody.
    assert stranger.get("/account/second-factor", **bearer).status_code == 200
    with gate.hall.database.write() as session:
        session.execute(text("UPDATE token SET kind = 'api', person_id = NULL"))
    assert stranger.get("/account/second-factor", **bearer).status_code == 403
    assert stranger.client.post("/account/second-factor", headers=bearer).status_code == 403
