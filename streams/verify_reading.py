"""How the auditor reads: values as the database holds them, in streams, in a fixed order.

The auditor shares no code with the writers. Of the rest of the program it uses only the names of
tables and columns, so that a mistake in a writer cannot repeat itself here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Select, Table, func, select, type_coerce
from sqlalchemy.types import NullType
from sqlmodel import Session, SQLModel

AT_ONCE = 2000
"""Rows fetched at a time, so that memory does not grow with the ledger."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that does not add up. where: the table's name and the row in words."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an entry says, once its place in its chain was looked at.

    operator: code of the organisation whose reference data it means.
    """

    id: int
    code: str
    chain: str
    kind: str
    scan_id: str
    reverses: str | None
    day: str
    operator: str
    body: dict[str, Any]


def table_of(name: str) -> Table:
    """The table of that name; LookupError when the room that owns it was never imported."""
    if name not in SQLModel.metadata.tables:
        raise LookupError(f"The table {name} is not known: import the tables of its room first.")
    return SQLModel.metadata.tables[name]


def stream(
    session: Session, table: Table, *where: ColumnElement[bool], order: Sequence[str] = ()
) -> Iterator[Row]:
    """All columns of the rows, unconverted, by key unless another order is asked for.

    Dates and instants come as an entry writes them. Whatever else somebody put into a column
    comes as it is, because a converter would hide it or stumble over it.
    """
    found = session.connection().execute(
        _rows_of(table, tuple(order)).where(*where), execution_options={"yield_per": AT_ONCE}
    )
    timed = [index for index, column in enumerate(table.c) if _is_time(column.type)]
    try:
        for row in found:
            yield tuple(_with_times(row, timed)) if timed else tuple(row)
    finally:
        # Who saw enough goes away in the middle, and a cursor of the server must not stay behind.
        found.close()


# An audit asks every table, and building its question costs more than asking a short one.
@cache
def _rows_of(table: Table, order: tuple[str, ...]) -> Select[Any]:
    columns = [type_coerce(column, NullType()) for column in table.c]
    by = [table.c[name] for name in order] or list(table.primary_key)
    return select(*columns).order_by(*by)  # type: ignore[return-value]  # as wide as the table is


def count(session: Session, table: Table) -> int:
    """How many rows a table holds. One statement."""
    return session.connection().execute(select(func.count()).select_from(table)).scalar_one()


def plain(value: object) -> str:
    """Canonical JSON of a value that came out of JSON: RFC 8785 for texts and whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def differences(
    where: str, table: Table, found: Sequence[object], expected: Sequence[object]
) -> Iterator[Breach]:
    """Name every column in which a row is not what the entries say."""
    for column, here, said in zip(table.c, found, expected, strict=True):
        if here != said:
            yield Breach(where, f"{column.name} is {here!r}, the entries say {said!r}")


def _is_time(kind: object) -> bool:
    return isinstance(getattr(kind, "impl", kind), Date | DateTime)


def _with_times(row: Sequence[Any], timed: Sequence[int]) -> list[Any]:
    values = list(row)
    for index in timed:
        values[index] = _instant(values[index])
    return values


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value) == len("2026-03-02 08:15:00.000000"):
        return value.replace(" ", "T") + "Z"
    return value
