"""A data package says what it holds, is signed, and its tables keep the keys that it promises."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any
from zipfile import ZipFile

import pytest
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Role
from proof.signing import EXPORT_PURPOSE, generate, holds, seal
from reporting.datasets import Dataset, columns_of, find
from reporting.dictionary import KIND_WORDS, meaning
from reporting.exports import export
from reporting.formats import Format
from tests.reporting.asking import ask, export_bytes
from tests.reporting.world import NOW, World

KEY = generate(valid_from=NOW)


def _seal(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return seal(KEY, EXPORT_PURPOSE, document)


def packed(session: Session, viewer: Viewer, **words: Any) -> ZipFile:
    made = export(
        session,
        viewer,
        ask(**words),
        dataset=Dataset.MOVEMENTS,
        format=Format.PACKAGE,
        seal=_seal,
    )
    assert made.file_name == "stofstroom.zip"
    return ZipFile(io.BytesIO(b"".join(made.pieces)))


def described(file: ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read("datapackage.json"))
    return found


def rows(file: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read(name).decode(), newline="")))


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR])
def test_a_package_describes_every_file_and_column_as_the_standard_asks(
    reading: Session, world: World, role: Role
) -> None:
    viewer = world.staff("OPA", role)
    file = packed(reading, viewer, basis="booked")
    assert file.testzip() is None
    package = described(file)
    assert package["$schema"].startswith("https://datapackage.org/profiles/2.0/")
    assert set(package["name"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._/")
    assert [one["name"] for one in package["resources"]] == list(Dataset)
    assert all(one["roles"] and one["title"] for one in package["contributors"])
    assert [one["title"].split()[3].strip(",") for one in package["sources"]] == ["S1", "S2"]
    for resource in package["resources"]:
        content = file.read(resource["path"])
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        dataset = Dataset(resource["name"])
        assert content == export_bytes(reading, viewer, ask(basis="booked"), dataset=dataset)
        fields = resource["schema"]["fields"]
        assert [one["name"] for one in fields] == [one.name for one in columns_of(viewer, dataset)]
        for field in fields:
            assert field["type"] in KIND_WORDS.values()
            assert field["description"]
            assert field["description:nl"]
            assert (field.get("unit") == "g") == field["name"].endswith("_g")


@pytest.mark.parametrize("who", ["OPA", "NOORD"])
def test_the_keys_that_a_package_promises_hold(reading: Session, world: World, who: str) -> None:
    viewer = world.supplier(who) if who == "NOORD" else world.staff(who)
    file = packed(reading, viewer, first="2025-12-03", end="2026-03-09")
    for resource in described(file)["resources"]:
        table, schema = rows(file, resource["path"]), resource["schema"]
        assert len(table) == resource["rows"] > 0
        key = schema.get("primaryKey", [])
        if key:
            found = [tuple(line[name] for name in key) for line in table]
            assert len(set(found)) == len(found)
        for foreign in schema.get("foreignKeys", []):
            other = foreign["reference"]["resource"] or resource["name"]
            known = {line[foreign["reference"]["fields"][0]] for line in rows(file, f"{other}.csv")}
            pointing = {line[foreign["fields"][0]] for line in table} - {""}
            assert pointing <= known, foreign
    booked = described(packed(reading, viewer, basis="booked"))["resources"]
    assert not any("foreignKeys" in one["schema"] for one in booked)


def test_beside_every_file_of_a_package_stands_what_was_signed_of_it(
    reading: Session, world: World
) -> None:
    file = packed(reading, world.staff("OPA"))
    for dataset in Dataset:
        control = json.loads(file.read(f"{dataset}.meta.json"))
        envelope = control.pop("signed")
        assert envelope["document"] == control
        assert holds(envelope, {KEY.key_id: KEY.public}, EXPORT_PURPOSE)
        content = file.read(f"{dataset}.csv")
        assert control["sha256"] == hashlib.sha256(content).hexdigest()
        found = find(reading, world.staff("OPA"), ask(), dataset)
        assert (control["rows"], control["mass_g"]) == (found.rows, found.mass_g)
    for name in ("README.md", "LEESMIJ.md"):
        assert f"| movements.csv | {len(rows(file, 'movements.csv'))} |" in file.read(name).decode()


def test_the_same_package_is_the_same_bytes(reading: Session, world: World) -> None:
    options: dict[str, Any] = {"dataset": Dataset.FIGURES, "format": Format.PACKAGE, "seal": _seal}
    first, second = (
        b"".join(export(reading, world.staff("OPA"), ask(), **options).pieces) for _ in range(2)
    )
    assert first == second


def test_every_column_of_every_dataset_has_a_meaning_in_both_languages(world: World) -> None:
    viewer = world.staff("OPA", Role.AUDITOR)
    for dataset in Dataset:
        headings = []
        for column in columns_of(viewer, dataset):
            told = meaning(dataset, column.name)
            assert told.en.endswith("."), column
            assert told.nl.endswith("."), column
            assert (told.unit == "g") == column.name.endswith("_g"), column
            headings.append(told.heading)
        assert len(set(headings)) == len(headings), dataset
