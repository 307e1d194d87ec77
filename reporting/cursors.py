"""Rows of the database by column, as its driver has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CursorResult, Select, type_coerce
from sqlalchemy.types import NullType
from sqlmodel import Session

ROWS_AT_ONCE = 4_096
_SQLITE_ROWS = 512
"""Rows that stay in the processor's own memory until they are turned into columns."""

Columns = tuple[Sequence[Any], ...]


def _untyped(statement: Select[Any]) -> Select[Any]:
    """The statement whose values come as the driver has them, so that a whole column is read at
    once: days and moments of SQLite are text."""
    typed = statement.selected_columns
    plain = (type_coerce(column, NullType()).label(column.key) for column in typed)
    narrowed: Any = statement.with_only_columns(*plain)
    return narrowed  # type: ignore[no-any-return]


def by_column(session: Session, statement: Select[Any]) -> Iterator[Columns]:
    """The columns of so many rows at a time, and of the rest. One statement, which streams."""
    columns: list[list[Any]] = []
    for rows in _some_rows(session, _untyped(statement)):
        for place, values in enumerate(zip(*rows, strict=True)):
            if place == len(columns):
                columns.append([])
            columns[place].extend(values)
        if len(columns[0]) >= ROWS_AT_ONCE:
            yield tuple(columns)
            columns = []
    if columns:
        yield tuple(columns)


def _some_rows(session: Session, statement: Select[Any]) -> Iterator[Sequence[Any]]:
    if session.get_bind().dialect.name != "sqlite":
        streams = {"yield_per": ROWS_AT_ONCE}
        yield from session.execute(statement, execution_options=streams).partitions(ROWS_AT_ONCE)
        return
    # The driver's own rows cost half of what SQLAlchemy makes of them, and stream by themselves.
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    cursor = result.cursor
    assert cursor is not None
    try:
        while rows := cursor.fetchmany(_SQLITE_ROWS):
            yield rows
    finally:
        result.close()


def days(values: Sequence[Any]) -> Any:
    """Days of the database as a column."""
    import pyarrow as pa

    # SQLite keeps days as text.
    return pa.array(values).cast(pa.date32())


def moments(values: Sequence[Any]) -> Any:
    """Moments of the database as a column."""
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    if isinstance(values[0], str):
        # SQLite keeps moments as text, in UTC.
        return pa.array(values).cast(pa.timestamp("us")).cast(moment)
    return pa.array(values, type=moment)
