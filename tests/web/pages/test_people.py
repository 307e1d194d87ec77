"""Accounts at their pages: invited, taken into use, found, shut out; and a forgotten password."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from accounts import second_factor
from accounts.telling import PERSON_MAIL
from store.jobs import Worker
from tests.builders import Depot
from tests.web.mail_office import settings_of
from tests.web.pages.conftest import PASSWORD, Browser, words
from tests.web.postbox import Postbox, free_port, postbox, text_of
from web.app import settle
from web.person_mail import PersonMailing
from web.settings import Settings, from_environment

BrowserOf = Callable[[str], Browser]
PUBLIC = from_environment({}).public_url
NEW = "a bicycle stands outside"


def with_mail(port: int) -> Settings:
    return replace(from_environment({}), mail=settings_of(port).mail)


@dataclass
class Mails:
    """The mails about accounts of a hall."""

    hall: Depot
    box: Postbox

    def work(self, port: int | None = None) -> list[tuple[str, str]]:
        """Send what is due: to whom, and about what."""
        settings = with_mail(port or self.box.port)
        mailing = PersonMailing(
            database=self.hall.database, settings=settings, clock=lambda: self.hall.now
        )
        worker = Worker(
            database=self.hall.database,
            handlers={PERSON_MAIL: mailing},
            clock=lambda: self.hall.now,
        )
        before = len(self.box.mails)
        while worker.work_once():
            pass
        return [(str(one["To"]), str(one["Subject"])) for one in self.box.mails[before:]]


@pytest.fixture
def mails(hall: Depot, served: FastAPI, browser_of: BrowserOf) -> Iterator[Mails]:
    """Where mail is set up."""
    with postbox() as box:
        settle(served, with_mail(box.port), hall.database)
        served.state.clock = lambda: hall.now
        yield Mails(hall, box)


def link_in(said: str) -> str:
    """The path of a link."""
    found = re.search(r"/(invitation|reset)/[\w-]+", said)
    assert found is not None, said
    return found[0]


def key_of(hall: Depot, name: str) -> int:
    with hall.database.read() as session:
        row = session.execute(
            text("SELECT id FROM person WHERE email = :email"), {"email": f"{name}@example.org"}
        )
        return int(row.scalar_one())


def invite(browser: Browser, **typed: Any) -> Any:
    said = {"name": "Roos Visser", "email": "roos@example.org", "language": "nl"}
    return browser.send("/people/new", **{**said, **typed})


def test_who_is_invited_chooses_a_password_and_is_in(hall: Depot, browser_of: BrowserOf) -> None:
    chief = browser_of("administrator")
    shown = invite(chief, role="team_leader", organisation="WATERKANT", site="S1")
    path = link_in(shown.text)
    assert path not in chief.get(f"/people/{key_of(hall, 'roos')}").text
    roos = browser_of("stranger")
    page = roos.text(path)
    assert "Teamleider" in page
    assert "roos@example.org" in page
    wrong = {
        "k0rt": "te kort",
        "Password1234!": "Te veel mensen",
        "waterkant-Roos-2026": "weinig meer",
    }
    for password, why in wrong.items():
        refused = roos.send(path, name="Roos", language="nl", password=password)
        assert (refused.status_code, why in words(refused)) == (422, True)
        assert password not in refused.text
    come = roos.send(path, name="Roos", language="nl", password=NEW)
    assert come.url.path == "/today"
    assert roos.get(path).status_code == 403
    assert "Roos" in chief.text("/people?state=active")


def test_people_are_searched_filtered_and_sorted(hall: Depot, browser_of: BrowserOf) -> None:
    chief = browser_of("administrator")
    everybody = chief.text("/people")
    assert "7 mensen" in everybody
    assert "outsider@example.org" not in everybody
    assert "supplier@example.org" in chief.text("/people?name=SUPPL&role=supplier")
    assert "2 mrt 2026" in chief.text("/people?order=seen")
    browser_of("worker")
    assert "2 mrt 2026" not in chief.text("/people?name=worker")
    assert "Niets past bij dit filter." in chief.text("/people?state=invited")
    assert "1 persoon" in chief.text("/people?organisation=VEZELHOF&state=without")


def test_nobody_is_invited_twice_or_without_what_is_needed(
    hall: Depot, browser_of: BrowserOf
) -> None:
    chief = browser_of("administrator")
    wrong = (
        ({"email": "leader@example.org", "role": "worker"}, "Met dit adres logt al iemand in."),
        ({"email": "no address", "role": "worker"}, "Dit is geen e-mailadres."),
        ({"role": ""}, "Kies een rol."),
        ({"role": "supplier", "organisation": "VEZELHOF"}, "Bij deze organisatie hoort niemand"),
        ({"role": "worker", "scope": "read"}, "Alleen mensen van een leverancier"),
        ({"role": "outlet", "organisation": "VEZELHOF", "site": "S1"}, "Alleen mensen van uw"),
    )
    for typed, why in wrong:
        refused = invite(chief, **{"organisation": "WATERKANT", **typed})
        assert (refused.status_code, why in words(refused)) == (422, True), typed
    nothing = invite(chief, role="supplier", organisation="NOWHERE")
    assert nothing.status_code == 404


def test_a_supplier_invites_a_colleague_who_may_only_look(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier = browser_of("supplier")
    assert "Collega" in supplier.text("/people")
    path = link_in(invite(supplier, scope="read").text)
    roos = browser_of("stranger")
    assert roos.send(path, name="Roos", language="nl", password=NEW).url.path == "/portal"
    assert roos.get("/people").status_code == 403
    page = supplier.get(f"/people/{key_of(hall, 'roos')}")
    assert "kijkt alleen mee" in words(page)
    assert "/erase" not in page.text


def test_who_is_shut_out_is_out_at_once_and_nobody_does_it_to_themselves(
    hall: Depot, browser_of: BrowserOf
) -> None:
    chief, leader = browser_of("administrator"), browser_of("leader")
    path = f"/people/{key_of(hall, 'leader')}"
    assert leader.get("/account").url.path == "/account"
    assert "Dit account is gesloten" in chief.client.post(path, data={"what": "shut_out"}).text
    assert leader.get("/account").url.path == "/login"
    back = chief.client.post(path, data={"what": "let_in"})
    assert "Deze persoon kan weer inloggen." in back.text
    changed = chief.client.post(
        path, data={"what": "change", "role": "auditor", "organisation": "WATERKANT"}
    )
    assert "Controleur" in words(changed)
    own = f"/people/{key_of(hall, 'administrator')}"
    assert "Dit bent u zelf." in chief.text(own)
    for what in ("shut_out", "reset", "app_taken"):
        assert chief.client.post(own, data={"what": what}).status_code == 409
    assert chief.client.post(path, data={"what": "anything"}).status_code == 404
    assert chief.client.post(path, data={"what": "app_taken"}).status_code == 403
    assert chief.get("/people/nobody").status_code == 404


def test_an_administrator_hands_over_a_link_for_a_new_password(
    hall: Depot, browser_of: BrowserOf, mails: Mails
) -> None:
    chief, leader = browser_of("administrator"), browser_of("leader")
    shown = chief.client.post(f"/people/{key_of(hall, 'leader')}", data={"what": "reset"})
    path = link_in(shown.text)
    stranger = browser_of("stranger")
    assert "te kort" in words(stranger.send(path, password="kort"))
    kept = stranger.send(path, password=NEW)
    assert "U hebt een nieuw wachtwoord" in words(kept)
    assert stranger.get(path).status_code == 403
    assert leader.get("/account").url.path == "/login"
    signed = stranger.send("/login", email="leader@example.org", password=NEW)
    assert signed.url.path == "/today"
    assert mails.work() == [
        ("Leader <leader@example.org>", "Een beheerder maakte een link voor een nieuw wachtwoord"),
        ("Leader <leader@example.org>", "Uw wachtwoord is gewijzigd"),
    ]
    assert PASSWORD not in text_of(mails.box.mails[-1])


def test_who_forgot_gets_a_mail_and_others_the_same_answer(
    hall: Depot, browser_of: BrowserOf, mails: Mails
) -> None:
    stranger = browser_of("stranger")
    asked = [
        words(stranger.send("/forgotten", email=f"{name}@example.org"))
        for name in ("leader", "nobody", "leader")
    ]
    assert len(set(asked)) == 1
    assert "is een mail met een link onderweg" in asked[0]
    assert mails.work() == [("Leader <leader@example.org>", "Een nieuw wachtwoord voor Stofstroom")]
    said = text_of(mails.box.mails[0])
    assert f"{PUBLIC}/reset/" in said
    assert "List-Unsubscribe" not in mails.box.mails[0]
    assert stranger.get(link_in(said)).status_code == 200
    with hall.database.read() as session:
        jobs = session.execute(text("SELECT payload, last_error FROM job")).all()
    assert "stofstroom_" not in str(jobs)
    assert "example.org" not in str(jobs)


def test_who_is_invited_gets_a_link_of_their_own_by_mail(
    hall: Depot, browser_of: BrowserOf, mails: Mails
) -> None:
    invite(browser_of("administrator"), role="worker", organisation="WATERKANT")
    assert mails.work() == [("roos@example.org", "U bent uitgenodigd voor Stofstroom")]
    said = text_of(mails.box.mails[0])
    assert "Waterkant" in said
    assert "Roos" not in said
    assert "Medewerker" in browser_of("stranger").text(link_in(said))


def test_a_link_that_no_mail_brought_opens_nothing_and_another_is_made_later(
    hall: Depot, browser_of: BrowserOf, mails: Mails
) -> None:
    browser_of("stranger").send("/forgotten", email="leader@example.org")
    assert mails.work(free_port()) == []
    with hall.database.read() as session:
        used = session.execute(text("SELECT used_at FROM ticket")).scalars().all()
    assert [at is not None for at in used] == [True]
    hall.later(minutes=1)
    assert len(mails.work()) == 1


def test_without_mail_who_forgot_is_told_whom_to_ask(hall: Depot, browser_of: BrowserOf) -> None:
    stranger = browser_of("stranger")
    assert "Vraag een beheerder" in stranger.text("/forgotten")
    assert "Vraag een beheerder" in words(stranger.client.post("/forgotten", data={"email": "x"}))
    with hall.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM job")).scalar_one() == 0


def test_what_changes_a_way_in_is_told_by_mail(
    hall: Depot, browser_of: BrowserOf, mails: Mails
) -> None:
    with hall.database.write() as session:
        second_factor.take_away(session, key_of(hall, "leader"), actor="person:1", now=hall.now)
    assert [subject for _, subject in mails.work()] == [
        "De app met codes is van uw account gehaald"
    ]
