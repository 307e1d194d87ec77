"""Tables whose rows are written once: the database itself refuses to change or delete them."""

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement

MARK = "append_only"
"""The key in `Table.info` by which tests and migrations find these tables."""


def append_only(table: Table) -> None:
    """Let `table` be created with its triggers on either database."""
    table.info[MARK] = True
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_sql(table.name, dialect):
            event.listen(table, "after_create", _only_on(dialect, statement))


def append_only_sql(table_name: str, dialect: str) -> tuple[str, ...]:
    """The statements that make an existing table append-only, for a migration to execute.

    On SQLite `INSERT OR REPLACE` counts as a delete only because the engine switches
    `recursive_triggers` on.
    """
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table_name}_no_{verb.lower()} BEFORE {verb} ON {table_name} "
            f"BEGIN SELECT RAISE(ABORT, '{table_name} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    assert dialect == "postgresql", dialect
    refuse = (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$body$ BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation', "
        "MESSAGE = TG_TABLE_NAME || ' is append-only'; END $body$"
    )
    triggers = (
        f"CREATE TRIGGER {table_name}_no_{verb.lower()} BEFORE {verb} ON {table_name} "
        f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        for verb, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT"))
    )
    return (refuse, *triggers)


def _only_on(dialect: str, statement: str) -> ExecutableDDLElement:
    ddl: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]
    return ddl.execute_if(dialect=dialect)
