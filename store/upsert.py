"""Adding to counters that may not exist yet, the hot path of every booking; and rows that another
writer may make at the same moment."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert, Update
from sqlmodel import Session


class RowMissing(LookupError):
    """A row that should be added to does not exist."""


def insert_or_add(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    adds: Sequence[str],
) -> None:
    """Insert each row, or where its `keys` exist add its `adds` to what stands there.

    Every row holds the same columns; those in neither `keys` nor `adds` are only inserted. A CHECK
    is asked about the row as proposed, before the sum: take away with `add_to`.
    """
    if rows:
        dialect = session.get_bind().dialect.name
        statement = _insert_or_add(table, dialect, tuple(keys), tuple(adds))
        session.connection().execute(statement, _in_order(rows, keys))


def add_to(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    adds: Sequence[str],
) -> None:
    """Add each row's `adds`, which may be below zero, to the existing row with its `keys`.

    Raises RowMissing.
    """
    if rows:
        statement = _add_to(table, tuple(keys), tuple(adds))
        values = [
            {f"{_BOUND}{name}": row[name] for name in (*keys, *adds)}
            for row in _in_order(rows, keys)
        ]
        found = session.connection().execute(statement, values).rowcount
        if found != len(values):
            raise RowMissing(f"{table.name}: {len(values)} rows to add to, {found} found.")


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row; False where its key exists, also when another writer makes it just now."""
    on_sqlite = connection.dialect.name == "sqlite"
    made = (sqlite if on_sqlite else postgresql).insert(table).values(**values)
    said = made.on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(said).one_or_none() is not None


_BOUND = "b_"
"""SQLAlchemy keeps a column's own name for the SET clause, so parameters get a prefix."""


def _in_order(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[dict[str, Any]]:
    # Two writers that lock the same rows in the same order cannot lock each other out.
    return sorted((dict(row) for row in rows), key=lambda row: tuple(row[key] for key in keys))


# A statement object keeps its own cache key, so building it once saves three quarters of the time
# that a short executemany takes (measured with eight rows on SQLite: 180 against 48 microseconds).
@lru_cache(maxsize=64)
def _insert_or_add(
    table: Table, dialect: str, keys: tuple[str, ...], adds: tuple[str, ...]
) -> Insert:
    if dialect == "sqlite":
        on_sqlite = sqlite.insert(table)
        return on_sqlite.on_conflict_do_update(
            index_elements=keys,
            set_={name: table.c[name] + on_sqlite.excluded[name] for name in adds},
        )
    on_postgresql = postgresql.insert(table)
    return on_postgresql.on_conflict_do_update(
        index_elements=keys,
        set_={name: table.c[name] + on_postgresql.excluded[name] for name in adds},
    )


@lru_cache(maxsize=64)
def _add_to(table: Table, keys: tuple[str, ...], adds: tuple[str, ...]) -> Update:
    return (
        update(table)
        .where(*(table.c[name] == bindparam(f"{_BOUND}{name}") for name in keys))
        .values({name: table.c[name] + bindparam(f"{_BOUND}{name}") for name in adds})
    )
