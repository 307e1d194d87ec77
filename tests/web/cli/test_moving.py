"""A backup is tried out, and a register moves from one kind of database to the other and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select, text

from migrations.metadata import every_table
from store.archive import BackupUnusable
from store.backup import Facts
from store.engine import Database
from store.moving import move
from tests.store.queue_backup import fill
from tests.streams.rich_ledger import build
from tests.web.terminal import Shell, sizes, tamper
from web.upkeep import require_whole, said_by_heads


@pytest.fixture
def rich(sqlite_template: Path, tmp_path: Path) -> Database:
    """A SQLite register with a row of every kind."""
    file = tmp_path / "rich.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    build(database)
    database.dispose()
    return database


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in every_table().sorted_tables
        }


def test_every_row_goes_over_and_back_and_what_comes_next_counts_on(
    rich: Database, postgresql_database: Database, sqlite_database: Database
) -> None:
    were = rows_of(rich)
    told: list[str] = []
    count = move(
        rich,
        postgresql_database,
        every_table(),
        facts=said_by_heads,
        told=lambda _done, _whole, table: told.append(table),
    )
    assert rows_of(postgresql_database) == were
    assert count == sum(map(len, were.values())) > 0
    assert told == [table.name for table in every_table().sorted_tables]
    move(postgresql_database, sqlite_database, every_table(), facts=said_by_heads)
    assert rows_of(sqlite_database) == were
    for database in (postgresql_database, sqlite_database):
        fill(database, "next")
        with database.read() as session:
            require_whole(session)


def test_a_move_that_fails_leaves_nothing_there(
    rich: Database, postgresql_database: Database
) -> None:
    with pytest.raises(BackupUnusable, match="does not say"):
        move(rich, postgresql_database, every_table(), facts=_never_the_same())
    assert not any(rows_of(postgresql_database).values())


def _never_the_same() -> Facts:
    numbers = iter(range(9))
    return lambda _session: {"number": str(next(numbers))}


def test_the_command_moves_a_register_into_a_new_file(
    shell: Shell, register_anywhere: Database, tmp_path: Path
) -> None:
    target = tmp_path / "new.sqlite"
    ended = shell("move", f"sqlite:///{target}")
    assert (ended.code, ended.out) == (0, ""), ended.err
    assert "add up" in ended.err
    moved = Database(f"sqlite:///{target}")
    assert sizes(moved) == sizes(register_anywhere)
    moved.dispose()
    again = shell("move", f"sqlite:///{target}")
    assert again.code == 1
    assert "not empty" in again.err


def test_a_backup_is_tried_out_and_nothing_stays_behind(
    shell: Shell, register_anywhere: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    shell("backup", "kept.backup")
    before = sizes(register_anywhere)
    ended = shell("rehearse", "kept.backup")
    assert (ended.code, ended.out) == (0, ""), ended.err
    assert "adds up" in ended.err
    assert "s to audit it" in ended.err
    assert sizes(register_anywhere) == before
    assert list(scratch.iterdir()) == []
    if register_anywhere.dialect == "postgresql":
        with register_anywhere.read() as session:
            others = text("SELECT count(*) FROM pg_database WHERE datname LIKE '%scratch%'")
            assert session.connection().execute(others).scalar_one() == 0


def test_a_backup_that_does_not_add_up_is_said_so(shell: Shell, register: Database) -> None:
    tamper(register, "UPDATE batch SET gross_g = gross_g + 1000")
    shell("backup", "bent.backup")
    ended = shell("rehearse", "bent.backup")
    assert ended.code == 1
    assert "does not add up" in ended.err


def test_a_backup_of_postgresql_is_not_tried_without_a_server(
    shell: Shell, register_anywhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("backup", "kept.backup")
    monkeypatch.delenv("STOFSTROOM_DATABASE_URL")
    ended = shell("rehearse", "kept.backup")
    needs_one = register_anywhere.dialect == "postgresql"
    assert ended.code == int(needs_one)
    assert ("name a server" in ended.err) is needs_one
