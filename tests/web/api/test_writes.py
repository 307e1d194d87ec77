"""What a write answers, what a repeat answers, and what is refused with which figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import pytest

from catalogue.codes import CodeKind, mint, parse
from tests.web.api.calling import AT, Hall, command, intake, scan, sorting, tablet
from tests.web.api.contract import ANSWERS
from tests.web.api.good import (
    GOOD,
    PICTURES,
    YEAR,
    Good,
    Route,
    close,
    closed_bin,
    filled_bin,
    send,
    shipped,
)
from tests.web.api.test_permissions import MAY, entries, spelled

NUMBERLESS: Final = (
    "/scan",
    "/print-jobs/{scan_id}/cancel",
    "/print-jobs/{scan_id}/confirm",
    "/shipments/{code}/link/revocation",
)
"""These carry no `scan_id` of their own: saying them twice says nothing else."""
TOLD_ONCE: Final = "/shipments/{code}/link"
"""A link is shown once: asking again makes another one, and ends it."""
WRITES: Final = sorted(
    route
    for route in MAY
    if route[0] == "POST" and route[1] not in ("/sync", TOLD_ONCE, *NUMBERLESS, *PICTURES)
)


def writer(route: Route) -> str:
    """Somebody who may make a call."""
    return "leader" if "leader" in MAY[route] else "manager"


BOOKED: Final = [route for route in WRITES if route[1] != "/parked/{scan_id}/settlement"]


@pytest.mark.parametrize("route", WRITES, ids=spelled)
def test_a_write_answers_with_the_fields_of_the_contract(hall: Hall, route: Route) -> None:
    answer = send(hall.caller(writer(route)), route, GOOD[route](hall))
    assert (answer.status_code, ANSWERS[route[1]] - answer.json().keys()) == (201, set())


@pytest.mark.parametrize("route", BOOKED, ids=spelled)
def test_a_repeat_gets_the_same_answer_and_books_nothing(hall: Hall, route: Route) -> None:
    sent = GOOD[route](hall)
    first = send(hall.caller(writer(route)), route, sent)
    booked = entries(hall)
    again = send(hall.caller(writer(route)), route, sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert entries(hall) == booked


@pytest.mark.parametrize("path", NUMBERLESS)
def test_a_call_without_a_number_of_its_own_says_the_same_twice(hall: Hall, path: str) -> None:
    sent = GOOD["POST", path](hall)
    answers = [send(hall.caller("leader"), ("POST", path), sent) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("route", BOOKED, ids=spelled)
def test_a_scan_number_used_for_something_else_is_refused(hall: Hall, route: Route) -> None:
    hall.depot.log(7_000)
    sent = GOOD[route](hall)
    reused = Good(sent.named, {**(sent.body or {}), "scan_id": hall.depot.scan_id})
    if route[1] == "/scans/{scan_id}/reversal":
        other = GOOD[route](hall)
        reused = Good(other.named, {**(other.body or {}), "scan_id": sent.named["scan_id"]})
    answer = send(hall.caller(writer(route)), route, reused)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "scan_reused")
    assert told["scan_id"] == (reused.body or {})["scan_id"]


def test_a_note_does_not_make_it_something_else(hall: Hall) -> None:
    """Words are no part of what was done, and may be erased; the act is the same."""
    said = intake()
    first = hall.post("/batches", {**said, "note": "It smells."})
    again = hall.post("/batches", {**said, "note": "It smells of smoke."})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_numbers_that_mean_the_same_are_the_same(hall: Hall) -> None:
    """Content is the parsed command: another zone or order of fields is no other content."""
    said = intake()
    first = hall.post("/batches", said)
    again = hall.post(
        "/batches",
        dict(reversed(list({**said, "scanned_at": "2026-03-02T08:00:00Z"}.items()))),
    )
    assert (first.status_code, again.status_code) == (201, 200)


def test_a_scan_number_in_capitals_is_the_same_number(hall: Hall) -> None:
    said = intake()
    assert hall.post("/batches", said).status_code == 201
    shouted = {**said, "scan_id": said["scan_id"].upper()}
    assert hall.post("/batches", shouted).status_code == 200


def test_a_refusal_stays_the_answer_of_its_scan(hall: Hall) -> None:
    """Otherwise a repeat could book what the screen said was refused."""
    code = hall.depot.log(1_000)["code"]
    said = sorting(9_000)
    first = hall.post(f"/batches/{code}/sortings", said)
    hall.depot.correct(code, gross_g=320_000)
    again = hall.post(f"/batches/{code}/sortings", said)
    assert (first.status_code, first.json()["code"]) == (409, "mass_exceeded")
    assert again.content == first.content
    assert [row["code"] for row in hall.get("/parked", state="refused").json()] == ["mass_exceeded"]


def test_what_could_not_be_read_or_found_may_be_sent_again_put_right(hall: Hall) -> None:
    said = intake(0)
    assert hall.post("/batches", said).status_code == 422
    put_right = intake(scan_id=said["scan_id"])
    assert hall.post("/batches", put_right).status_code == 201


def test_the_floor_of_a_day_by_its_answers(hall: Hall) -> None:
    batch = hall.post("/batches", intake(100_000), by="worker").json()
    assert (batch["mass_g"], batch["held_g"], batch["state"]) == (100_000, 100_000, "received")
    path = f"/batches/{batch['code']}"
    sorted_ = hall.post(f"{path}/sortings", sorting(60_000), by="worker").json()
    assert (sorted_["held_g"], sorted_["state"]) == (40_000, "sorting")
    (bin_code,) = sorted_["bins"]
    more = hall.post(f"{path}/sortings", sorting(40_000, to="recycle"), by="worker").json()
    assert more["held_g"] == 0
    weighed = scan(scanned_at=AT, gross_g=80_000, tare_g=20_000)
    full = hall.post(f"/bins/{bin_code}/close", weighed, by="worker").json()
    assert (full["code"], full["mass_g"]) == (bin_code, 60_000)
    shipment = hall.post(
        "/shipments", scan(outlet="VEZELHOF", bins=[bin_code], shipped_at=AT)
    ).json()
    assert shipment["mass_g"] == 60_000
    assert "reuse" in shipment["treatments"]
    treated = scan(lines=[{"treatment": "reuse", "mass_g": 60_000}], confirmed_at=AT)
    done = hall.post(f"/shipments/{shipment['code']}/confirmation", treated, by="outlet")
    assert done.status_code == 201
    seen = hall.get(path, by="supplier").json()
    assert {place["place"].split("/")[0]: place["mass_g"] for place in seen["places"]} == {
        "SUPPLIER": -100_000,
        "BIN": 40_000,
        "CONFIRMED": 60_000,
    }


def test_an_undo_gives_back_what_the_scan_took(hall: Hall) -> None:
    code = hall.depot.log(100_000)["code"]
    said = sorting(60_000)
    hall.post(f"/batches/{code}/sortings", said, by="worker")
    undo = scan(reason="mistake", scanned_at=AT)
    undone = hall.post(f"/scans/{said['scan_id']}/reversal", undo, by="worker")
    assert undone.status_code == 201
    seen = hall.get(f"/batches/{code}").json()
    assert (seen["held_g"], [entry["reversed"] for entry in seen["entries"]]) == (
        100_000,
        [False, True, False],
    )


def test_reserved_codes_are_good_labels_of_their_kind_and_only_once(hall: Hall) -> None:
    asked = scan(station="S1-IN", kind="batch", count=5)
    codes = hall.post("/codes", asked, by="worker").json()["codes"]
    assert len({parse(code).text for code in codes}) == 5
    assert {parse(code).kind for code in codes} == {CodeKind.BATCH}
    assert hall.post("/batches", intake(code=codes[0])).json()["code"] == codes[0]
    taken = hall.post("/batches", intake(code=codes[0]))
    assert (taken.status_code, taken.json()["code"]) == (409, "code_taken")


def test_a_wrong_supplier_makes_a_new_batch(hall: Hall) -> None:
    code = hall.depot.log()["code"]
    said = scan(reason="mistake", scanned_at=AT, supplier="DUINRAND")
    new = hall.post(f"/batches/{code}/correction", said).json()["code"]
    assert new != code
    old = hall.get(f"/batches/{code}", by="supplier").json()
    assert (old["state"], old["replaced_by"]) == ("replaced", None), "it is no longer theirs"
    told = {name: hall.get("/exports/batches", by=name, **YEAR).text for name in SUPPLIERS}
    assert {name for name in SUPPLIERS if new in told[name]} == {"other_supplier"}
    assert hall.get(f"/batches/{new}", by="other_supplier").json()["mass_g"] == 300_000
    assert hall.get(f"/batches/{new}", by="supplier").status_code == 404


def test_a_knife_stops_the_batch_and_a_wallet_does_not(hall: Hall) -> None:
    for kind, held in (("wallet", False), ("knife", True)):
        code = hall.depot.log()["code"]
        hall.post(
            "/finds", scan(station="S1-A", batch=code, kind=kind, count=1, scanned_at=AT)
        ).raise_for_status()
        assert hall.get(f"/batches/{code}").json()["held"] is held, kind


def test_the_old_time_of_a_worker_parks_when_the_tablets_clock_is_wrong(hall: Hall) -> None:
    """A clock that is wrong now was wrong then; imports are a team leader's."""
    hall.depot.later(hours=48)

    def sent(by: str, body: dict[str, Any]) -> str:
        said = {**tablet(command("intake", None, body)), "sent_at": AT}
        (result,) = hall.post("/sync", said, by=by).json()["results"]
        return str(result["status"])

    booked_in_time = intake()
    assert sent("worker", booked_in_time) == "accepted"
    hall.depot.later(seconds=1)
    assert sent("worker", intake()) == "parked"
    assert sent("worker", booked_in_time) == "repeated"
    assert sent("leader", intake()) == "accepted"
    assert hall.post("/batches", intake(), by="worker").status_code == 201


def test_a_tablet_that_was_away_is_believed_when_its_clock_is_right(hall: Hall) -> None:
    hall.depot.later(days=5)
    for sent_at, status in (("2026-03-07T09:04:00+01:00", "accepted"), (AT, "parked")):
        said = {**tablet(command("intake", None, intake())), "sent_at": sent_at}
        (result,) = hall.post("/sync", said, by="worker").json()["results"]
        assert result["status"] == status
    (parked,) = hall.get("/parked").json()
    assert parked["code"] == "clock_doubt"
    book = scan(decision="book", reason="mistake")
    settled = hall.post(f"/parked/{parked['scan_id']}/settlement", book)
    assert settled.json()["state"] == "settled"


Provoked = Callable[[Hall], Any]


def _parts(hall: Hall, *parts: Mapping[str, Any], batch: str | None = None) -> Any:
    code = batch or hall.depot.log(100_000)["code"]
    said = scan(station="S1-A", scanned_at=AT, parts=list(parts))
    return hall.post(f"/batches/{code}/sortings", said)


def _closed(hall: Hall) -> str:
    code = close(hall).named["code"]
    hall.depot.close(code)
    return code


def _held(hall: Hall) -> str:
    code = str(hall.depot.log()["code"])
    hall.depot.hold(code)
    return code


def _close(hall: Hall, *losses: Mapping[str, Any]) -> Any:
    code = hall.depot.log(100_000)["code"]
    return hall.post(
        f"/batches/{code}/close", scan(station="S1-A", scanned_at=AT, losses=list(losses))
    )


def _undo(hall: Hall, scan_id: str) -> Any:
    return hall.post(f"/scans/{scan_id}/reversal", scan(reason="mistake", scanned_at=AT))


def _undo_twice(hall: Hall) -> Any:
    hall.depot.log()
    made = hall.depot.scan_id
    _undo(hall, made)
    return _undo(hall, made)


def _undo_what_moved_on(hall: Hall) -> Any:
    code = hall.depot.log()["code"]
    made = hall.depot.scan_id
    hall.depot.sort(code, {"burn": 1})
    return _undo(hall, made)


SUPPLIERS: Final = ("supplier", "other_supplier")
REUSE: Final = {"destination": "reuse", "mass_g": 1_000}
REFUSED: Final[Mapping[str, tuple[Provoked, set[str]]]] = {
    "mass_exceeded": (
        lambda hall: _parts(hall, {**REUSE, "mass_g": 200_000}),
        {"held_g", "sorted_g", "tolerance_g"},
    ),
    "batch_closed": (lambda hall: _parts(hall, REUSE, batch=_closed(hall)), {"batch"}),
    "batch_held": (lambda hall: _parts(hall, REUSE, batch=_held(hall)), {"batch"}),
    "bin_closed": (
        lambda hall: _parts(hall, {"bin": closed_bin(hall.depot), "mass_g": 1}),
        {"bin"},
    ),
    "gate_missing": (lambda hall: _parts(hall, {**REUSE, "destination": "sale"}), {"gate"}),
    "destination_forbidden": (
        lambda hall: _parts(hall, {**REUSE, "article_group": "secret"}),
        {"rule"},
    ),
    "balance_open": (_close, {"difference_g", "tolerance_g"}),
    "loss_limit": (lambda hall: _close(hall, {"kind": "dust", "mass_g": 5_000}), {"limit_g"}),
    "already_reversed": (_undo_twice, {"scan_id"}),
    "moved_on": (_undo_what_moved_on, {"entries"}),
    "practice_label": (
        lambda hall: hall.post("/batches", intake(code=mint(CodeKind.PRACTICE))),
        {"read"},
    ),
    "bin_open": (
        lambda hall: hall.post(
            "/shipments", scan(outlet="VEZELHOF", bins=[filled_bin(hall.depot)], shipped_at=AT)
        ),
        {"bin"},
    ),
    "clock_doubt": (
        lambda hall: hall.caller("worker").post(
            "/batches", intake(scanned_at="2026-03-03T09:00:00+01:00")
        ),
        {"scanned_at", "now"},
    ),
}
"""Refusals of the contract, how one comes by each, and the figures that explain it."""


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_a_rule_refuses_with_the_figures_that_explain_it(hall: Hall, code: str) -> None:
    provoke, figures = REFUSED[code]
    answer = provoke(hall)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, code)
    assert figures - told.keys() == set()
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_figures_of_a_refusal_are_right(hall: Hall) -> None:
    told = _parts(hall, {**REUSE, "mass_g": 200_000}).json()
    assert (told["held_g"], told["sorted_g"], told["tolerance_g"]) == (100_000, 200_000, 2_000)
    assert _close(hall).json()["difference_g"] == 100_000
    assert _close(hall, {"kind": "dust", "mass_g": 5_000}).json()["limit_g"] == 1_000


def test_an_outlet_confirms_only_what_it_may_do(hall: Hall) -> None:
    treated = scan(lines=[{"treatment": "NONE", "mass_g": 40_000}], confirmed_at=AT)
    answer = hall.post(f"/shipments/{shipped(hall.depot)}/confirmation", treated, by="outlet")
    assert answer.status_code in (404, 409)
    assert answer.json()["code"] in ("not_found", "destination_forbidden")


def test_reference_data_is_written_by_those_who_may_and_read_by_all_at_once(hall: Hall) -> None:
    said = {"site": "S1", "kind": "sorting", "name": "C"}
    written = hall.caller("manager").put("/reference/station/S1-C", said)
    assert (written.status_code, written.json()["version"]) == (201, 1)
    stations = hall.get("/reference", by="worker").json()["stations"]
    assert {"code": "S1-C", "site": "S1", "kind": "sorting", "name": "C"} in stations
    unknown = hall.caller("manager").put("/reference/nonsense/X", {})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_reference_data_of_others_is_not_written(hall: Hall) -> None:
    said = {"site": "S1", "kind": "sorting", "name": "C"}
    foreign = hall.caller("foreign_manager")
    theirs = foreign.put("/reference/station/Z-1", said)
    nobodys = foreign.put("/reference/station/Z-1", {**said, "site": "S9"})
    assert theirs.status_code == 404
    assert theirs.content == nobodys.content


def test_an_unknown_scan_cannot_be_undone(hall: Hall) -> None:
    answer = _undo(hall, str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
