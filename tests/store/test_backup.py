from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from store.archive import BackupUnusable
from store.backup import holds_something
from store.engine import Database
from tests.store.queue_backup import back_up, beside, bring_back, fill, found, kinds


def test_what_was_backed_up_comes_back(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "kept.backup"
    fill(database, "first", "second")
    back_up(database, file)
    fill(database, "third")
    bring_back(database, file)
    assert found(database) == ["first", "second"]
    fill(database, "fourth")
    assert found(database) == ["first", "second", "fourth"]
    assert beside(file) == []


def test_a_backup_of_what_was_restored_can_be_restored(database: Database, tmp_path: Path) -> None:
    first, second = tmp_path / "first.backup", tmp_path / "second.backup"
    fill(database, "kept")
    back_up(database, first)
    bring_back(database, first)
    back_up(database, second)
    fill(database, "lost")
    bring_back(database, second)
    assert found(database) == ["kept"]


def test_a_restored_database_still_refuses_what_it_refused(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    back_up(database, file)
    bring_back(database, file)
    with database.read() as session:
        connection = session.connection()
        catalogue = (
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
            if database.dialect == "sqlite"
            else "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
        )
        assert connection.execute(text(catalogue)).scalar_one() > 0


def test_a_backup_restores_into_nothing(empty_database: Database, request: Any) -> None:
    full = request.getfixturevalue(f"{empty_database.dialect}_database")
    file = request.getfixturevalue("tmp_path") / "kept.backup"
    fill(full, "first")
    back_up(full, file)
    assert not holds_something(empty_database)
    bring_back(empty_database, file, replace=False)
    assert found(empty_database) == ["first"]


def test_a_schema_without_rows_counts_as_empty(database: Database) -> None:
    assert not holds_something(database)
    fill(database, "first")
    assert holds_something(database)


def test_what_a_database_holds_is_not_thrown_away_unasked(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    back_up(database, file)
    fill(database, "mine")
    with pytest.raises(BackupUnusable, match="not empty"):
        bring_back(database, file, replace=False)
    assert found(database) == ["mine"]


class Rejected(Exception):
    """What was loaded is not wanted."""


def reject(_database: Database) -> None:
    raise Rejected


def hollow_out(database: Database) -> None:
    with database.write() as session:
        session.connection().execute(text("DELETE FROM job"))


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"accept": reject}, Rejected),
        ({"upgrade": reject}, Rejected),
        ({"upgrade": hollow_out}, BackupUnusable),
    ],
)
def test_a_backup_that_is_not_accepted_changes_nothing(
    database: Database, tmp_path: Path, how: dict[str, Any], refusal: type[Exception]
) -> None:
    file = tmp_path / "kept.backup"
    fill(database, "old")
    back_up(database, file)
    fill(database, "mine")
    with pytest.raises(refusal):
        bring_back(database, file, **how)
    assert found(database) == ["old", "mine"]
    bring_back(database, file)
    assert found(database) == ["old"]


def test_a_backup_goes_back_to_its_own_kind_of_database(
    sqlite_database: Database, postgresql_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    back_up(sqlite_database, file)
    with pytest.raises(BackupUnusable, match="made of sqlite"):
        bring_back(postgresql_database, file)


def test_a_database_in_use_is_not_replaced(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "kept.backup"
    back_up(database, file)
    fill(database, "mine")
    server = Database(database.url)
    with server.read() as session:
        kinds(session)
    try:
        with pytest.raises(BackupUnusable, match="in use"):
            bring_back(database, file)
        fill(server, "more")
    finally:
        server.dispose()
    assert found(database) == ["mine", "more"]
