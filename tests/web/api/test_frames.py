"""What a scale said is kept with the entry, and changes nothing where nobody gave it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from chain.actions import content_of
from intake.actions import LogBatch
from sorting.actions import Part, Sort
from streams.ledger import content
from tests.audit import rows
from tests.web.api.calling import AT, Hall, command, intake, scan
from tests.web.api.good import filled_bin

FRAME: Final = "S S    320.000 kg"


def body_of(hall: Hall, scan_id: str) -> dict[str, Any]:
    """What the entry of a scan holds."""
    found = rows(hall.depot.database, f"SELECT payload FROM entry WHERE scan_id = '{scan_id}'")
    ((payload,),) = found
    body: dict[str, Any] = json.loads(payload)["body"]
    return body


def test_the_frame_of_a_batch_is_kept_in_its_entry(hall: Hall) -> None:
    sent = intake(frame=FRAME, scale="SCALE1")
    assert hall.post("/batches", sent).status_code == 201
    assert body_of(hall, sent["scan_id"])["frame"] == FRAME


def test_the_frame_of_a_weighing_is_kept_in_its_entry(hall: Hall) -> None:
    code = hall.depot.log()["code"]
    sent = scan(station="S1-A", scanned_at=AT, gross_g=319_000, tare_g=20_000, frame=FRAME)
    assert hall.post(f"/batches/{code}/weighings", sent).status_code == 201
    assert body_of(hall, sent["scan_id"])["frame"] == FRAME


def test_the_frame_of_a_closed_bin_is_kept_in_its_entry(hall: Hall) -> None:
    code = filled_bin(hall.depot)
    sent = scan(scanned_at=AT, gross_g=60_000, tare_g=20_000, frame=FRAME)
    assert hall.post(f"/bins/{code}/close", sent).status_code == 201
    assert body_of(hall, sent["scan_id"])["frame"] == FRAME


@pytest.mark.parametrize("noun", ["batches", "bins"])
def test_the_frames_of_a_sorting_stand_in_the_order_of_its_parts(hall: Hall, noun: str) -> None:
    code = hall.depot.log()["code"] if noun == "batches" else filled_bin(hall.depot)
    parts = [
        {"destination": "recycle", "mass_g": 1_000, "frame": FRAME},
        {"destination": "burn", "mass_g": 2_000},
    ]
    sent = scan(station="S1-A", scanned_at=AT, parts=parts)
    assert hall.post(f"/{noun}/{code}/sortings", sent).status_code == 201
    assert body_of(hall, sent["scan_id"])["frames"] == [FRAME, None]


def test_a_tablet_sends_frames_too(hall: Hall) -> None:
    sent = command("intake", None, intake(frame=FRAME))
    assert hall.sync(sent)["results"][0]["status"] == "accepted"
    assert body_of(hall, sent["scan_id"])["frame"] == FRAME


def test_without_a_frame_an_entry_says_nothing_of_it(hall: Hall) -> None:
    sent = intake()
    hall.post("/batches", sent)
    assert "frame" not in body_of(hall, sent["scan_id"])


def test_the_same_scan_with_another_frame_is_another_content(hall: Hall) -> None:
    sent = intake(frame=FRAME)
    assert hall.post("/batches", sent).status_code == 201
    assert hall.post("/batches", sent).status_code == 200
    again = hall.post("/batches", {**sent, "frame": "S S    319.000 kg"})
    assert (again.status_code, again.json()["code"]) == (422, "scan_reused")


@pytest.mark.parametrize("frame", ["", "x" * 61, "S S\t1 kg", "S S 1 kg\n", "één kg"])
def test_what_is_no_frame_is_refused(hall: Hall, frame: str) -> None:
    answer = hall.post("/batches", intake(frame=frame))
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_the_content_of_commands_without_a_frame_is_what_it_was() -> None:
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    logged = LogBatch(
        scan_id="1", scanned_at=at, code=None, site="S1", station="S1-IN", supplier="N",
        article_group=None, containers=(), gross_g=2, tare_g=1, scale=None, pieces=None,
        quality=None, eural=None, delivery=None,
    )  # fmt: skip
    assert content("intake", None, logged) == content_of(
        "intake",
        None,
        {
            "scan_id": "1", "scanned_at": "2026-03-02T08:00:00.000000Z", "code": None,
            "site": "S1", "station": "S1-IN", "supplier": "N", "article_group": None,
            "containers": [], "gross_g": 2, "tare_g": 1, "scale": None, "pieces": None,
            "quality": None, "eural": None, "delivery": None,
        },
    )  # fmt: skip
    part = Part(
        destination="reuse", bin=None, mass_g=1, article_group=None, pieces=None, quality=None,
        scale=None,
    )  # fmt: skip
    sorted_ = Sort(scan_id="1", scanned_at=at, station="S1-A", parts=(part,))
    assert content("sort", "B", sorted_) == content_of(
        "sort",
        "B",
        {
            "scan_id": "1", "scanned_at": "2026-03-02T08:00:00.000000Z", "station": "S1-A",
            "parts": [
                {
                    "destination": "reuse", "bin": None, "mass_g": 1, "article_group": None,
                    "pieces": None, "quality": None, "scale": None,
                }
            ],
        },
    )  # fmt: skip
