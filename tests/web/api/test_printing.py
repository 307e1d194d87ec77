"""Print jobs over the wire: once, for whom they concern, and each state with what may follow."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from catalogue.actions import define
from catalogue.rules import LABEL_SIZES
from labels.jobs import PARTS_MAX
from labels.queries import JobState
from tests.web.api.calling import AT, Hall, scan
from tests.web.api.good import doubtful_label


def stands(hall: Hall, scan_id: str) -> Any:
    (job,) = [job for job in hall.get("/print-jobs").json() if job["scan_id"] == scan_id]
    return job


def put(hall: Hall, scan_id: str, state: JobState) -> None:
    """Let the job be in a state, however it came there."""
    with hall.depot.database.write() as session:
        session.execute(
            text("UPDATE print_job SET state = :state WHERE scan_id = :scan_id"),
            {"state": state.value, "scan_id": scan_id},
        )


def act(hall: Hall, scan_id: str, verb: str, body: Any, *, by: str = "worker") -> Any:
    return hall.post(f"/print-jobs/{scan_id}/{verb}", body, by=by)


def test_a_label_is_wanted_once_however_often_it_is_said(hall: Hall) -> None:
    wanted = scan(code=hall.depot.log()["code"])
    told = [hall.post("/print-jobs", wanted, by="worker") for _ in range(3)]
    assert [one.status_code for one in told] == [201, 200, 200]
    assert told[0].json() == told[2].json()
    job = told[0].json()
    assert (job["code"], job["printer"], job["state"]) == (wanted["code"], "PRINTER1", "queued")
    assert len(hall.get("/print-jobs").json()) == 1


def test_the_same_number_for_another_label_is_refused(hall: Hall) -> None:
    first = scan(code="BOX1")
    assert hall.post("/print-jobs", first).status_code == 201
    for other in ({"code": "S1-IN"}, {"part": 1, "parts": 2}):
        told = hall.post("/print-jobs", {**first, **other})
        assert (told.status_code, told.json()["code"]) == (422, "scan_reused")


@pytest.mark.parametrize("code", ["BOX1", "S1-IN", "box1"])
def test_containers_and_stations_have_labels_too(hall: Hall, code: str) -> None:
    told = hall.post("/print-jobs", scan(code=code))
    assert (told.status_code, told.json()["code"]) == (201, code.upper())


def test_a_blank_label_of_this_site_can_be_printed_and_of_another_operator_not(hall: Hall) -> None:
    (blank,) = hall.depot.reserve()
    assert hall.post("/print-jobs", scan(code=blank)).status_code == 201
    told = hall.post("/print-jobs", scan(code=blank), by="foreign_leader")
    assert (told.status_code, told.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("code", ["B22222222222", "NOTHING", "K4", "P22222222223"])
def test_what_does_not_exist_has_no_label(hall: Hall, code: str) -> None:
    told = hall.post("/print-jobs", scan(code=code))
    assert (told.status_code, told.json()["code"]) == (404, "not_found")


def test_where_two_printers_stand_one_is_named(hall: Hall) -> None:
    with hall.depot.database.write() as session:
        said = {"site": "S1", "name": "2", "host": "10.0.0.2", "size": "50x25", "dpi": 300}
        define(session, "WATERKANT", "printer", "PRINTER2", said, now=hall.depot.now)
    told = hall.post("/print-jobs", scan(code="BOX1"))
    assert (told.status_code, told.json()["code"], told.json()["printers"]) == (
        409, "no_printer", 2,
    )  # fmt: skip
    told = hall.post("/print-jobs", scan(code="BOX1", printer="PRINTER2"))
    assert told.json()["printer"] == "PRINTER2"
    told = hall.post("/print-jobs", scan(code="S2-IN", printer="PRINTER2"))
    assert (told.status_code, told.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("part", [(1, 0), (0, 2), (3, 2), (1, PARTS_MAX + 1)])
def test_a_part_is_one_of_the_parts(hall: Hall, part: tuple[int, int]) -> None:
    told = hall.post("/print-jobs", scan(code="BOX1", part=part[0], parts=part[1]))
    assert (told.status_code, told.json()["code"]) == (422, "malformed")


@pytest.mark.parametrize("state", list(JobState))
def test_again_is_for_what_may_be_missing_only(hall: Hall, state: JobState) -> None:
    scan_id, code = doubtful_label(hall)
    put(hall, scan_id, state)
    body = scan()
    told = act(hall, scan_id, "again", body)
    if state in (JobState.SENT, JobState.DOUBTFUL, JobState.FAILED):
        assert (told.status_code, told.json()["state"], told.json()["code"]) == (
            201, "queued", code,
        )  # fmt: skip
        assert told.json()["scan_id"] == body["scan_id"]
        assert act(hall, scan_id, "again", body).status_code == 200
        old = stands(hall, scan_id)
        assert (old["state"], old["problem"]) == ("cancelled", "replaced")
        assert len(hall.get("/print-jobs").json()) == 2
    else:
        assert (told.status_code, told.json()["code"]) == (409, "state_forbids")
        assert len(hall.get("/print-jobs").json()) == 1


@pytest.mark.parametrize("state", list(JobState))
def test_a_label_that_is_there_cannot_be_cancelled(hall: Hall, state: JobState) -> None:
    scan_id, _ = doubtful_label(hall)
    put(hall, scan_id, state)
    told = act(hall, scan_id, "cancel", {})
    if state is JobState.PRINTED:
        assert (told.status_code, told.json()["code"]) == (409, "state_forbids")
    else:
        assert (told.status_code, told.json()["state"]) == (200, "cancelled")


@pytest.mark.parametrize("state", list(JobState))
def test_scanning_the_fresh_label_confirms_what_went_to_the_printer(
    hall: Hall, state: JobState
) -> None:
    scan_id, code = doubtful_label(hall)
    put(hall, scan_id, state)
    told = act(hall, scan_id, "confirm", {"code": code.lower()})
    if state in (JobState.QUEUED, JobState.CANCELLED):
        assert (told.status_code, told.json()["code"]) == (409, "state_forbids")
    else:
        assert (told.status_code, told.json()["state"]) == (200, "printed")
        assert act(hall, scan_id, "confirm", {"code": code}).json() == told.json()


def test_another_label_does_not_confirm_this_one(hall: Hall) -> None:
    scan_id, _ = doubtful_label(hall)
    told = act(hall, scan_id, "confirm", {"code": hall.depot.log()["code"]})
    assert (told.status_code, told.json()["code"]) == (422, "malformed")
    assert stands(hall, scan_id)["state"] == "doubtful"


def test_jobs_are_asked_for_by_state_station_and_code_newest_first(hall: Hall) -> None:
    codes = [doubtful_label(hall)[1] for _ in range(3)]
    last = hall.post("/print-jobs", scan(code="BOX1")).json()
    assert [job["code"] for job in hall.get("/print-jobs").json()] == ["BOX1", *reversed(codes)]
    assert [job["code"] for job in hall.get("/print-jobs", state="queued").json()] == ["BOX1"]
    assert [job["scan_id"] for job in hall.get("/print-jobs", code="BOX1").json()] == [
        last["scan_id"]
    ]
    assert len(hall.get("/print-jobs", limit=2).json()) == 2
    for station in ("S1-A", "NOWHERE"):
        assert hall.get("/print-jobs", station=station).json() == []


def test_jobs_of_another_site_and_operator_do_not_exist(hall: Hall) -> None:
    scan_id, code = doubtful_label(hall)
    for name in ("leader_of_s2", "foreign_worker", "foreign_leader"):
        assert hall.get("/print-jobs", by=name).json() == []
        for verb, body in (("again", scan()), ("cancel", {}), ("confirm", {"code": code})):
            told = act(hall, scan_id, verb, body, by=name)
            assert (told.status_code, told.json()["code"]) == (404, "not_found")
    assert stands(hall, scan_id)["state"] == "doubtful"


def test_a_printer_is_known_by_its_name_and_not_by_where_it_listens(hall: Hall) -> None:
    assert hall.get("/reference").json()["printers"] == [
        {"code": "PRINTER1", "site": "S1", "name": "1", "size": "100x150", "dpi": 203}
    ]
    assert hall.get("/reference", by="supplier").json()["printers"] == []
    assert hall.get("/reference", by="leader_of_s2").json()["printers"] == []
    assert "127.0.0.1" not in hall.get("/reference").text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "A4"), ("dpi", 600), ("port", 0), ("port", 70_000), ("host", "a b"), ("host", ""),
        ("host", "http://x"), ("host", "x\nHost: y"),
    ],
)  # fmt: skip
def test_a_printer_that_cannot_be_is_refused(hall: Hall, name: str, value: Any) -> None:
    said = {"site": "S1", "name": "X", "host": "10.0.0.9", name: value}
    told = hall.caller("manager").put("/reference/printer/NEW", said)
    assert (told.status_code, told.json()["code"], told.json()["field"]) == (
        422, "malformed", name,
    )  # fmt: skip


@pytest.mark.parametrize("size", LABEL_SIZES)
def test_printers_of_every_size_can_be_written_down(hall: Hall, size: str) -> None:
    said = {"site": "S1", "name": "X", "host": "label-1.intern", "size": size, "dpi": 300}
    assert hall.caller("manager").put("/reference/printer/NEW", said).status_code == 201


def test_a_second_label_is_hung_by_a_call_and_by_a_tablet(hall: Hall) -> None:
    batch, (first, second) = hall.depot.log()["code"], hall.depot.reserve(count=2)
    said = scan(code=first, reason="torn", scanned_at=AT)
    told = hall.post(f"/labels/{batch}/replacement", said, by="worker")
    assert told.status_code == 201, told.text
    assert (told.json()["code"], told.json()["label"]) == (batch, first)
    command = {"scan_id": str(uuid4()), "kind": "relabel", "target": first}
    body = {"code": second, "reason": "torn", "scanned_at": AT}
    assert hall.sync({**command, "body": body})["results"][0]["status"] == "accepted"
    for code in (batch, first, second):
        seen = hall.post("/scan", {"text": f"]C1{code}"}).json()
        assert (seen["kind"], seen["code"], seen["read"]) == ("batch", batch, f"]C1{code}")
        assert hall.get(f"/batches/{code}").json()["code"] == batch


def test_the_second_label_says_its_own_code_and_which_one_it_replaces(hall: Hall) -> None:
    batch, (blank,) = hall.depot.log()["code"], hall.depot.reserve()
    hall.depot.relabel(batch, blank)
    drawn = hall.get(f"/labels/{blank}", format="svg", lang="en").text
    own = "-".join(batch[start : start + 4] for start in (0, 4, 8))
    assert "Replaces label" in drawn
    assert own in drawn
    assert f"<title>Batch {blank}</title>" in drawn
    assert "Replaces label" not in hall.get(f"/labels/{batch}", format="svg", lang="en").text


def test_a_rule_that_a_second_label_breaks_is_kept_at_its_site(hall: Hall) -> None:
    batch, (blank,) = hall.depot.log(1_000)["code"], hall.depot.reserve()
    hall.depot.relabel(batch, blank)
    told = hall.park(blank)
    assert [row["scan_id"] for row in hall.get("/parked").json()] == [told]


def test_one_of_two_containers_says_so_on_its_label(hall: Hall) -> None:
    code = hall.depot.log()["code"]
    assert ">1/2<" in hall.get(f"/labels/{code}", format="svg", part=1, parts=2).text
    told = hall.get(f"/labels/{code}", format="svg", part=3, parts=2)
    assert (told.status_code, told.json()["code"]) == (422, "malformed")
