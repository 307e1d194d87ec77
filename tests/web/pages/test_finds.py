"""Finds at the desk: handed over by two, with a receipt to sign; what lies too long stands out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pypdfium2

from intake.finds import erase_names
from tests.builders import Depot
from tests.web.pages.conftest import Browser, words

BrowserOf = Callable[[str], Browser]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return " ".join(" ".join(pages).split())


def test_one_person_alone_reads_who_else_is_needed(hall: Depot, browser_of: BrowserOf) -> None:
    find, worker = hall.find(None), browser_of("worker")
    typed = {"first": "Anna", "second": "anna", "receiver": "Mien", "receiver_kind": "police"}
    page = worker.send(f"/finds/{find}/hand-over", **typed)
    assert page.status_code == 422
    told = words(page)
    assert "Een vondst wordt overgedragen door twee verschillende personen." in told
    assert "Noem een tweede persoon, die erbij is en ook tekent." in told
    assert 'value="Anna"' in page.text
    english = worker.client.post(
        f"/api/v1/finds/{find}/handover",
        json={
            "scan_id": "6f1d6a1e-58a4-4f3a-9a55-0d3c3a1e7a52",
            "first": "Anna", "second": "Anna", "receiver": "Mien",
        },
        headers={"accept-language": "en"},
    )  # fmt: skip
    assert (english.status_code, english.json()["code"]) == (422, "two_persons")
    assert english.json()["title"] == "Two different persons hand over a find."


def test_a_receipt_says_what_when_by_whom_and_to_whom(hall: Depot, browser_of: BrowserOf) -> None:
    batch = hall.log()["code"]
    find, leader = hall.find(batch, mass_g=230, count=2), browser_of("leader")
    assert leader.get(f"/finds/{find}/receipt.pdf").status_code == 404
    page = leader.send(
        f"/finds/{find}/hand-over",
        first="Anna Bos", second="Bas Vos", receiver="Wachtmeester Smit", receiver_kind="police",
    )  # fmt: skip
    assert f'href="/finds/{find}/receipt.pdf"' in page.text
    paper = text_of(leader.get(f"/finds/{find}/receipt.pdf").content)
    for said in (find, batch, "0,230 kg", "2 mrt 2026 09:00", "police", "Anna Bos", "Bas Vos",
                 "Wachtmeester Smit", "Handtekening", "365 dagen"):  # fmt: skip
        assert said in paper, said
    manager = browser_of("manager")
    assert manager.get(f"/finds/{find}/receipt.pdf").status_code == 403
    assert "Anna Bos" not in manager.text(f"/finds/{find}")


def test_a_receipt_without_its_names_says_after_how_long_they_went(
    hall: Depot, browser_of: BrowserOf
) -> None:
    find = hall.find(None)
    hall.hand_over(find, "Anna Bos", "Bas Vos", to="police")
    with hall.database.write() as session:
        assert erase_names(session, date(2027, 3, 2)) == 1
    leader = browser_of("leader")
    paper = text_of(leader.get(f"/finds/{find}/receipt.pdf").content)
    assert "Anna" not in paper
    assert paper.count("gewist na 365 dagen") == 3
    assert "gewist na 365 dagen" in leader.text(f"/finds/{find}")


def test_what_lies_too_long_stands_out(hall: Depot, browser_of: BrowserOf) -> None:
    batch = hall.log()["code"]
    old = hall.find(batch)
    hall.later(days=366)
    knife = hall.find(batch, "knife")
    worker = browser_of("worker")
    page = worker.get("/finds/kept")
    told = words(page)
    assert "1 vondst ligt hier te lang. Draag die vandaag over." in told
    assert page.text.index(knife) < page.text.index(old)
    assert "Te lang" in told.partition(old)[2]
    assert "Te lang" in worker.text(f"/finds/{old}")
    assert "Overdragen" not in browser_of("auditor").text("/finds/kept").partition(old)[2]
