"""Labels at the desk: sheets to print, and what is at the printers."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import text

from catalogue.codes import CodeKind, kind_of
from labels.jobs import Order, begin_end
from labels.label import Size
from labels.queries import any_job
from tests.builders import Depot
from tests.web.pages.conftest import Browser, hidden, words
from web import printing

BrowserOf = Callable[[str], Browser]
POINTS_PER_MM = 72 / 25.4


def pages(answer: Any) -> list[list[str]]:
    """What stands on each page of a PDF, as a scanner reads it, each text once."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    found = []
    for page in pypdfium2.PdfDocument(io.BytesIO(answer.content)):
        picture = page.render(scale=300 / 72).to_pil()
        found.append(sorted({one.text for one in zxingcpp.read_barcodes(picture)}))
    return found


def size_of(answer: Any) -> tuple[int, int]:
    page = pypdfium2.PdfDocument(io.BytesIO(answer.content))[0]
    return round(page.get_width() / POINTS_PER_MM), round(page.get_height() / POINTS_PER_MM)


def reserved(depot: Depot) -> set[str]:
    with depot.database.read() as session:
        return set(session.execute(text("SELECT code FROM reserved_code")).scalars())


def test_blank_labels_are_reserved_and_come_on_sheets_of_24(
    hall: Depot, browser_of: BrowserOf
) -> None:
    made = browser_of("worker").send("/labels", station="S1-A", kind="bin", count="30", size="a4")
    first, second = pages(made)
    assert (len(first), len(second)) == (24, 6)
    assert set(first) | set(second) == reserved(hall)
    assert {kind_of(code) for code in first} == {CodeKind.BIN}
    assert size_of(made) == (210, 297)


@pytest.mark.parametrize("size", Size)
def test_blank_labels_come_one_a_page_on_a_roll(
    hall: Depot, browser_of: BrowserOf, size: Size
) -> None:
    made = browser_of("leader").send(
        "/labels", station="S1-IN", kind="batch", count="3", size=size.value
    )
    codes = {code for page in pages(made) for code in page}
    assert codes == reserved(hall)
    assert size_of(made) == size.millimetres


def test_sending_the_form_twice_gives_the_same_labels(hall: Depot, browser_of: BrowserOf) -> None:
    browser = browser_of("worker")
    said = {"station": "S1-A", "kind": "batch", "count": "2", "size": "50x25"}
    form = {**hidden(browser.get("/labels").text), **said}
    first, second = (browser.client.post("/labels", data=form) for _ in range(2))
    assert pages(first) == pages(second)
    assert len(reserved(hall)) == 2


@pytest.mark.parametrize("count", ["0", "241", "", "many"])
def test_a_count_that_cannot_be_is_said_to_be_wrong(
    hall: Depot, browser_of: BrowserOf, count: str
) -> None:
    told = browser_of("worker").send(
        "/labels", station="S1-A", kind="batch", count=count, size="a4"
    )
    assert told.status_code == 422
    assert "Lege labels vooraf" in words(told)


def test_containers_and_stations_get_labels_for_good(hall: Depot, browser_of: BrowserOf) -> None:
    browser = browser_of("leader")
    assert pages(browser.get("/labels/sheet?what=containers&place=S1&size=a6")) == [["BOX1"]]
    (stations,) = pages(browser.get("/labels/sheet?what=stations&place=S1"))
    assert stations == ["S1-A", "S1-B", "S1-IN"]
    some = browser.get("/labels/sheet?what=stations&place=S1&codes=s1-b+S1-A&size=50x25")
    assert pages(some) == [["S1-B"], ["S1-A"]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("what=containers&place=S9", 404),
        ("what=containers&place=BP", 404),
        ("what=stations&place=S1&codes=NOTHING", 404),
        ("what=stations&place=S1&size=a3", 422),
        ("what=containers&place=S2", 422),
        ("what=cards&place=S9-A", 422),
        ("what=practice&count=241", 422),
        ("what=else", 422),
    ],
)
def test_a_sheet_of_nothing_is_refused(
    hall: Depot, browser_of: BrowserOf, query: str, status: int
) -> None:
    assert browser_of("leader").get(f"/labels/sheet?{query}").status_code == status


def test_practice_labels_say_that_they_are_for_practice(hall: Depot, browser_of: BrowserOf) -> None:
    (page,) = pages(browser_of("worker").get("/labels/sheet?what=practice&count=5"))
    assert {kind_of(code) for code in page} == {CodeKind.PRACTICE}
    assert len(page) == 5
    assert reserved(hall) == set()


@pytest.mark.parametrize(
    ("station", "some"),
    [
        ("S1-IN", {"SS:SUPPLIER:NOORDERHAVEN", "SS:GROUP:uniform", "SS:FIND:knife"}),
        ("S1-A", {"SS:DESTINATION:reuse", "SS:GATE:logo", "SS:GROUP:vest", "SS:FIND:wallet"}),
    ],
)
def test_a_station_gets_a_card_for_all_that_can_be_pressed_and_chosen(
    hall: Depot, browser_of: BrowserOf, station: str, some: set[str]
) -> None:
    made = browser_of("worker").get(f"/labels/sheet?what=cards&place={station}")
    texts = {text for page in pages(made) for text in page}
    pressed = {"YES", "NO", "OK", "BACK", "UNDO", "HOME", "FOUND", *"123456789"}
    assert {f"SS:{word}" for word in pressed} | some <= texts
    assert all(text.startswith("SS:") for text in texts)
    assert "SS:SUPPLIER:VREEMD" not in texts


def wanted(hall: Depot, code: str = "BOX1") -> str:
    """A label of which nobody knows whether it was printed."""
    order = Order(scan_id=str(uuid4()), code=code)
    with hall.database.write() as session:
        job, _ = printing.order(session, order, viewer=hall.people["worker"], now=hall.now)
    with hall.database.write() as session:
        assert begin_end(session, job, now=hall.now)
    return job.scan_id


def state_of(hall: Depot, scan_id: str) -> str:
    with hall.database.read() as session:
        job = any_job(session, scan_id)
    assert job is not None
    return job.state.value


def test_what_is_at_the_printers_is_said_in_words(hall: Depot, browser_of: BrowserOf) -> None:
    assert "Er is nog geen label gevraagd." in browser_of("worker").text("/labels")
    wanted(hall, hall.log()["code"])
    page = browser_of("leader").text("/labels")
    assert "Kijk of het er is" in page
    assert "De printer zei niets meer." in page


@pytest.mark.parametrize(
    ("act", "state"), [("again", "cancelled"), ("there", "printed"), ("cancel", "cancelled")]
)
def test_somebody_decides_about_a_label_in_doubt(
    hall: Depot, browser_of: BrowserOf, act: str, state: str
) -> None:
    scan_id = wanted(hall)
    browser = browser_of("worker")
    told = browser.client.post("/labels", data={"job": scan_id, "act": act})
    assert told.status_code == 200
    assert state_of(hall, scan_id) == state
    with hall.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM print_job")).scalar_one() == (
            2 if act == "again" else 1
        )


def test_a_decision_that_comes_too_late_is_said_to_be_impossible(
    hall: Depot, browser_of: BrowserOf
) -> None:
    scan_id = wanted(hall)
    browser = browser_of("worker")
    for act, status in (("there", 200), ("again", 422), ("cancel", 422)):
        told = browser.client.post("/labels", data={"job": scan_id, "act": act})
        assert told.status_code == status
    assert state_of(hall, scan_id) == "printed"


def test_jobs_of_others_are_neither_shown_nor_decided_on(
    hall: Depot, browser_of: BrowserOf
) -> None:
    scan_id = wanted(hall)
    outsider = browser_of("outsider")
    page = outsider.text("/labels")
    assert "BOX1" not in page
    told = outsider.client.post("/labels", data={"job": scan_id, "act": "cancel"})
    assert told.status_code == 422
    assert state_of(hall, scan_id) == "doubtful"
