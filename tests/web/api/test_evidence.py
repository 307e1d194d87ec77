"""What anyone may check: signed heads, proofs of entries, and the hashes of exported files."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any, Final

import pytest
from sqlalchemy import text

from proof.merkle import leaf_hash, verify_inclusion
from proof.signing import load_ring, verify_head
from tests.web.api.calling import Hall
from tests.web.api.good import YEAR, shipped

FORMATS: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def head_of(hall: Hall, log: str, by: str = "auditor") -> dict[str, Any]:
    (head,) = (head for head in hall.get("/checkpoints", by=by).json() if head["log"] == log)
    return dict(head)


def public_keys(hall: Hall) -> dict[str, bytes]:
    return load_ring(hall.app.state.settings.keys).public_keys()


def test_a_checkpoint_is_signed_and_no_word_of_it_can_be_changed(hall: Hall) -> None:
    shipped(hall.depot)
    head = head_of(hall, "site:S1")
    public = public_keys(hall)[head["key"]]
    assert verify_head(head, public)
    changed = {
        "log": "site:S2",
        "size": head["size"] - 1,
        "root": "0" * 64,
        "at": "2026-01-01T00:00:00.000000Z",
    }
    for field, other in changed.items():
        assert not verify_head({**head, field: other}, public), field


def test_every_entry_is_proven_to_stand_under_the_signed_root(hall: Hall) -> None:
    shipped(hall.depot)
    for _ in range(4):
        head = head_of(hall, "site:S1")
        for seq in range(1, head["size"] + 1):
            found = hall.get(f"/proofs/site:S1.{seq}", by="supplier").json()
            place = {"index": found["index"], "size": head["size"]}
            leaf, path = bytes.fromhex(found["hash"]), [bytes.fromhex(one) for one in found["path"]]
            root = bytes.fromhex(head["root"])
            assert found["index"] == seq - 1
            assert verify_inclusion(**place, leaf=leaf, proof=path, expected_root=root)
            other = leaf_hash(leaf)
            assert not verify_inclusion(**place, leaf=other, proof=path, expected_root=root)
        hall.depot.log()


def test_the_hash_of_an_exported_movement_is_the_hash_of_its_entry(hall: Hall) -> None:
    shipped(hall.depot)
    answer = hall.get("/exports/movements", by="auditor", **YEAR)
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert lines
    for line in lines:
        found = hall.get(f"/proofs/{line['entry'].replace('#', '.')}", by="supplier").json()
        assert (found["entry"], found["hash"]) == (line["entry"], line["hash"])
    scan_id = lines[-1]["scan_id"]
    with hall.depot.database.read() as session:
        written = text("SELECT payload FROM entry WHERE scan_id = :scan_id")
        payload = session.connection().execute(written, {"scan_id": scan_id}).scalar_one()
    assert leaf_hash(payload.encode()).hex() == lines[-1]["hash"]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dataset", ["movements", "batches", "figures"])
def test_the_hash_beside_a_file_is_the_hash_of_that_file(
    hall: Hall, dataset: str, format: str
) -> None:
    shipped(hall.depot)
    asked = {**YEAR, "format": format}
    answer = hall.get(f"/exports/{dataset}", by="manager", **asked)
    meta = hall.get(f"/exports/{dataset}.meta.json", by="manager", **asked).json()
    assert hashlib.sha256(answer.content).hexdigest() == meta["sha256"]
    assert (len(answer.content), meta["format"]) == (meta["bytes"], format)
    assert answer.headers["content-type"] == FORMATS[format]
    name = f'attachment; filename="{dataset}'
    assert answer.headers["content-disposition"].startswith(name)
    assert int(answer.headers["x-control-rows"]) == meta["rows"]
    assert meta["as_of"] == hall.get("/reports/circularity", **YEAR).json()["as_of"]
