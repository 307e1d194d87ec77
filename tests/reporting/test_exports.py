"""Exports: the same lines in every format, control totals that hold, and nothing of others."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import product
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed, NotAllowed, NotFound
from catalogue.kinds import Role
from reporting.columnar import Column, Kind
from reporting.datasets import Dataset, columns_of, find
from reporting.dictionary import meaning
from reporting.exports import control, dataset_of, export, format_of
from reporting.formats import TABLES, Format
from reporting.questions import Basis, Question
from store.engine import Database
from tests.reporting import world as worlds
from tests.reporting.asking import ask, export_bytes, report
from tests.reporting.recompute import recompute
from tests.reporting.world import SUPPLIERS, World

CONTRACT = {
    Dataset.MOVEMENTS: "entry day batch supplier site source source_destination target "
    "target_destination stream article_group mass_g pieces quality reverses hash loss_kind",
    Dataset.BATCHES: "batch supplier site received_day article_group state mass_g quality",
    Dataset.FIGURES: "from to basis section key term value unit formula sources",
}


def lines_of(
    session: Session,
    viewer: Viewer,
    asked: Question,
    dataset: Dataset,
    format: Format = Format.CSV,
) -> list[dict[str, str]]:
    """The lines of an export with every value as CSV would write it, whatever the format."""
    content = export_bytes(session, viewer, asked, dataset=dataset, format=format)
    if format is Format.CSV:
        return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    if format is Format.CSV_NL:
        return _from_dutch(content, columns_of(viewer, dataset), dataset)
    if format is Format.JSONL:
        read = [json.loads(line) for line in content.decode().splitlines()]
    elif format is Format.PARQUET:
        read = pq.read_table(io.BytesIO(content)).to_pylist()
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
        heading, *rows = sheet.iter_rows(values_only=True)
        read = [dict(zip(heading, row, strict=True)) for row in rows]
    return [{str(name): _word(value) for name, value in line.items()} for line in read]


def _from_dutch(
    content: bytes, columns: Sequence[Column], dataset: Dataset
) -> list[dict[str, str]]:
    """What a Dutch spreadsheet would read, told as CSV would tell it."""
    read = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    lines = []
    for line in read:
        told = {}
        for column in columns:
            heading = meaning(dataset, column.name).heading
            word = line[heading]
            if column.name.endswith("_g"):
                kilograms = line[heading.replace("(g)", "(kg)")]
                assert kilograms.replace(",", "").lstrip("-0") == word.lstrip("-0"), heading
                assert kilograms == "" or kilograms[-4] == ","
            if column.kind is Kind.DAY and word:
                word = datetime.strptime(f"{word} +0000", "%d-%m-%Y %z").date().isoformat()
            if column.kind is Kind.YES_NO:
                word = {"ja": "true", "nee": "false", "": ""}[word]
            told[column.name] = word
        lines.append(told)
    return lines


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == value.min.time():
        # A worksheet knows no plain days.
        return value.date().isoformat()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else str(value)


@pytest.mark.parametrize("dataset", list(Dataset))
def test_every_format_holds_the_same_lines(
    reading: Session, world: World, dataset: Dataset
) -> None:
    staff, asked = world.staff("OPA"), ask(basis="booked", by="month")
    plain = lines_of(reading, staff, asked, dataset)
    assert len(plain) > 5
    assert set(CONTRACT[dataset].split()) <= set(plain[0])
    for format in TABLES:
        assert lines_of(reading, staff, asked, dataset, format) == plain, format


@pytest.mark.parametrize(("dataset", "format"), list(product(Dataset, TABLES)))
def test_control_totals_are_those_of_the_file_and_no_line_of_it(
    reading: Session,
    world: World,
    dataset: Dataset,
    format: Format,
) -> None:
    staff, asked = world.staff("OPA"), ask(first="2025-12-03", end="2026-03-09")
    said = control(reading, staff, asked, dataset=dataset, format=format)
    content = export_bytes(reading, staff, asked, dataset=dataset, format=format)
    lines = lines_of(reading, staff, asked, dataset)
    assert said["sha256"] == hashlib.sha256(content).hexdigest()
    assert said["bytes"] == len(content)
    assert said["rows"] == len(lines)
    if dataset is Dataset.FIGURES:
        assert said["mass_g"] == sum(
            int(one["value"]) for one in lines if one["unit"] == "g" and one["value"]
        )
    else:
        assert said["mass_g"] == sum(int(one["mass_g"]) for one in lines)
    assert said["columns"] == list(lines[0])
    assert [one["site"] for one in said["as_of"]] == ["S1", "S2"]
    made = export(reading, staff, asked, dataset=dataset, format=format)
    assert (made.rows, made.mass_g) == (said["rows"], said["mass_g"])
    ending = "-nl.csv" if format is Format.CSV_NL else f".{format}"
    assert made.file_name == f"{dataset}{ending}"


@pytest.mark.parametrize("dataset", [Dataset.MOVEMENTS, Dataset.BATCHES])
def test_the_period_counts_by_the_day_that_the_basis_names(
    reading: Session, world: World, dataset: Dataset
) -> None:
    staff, period = world.staff("OPA"), {"first": "2025-12-03", "end": "2026-02-09"}
    whole = lines_of(reading, staff, ask(), dataset)
    for basis, day in (("booked", "day"), ("received", "received_day")):
        found = lines_of(reading, staff, ask(basis=basis, **period), dataset)
        inside = [one for one in whole if period["first"] <= one[day] < period["end"]]
        assert found == inside
        assert 0 < len(found) < len(whole)


def test_movements_name_their_entries_and_what_they_undo(reading: Session, world: World) -> None:
    lines = lines_of(reading, world.staff("OPA"), ask(), Dataset.MOVEMENTS)
    entries = {one["entry"] for one in lines}
    undone = {one["reverses"] for one in lines} - {""}
    assert undone
    assert undone <= entries
    assert all(one["entry"].startswith(f"site:{one['site']}#") for one in lines)
    assert all(len(one["hash"]) == 64 for one in lines)
    order = [tuple(one["entry"].split("#")) for one in lines]
    assert [(chain, int(seq)) for chain, seq in order] == sorted(
        (chain, int(seq)) for chain, seq in order
    )


def test_movements_say_places_streams_groups_and_losses(reading: Session, world: World) -> None:
    lines = lines_of(reading, world.staff("OPA"), ask(), Dataset.MOVEMENTS)
    for one in lines:
        final = one["target_destination"] or one["source_destination"]
        assert one["stream"] == worlds.STREAMS.get(final, "")
        groups = (one["target_article_group"], one["source_article_group"])
        found = [group for group in groups if group != "unknown"]
        if found:
            assert one["article_group"] == found[0]
        for side in ("source", "target"):
            pool, site = one[side].split("/")[:2]
            assert site == one["site"]
            assert (one[f"{side}_destination"] == "") == (
                pool not in ("BIN", "SHIPPED", "CONFIRMED") or _is_work_bin(one, side)
            )
        lost = [one[side] for side in ("source", "target") if one[side].startswith("LOSS/")]
        assert one["loss_kind"] == (lost[-1].split("/")[-1] if lost else "")
    declared = [one for one in lines if one["source"].startswith("SUPPLIER")]
    assert {one["article_group"] for one in declared} == {"jackets", "trousers", "unknown"}


def _is_work_bin(line: dict[str, str], side: str) -> bool:
    return line[side].startswith("BIN/") and line[f"{side}_destination_version"] == ""


def test_only_auditors_get_time_station_and_scan(reading: Session, world: World) -> None:
    traces = {"at", "station", "scan_id"}
    leader = world.staff("OPA", Role.TEAM_LEADER)
    for viewer in (world.staff("OPA"), leader, world.supplier("LAND")):
        plain = lines_of(reading, viewer, ask(), Dataset.MOVEMENTS)
        assert not traces & set(plain[0])
        assert b"S1-A" not in export_bytes(reading, viewer, ask())
    audited = lines_of(reading, world.staff("OPA", Role.AUDITOR), ask(), Dataset.MOVEMENTS)
    assert traces <= set(audited[0])
    assert {one["station"] for one in audited} >= {"S1-A", "S2-A"}
    assert all(len(one["scan_id"]) == 36 and one["at"].endswith("Z") for one in audited)


@pytest.mark.parametrize("dataset", list(Dataset))
def test_nothing_of_others_is_exported(reading: Session, world: World, dataset: Dataset) -> None:
    for supplier in SUPPLIERS:
        own = lines_of(reading, world.supplier(supplier), ask(), dataset)
        if dataset is not Dataset.FIGURES:
            assert {one["supplier"] for one in own} == {supplier}
            assert {one["site"] for one in own} == {"S1", "S2", "T1"}
    other = lines_of(reading, world.staff("OPB"), ask(), dataset)
    column = "sites" if dataset is Dataset.FIGURES else "site"
    assert {one[column] for one in other} == {"T1"}
    with pytest.raises(NotFound):
        export(
            reading,
            world.supplier("NOORD"),
            ask(suppliers=["ZUID"]),
            dataset=dataset,
            format=Format.CSV,
        )
    with pytest.raises(NotAllowed):
        export(reading, world.outlet(), ask(), dataset=dataset, format=Format.CSV)


def test_batches_add_up_to_the_report_of_what_was_received(reading: Session, world: World) -> None:
    for viewer in (world.staff("OPA"), world.supplier("LAND")):
        asked = ask(first="2025-12-03", end="2026-03-09")
        lines = lines_of(reading, viewer, asked, Dataset.BATCHES)
        whole = report(reading, viewer, asked)
        sums = {
            name: sum(int(one[name]) for one in lines) for name in lines[0] if name.endswith("_g")
        }
        for term in ("input_g", "loss_g", "held_g", "finds_g", "returned_g", "in_transit_g"):
            assert sums[term] == whole[term], term
        for stream, one in whole["streams"].items():
            assert sums[f"{stream}_g"] == one["mass_g"]
        confirmed_g = sum(one["confirmed_g"] for one in whole["streams"].values())
        assert sums["confirmed_g"] == confirmed_g
        for one in lines:
            out = ("reuse_g", "recycle_g", "incineration_g", "loss_g", "held_g", "finds_g")
            assert int(one["input_g"]) == sum(int(one[name]) for name in out)


@pytest.mark.parametrize("basis", list(Basis))
def test_every_file_of_every_supplier_gives_the_figures_of_its_report(
    reading: Session, world: World, basis: Basis
) -> None:
    staff, period = world.staff("OPA"), {"first": "2025-12-03", "end": "2026-03-09"}
    summed = dict.fromkeys(("movements", "batches"), 0)
    for supplier in (*SUPPLIERS, None):
        asked = ask(basis=basis, suppliers=[supplier] if supplier else [], **period)
        whole = report(reading, staff, asked)
        ever = ask(basis=basis, suppliers=asked.suppliers)
        again = recompute(
            export_bytes(reading, staff, ever).decode(),
            first=asked.period.first,
            end=asked.period.end,
            basis=basis,
        )
        for term in ("input_g", "returned_g", "loss_g", "held_g", "finds_g", "in_transit_g"):
            assert whole[term] == again[term], (supplier, term)
        for dataset in (Dataset.MOVEMENTS, Dataset.BATCHES):
            plain = lines_of(reading, staff, asked, dataset)
            found = find(reading, staff, asked, dataset)
            assert (found.rows, found.mass_g) == (
                len(plain),
                sum(int(one["mass_g"]) for one in plain),
            )
            for format in (Format.CSV_NL, Format.JSONL, Format.PARQUET):
                assert lines_of(reading, staff, asked, dataset, format) == plain
            if supplier is not None:
                summed[dataset] += found.mass_g
            else:
                assert summed[dataset] == found.mass_g


def test_a_replaced_batch_names_the_one_that_followed_it(reading: Session, world: World) -> None:
    lines = lines_of(reading, world.staff("OPA"), ask(), Dataset.BATCHES)
    by_code = {one["batch"]: one for one in lines}
    replaced = [one for one in lines if one["state"] == "replaced"]
    assert replaced
    for one in replaced:
        assert one["input_g"] == "0"
        assert by_code[one["replaced_by"]]["received_day"] == one["received_day"]


def test_figures_hold_what_the_report_says(reading: Session, world: World) -> None:
    asked = ask(basis="booked", by="supplier", first="2025-12-03", end="2026-03-09")
    lines = lines_of(reading, world.staff("OPA"), asked, Dataset.FIGURES)
    found = {(one["section"], one["key"], one["term"]): one["value"] for one in lines}
    whole = report(reading, world.staff("OPA"), asked)
    assert found["balance", "", "closing_g"] == str(whole["closing_g"])
    assert found["balance", "", "reuse.permille"] == str(whole["streams"]["reuse"]["permille"])
    assert found["balance", "", "losses.dust"] == str(whole["losses"]["dust"])
    for row in whole["rows"]:
        assert found["supplier", row["supplier"], "input_g"] == str(row["input_g"])
    for figure in whole["figures"]:
        value = "" if figure["value"] is None else str(figure["value"])
        assert found["figure", "", figure["id"]] == value
    by_group = lines_of(reading, world.staff("OPA"), ask(by="article_group"), Dataset.FIGURES)
    assert {one["key"] for one in by_group if one["section"] == "article_group"} >= {"jackets"}


def test_an_unknown_dataset_or_format_is_refused() -> None:
    assert dataset_of("batches") is Dataset.BATCHES
    assert format_of("xlsx") is Format.XLSX
    for parse in (dataset_of, format_of):
        with pytest.raises(Malformed):
            parse("pdf")


def test_postgresql_exports_add_up_too(postgresql_database: Database) -> None:
    with postgresql_database.write() as session:
        worlds.build(session, seed=5, batches=12)
    with postgresql_database.read() as session:
        world = World(session, seed=0)
        test_batches_add_up_to_the_report_of_what_was_received(session, world)
        for dataset in Dataset:
            test_every_format_holds_the_same_lines(session, world, dataset)
