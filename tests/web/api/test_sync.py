"""What a tablet did without a network: booked or parked in order, and settled by a team leader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from chain.actions import new_epoch
from tests.web.api.calling import AT, Hall, command, intake, scan, sorting, tablet
from tests.web.api.good import GOOD, Route
from tests.web.api.test_permissions import entries
from web.api.acts import ACTS

TOMORROW: Final = "2026-03-03T09:00:00+01:00"


def statuses(told: Mapping[str, Any]) -> list[str]:
    return [one["status"] for one in told["results"]]


def too_much(batch: str) -> dict[str, Any]:
    """A sorting of more than any batch of these tests holds."""
    return command("sort", batch, sorting(9_000_000))


def settle(hall: Hall, waiting: str, decision: str, **more: Any) -> Any:
    body = scan(decision=decision, reason="mistake") | more
    return hall.post(f"/parked/{waiting}/settlement", body)


def parked(hall: Hall) -> dict[str, Any]:
    """What waits for a team leader, by `scan_id`."""
    return {row["scan_id"]: row for row in hall.get("/parked").json()}


def test_every_command_is_answered_in_order_and_none_stops_the_rest(hall: Hall) -> None:
    batch = hall.depot.log()["code"]
    commands = [
        command("sort", batch, sorting(1_000)),
        too_much(batch),
        command("sort", batch, sorting(0)),
        command("nonsense", None, scan()),
        command("sort", "B22222222222", sorting()),
        command("shipment", None, scan(outlet="VEZELHOF", bins=["x"], shipped_at=AT)),
        {**command("sort", batch, sorting()), "body": {}},
        {**command("sort", batch, sorting()), "target": None},
        command("bin", None, scan(site="S1", destination="burn")),
        command("sort", batch, sorting(2_000)),
    ]
    told = hall.sync(*commands, commands[0], by="worker")
    assert [one["scan_id"] for one in told["results"]] == [
        one["scan_id"] for one in (*commands, commands[0])
    ]
    assert statuses(told) == [
        *("accepted", "parked"),
        *("refused",) * 6,
        *("accepted", "accepted", "repeated"),
    ]
    assert [one["answer"].get("code") for one in told["results"][1:8]] == [
        *("mass_exceeded", "malformed", "malformed", "not_found"),
        *("not_allowed", "malformed", "not_found"),
    ]
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 300_000 - 3_000


@pytest.mark.parametrize("kind", [act.kind for act in ACTS])
def test_every_kind_of_act_can_come_from_a_tablet(hall: Hall, kind: str) -> None:
    route: Route = ("POST", next(act.path for act in ACTS if act.kind == kind))
    sent = GOOD[route](hall)
    target = next(iter(sent.named.values()), None)
    told = hall.sync(command(kind, target, sent.body or {}))
    assert statuses(told) == ["accepted"]
    again = hall.post(route[1].format(**sent.named), sent.body)
    assert (again.status_code, again.json()) == (200, told["results"][0]["answer"])


def test_a_bin_is_sorted_by_the_same_kind_as_a_batch(hall: Hall) -> None:
    sent = GOOD["POST", "/bins/{code}/sortings"](hall)
    told = hall.sync(command("sort", sent.named["code"], sent.body or {}))
    assert statuses(told) == ["accepted"]


def test_the_same_scan_gets_the_same_answer_by_whichever_call(hall: Hall) -> None:
    batch, body = hall.depot.log()["code"], sorting()
    first = hall.post(f"/batches/{batch}/sortings", body)
    told = hall.sync(command("sort", batch, body))
    assert (first.status_code, statuses(told)) == (201, ["repeated"])
    assert told["results"][0]["answer"] == first.json()
    other = {**body, "parts": sorting(7)["parts"]}
    assert hall.sync(command("sort", batch, other))["results"][0]["answer"]["code"] == "scan_reused"


def test_what_was_refused_to_a_person_is_not_parked_for_a_tablet(hall: Hall) -> None:
    batch, body = hall.depot.log(1_000)["code"], sorting(9_000)
    first = hall.post(f"/batches/{batch}/sortings", body).json()
    told = hall.sync(command("sort", batch, body))
    assert statuses(told) == ["refused"]
    answer = told["results"][0]["answer"]
    assert answer.items() <= first.items()
    assert parked(hall) == {}


def test_what_was_parked_stays_parked_for_every_call_until_it_is_settled(hall: Hall) -> None:
    batch = hall.depot.log(1_000)["code"]
    wrong = command("sort", batch, sorting(9_000))
    first = hall.sync(wrong)
    assert statuses(first) == ["parked"]
    assert hall.sync(wrong)["results"] == first["results"]
    body = {"scan_id": wrong["scan_id"], **wrong["body"]}
    again = hall.post(f"/batches/{batch}/sortings", body)
    assert (again.status_code, again.json()["code"]) == (409, "parked")
    kept = parked(hall)[wrong["scan_id"]]
    assert (kept["code"], kept["target"], kept["status"]) == ("mass_exceeded", batch, "parked")
    assert kept["figures"] == {"held_g": 1_000, "sorted_g": 9_000, "tolerance_g": 20}


def test_what_builds_on_a_parked_scan_waits_with_it(hall: Hall) -> None:
    (code,) = hall.depot.reserve()
    early = command("intake", None, intake(code=code, scanned_at=TOMORROW))
    first = command("sort", code, sorting())
    assert statuses(hall.sync(early, first)) == ["parked", "parked"]
    later = command("sort", code, sorting(5))
    assert statuses(hall.sync(later)) == ["parked"]
    hall.depot.later(hours=25)
    for waiting in (early, first, later):
        answer = settle(hall, waiting["scan_id"], "book")
        assert (answer.status_code, answer.json()["state"]) == (201, "settled")
    assert parked(hall) == {}
    assert hall.get(f"/batches/{code}").json()["held_g"] == 300_000 - 1_005
    assert statuses(hall.sync(early, first, later)) == ["repeated"] * 3


def test_a_booked_scan_is_what_the_call_itself_would_have_answered(hall: Hall) -> None:
    batch = hall.depot.log(1_000)["code"]
    wrong = command("sort", batch, sorting(9_000))
    hall.sync(wrong)
    refused = settle(hall, wrong["scan_id"], "book")
    assert (refused.status_code, refused.json()["code"]) == (409, "mass_exceeded")
    assert set(parked(hall)) == {wrong["scan_id"]}
    hall.depot.correct(batch, gross_g=29_000, tare_g=20_000)
    booked = settle(hall, wrong["scan_id"], "book")
    assert booked.status_code == 201
    body = {"scan_id": wrong["scan_id"], **wrong["body"]}
    again = hall.post(f"/batches/{batch}/sortings", body)
    assert (again.status_code, again.json()) == (200, booked.json()["answer"])


def test_a_dropped_scan_is_never_booked(hall: Hall) -> None:
    batch = hall.depot.log(1_000)["code"]
    scan_id = hall.park(batch)
    before = entries(hall)
    dropped = settle(hall, scan_id, "drop")
    assert (dropped.status_code, dropped.json()["state"]) == (201, "dropped")
    assert (parked(hall), entries(hall)) == ({}, before)
    (row,) = hall.get("/parked", state="dropped").json()
    assert (row["scan_id"], row["settled_reason"]) == (scan_id, "mistake")
    late = settle(hall, scan_id, "book")
    assert (late.status_code, late.json()["code"]) == (409, "state_forbids")
    hall.depot.correct(batch, gross_g=29_000, tare_g=20_000)
    body = sorting(9_000) | {"scan_id": scan_id}
    assert statuses(hall.sync(command("sort", batch, body))) == ["refused"]
    assert hall.get(f"/batches/{batch}").json()["held_g"] == 9_000


@pytest.mark.parametrize("decision", ["drop", "book"])
def test_a_decision_that_comes_twice_is_made_once(hall: Hall, decision: str) -> None:
    batch = hall.depot.log(1_000)["code"]
    scan_id = hall.park(batch)
    hall.depot.correct(batch, gross_g=29_000, tare_g=20_000)
    body = scan(decision=decision, reason="mistake")
    first = hall.post(f"/parked/{scan_id}/settlement", body)
    before = entries(hall)
    hall.depot.later(minutes=1)
    again = hall.post(f"/parked/{scan_id}/settlement", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert entries(hall) == before


def test_a_number_of_a_decision_is_not_used_for_anything_else(hall: Hall) -> None:
    batch = hall.depot.log(1_000)["code"]
    first, second = hall.park(batch), hall.park(batch)
    body = scan(decision="drop", reason="mistake")
    assert hall.post(f"/parked/{first}/settlement", body).status_code == 201
    used = [
        hall.post(f"/parked/{second}/settlement", body),
        hall.post(f"/parked/{first}/settlement", {**body, "decision": "book"}),
        settle(hall, second, "drop", scan_id=first),
        settle(hall, second, "drop", scan_id=hall.depot.scan_id),
    ]
    assert [(one.status_code, one.json()["code"]) for one in used] == [(422, "scan_reused")] * 4
    assert set(parked(hall)) == {second}


def test_a_decision_needs_a_reason_that_fits_and_a_scan_that_is_parked(hall: Hall) -> None:
    scan_id = hall.park()
    assert settle(hall, scan_id, "drop", reason="damp").json()["code"] == "reason_needed"
    assert settle(hall, scan_id, "drop", reason="nonsense").json()["code"] in (
        "reason_needed",
        "not_found",
    )
    assert settle(hall, scan_id, "perhaps").json()["code"] == "malformed"
    assert settle(hall, scan()["scan_id"], "drop").json()["code"] == "not_found"
    batch, body = hall.depot.log(1_000)["code"], sorting(9_000)
    hall.post(f"/batches/{batch}/sortings", body)
    assert settle(hall, body["scan_id"], "book").json()["code"] == "state_forbids"


def test_a_restored_backup_shows_as_a_new_epoch(hall: Hall) -> None:
    first = hall.sync()["epoch"]
    hall.depot.log()
    assert hall.sync()["epoch"] == first
    with hall.depot.database.write() as session:
        new_epoch(session, "site:S1", now=hall.depot.now)
    assert hall.sync()["epoch"] != first
    foreign = hall.sync(by="foreign_leader")["epoch"]
    assert foreign not in hall.sync()["epoch"]


def test_a_tablet_is_told_when_its_scans_came(hall: Hall) -> None:
    hall.depot.now += timedelta(minutes=3)
    told = hall.post("/sync", tablet()).json()
    assert told["results"] == []
    assert told["received_at"].startswith("2026-03-02T08:03:00")


def test_a_label_whose_parked_scan_was_undone_is_free_again_in_the_same_queue(hall: Hall) -> None:
    (label,) = hall.depot.reserve()
    wrong = command("intake", None, intake(code=label, scanned_at=TOMORROW))
    undone = command("reverse", wrong["scan_id"], scan(reason="mistake", scanned_at=AT))
    told = hall.sync(
        wrong,
        undone,
        command("intake", None, intake(code=label)),
        command("sort", label, sorting(1_000)),
    )
    assert statuses(told) == ["parked", "accepted", "accepted", "accepted"]
