"""A session that ran out loses nothing: a page comes back, a form is sent again, a scan waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from tests.builders import Depot
from tests.web.api.calling import command, intake
from tests.web.pages.conftest import Browser, hidden, session_of, words
from web.deps import SESSION_COOKIE

BrowserOf = Callable[[str], Browser]


def bins(hall: Depot) -> int:
    with hall.database.read() as session:
        return int(session.execute(text("SELECT count(*) FROM bin")).scalar_one())


def sign_in_again(hall: Depot, browser: Browser, name: str) -> None:
    browser.client.cookies.set(SESSION_COOKIE, session_of(hall.database, name, hall.now))


def test_who_did_nothing_for_an_hour_signs_in_and_comes_back_to_the_page(
    hall: Depot, browser_of: BrowserOf
) -> None:
    manager, worker = browser_of("manager"), browser_of("worker")
    for _ in range(3):
        hall.later(minutes=50)
        assert manager.get("/desk").url.path == "/desk"
    hall.later(minutes=67)
    gone = manager.get("/batches?state=held")
    assert (gone.url.path, gone.url.query) == ("/login", b"next=%2Fbatches%3Fstate%3Dheld")
    # Who works at the floor has more time: hands are busy there, not screens.
    assert worker.get("/today").url.path == "/today"
    hall.later(hours=5)
    assert worker.get("/today").url.path == "/login"


def test_a_form_that_comes_too_late_books_nothing_and_is_sent_again(
    hall: Depot, browser_of: BrowserOf
) -> None:
    leader = browser_of("leader")
    form = {
        **hidden(leader.get("/bins/new").text),
        "site": "S1",
        "destination": "reuse",
        "container": "",
        "note": 'a "note" <b>',
    }
    hall.later(hours=5)
    late = leader.client.post("/bins/new", data=form)
    assert late.status_code == 401
    assert "Er is nog niets geboekt." in words(late)
    assert bins(hall) == 0
    assert hidden(late.text) == form
    # Not signed in yet: the same again.
    assert hidden(leader.client.post("/bins/new", data=hidden(late.text)).text) == form
    sign_in_again(hall, leader, "leader")
    sent = leader.client.post("/bins/new", data=hidden(late.text))
    assert sent.url.path.startswith("/bins/K")
    assert bins(hall) == 1


def test_what_is_secret_is_typed_again_and_a_strangers_form_is_not_shown(
    hall: Depot, browser_of: BrowserOf
) -> None:
    manager, stranger = browser_of("manager"), browser_of("stranger")
    hall.later(hours=2)
    typed = {"old": "a secret", "new": "another", "again": "another"}
    for browser, path in ((manager, "/account/password"), (stranger, "/bins/new")):
        late = browser.client.post(path, data=typed)
        assert late.url.path == "/login"
        assert "a secret" not in late.text


def test_a_form_with_a_file_says_that_the_file_is_to_be_chosen_again(
    hall: Depot, browser_of: BrowserOf
) -> None:
    leader = browser_of("leader")
    hall.later(hours=5)
    late = leader.client.post("/announce/file", files={"file": ("a.csv", b"x", "text/csv")})
    assert late.status_code == 401
    assert "Ga terug en kies het nog een keer." in words(late)


def test_a_form_of_another_site_is_not_shown_to_be_sent_on(
    hall: Depot, browser_of: BrowserOf
) -> None:
    leader = browser_of("leader")
    hall.later(hours=5)
    evil = {"origin": "https://evil.example"}
    late = leader.client.post("/bins/new", data={"site": "S1"}, headers=evil)
    assert late.status_code == 403
    assert "S1" not in late.text


def test_scans_of_a_session_that_ran_out_are_no_answer_and_are_booked_after_signing_in(
    hall: Depot, browser_of: BrowserOf
) -> None:
    """The floor keeps what is answered by 401, says that it has to be let in, and sends it again:
    `tests/browser/floor/test_outbox.py` shows that of the app itself."""
    worker = browser_of("worker")
    scanned = [command("intake", None, intake()) for _ in range(2)]

    def sync() -> Any:
        body = {
            "device": str(uuid4()),
            "app_version": "1+test",
            "sent_at": hall.now.isoformat(),
            "commands": scanned,
        }
        return worker.client.post("/api/v1/sync", json=body)

    hall.later(hours=5)
    refused = sync()
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    with hall.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM scan")).scalar_one() == 0
    sign_in_again(hall, worker, "worker")
    told = sync().json()
    assert [one["status"] for one in told["results"]] == ["accepted", "accepted"]
    assert [one["status"] for one in sync().json()["results"]] == ["repeated", "repeated"]
