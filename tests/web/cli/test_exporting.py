"""Exports at a terminal: the same bytes as the API gives, whole or not there at all."""

import hashlib
import json
from pathlib import Path

import pytest

from reporting.datasets import Dataset
from reporting.exports import export
from reporting.formats import TABLES
from reporting.questions import question
from store.engine import Database
from tests.builders import Depot, parts
from tests.web.terminal import NOW, Shell

PERIOD = ("--from", "2026-01-01", "--to", "2027-01-01", "--operator", "WATERKANT")


@pytest.fixture
def sorted_depot(register: Database) -> Depot:
    depot = Depot(register)
    code = depot.log(300_000)["code"]
    depot.sort(code, parts({"reuse": 100_000, "recycle": 150_000}))
    depot.log(200_000, supplier="DUINRAND")
    return depot


def test_a_file_is_the_same_as_that_of_the_api_with_its_control_file_beside_it(
    shell: Shell, sorted_depot: Depot, tmp_path: Path
) -> None:
    asked = question(today=NOW.date(), first="2026-01-01", end="2027-01-01")
    for dataset in Dataset:
        for format in TABLES:
            file = tmp_path / f"{dataset}.{format}"
            ended = shell("export", dataset, *PERIOD, "--format", format, "--out", file)
            assert (ended.code, ended.out) == (0, ""), ended.err
            with sorted_depot.database.read() as session:
                people = sorted_depot.people["manager"]
                made = export(session, people, asked, dataset=dataset, format=format)
                content = b"".join(made.pieces)
            assert file.read_bytes() == content
            assert f"{made.rows} rows, {made.mass_g} g, {len(content)} bytes" in ended.err
            control = json.loads(Path(f"{file}.meta.json").read_text())
            assert control["sha256"] == hashlib.sha256(content).hexdigest()
            assert control["signed"]["document"]["rows"] == made.rows
    assert not list(tmp_path.glob("*.part"))


def test_data_goes_to_stdout_and_totals_to_stderr(shell: Shell, sorted_depot: Depot) -> None:
    manager = shell("export", "movements", *PERIOD, "--supplier", "DUINRAND", "--format", "jsonl")
    assert manager.code == 0
    lines = [json.loads(line) for line in manager.out.splitlines()]
    assert [(line["supplier"], line["mass_g"]) for line in lines] == [("DUINRAND", 200_000)]
    assert "1 rows, 200000 g" in manager.err
    assert "scan_id" not in lines[0]
    auditor = shell("export", "movements", *PERIOD, "--role", "auditor")
    assert "scan_id" in auditor.out.splitlines()[0]


def test_a_file_that_is_there_stays_unless_one_insists(
    shell: Shell, sorted_depot: Depot, tmp_path: Path
) -> None:
    file = tmp_path / "batches.csv"
    file.write_text("mine")
    kept = shell("export", "batches", *PERIOD, "--out", file)
    assert (kept.code, file.read_text()) == (1, "mine")
    assert "--force" in kept.err
    assert shell("export", "batches", *PERIOD, "--out", file, "--force").code == 0
    assert file.read_text().startswith("batch,")


def test_what_cannot_be_exported_leaves_nothing_behind(
    shell: Shell, sorted_depot: Depot, tmp_path: Path
) -> None:
    file = tmp_path / "it.csv"
    for code, wrong in (
        (1, ("--supplier", "NOBODY")),
        (1, ("--site", "S9")),
        (2, ("--from", "yesterday")),
        (1, ("--operator", "NOBODY")),
    ):
        ended = shell("export", "movements", *PERIOD, *wrong, "--out", file)
        assert (ended.code, ended.out) == (code, ""), wrong
        assert ended.err
    assert not list(tmp_path.glob("it.*"))
    several = shell("export", "movements", "--out", file)
    assert several.code == 2
    assert "--operator" in several.err
