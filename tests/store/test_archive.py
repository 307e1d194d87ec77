import os
import stat
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store.archive import MANIFEST, BackupUnusable, extract, read_manifest, write
from store.engine import Database
from tests.store.queue_backup import NOW, back_up, bring_back, fill, found


def test_a_backup_is_for_its_owner_only(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "kept.backup"
    back_up(sqlite_database, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_manifest_says_what_was_backed_up(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "kept.backup"
    fill(sqlite_database, "first")
    back_up(sqlite_database, file)
    manifest = read_manifest(file)
    assert manifest.dialect == "sqlite"
    assert manifest.made_at == "2026-03-02T08:00:00+00:00"
    assert list(manifest.facts.values()) == ["first"]


def _repacked(file: Path, *, manifest: bytes | None = None, data: bytes | None = None) -> None:
    with zipfile.ZipFile(file) as archive:
        said, kept = archive.read(MANIFEST), archive.read("data")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST, said if manifest is None else manifest)
        archive.writestr("data", kept if data is None else data)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda file: file.write_bytes(b"no archive"), id="no archive"),
        pytest.param(lambda file: file.write_bytes(b""), id="empty"),
        pytest.param(lambda file: os.truncate(file, file.stat().st_size // 2), id="half"),
        pytest.param(lambda file: _repacked(file, data=b"other data"), id="other data"),
        pytest.param(lambda file: _repacked(file, manifest=b"[]"), id="no manifest"),
        pytest.param(lambda file: _repacked(file, manifest=b'{"format": "x"}'), id="other format"),
        pytest.param(lambda file: _repacked(file, manifest=b"{"), id="no JSON"),
        pytest.param(lambda file: file.unlink(), id="missing"),
    ],
)
def test_a_damaged_backup_changes_nothing(
    sqlite_database: Database, tmp_path: Path, harm: Any
) -> None:
    file = tmp_path / "kept.backup"
    back_up(sqlite_database, file)
    fill(sqlite_database, "mine")
    harm(file)
    with pytest.raises(BackupUnusable):
        bring_back(sqlite_database, file)
    assert found(sqlite_database) == ["mine"]


def test_a_changed_byte_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    file, data, out = tmp_path / "kept.backup", tmp_path / "data", tmp_path / "out"
    data.write_bytes(b"what was kept " * 50)
    write(file, data, version="1", dialect="sqlite", now=NOW, facts={"1": "first"})
    whole, noticed = file.read_bytes(), 0
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x21]) + whole[at + 1 :])
        try:
            extract(file, out)
        except BackupUnusable:
            noticed += 1
        else:
            assert out.read_bytes() == data.read_bytes()
        out.unlink(missing_ok=True)
    # What may change are times and permissions of the packed files.
    assert noticed > len(whole) / 2


def test_a_manifest_with_other_facts_than_the_data_is_refused(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    fill(sqlite_database, "first")
    back_up(sqlite_database, file)
    manifest = read_manifest(file)
    said = replace(manifest, facts={"1": "another"})
    assert said.sha256 == manifest.sha256
    with zipfile.ZipFile(file) as archive:
        text_before = archive.read(MANIFEST)
    _repacked(file, manifest=text_before.replace(b'"first"', b'"another"'))
    assert read_manifest(file) == said
    with pytest.raises(BackupUnusable, match="does not say"):
        bring_back(sqlite_database, file)
    assert found(sqlite_database) == ["first"]
