"""One list of what needs a person, and a decision on each of its rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.devices import enrol, heard, issue_code
from accounts.queries import devices
from catalogue.kinds import Pool
from catalogue.rulebook import rulebook
from labels.jobs import begin_end
from labels.queries import AskedJobs, list_jobs
from streams.paging import Asked
from streams.queries import batch_by_code, standings_of_batch
from streams.rules import mass_in
from streams.views import kept_scans
from tests.audit import breaches
from tests.builders import Depot
from tests.web.pages.conftest import Browser, hidden, words

BrowserOf = Callable[[str], Browser]
AT = "2026-03-02T09:00:00+01:00"


class Tablet:
    """An enrolled tablet that sends scans to the application of a browser."""

    def __init__(self, hall: Depot, browser: Browser) -> None:
        with hall.database.write() as session:
            leader = hall.people["leader"]
            code = issue_code(session, "S1-A", "Tafel 1", viewer=leader, now=hall.now)
        with hall.database.write() as session:
            self.token = enrol(session, code, now=hall.now).token
        self._client = browser.client

    def send(self, kind: str, target: str | None, **body: Any) -> str:
        scan_id = str(uuid4())
        said = {"scan_id": scan_id, "kind": kind, "target": target, "body": body}
        answer = self._client.post(
            "/api/v1/sync",
            json={"device": "t", "app_version": "1+t", "sent_at": AT, "commands": [said]},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["results"][0]["status"] in ("parked", "refused")
        return scan_id

    def sort(self, batch: str, mass_g: int) -> str:
        parts = [{"destination": "reuse", "mass_g": mass_g}]
        return self.send("sort", batch, station="S1-A", scanned_at=AT, parts=parts)


@pytest.fixture
def leader(browser_of: BrowserOf) -> Browser:
    return browser_of("leader")


@pytest.fixture
def table(hall: Depot, leader: Browser) -> Tablet:
    return Tablet(hall, leader)


def held_g(hall: Depot, batch: str) -> int:
    with hall.database.read() as session:
        found = batch_by_code(session, rulebook(session), batch, hall.people["leader"])
        return mass_in(standings_of_batch(session, found.id), Pool.HOLDING)


def status_of(hall: Depot, scan_id: str) -> str:
    with hall.database.read() as session:
        book = rulebook(session)
        rows = kept_scans(session, book, hall.people["leader"], status=None, asked=Asked())
    return next(row.status for row in rows if row.scan_id == scan_id)


def decide(browser: Browser, **typed: Any) -> Any:
    page = browser.get("/attention")
    fields = {**hidden(page.text), "reason": "mistake", **typed}
    if "one" not in typed:
        fields.pop("one", None)
    if "label" not in typed:
        fields.pop("label", None)
    return browser.client.post("/attention", data=fields)


def test_an_empty_list_says_so_and_the_menu_shows_no_number(hall: Depot, leader: Browser) -> None:
    page = leader.get("/attention")
    assert "Er is nu niets dat uw aandacht vraagt." in words(page)
    assert 'class="count"' not in page.text


def test_a_scan_is_said_in_plain_words_with_what_the_rule_said(
    hall: Depot, leader: Browser, table: Tablet
) -> None:
    batch = hall.log(1_000)["code"]
    table.sort(batch, 9_000)
    page = leader.get("/attention")
    said = words(page)
    for part in (
        "Gesorteerd, 9,000 kg",
        batch,
        "Tafel 1",
        "2 mrt 2026 09:00",
        "Dit is meer dan er is.",
        "1,000 kg",
    ):
        assert part in said, part
    assert re.search(r'href="/attention"[^>]*>Vraagt aandacht <span class="count">1<', page.text)


def test_one_press_books_it_and_a_second_press_does_nothing_more(
    hall: Depot, leader: Browser, table: Tablet
) -> None:
    batch = hall.log(1_000)["code"]
    scan_id = table.sort(batch, 9_000)
    refused = decide(leader, one=scan_id, decision="book")
    assert refused.status_code == 422
    assert "Dit is meer dan er is." in words(refused)
    hall.correct(batch, gross_g=29_000, tare_g=20_000)
    page = leader.get("/attention")
    typed = {**hidden(page.text), "one": scan_id, "decision": "book", "reason": "mistake"}
    for _ in range(2):
        done = leader.client.post("/attention", data=typed)
        assert (done.status_code, "Het besluit is genomen." in words(done)) == (200, True)
    assert (status_of(hall, scan_id), held_g(hall, batch)) == ("settled", 0)
    assert breaches(hall.database) == []


def test_a_weight_is_put_right_before_it_is_booked(
    hall: Depot, leader: Browser, table: Tablet
) -> None:
    batch = hall.log(1_000)["code"]
    scan_id = table.sort(batch, 9_000)
    wrong = decide(leader, one=scan_id, decision="book", **{"parts.0.mass_g": "veel"})
    assert (wrong.status_code, "Typ een gewicht in kg" in words(wrong)) == (422, True)
    assert 'value="veel"' in wrong.text
    done = decide(leader, one=scan_id, decision="book", **{"parts.0.mass_g": "0,900"})
    assert (done.status_code, status_of(hall, scan_id)) == (200, "settled")
    assert held_g(hall, batch) == 100


def test_an_unknown_label_is_put_right_and_a_time_that_cannot_be(
    hall: Depot, leader: Browser, table: Tablet
) -> None:
    batch = hall.log(1_000)["code"]
    unknown = table.sort("B22222222222", 100)
    parts = [{"destination": "reuse", "mass_g": 200}]
    dead = table.send(
        "sort", batch, station="S1-A", scanned_at="1970-01-01T00:00:00+01:00", parts=parts
    )
    assert "Dit bestaat niet." in leader.text("/attention")
    assert decide(leader, one=unknown, decision="book", target=batch).status_code == 200
    late = decide(leader, one=dead, decision="book", scanned_at="2026-03-02T08:30")
    assert late.status_code == 200
    assert held_g(hall, batch) == 700


def test_several_are_settled_at_once_and_what_fails_is_said_where_it_stands(
    hall: Depot, leader: Browser, table: Tablet
) -> None:
    batch = hall.log(1_000)["code"]
    first, second, third = (table.sort(batch, 9_000) for _ in range(3))
    unread = table.send("find", None, x=[1.5])
    hall.correct(batch, gross_g=30_000, tare_g=20_000)
    some = decide(leader, pick=[first, second], decision="book")
    assert some.status_code == 422
    assert "1 besluit is niet gelukt. 1 ander is wel gelukt." in words(some)
    assert [status_of(hall, one) for one in (first, second)] == ["settled", "parked"]
    rest = decide(leader, pick=[second, third, unread], decision="drop")
    assert rest.status_code == 200
    assert {status_of(hall, one) for one in (second, third, unread)} == {"dropped"}
    assert "Scans die op een besluit wachten" not in leader.text("/attention")


def test_what_was_refused_at_a_desk_is_not_asked_again(hall: Depot, leader: Browser) -> None:
    batch = hall.log(1_000)["code"]
    page = leader.send(f"/batches/{batch}/hold", reason="mistake", mass="9,000")
    assert page.status_code == 422
    assert "Scans die op een besluit wachten" not in leader.text("/attention")


def test_others_of_the_staff_read_and_cannot_decide(
    hall: Depot, browser_of: BrowserOf, leader: Browser, table: Tablet
) -> None:
    scan_id = table.sort(hall.log(1_000)["code"], 9_000)
    manager = browser_of("manager")
    page = manager.get("/attention")
    assert ("Gesorteerd, 9,000 kg" in words(page), "<button name" in page.text) == (True, False)
    assert 'class="count"' not in page.text
    sent = manager.client.post(
        "/attention", data={"one": scan_id, "decision": "drop", "reason": "mistake"}
    )
    assert (sent.status_code, status_of(hall, scan_id)) == (403, "parked")
    outsider = browser_of("outsider")
    assert "Er is nu niets" in outsider.text("/attention")
    stranger = decide(outsider, one=scan_id, decision="drop")
    assert (stranger.status_code, status_of(hall, scan_id)) == (422, "parked")


def test_a_held_batch_is_released_from_the_list(hall: Depot, leader: Browser) -> None:
    batch = hall.log(1_000)["code"]
    hall.hold(batch)
    page = leader.get("/attention")
    typed = {**hidden(page.text), "reason": "mistake"}
    done = leader.client.post(f"/batches/{batch}/release", data=typed)
    assert done.url.path == f"/batches/{batch}"
    assert "Vastgezette partijen" not in leader.text("/attention")


def test_differences_stand_in_the_list_for_a_week(hall: Depot, leader: Browser) -> None:
    batch = hall.log(300_000)["code"]
    said = leader.text("/attention")
    assert "Deze partij was niet aangekondigd." in said
    assert batch in said
    hall.now += timedelta(days=9)
    assert batch not in leader.text("/attention")


def test_a_silent_tablet_with_scans_in_it_is_looked_for(
    hall: Depot, leader: Browser, table: Tablet
) -> None:
    with hall.database.write() as session:
        station = rulebook(session).stations["S1-A"].id
        (row,) = devices(session, [station])
        numbers = {"waiting": 12, "attention": 0, "counter": 12}
        heard(session, row.id, now=hall.now, app_version="1+t", **numbers)
    assert "Tafel 1" not in leader.text("/attention")
    hall.now += timedelta(minutes=20)
    page = leader.get("/attention")
    assert "In Tafel 1, A, wachten 12 scans." in words(page)
    assert 'class="count">1<' in page.text


@pytest.mark.parametrize(
    ("decision", "ends"), [("there", "printed"), ("cancel", "cancelled"), ("again", "queued")]
)
def test_a_label_that_may_be_printed_is_looked_for(
    hall: Depot, leader: Browser, decision: str, ends: str
) -> None:
    with hall.database.read() as session:
        printer = next(iter(rulebook(session).printers))
    batch, scan_id = hall.log(1_000)["code"], str(uuid4())
    wanted = leader.client.post(
        "/api/v1/print-jobs", json={"scan_id": scan_id, "code": batch, "printer": printer}
    )
    assert wanted.status_code == 201, wanted.text
    viewer = hall.people["leader"]
    with hall.database.write() as session:
        (job,) = list_jobs(session, rulebook(session), viewer, AskedJobs())
        assert begin_end(session, job, now=hall.now)
    assert "Ga het zoeken." in leader.text("/attention")
    done = decide(leader, label=scan_id, decision=decision)
    assert (done.status_code, done.url.path) == (200, "/attention")
    with hall.database.read() as session:
        states = [row.state for row in list_jobs(session, rulebook(session), viewer, AskedJobs())]
    assert ends in states
    late = decide(leader, label=scan_id, decision="again")
    assert late.status_code == 422
