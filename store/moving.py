"""All rows of one database into another, empty one, of either kind. Knows no domain.

Every chain, answer and session goes on there as if nothing had happened: no row is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Connection,
    Integer,
    MetaData,
    Row,
    Table,
    func,
    insert,
    select,
    text,
)
from sqlmodel import Session

from store.archive import BackupUnusable
from store.backup import Facts
from store.engine import Database

AT_ONCE: Final = 5_000
"""Rows that are in memory together."""

Told: TypeAlias = Callable[[int, int, str], None]
"""Hears how many rows went over, of how many, and which table is next."""


def move(
    source: Database,
    target: Database,
    metadata: MetaData,
    *,
    facts: Facts,
    told: Told = lambda _done, _whole, _table: None,
) -> int:
    """Copy every row, whole or not at all; returns how many.

    metadata: all tables; both databases have them, and the target has no rows. The source takes no
    writes meanwhile. facts: what both must say alike at the end. Raises BackupUnusable.
    """
    tables = metadata.sorted_tables
    with source.connect_to_write() as there, target.connect_to_write() as here:
        _keep_writers_out(there, tables)
        _let_rows_point_forward(here)
        sizes = {table.name: _size(there, table) for table in tables}
        whole, done = sum(sizes.values()), 0
        for table in tables:
            told(done, whole, table.name)
            _copy(there, here, table)
            if _size(here, table) != sizes[table.name]:
                raise BackupUnusable(f"Not every row of {table.name} came over.")
            _count_on(here, table)
            done += sizes[table.name]
        if dict(facts(Session(there))) != dict(facts(Session(here))):
            raise BackupUnusable("The copy does not say what the original says.")
    return whole


def _keep_writers_out(connection: Connection, tables: Sequence[Table]) -> None:
    """SQLite's one writer is this transaction already; PostgreSQL is asked table by table."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))


def _let_rows_point_forward(connection: Connection) -> None:
    """A row may name one that comes later: references are looked at when all are there."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))


def _size(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    order = list(table.primary_key) or list(table.c)
    found = connection.execution_options(yield_per=AT_ONCE).execute(select(table).order_by(*order))
    yield from found.partitions()


def _copy(source: Connection, target: Connection, table: Table) -> None:
    if target.dialect.name == "postgresql":
        _copy_into_postgresql(source, target, table)
        return
    for rows in _rows(source, table):
        target.execute(insert(table), [dict(row._mapping) for row in rows])


def _copy_into_postgresql(source: Connection, target: Connection, table: Table) -> None:
    """In one statement, so that references within the table are looked at when it is whole."""
    kind = target.dialect
    writers = [column.type.dialect_impl(kind).bind_processor(kind) for column in table.c]
    names = ", ".join(f'"{column.name}"' for column in table.c)
    driver: Any = target.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy,
    ):
        for rows in _rows(source, table):
            for row in rows:
                copy.write_row(
                    [
                        write(cell) if write else cell
                        for write, cell in zip(writers, row, strict=True)
                    ]
                )


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL hands out the numbers after those that came over; SQLite does so by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    assert isinstance(column.type, Integer)
    numbers = func.pg_get_serial_sequence(table.name, column.name)
    last = connection.execute(select(func.max(column))).scalar_one()
    if last is not None:
        connection.execute(select(func.setval(numbers, last)))
