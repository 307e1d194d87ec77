"""Tables by column, some lines at a time: what every kind of file is written from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, TypeAlias

Cell: TypeAlias = str | int | bool | date | datetime | None
Line: TypeAlias = Sequence[Cell]
Table: TypeAlias = Any
"""A `pyarrow.RecordBatch`, whose library has no types to tell."""

LINES_AT_ONCE = 2_000


class Kind(StrEnum):
    """What a column holds. Mass and counts are whole numbers."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. heading: of a sheet for people; none: its name."""

    name: str
    kind: Kind = Kind.TEXT
    heading: str = ""


def schema_of(columns: Sequence[Column]) -> Any:
    """The Arrow schema of these columns."""
    import pyarrow as pa

    types = {
        Kind.TEXT: pa.string(),
        Kind.NUMBER: pa.int64(),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz="UTC"),
        Kind.YES_NO: pa.bool_(),
    }
    return pa.schema([(column.name, types[column.kind]) for column in columns])


def tables_of(columns: Sequence[Column], lines: Iterable[Line]) -> Iterator[Table]:
    """Lines as tables of some lines each; not one more is asked for than is handed on."""
    import pyarrow as pa

    schema, left = schema_of(columns), iter(lines)
    while some := list(islice(left, LINES_AT_ONCE)):
        arrays = [
            pa.array(values, type=kind)
            for values, kind in zip(zip(*some, strict=True), schema.types, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def lines_of(tables: Iterable[Table]) -> Iterator[Line]:
    """The lines of tables, one after the other."""
    for table in tables:
        yield from zip(*(column.to_pylist() for column in table.columns), strict=True)
