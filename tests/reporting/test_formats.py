"""Files of tables: harmless in a spreadsheet, the same every time, and small in memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count

import openpyxl
import pytest

from reporting.columnar import Cell, Column, Kind
from reporting.formats import TABLES, Format, chunks
from reporting.text_files import harmless

COLUMNS = (
    Column("name"),
    Column("mass_g", Kind.NUMBER),
    Column("day", Kind.DAY),
    Column("at", Kind.MOMENT),
    Column("held", Kind.YES_NO),
)
DANGEROUS = ["=1+1", "+31 6", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")']


def lines(number: int) -> Iterator[list[Cell]]:
    for place in range(number):
        moment = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        yield [f"batch {place}", -place, date(2026, 3, 29), moment, place % 2 == 0]


def file(format: Format, found: Iterator[list[Cell]]) -> bytes:
    return b"".join(chunks(format, COLUMNS, found, title="lines"))


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_in_a_spreadsheet(text: str) -> None:
    line: list[Cell] = [text, -7, None, None, None]
    (_, read) = csv.reader(io.StringIO(file(Format.CSV, iter([line])).decode(), newline=""))
    assert read[:2] == [f"'{text}", "-7"]
    book = openpyxl.load_workbook(io.BytesIO(file(Format.XLSX, iter([line]))))
    cells = next(iter(book.worksheets[0].iter_rows(min_row=2)))
    assert cells[0].data_type == "s"
    assert str(cells[0].value).startswith("'")
    assert cells[1].value == -7
    assert cells[1].data_type == "n"


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("", "site:S1#7", "één, twee", "1+1", "a=b"):
        assert harmless(text) == text


@pytest.mark.parametrize("format", TABLES)
def test_the_same_lines_give_the_same_bytes(format: Format) -> None:
    assert file(format, lines(5_000)) == file(format, lines(5_000))


@pytest.mark.parametrize("format", TABLES)
def test_an_empty_table_is_still_a_file(format: Format) -> None:
    made = file(format, lines(0))
    assert (made == b"") == (format is Format.JSONL)


def test_a_worksheet_that_is_full_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.formats.SHEET_LINES_MAX", 101)
    book = openpyxl.load_workbook(io.BytesIO(file(Format.XLSX, lines(250))))
    assert book.sheetnames == ["lines", "lines 2", "lines 3"]
    assert [sheet.max_row for sheet in book.worksheets] == [101, 101, 51]
    assert book["lines 3"]["A2"].value == "batch 200"


@pytest.mark.parametrize("format", [Format.CSV, Format.JSONL])
def test_text_formats_hand_on_what_they_have_before_they_ask_for_more(
    format: Format,
) -> None:
    asked = count()
    endless = ([f"batch {next(asked)}", 1, None, None, None] for _ in iter(int, 1))
    pieces = chunks(format, COLUMNS, endless, title="lines")
    first = next(pieces)
    assert b"batch 0" in first
    assert next(asked) < 5_000


@pytest.mark.parametrize("format", TABLES)
def test_memory_does_not_grow_with_the_rows(format: Format) -> None:
    assert _peak_bytes(format, 16_000) < _peak_bytes(format, 4_000) + 500_000


def _peak_bytes(format: Format, number: int) -> int:
    file(format, lines(10))
    tracemalloc.start()
    for _ in chunks(format, COLUMNS, lines(number), title="lines"):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
