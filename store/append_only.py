"""Tables whose rows are written once: the database itself refuses to change or delete them."""

from dataclasses import dataclass

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement

MARK = "append_only"
"""The key in `Table.info` by which tests and migrations find these tables."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What may still be done to a row that is written once, because it is about people.

    until: the column with the day from which it may be deleted. blank: a column that may be
    emptied before. keeps: all others, none of which may change then.
    """

    until: str
    blank: str
    keeps: tuple[str, ...]


def append_only(table: Table, erasure: Erasure | None = None) -> None:
    """Let `table` be created with its triggers on either database."""
    table.info[MARK] = erasure or True
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_sql(table.name, dialect, erasure):
            event.listen(table, "after_create", _only_on(dialect, statement))


def append_only_sql(
    table_name: str, dialect: str, erasure: Erasure | None = None
) -> tuple[str, ...]:
    """The statements that make an existing table append-only, for a migration to execute.

    On SQLite `INSERT OR REPLACE` counts as a delete only because the engine switches
    `recursive_triggers` on.
    """
    when = _conditions(dialect, erasure)
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table_name}_no_{verb.lower()} BEFORE {verb} ON {table_name} "
            f"{when[verb]}BEGIN SELECT RAISE(ABORT, '{table_name} is append-only'); END"
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
        f"FOR EACH {each} {when[verb]}EXECUTE FUNCTION refuse_change()"
        for verb, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT"))
    )
    return (refuse, *triggers)


def _conditions(dialect: str, erasure: Erasure | None) -> dict[str, str]:
    """When each verb is refused: always, or save for what an erasure needs."""
    if erasure is None:
        return dict.fromkeys(("UPDATE", "DELETE", "TRUNCATE"), "")
    same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"
    today = "date('now')" if dialect == "sqlite" else "current_date"
    kept = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in erasure.keeps)
    return {
        "UPDATE": f"WHEN (NOT (NEW.{erasure.blank} = '' AND {kept})) ",
        "DELETE": f"WHEN (OLD.{erasure.until} > {today}) ",
        "TRUNCATE": "",
    }


def _only_on(dialect: str, statement: str) -> ExecutableDDLElement:
    ddl: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]
    return ddl.execute_if(dialect=dialect)
