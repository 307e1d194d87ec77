"""Tables as text: CSV, CSV as a Dutch spreadsheet wants it, and JSON lines.

Everything is done by column. What costs time per cell (quotes, escapes, apostrophes) is done only
where some lines hold a sign that needs it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from intake.announcing_files import GUARDED
from reporting.columnar import Column, Kind, Table

_SIGNS = "".join(GUARDED)
_CONTROLS = bytes(range(32))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""By which a spreadsheet sees that a file is UTF-8."""

Say = Callable[[Any], Any]


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: what would start one gets an apostrophe."""
    return f"'{text}" if text.startswith(GUARDED) else text


def csv_pieces(columns: Sequence[Column], tables: Iterable[Table]) -> Iterator[bytes]:
    """RFC 4180 with a heading: points, ISO days, UTC moments."""
    says: Mapping[Kind, Say] = {
        Kind.TEXT: lambda cells: _quoted(_harmless(cells), b'",\r\n'),
        Kind.NUMBER: _as_text,
        Kind.DAY: _as_text,
        Kind.MOMENT: _iso_moment,
        Kind.YES_NO: _as_text,
    }
    heading = _heading([column.name for column in columns], ",")
    for table in tables:
        cells = [
            says[column.kind](values) for column, values in zip(columns, table.columns, strict=True)
        ]
        yield heading + _lines(cells, ",")
        heading = b""
    yield heading


def dutch_csv_pieces(columns: Sequence[Column], tables: Iterable[Table]) -> Iterator[bytes]:
    """CSV that Excel opens rightly where the comma is decimal: semicolons, dd-mm-yyyy, a byte
    order mark. Every column of grams has one of kilograms beside it, with three decimals."""
    says: Mapping[Kind, Say] = {
        Kind.TEXT: lambda cells: _quoted(_harmless(cells), b'";\r\n'),
        Kind.NUMBER: _as_text,
        Kind.DAY: lambda cells: _of_each(cells, lambda day: day.strftime("%d-%m-%Y")),
        Kind.MOMENT: _dutch_moment,
        Kind.YES_NO: lambda cells: _of_each(cells, lambda answer: "ja" if answer else "nee"),
    }
    headings = []
    for column in columns:
        headings.append(column.heading or column.name)
        if is_mass(column):
            headings.append(in_kilograms(column))
    heading = _BYTE_ORDER_MARK + _heading(headings, ";")
    for table in tables:
        cells = []
        for column, values in zip(columns, table.columns, strict=True):
            cells.append(says[column.kind](values))
            if is_mass(column):
                cells.append(_dutch_kilograms(values))
        yield heading + _lines(cells, ";")
        heading = b""
    yield heading


def jsonl_pieces(columns: Sequence[Column], tables: Iterable[Table]) -> Iterator[bytes]:
    """An object a line, in the order of the columns."""
    says: Mapping[Kind, Say] = {
        Kind.TEXT: _json_text,
        Kind.NUMBER: lambda cells: _or(_text_of(cells), "null"),
        Kind.DAY: lambda cells: _or(_between('"', _text_of(cells), '"'), "null"),
        Kind.MOMENT: lambda cells: _or(_between('"', _moment_of(cells), '"'), "null"),
        Kind.YES_NO: lambda cells: _or(_text_of(cells), "null"),
    }
    for table in tables:
        said: list[Any] = []
        for column, values in zip(columns, table.columns, strict=True):
            said += [
                f"{', ' if said else '{'}{json.dumps(column.name)}: ",
                says[column.kind](values),
            ]
        yield "".join(_joined([*said, "}\n"], "").to_pylist()).encode()


def is_mass(column: Column) -> bool:
    """Whether a column holds grams."""
    return column.kind is Kind.NUMBER and column.name.endswith("_g")


def in_kilograms(column: Column) -> str:
    """The heading of the kilograms beside a column of grams."""
    if column.heading.endswith("(g)"):
        return f"{column.heading.removesuffix('(g)')}(kg)"
    return f"{column.name.removesuffix('_g')}_kg"


def _heading(names: Sequence[str], delimiter: str) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerow(names)
    return written.getvalue().encode()


def _lines(cells: Sequence[Any], delimiter: str) -> bytes:
    joined = _joined(cells, delimiter).to_pylist()
    return "\r\n".join([*joined, ""]).encode()


def _joined(cells: Sequence[Any], between: str) -> Any:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(*cells, between)


def _between(before: str, cells: Any, after: str) -> Any:
    return _joined([before, cells, after], "")


def _or(cells: Any, otherwise: str) -> Any:
    return cells.fill_null(otherwise) if cells.null_count else cells


def _text_of(cells: Any) -> Any:
    import pyarrow as pa

    return cells.cast(pa.string())


def _as_text(cells: Any) -> Any:
    return _or(_text_of(cells), "")


def _moment_of(cells: Any) -> Any:
    import pyarrow.compute as pc

    # Arrow writes 2026-03-29 01:30:00.000000Z.
    return pc.replace_substring(_text_of(cells), " ", "T", max_replacements=1)


def _iso_moment(cells: Any) -> Any:
    return _or(_moment_of(cells), "")


def _dutch_moment(cells: Any) -> Any:
    return _of_each(cells, lambda moment: moment.strftime("%d-%m-%Y %H:%M:%S"))


def _dutch_kilograms(cells: Any) -> Any:
    import pyarrow.compute as pc

    sizes = pc.abs(cells)
    whole = pc.divide(sizes, 1000)
    rest = pc.subtract(sizes, pc.multiply(whole, 1000))
    signs = pc.if_else(pc.less(cells, 0), "-", "")
    decimals = pc.utf8_lpad(_text_of(rest), 3, "0")
    return _or(_joined([signs, _text_of(whole), ",", decimals], ""), "")


def _of_each(cells: Any, say: Callable[[Any], str]) -> Any:
    """Cells of which there are few different ones, each said once."""
    import pyarrow as pa

    coded = cells.dictionary_encode()
    said = [say(value) for value in coded.dictionary.to_pylist()]
    return _or(pa.array(said, type=pa.string()).take(coded.indices), "")


def _harmless(cells: Any) -> Any:
    """As `harmless`, by column."""
    import pyarrow.compute as pc

    if not _holds(cells, _SIGNS.encode()):
        return cells
    starts = pc.match_substring_regex(cells, f"^[{re.escape(_SIGNS)}]")
    if not starts.true_count:
        return cells
    return pc.if_else(starts, _between("'", cells, ""), cells)


def _quoted(cells: Any, signs: bytes) -> Any:
    """Cells that hold one of these signs in double quotes; empty cells as nothing."""
    import pyarrow.compute as pc

    if _holds(cells, signs):
        within = "".join(f"\\x{sign:02x}" for sign in signs)
        needy = pc.match_substring_regex(cells, f"[{within}]")
        cells = pc.if_else(needy, _between('"', pc.replace_substring(cells, '"', '""'), '"'), cells)
    return _or(cells, "")


def _json_text(cells: Any) -> Any:
    if _holds(cells, b'"\\' + _CONTROLS):
        return _or_each_json(cells)
    return _or(_between('"', cells, '"'), "null")


def _or_each_json(cells: Any) -> Any:
    import pyarrow as pa

    said = [json.dumps(value, ensure_ascii=False) for value in cells.to_pylist()]
    return pa.array(said, type=pa.string())


def _holds(cells: Any, signs: bytes) -> bool:
    """Whether any cell may hold one of these signs. One look at all the letters at once."""
    letters = cells.buffers()[2]
    if letters is None:
        return False
    plain = letters.to_pybytes()
    return len(plain.translate(None, signs)) != len(plain)
