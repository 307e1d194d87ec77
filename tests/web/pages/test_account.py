"""Somebody's own account, and what is noted of everybody's: seen, changed, ended, taken away."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from accounts.audit import Doing, note_event
from tests.builders import Depot
from tests.web.pages.conftest import PASSWORD, Browser, session_of, words
from web.audit_words import DOINGS
from web.browsers import browser_name

BrowserOf = Callable[[str], Browser]


def events(hall: Depot) -> list[tuple[str, str]]:
    with hall.database.read() as session:
        rows = session.execute(
            text("SELECT kind, actor FROM audit_event WHERE kind <> 'rule_changed' ORDER BY id")
        )
        return [tuple(row) for row in rows]


def test_somebody_is_called_otherwise_and_reads_another_language(
    hall: Depot, browser_of: BrowserOf
) -> None:
    manager = browser_of("manager")
    page = manager.text("/account")
    assert "manager@example.org" in page
    kept = manager.send("/account", what="details", name="  Mia de Boer ", language="en")
    assert "Your account" in words(kept)
    assert "Mia de Boer" in kept.text
    assert 'lang="en"' in kept.text
    wrong = manager.send("/account", what="details", name="a\x07b", language="en")
    assert (wrong.status_code, "Type your name on one line." in words(wrong)) == (422, True)


def test_a_new_password_asks_the_old_one_and_ends_the_other_sessions(
    hall: Depot, browser_of: BrowserOf
) -> None:
    here, there = browser_of("manager"), browser_of("manager")
    new = "a longer pass phrase for tests"
    wrong = here.send("/account/password", old="not this one", new=new, again=f"{new}!")
    assert wrong.status_code == 422
    assert "Dit is niet uw wachtwoord." in words(wrong)
    assert "De twee zijn niet gelijk." in words(wrong)
    assert new not in wrong.text
    assert there.get("/account").url.path == "/account"
    kept = here.send("/account/password", old=PASSWORD, new=new, again=new)
    assert "Uw wachtwoord is gewijzigd." in words(kept)
    assert there.get("/account").url.path == "/login"
    assert [kind for kind, _ in events(hall)] == ["sign_in_failed", "password_changed"]


def test_somebody_sees_their_sessions_and_ends_what_is_not_theirs(
    hall: Depot, browser_of: BrowserOf
) -> None:
    here, there, other = browser_of("manager"), browser_of("manager"), browser_of("leader")
    page = here.get("/account").text
    (number,) = re.findall(r'name="session" value="(\d+)"', page)
    assert other.client.post("/account", data={"what": "end", "session": number}).status_code == 404
    assert here.client.post("/account", data={"what": "end", "session": "x"}).status_code == 404
    assert there.get("/account").url.path == "/account"
    ended = here.client.post("/account", data={"what": "end", "session": number})
    assert "Die sessie is beëindigd." in words(ended)
    assert there.get("/account").url.path == "/login"
    again = browser_of("manager")
    here.client.post("/account", data={"what": "end_others"})
    assert again.get("/account").url.path == "/login"
    assert here.get("/account").url.path == "/account"


def test_who_asks_to_be_erased_is_brought_to_the_administrator_once_a_day(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, administrator = browser_of("supplier"), browser_of("administrator")
    for _ in range(2):
        asked = supplier.client.post("/account", data={"what": "erase"})
        assert "Een beheerder zorgt daarvoor." in words(asked)
    listed = administrator.get("/notices").text
    assert len(re.findall(r"<p>De persoon met nummer \d+ vraagt om gewist te worden", listed)) == 1
    assert "vraagt om" not in browser_of("manager").text("/notices")


def test_somebody_takes_all_that_is_kept_of_them_away(hall: Depot, browser_of: BrowserOf) -> None:
    told = browser_of("leader").get("/account/data")
    assert "attachment" in told.headers["content-disposition"]
    kept = json.loads(told.content)["kept"]
    assert "leader@example.org" in json.dumps(kept)
    assert "argon2" not in told.text
    assert [kind for kind, _ in events(hall)] == ["data_handed_out"]


def test_a_machine_has_no_account(hall: Depot, browser_of: BrowserOf) -> None:
    token = session_of(hall.database, "leader", hall.now)
    with hall.database.write() as session:
        session.execute(text("UPDATE token SET kind = 'api', person_id = NULL"))
    machine = browser_of("stranger")
    for path in ("/account", "/account/password", "/account/data"):
        told = machine.get(path, authorization=f"Bearer {token}")
        assert told.status_code == 403, path


def noted(hall: Depot) -> None:
    """Events of several kinds on another day, among them what nobody may see."""
    hall.later(days=1)
    with hall.database.write() as session:
        people = {
            row.email: row.id for row in session.execute(text("SELECT email, id FROM person"))
        }
        home = session.execute(
            text("SELECT id FROM organisation WHERE code = 'WATERKANT'")
        ).scalar_one()
        abroad = session.execute(
            text("SELECT id FROM organisation WHERE code = 'BUITENPOST'")
        ).scalar_one()

        def note(kind: Doing, who: str, where: int | None = home, **more: object) -> None:
            actor = f"person:{people[f'{who}@example.org']}" if who else ""
            note_event(session, kind, now=hall.now, actor=actor, organisation_id=where, **more)  # type: ignore[arg-type]

        note(Doing.SIGNED_IN, "manager", address="192.0.2.1", details={"methods": "password totp"})
        note(Doing.SIGNED_IN, "worker")
        note(Doing.SIGNED_OUT, "worker")
        note(Doing.PASSWORD_CHANGED, "worker")
        note(Doing.SIGNED_IN, "outsider", abroad)
        note(Doing.SIGN_IN_FAILED, "", None)
        note_event(
            session,
            Doing.PERSON_ERASED,
            now=hall.now + timedelta(days=1),
            actor=f"person:{people['administrator@example.org']}",
            target="person:9999",
            organisation_id=home,
            details={"reason": "=1+1"},
        )


def test_what_was_noted_is_read_in_words_by_those_who_watch(
    hall: Depot, browser_of: BrowserOf
) -> None:
    noted(hall)
    page = browser_of("auditor").text("/audit")
    assert "Logde in met: wachtwoord, code van een app Manager" in page
    assert "192.0.2.1" in page
    assert "iemand die is gewist (person:9999)" in page
    assert "Wijzigde een wachtwoord Worker" in page
    # Neither of another house, nor when a worker came and went, nor of nobody's house.
    listed = browser_of("auditor").get("/audit").text
    assert listed.count('<th scope="row">Logde in<') == 1
    assert '<th scope="row">Logde uit' not in listed
    assert '<th scope="row">Probeerde in te loggen' not in listed
    assert "Outsider" not in page
    assert len(events(hall)) == 7


def test_what_was_noted_is_found_by_kind_by_person_and_by_day(
    hall: Depot, browser_of: BrowserOf
) -> None:
    noted(hall)
    administrator = browser_of("administrator")

    def rows(question: str) -> list[str]:
        page = administrator.get(f"/audit?{question}").text
        return re.findall(r'<tr><th scope="row">([^<]*)', page)

    assert rows("kind=signed_in") == ["Logde in"]
    assert rows("who=MANAG") == ["Logde in"]
    assert rows("who=worker@") == ["Wijzigde een wachtwoord"]
    assert rows("day=2026-03-03&order=old") == ["Logde in", "Wijzigde een wachtwoord"]
    assert rows("day=2026-03-03") == ["Wijzigde een wachtwoord", "Logde in"]
    assert rows("day=2026-03-04") == ["Wiste een persoon"]
    assert rows("who=nobody") == []
    assert "past bij dit filter" in administrator.text("/audit?who=nobody")
    assert len(rows("day=9999-12-31")) == 0
    assert len(rows("day=nonsense&after=nonsense")) > 3


def test_a_long_list_of_what_was_noted_goes_on(hall: Depot, browser_of: BrowserOf) -> None:
    with hall.database.write() as session:
        home = session.execute(
            text("SELECT id FROM organisation WHERE code = 'WATERKANT'")
        ).scalar_one()
        for _ in range(51):
            note_event(session, Doing.BADGE_MADE, now=hall.now, organisation_id=home)
    auditor = browser_of("auditor")
    page = auditor.get("/audit?kind=badge_made&order=old").text
    onward = re.search(r'href="(/audit\?kind=badge_made&amp;order=old&amp;after=\d+)"', page)
    assert onward is not None
    assert auditor.get(onward[1].replace("&amp;", "&")).text.count("Maakte een badge</th>") == 1


def test_what_was_noted_is_taken_as_a_file_and_that_is_noted(
    hall: Depot, browser_of: BrowserOf
) -> None:
    noted(hall)
    told = browser_of("auditor").get("/audit/file?who=administrator")
    assert "attachment" in told.headers["content-disposition"]
    heads, line = csv.reader(io.StringIO(told.text))
    said = dict(zip(heads, line, strict=True))
    assert said["at"] == "2026-03-04T08:00:00Z"
    assert (said["event"], said["actor_name"]) == ("person_erased", "Administrator")
    assert json.loads(said["details"]) == {"reason": "=1+1"}
    assert events(hall)[-1][0] == "export_taken"


def test_what_is_not_allowed_is_noted_once_an_hour_for_each_person_and_page(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, stranger = browser_of("supplier"), browser_of("stranger")
    for _ in range(3):
        assert supplier.get("/desk").status_code == 403
        assert supplier.get("/api/v1/bins").status_code == 403
        assert supplier.get("/batches/B00000000000").status_code == 404
        stranger.get("/desk")
    assert [kind for kind, _ in events(hall)] == ["not_allowed", "not_allowed"]
    hall.later(minutes=61)
    supplier.get("/desk")
    assert len(events(hall)) == 3
    page = browser_of("auditor").text("/audit")
    assert "wat: GET /desk" in page


def test_everybody_reads_what_is_kept_of_people_and_a_stranger_too(
    hall: Depot, browser_of: BrowserOf
) -> None:
    for name in ("stranger", "worker"):
        page = browser_of(name).text("/privacy")
        assert "Wat we niet doen, voor de ondernemingsraad" in page
        assert "365 dagen" in page
        assert "actor : scan_id, actor, erase_on" in page
    english = words(browser_of("stranger").get("/privacy?lang=en"))
    assert "What we keep of people" in english


def test_every_kind_of_event_has_words() -> None:
    assert set(DOINGS) == set(Doing)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0\nSet-Cookie: x", ""),
    ],
)
def test_a_browser_has_a_short_name_and_what_it_sent_is_not_kept(sent: str, said: str) -> None:
    assert browser_name(sent) == said


def test_an_administrator_erases_somebody_after_showing_who_they_are(
    hall: Depot, browser_of: BrowserOf
) -> None:
    administrator, supplier = browser_of("administrator"), browser_of("supplier")
    with hall.database.read() as session:
        people = {
            row.email: row.id for row in session.execute(text("SELECT email, id FROM person"))
        }
    path = f"/people/{people['supplier@example.org']}"
    assert "supplier@example.org" in administrator.text(f"{path}/erase")
    taken = administrator.get(f"{path}/data")
    assert "supplier@example.org" in taken.text
    assert '"actor":' not in taken.text.replace('"actor": "person', "").replace('"actor": ""', "")
    erased = administrator.client.post(f"{path}/erase")
    assert "De persoon is gewist." in words(erased)
    assert "Wiste een persoon" in words(erased)
    assert "iemand die is gewist" in words(erased)
    assert supplier.get("/portal").url.path == "/login"
    assert administrator.get(f"{path}/erase").status_code == 404
    own = f"/people/{people['administrator@example.org']}/erase"
    assert "Dit is de laatste beheerder." in administrator.text(own)
    assert administrator.client.post(own).status_code == 409
    hall.later(minutes=16)
    again = administrator.get(f"/people/{people['outlet@example.org']}/erase")
    assert again.url.path == "/login/again"
