"""Tables as files: CSV, JSON lines, Parquet, XLSX. Memory does not grow with the rows."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from typing import IO, Any, TypeAlias

Cell: TypeAlias = str | int | bool | date | datetime | None
Line: TypeAlias = Sequence[Cell]

LINES_AT_ONCE = 2_000
CHUNK_BYTES = 1 << 16
SHEET_LINES_MAX = 1_048_576
"""What a worksheet can hold, its heading included."""

_SHEET_DAY_ZERO = date(1899, 12, 30)
"""A worksheet counts days from here; finding that out per cell would take most of the time."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """The kinds of file."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSONL: "application/jsonl",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Kind(StrEnum):
    """What a column holds. Mass and counts are whole numbers."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind = Kind.TEXT


def chunks(
    format: Format,
    columns: Sequence[Column],
    lines: Iterable[Line],
    *,
    title: str,
) -> Iterator[bytes]:
    """The file in pieces. The same lines give the same bytes.

    CSV and JSON lines are handed on as they are made; Parquet and XLSX pass a temporary file.
    """
    if format is Format.CSV:
        return _csv(columns, lines)
    if format is Format.JSONL:
        return _jsonl(columns, lines)
    if format is Format.PARQUET:
        return _parquet(columns, lines)
    return _xlsx(columns, lines, title)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: what would start one gets an apostrophe."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _csv(columns: Sequence[Column], lines: Iterable[Line]) -> Iterator[bytes]:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([column.name for column in columns])
    # Numbers, days and empty cells are written right as they are; only the rest costs time.
    said = [
        (place, _SAID_IN_CSV[column.kind])
        for place, column in enumerate(columns)
        if column.kind in _SAID_IN_CSV
    ]
    for some in _some(lines):
        writer.writerows(_words(line, said) for line in some)
        yield written.getvalue().encode()
        written.seek(0)
        written.truncate()
    yield written.getvalue().encode()


def _words(line: Line, said: Sequence[tuple[int, Callable[[Any], str]]]) -> list[Cell]:
    cells = list(line)
    for place, say in said:
        if cells[place] is not None:
            cells[place] = say(cells[place])
    return cells


def _iso(cell: date | datetime | None) -> str | None:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return None if cell is None else cell.isoformat()


_SAID_IN_CSV: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: harmless,
    Kind.MOMENT: lambda moment: _iso(moment) or "",
    Kind.YES_NO: lambda answer: "true" if answer else "false",
}


def _jsonl(columns: Sequence[Column], lines: Iterable[Line]) -> Iterator[bytes]:
    names = [column.name for column in columns]
    for some in _some(lines):
        said = (
            json.dumps(dict(zip(names, line, strict=True)), ensure_ascii=False, default=_iso)
            for line in some
        )
        yield "".join(f"{one}\n" for one in said).encode()


def _parquet(columns: Sequence[Column], lines: Iterable[Line]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        Kind.TEXT: pa.string(),
        Kind.NUMBER: pa.int64(),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz="UTC"),
        Kind.YES_NO: pa.bool_(),
    }
    schema = pa.schema([(column.name, types[column.kind]) for column in columns])
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for some in _some(lines):
                arrays = [
                    pa.array(values, type=kind)
                    for values, kind in zip(zip(*some, strict=True), schema.types, strict=True)
                ]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        yield from _read(file)


def _xlsx(columns: Sequence[Column], lines: Iterable[Line], title: str) -> Iterator[bytes]:
    from xlsxwriter import Workbook

    with tempfile.TemporaryFile() as file:
        book = Workbook(file, {"constant_memory": True, "remove_timezone": True})
        # A fixed moment keeps the same figures the same bytes.
        book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
        styles = {
            Kind.TEXT: book.add_format(),
            Kind.NUMBER: book.add_format({"num_format": "#,##0"}),
            Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
            Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            Kind.YES_NO: book.add_format(),
        }
        heading = book.add_format({"bold": True, "bottom": 1})
        lines = iter(lines)
        number = 1
        while True:
            sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, 16)
                sheet.write_string(0, place, column.name, heading)
            row = 0
            for row, line in enumerate(islice(lines, SHEET_LINES_MAX - 1), start=1):
                for place, (column, cell) in enumerate(zip(columns, line, strict=True)):
                    _write_cell(sheet, row, place, cell, styles[column.kind])
            if row < SHEET_LINES_MAX - 1:
                break
            number += 1
        book.close()
        yield from _read(file)


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, style: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell, style)
    elif isinstance(cell, int):
        sheet.write_number(row, place, cell, style)
    elif isinstance(cell, str):
        sheet.write_string(row, place, harmless(cell), style)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, place, cell, style)
    else:
        sheet.write_number(row, place, (cell - _SHEET_DAY_ZERO).days, style)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(CHUNK_BYTES):
        yield piece


def _some(lines: Iterable[Line]) -> Iterator[list[Line]]:
    left = iter(lines)
    while some := list(islice(left, LINES_AT_ONCE)):
        yield some
