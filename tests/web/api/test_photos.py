"""Photos are kept by their hash, shown to their own staff, and pictures of codes are read."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from streams.views import history_of
from tests.audit import breaches, rows
from tests.web.api.calling import AT, BODY_MAX_BYTES, Hall, command, intake, scan
from tests.web.api.good import picture_of

PNG = {"Content-Type": "image/png"}


def take(hall: Hall, by: str = "worker") -> str:
    content = picture_of(hall.depot.log()["code"])
    answer = hall.caller(by).post_bytes("/photos", content, **PNG)
    assert answer.status_code == 201
    assert answer.json() == {"hash": hashlib.sha256(content).hexdigest()}
    return str(answer.json()["hash"])


def test_a_photo_is_kept_once_and_shown_to_the_staff_of_its_site(hall: Hall) -> None:
    content = picture_of(hall.depot.log()["code"])
    answers = [hall.caller("worker").post_bytes("/photos", content, **PNG) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 200]
    path = f"/photos/{answers[0].json()['hash']}"
    shown = hall.get(path, by="auditor")
    assert (shown.content, shown.headers["content-type"]) == (content, "image/png")
    assert "immutable" in shown.headers["cache-control"]
    elsewhere = hall.caller("foreign_worker").post_bytes("/photos", content, **PNG)
    assert (elsewhere.status_code, elsewhere.json()) == (201, answers[0].json())
    for stranger in ("leader_of_s2", "foreign_leader"):
        assert hall.get(path, by=stranger).status_code == 404
    assert hall.get(f"/photos/{'0' * 64}").status_code == 404


def test_nothing_is_kept_unseen_where_a_virus_scanner_is_named(hall: Hall) -> None:
    code = "Z" + "0" * 11
    named = replace(hall.app.state.settings.hygiene, scanner="unix:/none")
    hall.app.state.settings = replace(hall.app.state.settings, hygiene=named)
    content = picture_of(hall.depot.log()["code"])
    for path in ("/photos", f"/shipments/{code}/documents"):
        answer = hall.caller("leader").post_bytes(path, content, **PNG)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert rows(hall.depot.database, "SELECT hash FROM photo") == []


def test_a_photo_that_several_send_at_once_is_kept_once(busy_hall: Hall) -> None:
    content = picture_of(busy_hall.depot.log()["code"])
    worker = busy_hall.caller("worker")
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(worker.post_bytes, "/photos", content, **PNG) for _ in range(8)]
        answers = [one.result() for one in sent]
    assert sorted(one.status_code for one in answers) == [200] * 7 + [201]
    assert len({one.json()["hash"] for one in answers}) == 1


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"no picture", PNG, 422),
        (b"no picture", {"Content-Type": "image/svg+xml"}, 422),
        (b"{}", {"Content-Type": "application/json"}, 422),
        (b"\x89PNG" + b"x" * BODY_MAX_BYTES, PNG, 413),
    ],
)
@pytest.mark.parametrize("path", ["/photos", "/scan/picture"])
def test_what_is_no_picture_is_refused(
    hall: Hall, path: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    assert hall.caller("worker").post_bytes(path, content, **headers).status_code == status


def test_an_act_names_its_photos_in_its_entry_and_without_any_it_is_as_before(hall: Hall) -> None:
    photo = take(hall)
    batch = hall.post("/batches", intake(photos=[photo])).json()["code"]
    plain = hall.post("/batches", intake()).json()["code"]
    gate = scan(station="S1-A", scanned_at=AT, gate="logo", mass_g=1_000, photos=[photo])
    held = scan(reason="mistake", scanned_at=AT, mass_g=10, photos=[photo])
    find = scan(station="S1-A", batch=batch, kind="knife", count=1, scanned_at=AT, photos=[photo])
    answers = (
        hall.post(f"/batches/{batch}/gates", gate),
        hall.post(f"/batches/{batch}/hold", held),
        hall.post("/finds", find),
    )
    assert [one.status_code for one in answers] == [201] * 3
    assert facts(hall, batch) == [[photo]] * 4
    assert facts(hall, plain) == [None]
    assert hall.post("/finds", {**find, "photos": []}).json()["code"] == "scan_reused"
    many = intake(photos=[photo] * 7)
    assert hall.post("/batches", many).status_code == 422
    assert breaches(hall.depot.database) == []


def facts(hall: Hall, batch: str) -> list[Any]:
    with hall.depot.database.read() as session:
        return [told.entry.body.get("photos") for told in history_of(session, batch)]


def test_a_picture_of_a_label_is_looked_up_like_a_scan(hall: Hall) -> None:
    batch = hall.depot.log()["code"]
    content = picture_of(batch)
    told = hall.caller("worker").post_bytes("/scan/picture", content, **PNG).json()
    assert {one["code"] for one in told["seen"]} == {batch}
    foreign = hall.caller("foreign_worker").post_bytes("/scan/picture", content, **PNG).json()
    assert {one["kind"] for one in foreign["seen"]} == {"unknown"}


def test_a_delivery_is_found_by_the_number_of_its_supplier(hall: Hall) -> None:
    def announce(reference: str | None) -> str:
        said = scan(supplier="NOORDERHAVEN", site="S1", expected_at=AT, reference=reference)
        answer = hall.post("/deliveries", said | {"lines": [{"mass_g": 1_000}]}, by="supplier")
        assert answer.status_code == 201
        return str(answer.json()["code"])

    announce(None)
    came, expected = announce("wb-2026/7"), announce("WB-2026/7")
    hall.depot.log(delivery=expected)
    seen = hall.post("/scan", {"text": "]C1WB-2026/7\r"}).json()
    assert (seen["kind"], seen["code"]) == ("delivery", came)
    assert seen["now"]["reference"] == "wb-2026/7"
    newest = announce("WB-2026/7")
    assert hall.post("/scan", {"text": "wb-2026/7"}).json()["code"] == newest
    assert hall.post("/scan", {"text": "]C1400WB-2026/7"}).json()["code"] == newest
    assert hall.post("/scan", {"text": "WB-2026/7"}, by="foreign_worker").json()["code"] is None
    found = hall.get("/deliveries", search="b-2026", by="supplier").json()
    assert {row["code"] for row in found} == {came, expected, newest}
    assert found[0]["reference"] == "WB-2026/7"


def test_a_gs1_code_of_others_is_unknown_but_said_in_its_parts(hall: Hall) -> None:
    seen = hall.post("/scan", {"text": "]C1400ORDER-7"}).json()
    assert (seen["kind"], seen["now"]) == (
        "unknown",
        {"gs1": {"400": "ORDER-7"}, "misread": False},
    )


def test_an_announcement_without_a_reference_is_the_same_as_before(hall: Hall) -> None:
    said = scan(supplier="NOORDERHAVEN", site="S1", expected_at=AT, lines=[{"mass_g": 1_000}])
    first = hall.post("/deliveries", said).json()
    assert hall.post("/deliveries", said | {"reference": None}).json() == first
    again = hall.sync(command("delivery", None, said))["results"]
    assert again[0]["status"] == "repeated"
    other = hall.post("/deliveries", said | {"reference": "X"})
    assert other.json()["code"] == "scan_reused"
