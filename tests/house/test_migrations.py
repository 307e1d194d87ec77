"""The steps lead to exactly what the tables say, on both databases, and back."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Table, inspect, text

from migrations import steps
from migrations.metadata import every_table
from store.append_only import MARK
from store.engine import Database


def checks_of(table: Table) -> set[str]:
    found = set(table.constraints)
    for column in table.columns:
        found |= column.constraints
    return {str(check.name) for check in found if isinstance(check, CheckConstraint)}


def checks_in(connection: Connection) -> dict[str, set[str]]:
    found = inspect(connection)
    return {
        name: {str(check["name"]) for check in found.get_check_constraints(name)}
        for name in every_table().tables
    }


def triggers_in(connection: Connection) -> set[str]:
    statements = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    return set(connection.execute(text(statements[connection.dialect.name])).scalars())


def test_the_steps_lead_to_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, every_table()) == []


def test_the_steps_bring_every_check(database: Database) -> None:
    with database.engine.connect() as connection:
        expected = {table.name: checks_of(table) for table in every_table().tables.values()}
        assert checks_in(connection) == expected
    assert sum(map(len, expected.values())) > 10


def test_the_steps_bring_the_triggers_of_every_append_only_table(database: Database) -> None:
    verbs = ["update", "delete"] + (["truncate"] if database.dialect == "postgresql" else [])
    marked = {table.name for table in every_table().tables.values() if table.info.get(MARK)}
    assert {"entry", "movement", "node"} <= marked
    with database.engine.connect() as connection:
        assert triggers_in(connection) == {f"{t}_no_{verb}" for t in marked for verb in verbs}


def test_upgrading_twice_changes_nothing(empty_database: Database) -> None:
    assert not steps.is_current(empty_database)
    steps.upgrade(empty_database)
    assert steps.is_current(empty_database)
    steps.upgrade(empty_database)
    assert steps.is_current(empty_database)


def test_a_step_that_fails_leaves_nothing_behind(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = command.upgrade

    def upgrade_and_fail(config: object, revision: str) -> None:
        whole(config, revision)  # type: ignore[arg-type]
        raise OSError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", upgrade_and_fail)
        with pytest.raises(OSError, match="power"):
            steps.upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    steps.upgrade(empty_database)
    assert steps.is_current(empty_database)


def test_a_column_that_a_step_made_for_a_while_goes(empty_database: Database) -> None:
    with empty_database.connect_to_write() as connection:
        command.upgrade(steps._config(connection), "0013")
        connection.execute(text("ALTER TABLE badge ADD COLUMN pin_hash VARCHAR(200)"))
    steps.upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        named = {column["name"] for column in inspect(connection).get_columns("badge")}
    assert named == set(every_table().tables["badge"].columns.keys())


def test_the_last_step_is_known_by_the_name_of_its_file() -> None:
    assert steps.newest() == steps._scripts().get_current_head()


def test_the_steps_can_be_taken_back(empty_database: Database) -> None:
    steps.upgrade(empty_database)
    with empty_database.connect_to_write() as connection:
        command.downgrade(steps._config(connection), "base")
    with empty_database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
