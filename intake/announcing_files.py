"""From the bytes of a file to lines of cells: CSV and XLSX, within limits that hold before reading.

What cannot be read whole is refused whole: no line is lost in silence.
"""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from numbers import Real
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from catalogue.errors import Malformed

BYTES_MAX: Final = 2_000_000
LINES_MAX: Final = 2_000
COLUMNS_MAX: Final = 40
CELL_MAX: Final = 200
UNPACKED_MAX: Final = 20_000_000
PARTS_MAX: Final = 500
DELIMITERS: Final = ";,\t"
GUARDED: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a calculation program takes for a formula, when a cell begins with it."""
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_DELIMITER: Final = r"\t|[^\w\s\"]"


class Number(str):
    """A cell that the file itself says is a number, so that its mark means one thing: "820.5"."""

    __slots__ = ()


TOO_LARGE: Final = "too large"
TOO_MANY_LINES: Final = "too many lines"
TOO_MANY_COLUMNS: Final = "too many columns"
NO_LINES: Final = "no lines"
NOT_TEXT: Final = "not text"
QUOTES: Final = "quotes"
NO_WORKBOOK: Final = "no workbook"
OLD_WORKBOOK: Final = "old workbook"

_BREAKS: Final = (
    AttributeError, BadZipFile, EOFError, IndexError, KeyError, NotImplementedError, OverflowError,
    RuntimeError, SyntaxError, TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What the reader of workbooks raises at one that is broken; a syntax error, whichever parser of
XML is installed."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line with something in it. number: as a calculation program counts it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file as it was read. kind: csv or xlsx; delimiter: of a CSV."""

    kind: str
    delimiter: str
    header: tuple[str, ...]
    lines: tuple[FileLine, ...]


def read_file(content: bytes) -> Table:
    """The lines of a file. Raises Malformed, with the limit where one is passed."""
    if len(content) > BYTES_MAX:
        raise _refused(TOO_LARGE, limit_bytes=BYTES_MAX)
    if content.startswith(b"PK\x03\x04"):
        return _table("xlsx", "", _workbook(content))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(OLD_WORKBOOK)
    text = _text(content)
    delimiter, body, skipped = _delimiter(text)
    return _table("csv", delimiter, _rows(body, delimiter, skipped))


def _refused(problem: str, **figures: int) -> Malformed:
    return Malformed(field="file", problem=problem, **figures)


def _table(kind: str, delimiter: str, rows: Iterable[tuple[int, Sequence[str]]]) -> Table:
    header: tuple[str, ...] | None = None
    lines: list[FileLine] = []
    signs = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        signs += sum(len(cell) + 1 for cell in cells)
        if signs > BYTES_MAX:
            raise _refused(TOO_LARGE, limit_bytes=BYTES_MAX)
        if len(cells) > COLUMNS_MAX:
            raise _refused(TOO_MANY_COLUMNS, limit=COLUMNS_MAX)
        if header is None:
            header = tuple(cell.strip()[:CELL_MAX] for cell in cells)
            continue
        if len(lines) == LINES_MAX:
            raise _refused(TOO_MANY_LINES, limit=LINES_MAX)
        lines.append(FileLine(number, tuple(cells)))
    if header is None or not lines:
        raise _refused(NO_LINES)
    return Table(kind=kind, delimiter=delimiter, header=header, lines=tuple(lines))


def _text(content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, or else Windows-1252, of which every byte but five is one."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _refused(NOT_TEXT) from error
    if not is_text(text):
        raise _refused(NOT_TEXT)
    return text


def is_text(text: str) -> bool:
    """Whether it holds only signs that any file of ours may hold."""
    return _NO_TEXT.search(text) is None


def is_delimiter(sign: str) -> bool:
    """Whether a CSV may have it between its cells."""
    return re.fullmatch(_DELIMITER, sign) is not None


def _delimiter(text: str) -> tuple[str, str, int]:
    """The sign between the cells, the text after a line that only says it, and lines skipped."""
    first, _, rest = text.partition("\n")
    if said := re.fullmatch(rf"sep=({_DELIMITER})\s*", first, re.IGNORECASE):
        return said[1], rest, 1
    head = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", head)
    return max(DELIMITERS, key=bare.count), text, 0


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        before = skipped
        for cells in reader:
            yield before + 1, [unguarded(cell.strip()) for cell in cells]
            before = skipped + reader.line_num
    except csv.Error as error:
        raise _refused(QUOTES) from error


def guarded(cell: str) -> str:
    """A cell that no calculation program takes for a formula."""
    is_formula = cell.startswith(GUARDED) and not isinstance(cell, Number)
    return f"'{cell}" if is_formula else cell


def unguarded(text: str) -> str:
    """What was guarded when it went out, as it was."""
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARDED) else text


def _workbook(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    # Loading the reader takes longer than reading most files, and most servers never need it.
    from openpyxl import load_workbook

    try:
        _require_small(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        for number, values in enumerate(rows, start=1):
            if number > LINES_MAX * 5:
                raise _refused(TOO_MANY_LINES, limit=LINES_MAX)
            yield number, _cells(values)
    except Malformed:
        raise
    except _BREAKS as error:
        raise _refused(NO_WORKBOOK) from error


def _require_small(content: bytes) -> None:
    """Refuse a workbook that unpacks to far more than it seems, before anything reads it."""
    with ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_MAX:
            raise _refused(TOO_LARGE, limit_bytes=UNPACKED_MAX)
        for part in parts:
            # Whatever a part is called, and in letters of two bytes as well.
            if b"<!DOCTYPE" in packed.read(part).replace(b"\x00", b""):
                raise _refused(NO_WORKBOOK)


def _cells(values: Sequence[Any]) -> list[str]:
    cells: list[str] = [_cell(value) for value in values[: COLUMNS_MAX * 4]]
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.isoformat(" ", "minutes") if value.time() != time() else value.date().isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, str | bool) or not isinstance(value, Real):
        return unguarded(str(value).strip())
    written = f"{value:.6f}"
    return Number(written.rstrip("0").rstrip("."))
