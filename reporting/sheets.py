"""Worksheets as plain values, and the pen that writes them: typed cells, and sums that stay live.

A formula is written with the value that it gives, so that what shows a workbook without computing
it shows the same numbers.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from reporting.text_files import harmless

A4: Final = 9
WIDE, NARROW = 44, 15


@dataclass(frozen=True, slots=True)
class Kg:
    """Grams that are shown as kilograms to the gram. of: the cell that holds these grams."""

    grams: int
    of: str


@dataclass(frozen=True, slots=True)
class Permille:
    """A share that is shown as a percentage; None leaves the cell empty."""

    value: int | None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a stretch of cells, with what it gives: Kg, grams, or Permille."""

    formula: str
    gives: int | Permille
    kilograms: bool = False


@dataclass(frozen=True, slots=True)
class Strong:
    """A text that heads what stands beside or below it."""

    text: str


Value: TypeAlias = str | int | date | datetime | Kg | Permille | Total | Strong | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A worksheet. titled: its first line is a heading that stays in sight; sums: its last line is
    the sum of the others; widths: of the first columns, the others are narrow; frozen: columns
    that stay in sight; names: what people call a cell -> the cell."""

    title: str
    lines: Sequence[Sequence[Value]]
    titled: bool = True
    sums: bool = False
    widths: Sequence[int] = (WIDE,)
    frozen: int = 1
    names: Mapping[str, str] = field(default_factory=dict)


def cell(line: int, place: int, *, fixed: bool = False) -> str:
    """The name of a cell: `C2` for line 1 and place 2; `$C$2` where it must not move."""
    letters, left = "", place + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"${letters}${line + 1}" if fixed else f"{letters}{line + 1}"


def summed(first: int, last: int, place: int) -> str:
    """The formula of the sum of a column between two lines."""
    return f"=SUM({cell(first, place)}:{cell(last, place)})"


def weighed(line: int, place: int, mass_g: int) -> tuple[Value, Value]:
    """Kilograms and, beside them, the grams that they are computed from."""
    return Kg(mass_g, cell(line, place + 1)), mass_g


def weights(
    title: str,
    heading: Sequence[str],
    rows: Iterable[tuple[Sequence[Value], Sequence[int]]],
    *,
    together: str,
    **more: Any,
) -> Sheet:
    """A sheet of rows: what each is about, then weights, and the sum of all. A share among what a
    row is about is summed too."""
    found = [(list(about), list(masses)) for about, masses in rows]
    lines: list[list[Value]] = [list(heading)]
    for number, (about, masses) in enumerate(found, start=1):
        line = list(about)
        for mass_g in masses:
            line += weighed(number, len(line), mass_g)
        lines.append(line)
    if found:
        lines.append(_sum_line(found, together))
    return Sheet(title=title, lines=lines, sums=bool(found), **more)


def _sum_line(found: Sequence[tuple[Sequence[Value], Sequence[int]]], together: str) -> list[Value]:
    about, masses = found[0]
    last = len(found)
    line: list[Value] = [Strong(together)]
    for place in range(1, len(about)):
        shares = [row[0][place] for row in found]
        if isinstance(about[place], Permille):
            whole = sum(one.value or 0 for one in shares if isinstance(one, Permille))
            line.append(Total(summed(1, last, place), Permille(whole)))
        else:
            line.append(None)
    for number in range(len(masses)):
        place, mass_g = len(line), sum(row[1][number] for row in found)
        line.append(Total(summed(1, last, place), mass_g, kilograms=True))
        line.append(Total(summed(1, last, place + 1), mass_g))
    return line


def written(sheets: Sequence[Sheet], *, about: Mapping[str, Any], foot: str) -> bytes:
    """The workbook. about: its properties, the moment it carries among them. The same sheets give
    the same bytes."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True})
    book.set_properties(dict(about))
    pen = _Pen(book, foot)
    for sheet in sheets:
        pen.write(sheet)
    book.close()
    return file.getvalue()


class _Pen:
    """Writes each value in the cell type and number format that it asks for."""

    def __init__(self, book: Any, foot: str) -> None:
        self.book = book
        self.foot = foot
        looks: dict[str, dict[str, Any]] = {
            "heading": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
            "strong": {"bold": True, "text_wrap": True, "valign": "top"},
            "text": {"text_wrap": True, "valign": "top"},
            "kilograms": {"num_format": "#,##0.000", "valign": "top"},
            "grams": {"num_format": "#,##0", "valign": "top"},
            "share": {"num_format": "0.0%", "valign": "top"},
            "day": {"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"},
            "moment": {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left", "valign": "top"},
        }
        self.looks = {name: book.add_format(look) for name, look in looks.items()}
        under = {"bold": True, "top": 1}
        self.sums = {name: book.add_format(look | under) for name, look in looks.items()}

    def write(self, sheet: Sheet) -> None:
        page = self.book.add_worksheet(sheet.title)
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.set_header(f"&L&A&R{self.foot}")
        page.set_footer("&R&P / &N")
        most = max((len(line) for line in sheet.lines), default=1)
        page.set_column(0, max(most - 1, 0), NARROW)
        for place, width in enumerate(sheet.widths):
            page.set_column(place, place, width)
        if sheet.titled:
            page.freeze_panes(1, sheet.frozen)
            page.repeat_rows(0)
        for number, line in enumerate(sheet.lines):
            is_sum = sheet.sums and number == len(sheet.lines) - 1
            for place, value in enumerate(line):
                heading = sheet.titled and number == 0
                self._cell(page, number, place, value, heading=heading, is_sum=is_sum)
        for name, where in sheet.names.items():
            own = sheet.title.replace("'", "''")
            self.book.define_name(name, f"='{own}'!{where}")

    def _cell(
        self, page: Any, line: int, place: int, value: Value, *, heading: bool, is_sum: bool
    ) -> None:
        looks = self.sums if is_sum else self.looks
        if isinstance(value, Strong):
            page.write_string(line, place, harmless(value.text), looks["strong"])
        elif isinstance(value, str):
            look = looks["heading"] if heading else looks["text"]
            page.write_string(line, place, harmless(value), look)
        elif isinstance(value, Kg):
            formula = f"={value.of}/1000"
            page.write_formula(line, place, formula, looks["kilograms"], value.grams / 1000)
        elif isinstance(value, Total):
            self._total(page, line, place, value, looks)
        elif isinstance(value, Permille):
            if value.value is not None:
                page.write_number(line, place, value.value / 1000, looks["share"])
        elif isinstance(value, datetime):
            page.write_datetime(line, place, value.replace(tzinfo=None), looks["moment"])
        elif isinstance(value, date):
            page.write_datetime(line, place, value, looks["day"])
        elif value is not None:
            page.write_number(line, place, value, looks["grams"])

    @staticmethod
    def _total(page: Any, line: int, place: int, value: Total, looks: Mapping[str, Any]) -> None:
        if isinstance(value.gives, Permille):
            gives, look = (value.gives.value or 0) / 1000, looks["share"]
        elif value.kilograms:
            gives, look = value.gives / 1000, looks["kilograms"]
        else:
            gives, look = value.gives, looks["grams"]
        page.write_formula(line, place, value.formula, look, gives)
