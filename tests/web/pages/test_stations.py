"""Tablets: enrolled by a code from the desk, seen on the desk, and removed there."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from accounts.devices import heard
from tests.access.things import tablet_at
from tests.builders import Depot
from tests.web.pages.conftest import Browser, words
from web.tries import WRONG_MAX

BrowserOf = Callable[[str], Browser]


def code_on(page: Any) -> str:
    """The code that a page shows."""
    found = re.search(r'data-code="(\w+)"', page.text)
    assert found, words(page)
    return found[1]


def made(browser: Browser, station: str = "S1-A", name: str = "Tafel 1") -> Any:
    return browser.send("/stations", station=station, name=name)


def enrol(browser: Browser, code: str, **headers: str) -> Any:
    return browser.client.post("/floor/enrol", json={"code": code}, headers=headers)


def world(browser: Browser, token: str) -> Any:
    bearer = {"Authorization": f"Bearer {token}"}
    return browser.client.get("/api/v1/floor/world", headers=bearer)


def test_a_code_from_the_desk_lets_a_tablet_in_at_its_station(
    hall: Depot, browser_of: BrowserOf
) -> None:
    leader, stranger = browser_of("leader"), browser_of("stranger")
    page = made(leader)
    code = code_on(page)
    assert f"{code[:4]} {code[4:]}" in words(page)
    assert "geldt tot 2 mrt 2026 10:00" in words(page)
    answer = enrol(stranger, code.lower())
    assert answer.status_code == 201
    said = answer.json()
    token = said.pop("token")
    assert said == {
        "device": {"name": "Tafel 1"},
        "station": {"code": "S1-A", "name": "A", "kind": "sorting"},
        "site": {"code": "S1", "name": "S1"},
        "language": "nl",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert world(stranger, token).json()["station"]["code"] == "S1-A"
    assert code not in leader.get("/stations").text
    assert "Tafel 1" in leader.text("/stations")


def test_the_picture_says_where_to_go_with_which_code(hall: Depot, browser_of: BrowserOf) -> None:
    page = made(browser_of("leader"))
    side = re.search(r'<svg class="code-picture" viewBox="0 0 (\d+) \d+"', page.text)
    path = re.search(r'<path d="(M[^"]+)"', page.text)
    assert side
    assert path
    scale = 8
    picture = Image.new("1", (int(side[1]) * scale, int(side[1]) * scale), 1)
    draw = ImageDraw.Draw(picture)
    for column, line in re.findall(r"M(\d+) (\d+)h1v1h-1z", path[1]):
        corner = (int(column) * scale, int(line) * scale)
        draw.rectangle([corner, (corner[0] + scale - 1, corner[1] + scale - 1)], fill=0)
    (read,) = zxingcpp.read_barcodes(Image.open(_as_png(picture)))
    assert read.text == f"http://localhost:8000/floor#code={code_on(page)}"


def _as_png(picture: Image.Image) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, "png")
    return file


@pytest.mark.parametrize("wrong", ["2345678F", "", "x" * 60, "🚲"])
def test_a_wrong_code_is_refused_in_the_language_of_the_tablet(
    hall: Depot, browser_of: BrowserOf, wrong: str
) -> None:
    answer = enrol(browser_of("stranger"), wrong)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (said["code"], said["title"]) == (
        "enrolment_unknown",
        "Met deze code kan geen tablet worden aangemeld.",
    )


def test_a_code_lets_in_once_and_for_an_hour(hall: Depot, browser_of: BrowserOf) -> None:
    leader, stranger = browser_of("leader"), browser_of("stranger")
    code, late = code_on(made(leader)), code_on(made(leader, name="Tafel 2"))
    assert [enrol(stranger, code).status_code for _ in range(2)] == [201, 403]
    hall.later(hours=1)
    assert enrol(stranger, late).json()["code"] == "enrolment_unknown"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"code":7}', b'{"code":"x","more":1}', b"[]"])
def test_what_is_no_code_at_all_is_malformed(
    hall: Depot, browser_of: BrowserOf, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = browser_of("stranger").client.post("/floor/enrol", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_who_guesses_has_to_wait_also_with_a_right_code(hall: Depot, browser_of: BrowserOf) -> None:
    leader, stranger = browser_of("leader"), browser_of("stranger")
    code = code_on(made(leader))
    for _ in range(WRONG_MAX):
        assert enrol(stranger, "2345678F").json()["code"] == "enrolment_unknown"
    said = enrol(stranger, code).json()
    assert (said["code"], said["wait_minutes"]) == ("too_many_tries", 10)


def test_the_page_of_another_site_enrols_nothing(hall: Depot, browser_of: BrowserOf) -> None:
    code = code_on(made(browser_of("leader")))
    stranger = browser_of("stranger")
    foreign = enrol(stranger, code, Origin="https://evil.example")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not_allowed")
    assert enrol(stranger, code).status_code == 201


def test_the_desk_shows_how_each_tablet_fares(hall: Depot, browser_of: BrowserOf) -> None:
    number = tablet_at(hall)
    tablet_at(hall, "S1-B", "Kar 2")
    administrator = browser_of("administrator")
    assert "Kar 2 Nog niet – 0 0 Afmelden" in administrator.text("/stations")
    with hall.database.write() as session:
        heard(
            session,
            number,
            now=hall.now + timedelta(minutes=5),
            app_version="7",
            waiting=12,
            attention=3,
            counter=40,
        )
    assert "A Sorteren Tafel 1 2 mrt 2026 09:05 7 12 3 Afmelden" in administrator.text("/stations")
    assert "Nog geen tablet" in administrator.text("/stations")


def test_a_removed_tablet_is_out_at_once(hall: Depot, browser_of: BrowserOf) -> None:
    leader, tablet = browser_of("leader"), browser_of("stranger")
    token = enrol(tablet, code_on(made(leader))).json()["token"]
    assert world(tablet, token).status_code == 200
    (path,) = re.findall(r'href="(/stations/tablets/\d+)"', leader.get("/stations").text)
    page = leader.send(path)
    assert "De tablet is afgemeld." in words(page)
    assert "Tafel 1" not in words(page)
    assert world(tablet, token).json()["code"] == "unauthenticated"
    assert leader.get(path).status_code == 404


def test_who_removes_a_tablet_is_told_what_still_waits_in_it(
    hall: Depot, browser_of: BrowserOf
) -> None:
    number = tablet_at(hall)
    leader, path = browser_of("leader"), f"/stations/tablets/{number}"
    assert "wacht" not in leader.text(path)
    for waiting, sentence in ((1, "Er wacht nog 1 scan"), (2, "Er wachten nog 2 scans")):
        with hall.database.write() as session:
            heard(session, number, now=hall.now, app_version="7", waiting=waiting, attention=0,
                  counter=40)  # fmt: skip
        assert sentence in leader.text(path)


@pytest.mark.parametrize("name", ["", "x" * 121])
def test_a_tablet_without_a_fitting_name_gets_no_code(
    hall: Depot, browser_of: BrowserOf, name: str
) -> None:
    page = made(browser_of("leader"), name=name)
    assert page.status_code == 422
    assert "data-code" not in page.text
    assert '<option value="S1-A" selected>' in page.text


@pytest.mark.parametrize("station", ["X1-A", "NOWHERE"])
def test_a_station_of_others_gets_no_code(hall: Depot, browser_of: BrowserOf, station: str) -> None:
    assert made(browser_of("leader"), station=station).status_code == 404
    assert made(browser_of("outsider"), station="S1-A").status_code == 404


def test_other_people_make_no_codes_and_remove_no_tablets(
    hall: Depot, browser_of: BrowserOf
) -> None:
    number = tablet_at(hall)
    for name in ("worker", "manager", "auditor", "supplier", "outlet"):
        client = browser_of(name).client
        assert client.post("/stations", data={"station": "S1-A", "name": "x"}).status_code == 403
        assert client.post(f"/stations/tablets/{number}").status_code == 403
        assert "/stations" not in client.get("/").text
    assert "Tafel 1" in browser_of("leader").text("/stations")
