"""What this installation hands out, checked by a stranger with nothing but one file."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from proof.signing import load_ring, seal
from tests.proof.alone import Stranger
from tests.web.api.calling import Hall, scan
from tests.web.api.good import YEAR, confirmed_batch, shipped
from web.keys import rotate


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Stranger(folder)


def key_of(hall: Hall) -> str:
    """The key that signed first."""
    return load_ring(hall.app.state.settings.keys).keys[0].public.hex()


def save(stranger: Stranger, name: str, answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    (stranger.folder / name).write_bytes(answer.content)
    return name


def certified(hall: Hall) -> tuple[str, str]:
    """A certificate and the batch that it is about."""
    batch = confirmed_batch(hall)
    made = hall.post("/certificates", scan(kind="reuse", scope="batch", code=batch))
    return made.json()["code"], batch


@pytest.mark.parametrize("ending", ["json", "pdf"])
def test_a_certificate_holds_as_data_and_on_paper(
    hall: Hall, stranger: Stranger, ending: str
) -> None:
    code, batch = certified(hall)
    file = save(stranger, f"it.{ending}", hall.get(f"/certificates/{code}.{ending}"))
    ended = stranger("certificate", file, "--key", key_of(hall), "--batch", batch)
    assert (ended.code, f"IT HOLDS: {code}" in ended.said) == (0, True), ended.said
    other = stranger("certificate", file, "--key", key_of(hall), "--batch", "BXXXXXXXXXXX")
    assert (other.code, "not about BXXXXXXXXXXX" in other.said) == (1, True), other.said


def test_a_certificate_of_which_a_gram_was_changed_does_not_hold(
    hall: Hall, stranger: Stranger
) -> None:
    code, _ = certified(hall)
    file = save(stranger, "it.json", hall.get(f"/certificates/{code}.json"))
    envelope = json.loads((stranger.folder / file).read_text())
    envelope["document"]["lines"][0]["mass_g"] += 1
    (stranger.folder / file).write_text(json.dumps(envelope))
    ended = stranger("certificate", file, "--key", key_of(hall))
    assert (ended.code, "IT DOES NOT HOLD" in ended.said) == (1, True), ended.said


@pytest.mark.parametrize("ending", ["json", "pdf"])
@pytest.mark.parametrize("basis", ["received", "booked"])
def test_an_issued_report_holds_as_data_and_on_paper(
    hall: Hall, stranger: Stranger, ending: str, basis: str
) -> None:
    number = issued(hall, basis=basis)
    file = save(
        stranger, f"it.{ending}", hall.get(f"/reports/issued/{number}.{ending}", by="manager")
    )
    ended = stranger("report", file, "--key", key_of(hall))
    assert (ended.code, f"IT HOLDS: {number}, WATERKANT" in ended.said) == (0, True), ended.said
    assert "whether a later one follows it up" in ended.said
    # It is no certificate, whoever calls it one.
    assert stranger("certificate", file, "--key", key_of(hall)).code != 0


def test_a_report_whose_balance_does_not_close_does_not_hold(
    hall: Hall, stranger: Stranger
) -> None:
    """Neither changed, nor signed anew by who has the key but not the register."""
    number = issued(hall)
    file = save(stranger, "it.json", hall.get(f"/reports/issued/{number}.json", by="manager"))
    envelope = json.loads((stranger.folder / file).read_text())
    envelope["document"]["figures"]["streams"]["reuse"]["mass_g"] += 1000
    (stranger.folder / file).write_text(json.dumps(envelope))
    changed = stranger("report", file, "--key", key_of(hall))
    assert (changed.code, "the signature does not belong" in changed.said) == (1, True)
    key = load_ring(hall.app.state.settings.keys).current
    forged = seal(key, "stofstroom/report/1", envelope["document"])
    (stranger.folder / file).write_text(json.dumps(forged))
    wrong = stranger("report", file, "--key", key_of(hall))
    assert (wrong.code, "input_g" in wrong.said) == (1, True), wrong.said


def issued(hall: Hall, **more: str) -> str:
    """The number of a report of the year, of goods of which a part is confirmed."""
    confirmed_batch(hall)
    return str(hall.post("/reports/issued", scan(**YEAR, **more), by="manager").json()["number"])


def test_a_withdrawn_certificate_still_holds_and_says_where_to_look(
    hall: Hall, stranger: Stranger
) -> None:
    code, _ = certified(hall)
    assert hall.post(f"/certificates/{code}/withdrawal", scan(reason="mistake")).is_success
    file = save(stranger, "it.json", hall.get(f"/certificates/{code}.json"))
    ended = stranger("certificate", file, "--key", key_of(hall))
    assert ended.code == 0
    assert f"/verify/{code}" in ended.said


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "xlsx"])
@pytest.mark.parametrize("dataset", ["movements", "batches", "figures"])
def test_an_export_holds_and_with_one_byte_less_it_does_not(
    hall: Hall, stranger: Stranger, dataset: str, format: str
) -> None:
    shipped(hall.depot)
    asked: dict[str, Any] = {**YEAR, "format": format}
    file = save(stranger, f"it.{format}", hall.get(f"/exports/{dataset}", by="auditor", **asked))
    answer = hall.get(f"/exports/{dataset}.meta.json", by="auditor", **asked)
    meta = save(stranger, "meta.json", answer)
    ended = stranger("export", file, meta, "--key", key_of(hall))
    assert ended.code == 0, ended.said
    path = stranger.folder / file
    path.write_bytes(path.read_bytes()[:-1])
    assert stranger("export", file, meta, "--key", key_of(hall)).code == 1


def test_a_checkpoint_kept_elsewhere_leads_to_the_one_of_today(
    hall: Hall, stranger: Stranger
) -> None:
    shipped(hall.depot)
    old = save(stranger, "old.json", hall.get("/checkpoints"))
    heads = json.loads((stranger.folder / old).read_text())
    shipped(hall.depot)
    later = hall.depot.now + timedelta(minutes=1)
    rotate(hall.depot.database, hall.app.state.settings.keys, now=later)
    new = save(stranger, "new.json", hall.get("/checkpoints"))
    changes = save(stranger, "keys.json", hall.get("/keys"))
    ways = []
    for place, head in enumerate(heads):
        query = {"chain": head["log"], "from": head["size"]}
        ways.append(save(stranger, f"{place}.json", hall.get("/proofs/consistency", **query)))
    asked = ("checkpoint", old, new, *ways, "--key", key_of(hall))
    ended = stranger(*asked, "--changes", changes)
    assert (ended.code, "IT HOLDS" in ended.said) == (0, True), ended.said
    assert stranger(*asked).code == 1, "the new key is trusted by nobody who knows only the old"
