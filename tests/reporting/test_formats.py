"""Files of tables: harmless in a spreadsheet, the same every time, and small in memory."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


DUTCH = (
    Column("name", heading="Naam; of zo"),
    Column("mass_g", Kind.NUMBER, heading="Gewicht (g)"),
    Column("lost_g", Kind.NUMBER),
    Column("count", Kind.NUMBER, heading="Aantal"),
    Column("day", Kind.DAY, heading="Dag"),
    Column("at", Kind.MOMENT, heading="Tijdstip (UTC)"),
    Column("held", Kind.YES_NO, heading="Vast"),
)


def test_a_dutch_spreadsheet_reads_weights_days_and_words_as_they_are_meant() -> None:
    moment = datetime(2026, 3, 29, 1, 30, 5, tzinfo=UTC)
    table: list[list[Cell]] = [
        ["=SOM(A1)", 1_234_567, -7, 1_000, date(2026, 3, 9), moment, True],
        ['een; "twee"\n', -1_005, None, None, None, None, None],
        ["gewoon, met komma", 0, 999, 1, date(2025, 12, 31), moment, False],
    ]
    content = b"".join(chunks(Format.CSV_NL, DUTCH, table, title="lines"))
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\r\n") == 4
    heading, *read = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert heading == [
        "Naam; of zo", "Gewicht (g)", "Gewicht (kg)", "lost_g", "lost_kg", "Aantal", "Dag",
        "Tijdstip (UTC)", "Vast",
    ]  # fmt: skip
    assert read == [
        ["'=SOM(A1)", "1234567", "1234,567", "-7", "-0,007", "1000", "09-03-2026",
         "29-03-2026 01:30:05", "ja"],
        ['een; "twee"\n', "-1005", "-1,005", "", "", "", "", "", ""],
        ["gewoon, met komma", "0", "0,000", "999", "0,999", "1", "31-12-2025",
         "29-03-2026 01:30:05", "nee"],
    ]  # fmt: skip


SIGNS = st.text(
    st.sampled_from(["a", "é", "€", "😀", '"', "'", ",", ";", "\\", "=", "-", "\t", "\r", "\n",
                     "\x00", "\x1f", "\x7f", "\u2028", " "]),
    max_size=6,
)  # fmt: skip


@given(st.lists(st.tuples(st.none() | SIGNS, st.none() | st.integers(-(2**62), 2**62)), max_size=9))
def test_text_files_say_what_the_standard_library_would_say(
    found: list[tuple[str | None, int | None]],
) -> None:
    columns = (Column("name"), Column("count", Kind.NUMBER))
    said = b"".join(chunks(Format.JSONL, columns, found, title="lines")).decode()
    expected = [
        json.dumps(dict(zip(("name", "count"), line, strict=True)), ensure_ascii=False)
        for line in found
    ]
    assert said == "".join(f"{line}\n" for line in expected)
    for format, sign in ((Format.CSV, ","), (Format.CSV_NL, ";")):
        written = io.StringIO(newline="")
        writer = csv.writer(written, delimiter=sign)
        writer.writerow(("name", "count"))
        for name, count_ in found:
            writer.writerow((None if name is None else harmless(name), count_))
        content = b"".join(chunks(format, columns, found, title="lines"))
        assert content.decode("utf-8-sig") == written.getvalue()
