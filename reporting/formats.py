"""Tables as files: CSV, JSON lines, Parquet, XLSX. Memory does not grow with the rows."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from typing import IO, Any

from reporting.columnar import (
    Cell,
    Column,
    Kind,
    Line,
    Table,
    lines_of,
    schema_of,
    tables_of,
)
from reporting.text_files import csv_pieces, dutch_csv_pieces, harmless, jsonl_pieces

CHUNK_BYTES = 1 << 16
SHEET_LINES_MAX = 1_048_576
"""What a worksheet can hold, its heading included."""

_SHEET_DAY_ZERO = date(1899, 12, 30)
"""A worksheet counts days from here; finding that out per cell would take most of the time."""

GROUP_LINES = 1 << 15
"""Lines of a group in a Parquet file: what it holds in memory before it can write."""


class Format(StrEnum):
    """The kinds of file."""

    CSV = "csv"
    CSV_NL = "csv-nl"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"
    PACKAGE = "package"


TABLES = tuple(format for format in Format if format is not Format.PACKAGE)
"""The kinds of file that hold one table; a package holds several."""


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.CSV_NL: "text/csv; charset=utf-8",
    Format.JSONL: "application/jsonl",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PACKAGE: "application/zip",
}


ENDINGS = {
    Format.CSV: ".csv",
    Format.CSV_NL: "-nl.csv",
    Format.JSONL: ".jsonl",
    Format.PARQUET: ".parquet",
    Format.XLSX: ".xlsx",
    Format.PACKAGE: ".zip",
}
"""What the name of a file ends in."""


def chunks(
    format: Format,
    columns: Sequence[Column],
    lines: Iterable[Line],
    *,
    title: str,
) -> Iterator[bytes]:
    """The file of these lines in pieces. The same lines give the same bytes."""
    return pieces(format, columns, tables_of(columns, lines), title=title)


def pieces(
    format: Format,
    columns: Sequence[Column],
    tables: Iterable[Table],
    *,
    title: str,
) -> Iterator[bytes]:
    """The file of these tables in pieces, handed on as they are made; only XLSX, whose pieces are
    packed last, passes a temporary file. The same tables give the same bytes."""
    if format is Format.CSV:
        return csv_pieces(columns, tables)
    if format is Format.CSV_NL:
        return dutch_csv_pieces(columns, tables)
    if format is Format.JSONL:
        return jsonl_pieces(columns, tables)
    if format is Format.PARQUET:
        return _parquet(columns, tables)
    assert format is Format.XLSX, "A package is no table."
    return _xlsx(columns, tables, title)


def _parquet(columns: Sequence[Column], tables: Iterable[Table]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = Written()
    schema = schema_of(columns)
    with pq.ParquetWriter(pa.PythonFile(written, "w"), schema, compression="zstd") as writer:
        for some in _together(tables, GROUP_LINES):
            writer.write_table(pa.Table.from_batches(some, schema=schema), GROUP_LINES)
            yield written.taken()
    yield written.taken()


class Written(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _together(tables: Iterable[Table], lines: int) -> Iterator[list[Table]]:
    """Tables by so many lines or somewhat more."""
    some: list[Table] = []
    for table in tables:
        some.append(table)
        if sum(len(one) for one in some) >= lines:
            yield some
            some = []
    if some:
        yield some


def _xlsx(columns: Sequence[Column], tables: Iterable[Table], title: str) -> Iterator[bytes]:
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
        lines = lines_of(tables)
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
