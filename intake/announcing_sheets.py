"""Files to give out: an empty one to fill in, and the lines that were refused, each with why."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from intake.announcing_files import Number, guarded

WIDTHS: Final = {"supplier": 20, "site": 14, "expected_on": 14, "time": 10, "reference": 22,
                 "article_group": 22, "containers": 12, "mass_kg": 14}  # fmt: skip
FORMATS: Final = {"expected_on": "yyyy-mm-dd", "time": "hh:mm", "reference": "@", "supplier": "@",
                  "site": "@", "article_group": "@", "containers": "0",
                  "mass_kg": "0.###"}  # fmt: skip
TYPED_LINES: Final = 500
WHY_WIDTH: Final = 70


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook. formats, widths: by column, where the column has one."""

    title: str
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()
    formats: Sequence[str] = ()


def csv_file(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    """A CSV that a calculation program opens as it is: UTF-8 with its mark, and no formulas."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """A workbook whose first row is a head; cells are text or numbers, never formulas."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for number, row in enumerate(sheet.rows, start=1):
            for place, value in enumerate(row, start=1):
                cell = page.cell(number, place)
                cell.value = json.loads(value) if isinstance(value, Number) else guarded(value)
                cell.data_type = "n" if isinstance(value, Number) else "s"
                if number == 1:
                    cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        for place, width in enumerate(sheet.widths, start=1):
            page.column_dimensions[page.cell(1, place).column_letter].width = width
        for place, look in enumerate(sheet.formats, start=1):
            for number in range(2, TYPED_LINES if len(sheet.rows) == 1 else len(sheet.rows) + 1):
                page.cell(number, place).number_format = look
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
