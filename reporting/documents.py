"""The report as a workbook for people who calculate on: typed cells, grams and kilograms."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from catalogue.kinds import Stream
from reporting import frames
from reporting.formats import harmless
from reporting.questions import Basis, By
from reporting.report import Report
from reporting.words import HANDED_IN, KILOGRAMS, OUTCOME_WORDS, Words, message

BASIS_WORDS = {
    Basis.RECEIVED: message("What was received in the period, wherever it is now"),
    Basis.BOOKED: message("What was booked in the period"),
}
SHEETS = {
    "summary": message("Summary"),
    "streams": message("Streams"),
    "destinations": message("Destinations"),
    "months": message("Months"),
    "losses": message("Losses"),
    "notes": message("Sources and notes"),
}
GRAMS, SHARE = message("g"), message("Share")
TERM_WORDS = {
    "opening_g": message("Waiting at the start"),
    "input_g": HANDED_IN,
    "returned_g": message("Sent back"),
    "sorted_g": message("Sorted"),
    "confirmed_g": message("Confirmed by the outlet"),
    "in_transit_g": message("On its way"),
    "loss_g": message("Lost"),
    "finds_g": message("Found objects"),
    "held_g": message("Not sorted yet"),
    "closing_g": message("Waiting at the end"),
    "estimated_g": message("Estimated, of what was handed in"),
}
ABOUT = (
    message("From"),
    message("Up to and including"),
    message("Basis"),
    message("Suppliers"),
    message("Locations"),
)
ALL_SUPPLIERS = message("All")
OPEN_BATCHES = message("Batches not closed yet")
STREAM, WEIGHT, CONFIRMED = message("Stream"), message("Weight"), message("Confirmed by the outlet")
IN_TRANSIT, ESTIMATED = message("On its way"), message("Of it estimated")
DESTINATION, VERSION, MONTH, KIND = (
    message("Destination"),
    message("Version"),
    message("Month"),
    message("Kind"),
)
FIGURE, VALUE, UNIT = message("Figure"), message("Value"), message("Unit")
FORMULA, SOURCES = message("Formula"), message("Sources")
SITE, LAST_ENTRY, HASH = (
    message("Location"),
    message("Last booking"),
    message("Hash of that booking"),
)
AS_OF = message("These figures stand as of these bookings")


@dataclass(frozen=True, slots=True)
class Kg:
    """Grams that are shown as kilograms to the gram."""

    grams: int


@dataclass(frozen=True, slots=True)
class Permille:
    """A share that is shown as a percentage; None leaves the cell empty."""

    value: int | None


Value: TypeAlias = str | int | date | Kg | Permille | None
Table: TypeAlias = Sequence[Sequence[Value]]


def workbook(report: Report, monthly: Report, words: Words) -> bytes:
    """An XLSX file of a report. monthly: the same report, asked by month.

    Every weight stands in kilograms beside whole grams, so that nothing has to be typed over.
    The same report gives the same bytes.
    """
    from xlsxwriter import Workbook

    assert monthly.asked.by is By.MONTH
    written = io.BytesIO()
    book = Workbook(written, {"in_memory": True})
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    pen = _Pen(book)
    say = words.gettext
    tables = {
        "summary": _summary(report, say),
        "streams": _streams(report, say),
        "destinations": _destinations(report, words),
        "months": _months(monthly, say),
        "losses": _losses(report, words),
        "notes": _notes(report, say),
    }
    for name, table in tables.items():
        pen.write(say(SHEETS[name]), table, titled=name not in ("summary", "notes"))
    book.close()
    return written.getvalue()


class _Pen:
    """Writes each value in the cell type and number format that it asks for."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.kilograms = book.add_format({"num_format": "#,##0.000"})
        self.whole = book.add_format({"num_format": "#,##0"})
        self.share = book.add_format({"num_format": "0.0%"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})

    def write(self, title: str, table: Table, *, titled: bool) -> None:
        sheet = self.book.add_worksheet(title)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 20, 18)
        if titled:
            sheet.freeze_panes(1, 1)
            sheet.repeat_rows(0)
        for row, line in enumerate(table):
            for place, value in enumerate(line):
                self._cell(sheet, row, place, value, heading=titled and row == 0)

    def _cell(self, sheet: Any, row: int, place: int, value: Value, *, heading: bool) -> None:
        if isinstance(value, str):
            sheet.write_string(row, place, harmless(value), self.heading if heading else None)
        elif isinstance(value, Kg):
            sheet.write_number(row, place, value.grams / 1000, self.kilograms)
        elif isinstance(value, Permille):
            if value.value is not None:
                sheet.write_number(row, place, value.value / 1000, self.share)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self.day)
        elif value is not None:
            sheet.write_number(row, place, value, self.whole)


def _weighed(mass_g: int) -> tuple[Kg, int]:
    return Kg(mass_g), mass_g


def _summary(report: Report, say: Callable[[str], str]) -> list[list[Value]]:
    asked = report.asked
    about: list[Value] = [
        asked.period.first,
        asked.period.last,
        say(BASIS_WORDS[asked.basis]),
        ", ".join(report.suppliers) or say(ALL_SUPPLIERS),
        ", ".join(report.sites),
    ]
    lines: list[list[Value]] = [
        [say(word), value] for word, value in zip(ABOUT, about, strict=True)
    ]
    lines.append([say(OPEN_BATCHES), report.open_batches])
    lines.append([])
    lines.append([None, say(KILOGRAMS), say(GRAMS)])
    return lines + [
        [say(TERM_WORDS[term]), *_weighed(getattr(report.terms, term))]
        for term in _terms_shown(asked.basis)
    ]


def _terms_shown(basis: Basis) -> list[str]:
    at_the_ends = ("opening_g", "closing_g")
    if basis is Basis.BOOKED:
        return [term for term in TERM_WORDS if term != "held_g"]
    return [term for term in TERM_WORDS if term not in at_the_ends]


def _weights_heading(say: Callable[[str], str]) -> list[str]:
    parts = (WEIGHT, CONFIRMED, IN_TRANSIT, ESTIMATED)
    return [f"{say(part)} ({say(unit)})" for part in parts for unit in (KILOGRAMS, GRAMS)]


def _streams(report: Report, say: Callable[[str], str]) -> list[list[Value]]:
    shares = report.terms.permille or {}
    lines: list[list[Value]] = [[say(STREAM), say(SHARE), *_weights_heading(say)]]
    for stream in Stream:
        one = report.terms.streams[stream]
        weights = (one.mass_g, one.confirmed_g, one.in_transit_g, one.estimated_g)
        cells = [cell for mass_g in weights for cell in _weighed(mass_g)]
        lines.append([say(OUTCOME_WORDS[stream]), Permille(shares.get(stream)), *cells])
    return lines


def _destinations(report: Report, words: Words) -> list[list[Value]]:
    say = words.gettext
    heading = [say(DESTINATION), say(VERSION), say(STREAM), say(SHARE), *_weights_heading(say)]
    lines: list[list[Value]] = [list(heading)]
    for one in report.destinations:
        done = one.outcome
        weights = (done.mass_g, done.confirmed_g, done.in_transit_g, done.estimated_g)
        about: list[Value] = [
            words.own(one.route.names, one.route.code),
            one.route.version,
            say(OUTCOME_WORDS[one.route.stream]),
            Permille(one.permille),
        ]
        lines.append([*about, *(cell for mass_g in weights for cell in _weighed(mass_g))])
    return lines


def _months(monthly: Report, say: Callable[[str], str]) -> list[list[Value]]:
    table = frames.months(monthly)
    names = {"input": TERM_WORDS["input_g"], **OUTCOME_WORDS}
    heading = [f"{say(names[str(column)])} ({say(KILOGRAMS)})" for column in table.columns]
    lines: list[list[Value]] = [[say(MONTH), *heading]]
    for month, masses in zip(table.index, table.to_numpy().tolist(), strict=True):
        lines.append([str(month), *(Kg(mass_g) for mass_g in masses)])
    return lines


def _losses(report: Report, words: Words) -> list[list[Value]]:
    say = words.gettext
    lines: list[list[Value]] = [[say(KIND), say(KILOGRAMS), say(GRAMS)]]
    lines += [
        [words.own(report.loss_names[kind], kind), *_weighed(mass_g)]
        for kind, mass_g in report.terms.losses.items()
    ]
    return lines


def _notes(report: Report, say: Callable[[str], str]) -> list[list[Value]]:
    """Every figure with its formula and sources, and how far the register had come."""
    lines: list[list[Value]] = [[say(word) for word in (FIGURE, VALUE, UNIT, FORMULA, SOURCES)]]
    lines += [
        [one.id, one.value, one.unit, one.formula, "; ".join(one.sources)]
        for one in report.measures
    ]
    lines += [[], [say(AS_OF)], [say(SITE), say(LAST_ENTRY), say(HASH)]]
    lines += [[one.site, one.seq, one.head] for one in report.as_of]
    return lines
