"""Scans of an enrolled tablet: each ends somewhere, and somebody can put it right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from accounts.devices import enrol, issue_code
from accounts.queries import devices
from catalogue.codes import CodeKind, mint
from catalogue.rulebook import rulebook
from streams.views import flags_of
from tests.audit import breaches
from tests.web.api.calling import AT, Caller, Hall, command, intake, scan, sorting, tablet
from tests.web.api.test_permissions import entries


class Tablet:
    """An enrolled tablet in front of a hall."""

    def __init__(self, hall: Hall, station: str = "S1-A", name: str = "Tafel 1") -> None:
        depot = hall.depot
        with depot.database.write() as session:
            viewer = depot.people["leader"]
            code = issue_code(session, station, name, viewer=viewer, now=depot.now)
        with depot.database.write() as session:
            self.token = enrol(session, code, now=depot.now).token
        self._caller = Caller(hall.client, self.token)

    def sync(self, *commands: Mapping[str, Any], **more: Any) -> Any:
        answer = self.raw({**tablet(*commands), "app_version": "1+test", **more})
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    def one(self, sent: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        (result,) = self.sync(sent)
        return result["status"], result["answer"]

    def raw(self, body: Mapping[str, Any]) -> Any:
        return self._caller.post_bytes("/sync", json.dumps(body).encode())


@pytest.fixture
def table(hall: Hall) -> Tablet:
    return Tablet(hall)


def kept(hall: Hall, status: str) -> dict[str, Any]:
    return {row["scan_id"]: row for row in hall.get("/parked", status=status).json()}


def settle(hall: Hall, waiting: Mapping[str, Any], decision: str, **more: Any) -> Any:
    body = scan(decision=decision, reason="mistake") | more
    return hall.post(f"/parked/{waiting['scan_id']}/settlement", body)


def test_what_a_tablet_says_of_itself_is_noted(hall: Hall, table: Tablet) -> None:
    batch = hall.depot.log()["code"]
    first = {**command("sort", batch, sorting()), "counter": 7, "captured_at": AT}
    table.sync(first, waiting=3, attention=1)
    table.sync({**command("sort", batch, sorting()), "counter": 5}, waiting=0, attention=2)
    with hall.depot.database.read() as session:
        station = rulebook(session).stations["S1-A"].id
        (row,) = devices(session, [station])
    assert (row.waiting, row.attention, row.counter) == (0, 2, 7)
    assert (row.app_version, row.seen_at) == ("1+test", hall.depot.now)


@pytest.mark.parametrize("version", ["2+new", "0", "test", ""])
def test_a_version_that_nobody_understands_is_told_so_and_books_nothing(
    hall: Hall, table: Tablet, version: str
) -> None:
    batch, before = hall.depot.log()["code"], entries(hall)
    body = {**tablet(command("sort", batch, sorting())), "app_version": version}
    answer = table.raw(body)
    assert answer.status_code == 422
    assert answer.json()["code"] == ("app_outdated" if version else "malformed")
    assert (entries(hall), kept(hall, "refused")) == (before, {})


UNREADABLE: Final[Mapping[str, tuple[str, str | None, Any, str]]] = {
    "a kind that nobody knows": ("juggle the bins about, at length", None, {}, "malformed"),
    "no target": ("sort", None, sorting(), "not_found"),
    "no body": ("sort", "B22222222222", {}, "malformed"),
    "numbers that are none": ("find", None, {"x": float("nan"), "y": [1.5, 10**30]}, "malformed"),
    "keys of another script": ("find", None, {"é": {"note": "Jan", "ü": "\x00"}}, "malformed"),
    "an unknown batch": ("sort", "B22222222222", sorting(), "not_found"),
    "an announcement": (
        "delivery",
        None,
        scan(supplier="NOORDERHAVEN", site="S1", expected_at=AT, lines=[{"mass_g": 1_000}]),
        "not_allowed",
    ),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_refused_of_a_tablet_is_kept_and_answered_alike_again(
    hall: Hall, table: Tablet, what: str
) -> None:
    kind, target, body, code = UNREADABLE[what]
    sent = command(kind, target, scan() | body)
    first = table.sync(sent)
    assert (first[0]["status"], first[0]["answer"]["code"]) == ("refused", code)
    assert table.sync(sent) == first
    row = kept(hall, "refused")[sent["scan_id"]]
    assert (row["code"], row["site"], row["target"]) == (code, "S1", target)
    assert row["command"]["device"]["name"] == "Tafel 1"
    assert "Jan" not in str(row)
    assert settle(hall, sent, "drop").status_code == 201
    assert kept(hall, "refused") == {}
    assert table.one(sent)[0] == "refused"


def test_another_request_under_the_number_of_a_refused_one_is_no_repeat(
    hall: Hall, table: Tablet
) -> None:
    sent = command("nonsense", None, scan())
    table.sync(sent)
    for other in (
        {**sent, "kind": "find"},
        {**sent, "body": {"x": 1}},
        command("sort", hall.depot.log()["code"], sorting() | {"scan_id": sent["scan_id"]}),
    ):
        assert table.one(other) == ("refused", table.one(other)[1])
        assert table.one(other)[1]["code"] == "scan_reused"


def test_what_others_send_is_not_kept_when_it_cannot_be_read(hall: Hall) -> None:
    hall.sync(command("nonsense", None, scan()), by="worker")
    assert kept(hall, "refused") == {}


LEADERS: Final = ("correct", "release", "shipment", "reopen", "return")


def leaders_act(hall: Hall, kind: str) -> dict[str, Any]:
    depot = hall.depot
    batch = depot.log()["code"]
    if kind == "correct":
        return command(kind, batch, scan(reason="mistake", scanned_at=AT, gross_g=321_000))
    if kind == "release":
        depot.hold(batch)
        return command(kind, batch, scan(reason="mistake", scanned_at=AT))
    bin_code = depot.sort(batch, {"reuse": 300_000})["bins"][0]
    if kind == "reopen":
        depot.close(batch)
        return command(kind, batch, scan(station="S1-A", scanned_at=AT, reason="mistake"))
    depot.close_bin(bin_code, 300_000)
    if kind == "shipment":
        return command(kind, None, scan(outlet="VEZELHOF", bins=[bin_code], shipped_at=AT))
    lines = [{"mass_g": 10_000}]
    shipment = depot.ship(bin_code)
    return command(kind, shipment, scan(lines=lines, reason="damp", returned_at=AT))


@pytest.mark.parametrize("kind", LEADERS)
def test_what_only_a_leader_does_waits_for_one_and_is_booked_with_one_click(
    hall: Hall, table: Tablet, kind: str
) -> None:
    sent = leaders_act(hall, kind)
    before = entries(hall)
    assert table.one(sent) == ("parked", table.one(sent)[1])
    assert table.one(sent)[1]["code"] == "needs_leader"
    assert (entries(hall), kept(hall, "parked")[sent["scan_id"]]["code"]) == (
        before,
        "needs_leader",
    )
    booked = settle(hall, sent, "book")
    assert (booked.status_code, booked.json()["state"]) == (201, "settled")
    assert table.one(sent) == ("repeated", booked.json()["answer"])
    assert entries(hall) > before
    assert breaches(hall.depot.database) == []


def test_a_leaders_act_that_was_dropped_stays_refused(hall: Hall, table: Tablet) -> None:
    sent = leaders_act(hall, "release")
    table.sync(sent)
    settle(hall, sent, "drop")
    assert table.one(sent)[0] == "refused"
    assert kept(hall, "parked") == {}


def test_a_leader_puts_a_weight_right_and_the_tablet_hears_that_it_is_booked(
    hall: Hall, table: Tablet
) -> None:
    batch = hall.depot.log(1_000)["code"]
    sent = command("sort", batch, sorting(9_000))
    assert table.one(sent)[0] == "parked"
    body = scan(decision="book", reason="mistake", body={"parts": sorting(900)["parts"]})
    path = f"/parked/{sent['scan_id']}/settlement"
    wrong = hall.post(path, {**body, "body": {"parts": "many"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "malformed")
    first, again = hall.post(path, body), hall.post(path, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 100
    assert table.one(sent) == ("repeated", first.json()["answer"])
    changed = command("sort", batch, sorting(900) | {"scan_id": sent["scan_id"]})
    assert table.one(changed)[0] == "repeated"
    other = command("sort", batch, sorting(1) | {"scan_id": sent["scan_id"]})
    assert table.one(other)[1]["code"] == "scan_reused"
    row = kept(hall, "settled")[sent["scan_id"]]
    assert row["command"]["body"]["parts"][0]["mass_g"] == 9_000
    assert row["command"]["changed"]["body"]["parts"][0]["mass_g"] == 900
    different = hall.post(path, {**body, "body": {"parts": sorting(800)["parts"]}})
    assert different.json()["code"] == "scan_reused"


def test_a_refused_scan_is_booked_with_the_right_code(hall: Hall, table: Tablet) -> None:
    batch = hall.depot.log()["code"]
    sent = command("sort", "B22222222222", sorting(1_000))
    assert table.one(sent)[0] == "refused"
    assert settle(hall, sent, "book").json()["code"] == "not_found"
    booked = settle(hall, sent, "book", target=batch)
    assert booked.status_code == 201
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 299_000
    assert table.one(sent) == ("repeated", booked.json()["answer"])


def test_an_unreadable_scan_is_booked_once_it_is_made_whole(hall: Hall, table: Tablet) -> None:
    batch = hall.depot.log()["code"]
    sent = command("sort", batch, scan(station="S1-A", scanned_at=AT, parts=[{"mass_g": "much"}]))
    assert table.one(sent)[1]["code"] == "malformed"
    assert settle(hall, sent, "book").json()["code"] == "state_forbids"
    right = {"parts": [{"destination": "reuse", "mass_g": 1_000}]}
    booked = settle(hall, sent, "book", body=right)
    assert booked.status_code == 201
    assert table.one(sent) == ("repeated", booked.json()["answer"])


def test_a_parked_scan_that_is_undone_is_dropped_with_its_undoing(
    hall: Hall, table: Tablet
) -> None:
    wrong = command("sort", hall.depot.log(1_000)["code"], sorting(9_000))
    undo = command("reverse", wrong["scan_id"], scan(reason="mistake", scanned_at=AT))
    before = entries(hall)
    first = table.sync(wrong, undo)
    assert [one["status"] for one in first] == ["parked", "accepted"]
    assert first[1]["answer"] == {"scan_id": wrong["scan_id"], "state": "dropped"}
    assert [one["status"] for one in table.sync(wrong, undo)] == ["refused", "repeated"]
    assert (kept(hall, "parked"), entries(hall)) == ({}, before)
    row = kept(hall, "dropped")[wrong["scan_id"]]
    assert row["settled_reason"] == "mistake"
    other = command("reverse", wrong["scan_id"], scan(reason="mistake", scanned_at=AT))
    assert table.one(other)[1]["code"] == "not_found"


def test_nobody_undoes_what_waits_at_another_station_or_without_a_reason(
    hall: Hall, table: Tablet
) -> None:
    wrong = command("sort", hall.depot.log(1_000)["code"], sorting(9_000))
    table.sync(wrong)
    damp = command("reverse", wrong["scan_id"], scan(reason="damp", scanned_at=AT))
    assert table.one(damp)[1]["code"] == "reason_needed"
    beside = Tablet(hall, "S1-IN", "Inname 1")
    undo = command("reverse", wrong["scan_id"], scan(reason="mistake", scanned_at=AT))
    assert beside.one(undo)[1]["code"] == "not_found"
    assert set(kept(hall, "parked")) == {wrong["scan_id"]}


def test_what_goes_into_a_bin_that_waits_waits_with_it(hall: Hall, table: Tablet) -> None:
    batch = hall.depot.log()["code"]
    (code,) = hall.depot.reserve(kind="bin", station="S2-A")
    opened = command("bin", None, scan(code=code, site="S1", destination="reuse"))
    part = {"bin": code, "mass_g": 1_000}
    into, later = (
        command("sort", batch, scan(station="S1-A", scanned_at=AT, parts=[part])) for _ in range(2)
    )
    told = [*table.sync(opened, into), *table.sync(later)]
    assert [(one["status"], one["answer"]["code"]) for one in told] == [
        ("parked", "code_taken"),
        ("parked", "parked"),
        ("parked", "parked"),
    ]
    assert table.sync(opened, into, later) == told
    other = {"bin": mint(CodeKind.BIN), "mass_g": 1_000}
    nowhere = command("sort", batch, scan(station="S1-A", scanned_at=AT, parts=[other]))
    assert table.one(nowhere)[1]["code"] == "not_found"
    right = {"parts": [{"destination": "reuse", "mass_g": 1_000}]}
    assert settle(hall, into, "book", body=right).status_code == 201
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 299_000


def test_a_label_used_twice_holds_up_what_is_done_with_it_but_no_repeat(
    hall: Hall, table: Tablet
) -> None:
    (code,) = hall.depot.reserve()
    first = command("intake", None, intake(code=code, station="S1-A"))
    done = command("sort", code, sorting(1_000))
    assert [one["status"] for one in table.sync(first, done)] == ["accepted"] * 2
    twice = command("intake", None, intake(code=code, station="S1-A", mass_g=5_000))
    assert table.one(twice)[1]["code"] == "code_taken"
    assert table.one(done)[0] == "repeated"
    assert table.one(command("sort", code, sorting(2_000)))[0] == "parked"


def test_a_clock_that_stands_still_blocks_no_outbox(hall: Hall, table: Tablet) -> None:
    batch, dead = hall.depot.log()["code"], "1970-01-01T00:00:00+01:00"
    good = command("sort", batch, sorting())
    bad = {**command("sort", batch, sorting() | {"scanned_at": dead}), "captured_at": dead}
    told = table.sync(good, bad, sent_at=dead)
    assert [one["status"] for one in told] == ["accepted", "refused"]
    right = settle(hall, bad, "book", body={"scanned_at": AT})
    assert right.status_code == 201


def test_a_morning_of_mishaps_ends_alike_on_both_databases(busy_hall: Hall) -> None:
    hall, table = busy_hall, Tablet(busy_hall)
    batch = hall.depot.log(1_000)["code"]
    hall.depot.hold(batch, 10)
    unread = command("find", None, scan(x=float("inf"), y="\x00", note="Jan"))
    unknown = command("sort", "B22222222222", sorting(100))
    wrong, undone = (command("sort", batch, sorting(9_000)) for _ in range(2))
    undo = command("reverse", undone["scan_id"], scan(reason="mistake", scanned_at=AT))
    release = command("release", batch, scan(reason="mistake", scanned_at=AT, mass_g=10))
    morning = (unread, unknown, wrong, undone, undo, release)
    ends = ["refused", "refused", "parked", "parked", "accepted", "parked"]
    assert [one["status"] for one in table.sync(*morning)] == ends
    answers = (
        settle(hall, unread, "drop"),
        settle(hall, unknown, "book", target=batch),
        settle(hall, wrong, "book", body={"parts": sorting(200)["parts"]}),
        settle(hall, release, "book"),
    )
    assert [one.status_code for one in answers] == [201] * 4
    ends = ["refused", "repeated", "repeated", "refused", "repeated", "repeated"]
    assert [one["status"] for one in table.sync(*morning)] == ends
    assert (kept(hall, "parked"), kept(hall, "refused")) == ({}, {})
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 700
    assert breaches(hall.depot.database) == []


def test_codes_that_a_restored_backup_lacks_are_reserved_again(hall: Hall) -> None:
    depot = hall.depot
    lost, elsewhere = mint(CodeKind.BATCH), depot.reserve(station="S1-A")[0]
    known, used = depot.reserve(count=2)
    depot.log(code=used)
    codes = [lost, lost, known, used, elsewhere, mint(CodeKind.BIN), lost[:-1] + "?", "x"]
    body = scan(station="S1-IN", kind="batch", count=len(codes), codes=codes)
    answer = hall.post("/codes", body, by="worker")
    assert (answer.status_code, answer.json()["codes"]) == (201, [lost, known])
    assert hall.post("/codes", body, by="worker").json() == answer.json()
    again = scan(station="S1-IN", kind="batch", count=1, codes=codes)
    assert hall.post("/codes", again).json()["codes"] == [lost, known]
    assert depot.log(code=lost)["code"] == lost
    assert breaches(depot.database) == []


def test_a_label_that_nobody_reserved_is_taken_from_a_tablet_and_from_nobody_else(
    hall: Hall, table: Tablet
) -> None:
    batch, bin_ = mint(CodeKind.BATCH), mint(CodeKind.BIN)
    by_worker = hall.sync(command("intake", None, intake(code=batch)), by="worker")["results"]
    assert by_worker[0]["status"] == "parked"
    other = mint(CodeKind.BATCH)
    status, answer = table.one(command("intake", None, intake(code=other, station="S1-A")))
    assert (status, answer["code"]) == ("accepted", other)
    assert "label_unreserved" in answer["flags"]
    opened = command("bin", None, scan(code=bin_, site="S1", destination="reuse"))
    assert table.one(opened)[0] == "accepted"
    with hall.depot.database.read() as session:
        assert [flag.code for flag in flags_of(session, bin_)] == ["label_unreserved"]


def test_a_tablet_of_an_older_epoch_is_told_so_and_nothing_is_touched(
    hall: Hall, table: Tablet
) -> None:
    batch = hall.depot.log()["code"]
    sent = {**tablet(command("sort", batch, sorting())), "app_version": "1+test"}
    known = table.raw({**sent, "commands": []}).json()["epoch"]
    before = entries(hall)
    told = table.raw({**sent, "epoch": "before the restore"}).json()
    assert (told["results"], told["epoch"], entries(hall)) == ([], known, before)
    told = table.raw({**sent, "epoch": known}).json()
    assert [one["status"] for one in told["results"]] == ["accepted"]


def test_a_tablet_books_for_another_station_only_what_it_did_before_it_stood_here(
    hall: Hall, table: Tablet
) -> None:
    moved = Tablet(hall, station="S1-IN")
    batch = hall.depot.log()["code"]
    at_table = command("sort", batch, sorting())
    assert moved.one(at_table)[0] == "refused"
    assert kept(hall, "refused")[at_table["scan_id"]]["code"] == "not_allowed"
    before = command("sort", batch, sorting() | {"scanned_at": "2026-03-02T08:59:59+01:00"})
    assert moved.one(before)[0] == "accepted"
    assert table.one(before)[0] == "repeated"
    direct = Caller(hall.client, moved.token).post(f"/batches/{batch}/sortings", sorting())
    assert (direct.status_code, direct.json()["code"]) == (403, "not_allowed")
    assert settle(hall, at_table, "book").status_code == 201
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 298_000
