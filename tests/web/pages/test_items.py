"""Items that are followed by number, at the desk: many noted at once, each judged by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from tests.builders import Depot
from tests.web.pages.conftest import Browser, hidden, words

BrowserOf = Callable[[str], Browser]


@pytest.fixture
def vests(hall: Depot) -> str:
    """A batch of vests."""
    return str(hall.log(50_000, article_group="vest")["code"])


def noted(hall: Depot, browser: Browser) -> list[str]:
    return [row["number"] for row in browser.get("/api/v1/items").json()]


def test_many_numbers_are_noted_at_once_and_each_is_judged_by_itself(
    hall: Depot, browser_of: BrowserOf, vests: str
) -> None:
    worker = browser_of("worker")
    hall.note_item(vests, "KV-1001")
    typed = "KV-1002\n kv 1003 \n\nKV-1001\nx\nKV-1002\n"
    page = worker.send(f"/batches/{vests}/note-items", numbers=typed, station="S1-A")
    assert page.status_code == 422
    told = words(page)
    assert "2 nummers zijn geboekt. 2 niet: kijk hieronder waarom." in told
    assert "KV-1001 Dit nummer is al genoteerd." in told
    assert f"Partij: {vests}" in told
    assert ">KV-1001\nx</textarea>" in page.text
    assert sorted(noted(hall, worker)) == ["KV-1001", "KV-1002", "KV1003"]
    repaired = worker.send(f"/batches/{vests}/note-items", numbers="KV-1004", station="S1-A")
    assert "De nummers zijn genoteerd." in words(repaired)
    assert "4 stukken · 4 nog niet vernietigd" in words(repaired)


def test_a_form_that_is_sent_twice_notes_each_number_once(
    hall: Depot, browser_of: BrowserOf, vests: str
) -> None:
    worker = browser_of("worker")
    path = f"/batches/{vests}/note-items"
    form = {**hidden(worker.get(path).text), "numbers": "KV-111\nKV-222", "station": "S1-A"}
    for _ in range(2):
        assert worker.client.post(path, data=form).url.path == f"/batches/{vests}/items"
    assert sorted(noted(hall, worker)) == ["KV-111", "KV-222"]


def test_a_destruction_is_booked_with_the_fingerprint_of_its_paper(
    hall: Depot, browser_of: BrowserOf, vests: str
) -> None:
    for number in ("KV-1001", "KV-1002"):
        hall.note_item(vests, number)
    leader, paper = browser_of("leader"), b"%PDF-1.7 verklaring van de molen"
    path = f"/batches/{vests}/destroy-items"
    form = leader.get(f"{path}?number=KV-1001")
    assert 'value="KV-1001" checked' in form.text
    assert 'value="KV-1002" checked' not in form.text
    page = leader.client.post(
        path,
        data={
            **hidden(form.text), "number": ["KV-1001"], "method": "cut_apart", "station": "S1-B",
        },
        files={"paper": ("molen.pdf", paper, "application/pdf")},
    )  # fmt: skip
    digest = hashlib.sha256(paper).hexdigest()
    assert f"cut_apart · papier {digest[:8]}" in words(page)
    assert "2 stukken · 1 nog niet vernietigd" in words(page)
    (done,) = leader.get("/api/v1/items?state=destroyed").json()
    assert (done["number"], done["document"], done["method"]) == ("KV-1001", digest, "cut_apart")
    nothing = leader.send(path, method="cut_apart", station="S1-B")
    assert "Kies er minstens één." in words(nothing)
    again = leader.send(path, number=["KV-1001"], method="cut_apart", station="S1-B")
    assert "Dit kan nu niet." in words(again)


def test_a_batch_of_something_else_asks_what_the_item_is(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch, worker = hall.log()["code"], browser_of("worker")
    path = f"/batches/{batch}/note-items"
    assert 'name="article_group"' in worker.get(path).text
    page = worker.send(path, numbers="9", station="S1-A", article_group="vest")
    assert "1 niet: kijk hieronder waarom." in words(page)
    page = worker.send(path, numbers="KV-900", station="S1-A", article_group="vest")
    assert "1 stuk · 1 nog niet vernietigd" in words(page)
    assert "1 stuk, 1 nog niet vernietigd" in worker.text(f"/batches/{batch}")


def test_the_list_of_all_items_finds_a_number_and_tells_of_what_was_undone(
    hall: Depot, browser_of: BrowserOf, vests: str
) -> None:
    hall.note_item(vests, "KV-1001")
    hall.reverse(hall.scan_id)
    hall.note_item(vests, "KV-2002")
    leader = browser_of("leader")
    assert "Ongedaan gemaakt" in leader.text("/items")
    assert "KV-1001" not in leader.text("/items?code=2002")
    assert "KV-1001" not in leader.text("/items?state=noted")
    assert "KV-2002" in leader.text("/items?state=noted&code=kv-20")
    assert "KV-2002" not in browser_of("outsider").text("/items")
