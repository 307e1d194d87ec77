from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from store import backup_postgresql
from store.archive import BackupUnusable
from store.backup import save
from store.engine import Database
from tests.store.queue_backup import NOW, back_up, beside, bring_back, fill, found, kinds


def test_a_dump_of_postgresql_is_of_the_moment_of_its_facts(
    postgresql_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    fill(postgresql_database, "before")

    def facts(session: Session) -> dict[str, str]:
        said = kinds(session)
        fill(postgresql_database, "meanwhile")
        return said

    save(postgresql_database, file, version="1", now=NOW, facts=facts)
    bring_back(postgresql_database, file)
    assert found(postgresql_database) == ["before"]


def test_a_restore_into_postgresql_that_was_cut_off_is_told(
    postgresql_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    back_up(postgresql_database, file)
    with postgresql_database.connect_to_write() as connection:
        connection.execute(text(f"CREATE SCHEMA {backup_postgresql.BEFORE}"))
    with pytest.raises(BackupUnusable, match="cut off"):
        bring_back(postgresql_database, file)
    with postgresql_database.connect_to_write() as connection:
        connection.execute(text(f"DROP SCHEMA {backup_postgresql.BEFORE}"))


def test_without_the_programs_of_postgresql_it_is_said_what_is_missing(
    postgresql_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupUnusable, match="pg_dump is missing"):
        back_up(postgresql_database, tmp_path / "kept.backup")
    assert beside(tmp_path / "kept.backup") == []


def test_what_a_program_of_postgresql_complains_of_is_passed_on(
    postgresql_database: Database, tmp_path: Path
) -> None:
    url = postgresql_database.url.set(database="nowhere")
    with (
        postgresql_database.read() as session,
        pytest.raises(BackupUnusable, match=r"pg_dump failed.*nowhere"),
    ):
        backup_postgresql.dump(session, url, tmp_path / "dump")
