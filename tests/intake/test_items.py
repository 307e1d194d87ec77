"""Items that are followed by number, on both databases and by several stations at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from accounts.queries import Signed
from catalogue.errors import Malformed, NumberTaken, Refusal
from catalogue.kinds import BatchState
from catalogue.rulebook import rulebook
from intake.item_views import ListedItem, items_of_batches, list_items
from intake.items import NoteItem, note_item
from intake.rules import serial_number
from streams.paging import Asked
from streams.queries import batch_by_code, gate_balances
from tests.audit import breaches
from tests.builders import Depot
from web.deps import Call


def items(depot: Depot, *batches: str) -> list[ListedItem]:
    with depot.database.read() as session:
        book = rulebook(session)
        rows = [batch_by_code(session, book, code, depot.people["leader"]) for code in batches]
        return items_of_batches(session, book, [row.id for row in rows])


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("kv-1001", "KV-1001"), (" KV 10 01 ", "KV1001"), ("1a.2", "1A.2"), ("123", "123"),
        ("A" * 29 + "1", "A" * 29 + "1"),
    ],
)  # fmt: skip
def test_a_number_has_one_form(typed: str, number: str) -> None:
    assert serial_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "12", "ABC", "-12", "KV/1001", "KV_1001", "É1234", "١٢٣", "A" * 30 + "1", "a\x001"],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Malformed):
        serial_number(typed)


def test_an_item_tells_where_it_was_noted_and_how_it_ended(parallel_depot: Depot) -> None:
    depot = parallel_depot
    batch = depot.log(50_000, article_group="vest")["code"]
    depot.note_item(batch, "KV-1002")
    depot.note_item(batch, "KV-1001", gate="logo")
    depot.later(days=3)
    depot.destroy_item("kv-1001", gate="shredded", document="ab" * 32, photos=("cd" * 32,))
    first, second = items(depot, batch)
    assert (first.number, first.batch, first.group, first.site) == ("KV-1001", batch, "vest", "S1")
    assert (first.noted_on, first.noted_at) == (date(2026, 3, 2), "S1-A")
    assert (first.destroyed_on, first.destroyed_at) == (date(2026, 3, 5), "S1-B")
    assert (first.method, first.step) == ("cut_apart", "shredded")
    assert (first.document, first.photos) == ("ab" * 32, ("cd" * 32,))
    assert (second.number, second.destroyed_on, second.destruction_entry) == ("KV-1002", None, None)
    assert breaches(depot.database) == []


def test_each_number_lets_one_piece_through_a_step(depot: Depot) -> None:
    batch = depot.log(50_000, article_group="vest")["code"]
    for number in ("KV-1", "KV-2", "KV-3"):
        depot.note_item(batch, f"{number}00", gate="logo")
    depot.reverse(depot.scan_id)
    with depot.database.read() as session:
        book = rulebook(session)
        row = batch_by_code(session, book, batch, depot.people["leader"])
        gate = book.operator(row.site).gate("logo")
        assert gate_balances(session, [row.id])[row.id, gate.id] == [0, 2]


def test_items_follow_their_batch_to_its_right_supplier(depot: Depot) -> None:
    batch = depot.log(50_000, article_group="vest")["code"]
    depot.note_item(batch, "KV-1001")
    new = depot.correct(batch, supplier="DUINRAND")["code"]
    last = depot.correct(new, supplier="ZEEKANT")["code"]
    assert [(item.number, item.batch) for item in items(depot, last)] == [("KV-1001", last)]
    depot.destroy_item("KV-1001")
    assert items(depot, last)[0].destroyed_on == date(2026, 3, 2)
    assert breaches(depot.database) == []


def test_a_taken_number_says_where_it_stands(depot: Depot) -> None:
    batch = depot.log(50_000, article_group="vest")["code"]
    depot.note_item(batch, "KV-1001")
    with pytest.raises(NumberTaken) as refused:
        depot.note_item(batch, "kv-1001")
    said = {"number": "KV-1001", "batch": batch, "site": "S1", "noted_on": "2026-03-02"}
    assert refused.value.figures == said


def test_another_operator_has_numbers_of_its_own(depot: Depot) -> None:
    depot.note_item(depot.log(50_000, article_group="vest")["code"], "KV-1001")
    with depot.as_("outsider"):
        with pytest.raises(Refusal) as refused:
            depot.destroy_item("KV-1001")
        more = {"site": "X1", "station": "X1-A", "supplier": "VREEMD", "article_group": "vest"}
        theirs = depot.log(50_000, **more)["code"]
        depot.note_item(theirs, "KV-1001", station="X1-A")
    assert refused.value.code == "not_found"
    with depot.database.read() as session:
        book = rulebook(session)
        for who in ("leader", "outsider"):
            rows = list_items(session, book, depot.people[who], Asked())
            assert [row.number for row in rows] == ["KV-1001"]


def test_stations_that_scan_one_number_at_once_note_it_once(parallel_depot: Depot) -> None:
    depot, at = parallel_depot, datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    batches = [depot.log(50_000, article_group="vest")["code"] for _ in range(4)]
    leader = Signed(viewer=depot.people["leader"], name="L", language="nl", actor="t:1", kind="api")

    def scan(batch: str) -> str:
        command = NoteItem(
            scan_id=str(uuid4()), scanned_at=at, number="KV-1001", station="S1-A",
            article_group=None, gate=None,
        )  # fmt: skip

        def act(session: object) -> object:
            return note_item(session, batch, command, viewer=leader.viewer, now=at)  # type: ignore[arg-type]

        try:
            Call(depot.database, leader, at).book(act, command)  # type: ignore[arg-type]
        except NumberTaken:
            return "taken"
        return "noted"

    with ThreadPoolExecutor(4) as stations:
        assert sorted(stations.map(scan, batches)) == ["noted", "taken", "taken", "taken"]
    assert len(items(depot, *batches)) == 1
    assert breaches(depot.database) == []


def test_a_batch_that_is_closed_takes_no_numbers(depot: Depot) -> None:
    batch = depot.log(50_000, article_group="vest")["code"]
    depot.note_item(batch, "KV-1001")
    depot.sort(batch, {"burn": 50_000})
    assert depot.close(batch)["state"] == BatchState.CLOSED.value
    with pytest.raises(Refusal) as refused:
        depot.note_item(batch, "KV-1002")
    assert refused.value.code == "batch_closed"
    depot.destroy_item("KV-1001")
