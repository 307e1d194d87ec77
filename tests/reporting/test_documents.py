"""The workbook of a report: typed cells, kilograms beside grams, live sums of its own figures."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session

from catalogue.kinds import Stream
from reporting.documents import Signed, workbook
from reporting.flows import outcomes
from reporting.frozen import PARTS
from reporting.queries import circularity_report
from reporting.questions import By
from reporting.report import Report
from reporting.words import Words
from tests.reporting.asking import ask
from tests.reporting.world import World

ENGLISH = Words(
    gettext=lambda msgid: msgid,
    own=lambda names, code: names.get("en", code),
    month=lambda day: str(day.month),
    signs=".,",
)
SIGNED = Signed(
    number="2026-0007",
    code="WRKPM2RM75V38K6X",
    issued_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    issuer="=Operator",
    supplier=None,
    digest="ab" * 32,
    key="cd" * 8,
    heads=[{"log": "site:S1", "size": 7, "root": "00" * 32, "signature": "c2ln"}],
    verify_at="https://stofstroom.example/verify/WRKPM2RM75V38K6X",
)
Reports = tuple[Report, dict[By, Report]]


def reports(session: Session, world: World, **words: Any) -> Reports:
    viewer = world.staff("OPA")
    plain = circularity_report(session, viewer, ask(**words))
    parts = {by: circularity_report(session, viewer, ask(by=by.value, **words)) for by in (*PARTS,)}
    return plain, parts


def opened(found: Reports, *, live: bool = False, signed: Signed | None = SIGNED) -> Any:
    """The workbook; live: with its formulas instead of what they gave when it was written."""
    file = workbook(*found, ENGLISH, signed=signed)
    return openpyxl.load_workbook(io.BytesIO(file), data_only=not live)


def rows_of(book: Any, sheet: str) -> dict[Any, Any]:
    return {row[0]: row[1:] for row in book[sheet].iter_rows(values_only=True)}


def test_a_workbook_holds_the_figures_of_its_report(reading: Session, world: World) -> None:
    found = reports(reading, world)
    report, parts = found
    book = opened(found)
    assert book.sheetnames == [
        *("Summary", "Streams", "Destinations", "Months", "Article groups", "Suppliers"),
        *("Losses", "Figures", "Sources and notes"),
    ]
    summary = rows_of(book, "Summary")
    assert summary["Handed in"][:2] == (report.terms.input_g / 1000, report.terms.input_g)
    assert summary["Not sorted yet"][1] == report.terms.held_g
    assert summary["Left over when all is counted: must be zero"][1] == 0
    assert "Waiting at the start" not in summary
    losses = rows_of(book, "Losses")
    assert losses["moisture"][1] == report.terms.losses["moisture"]
    assert book["Months"].max_row == len(parts[By.MONTH].rows) + 2
    notes = rows_of(book, "Sources and notes")
    assert notes["reuse_of_sorted"][0] == report.measure("reuse_of_sorted")
    assert notes["S1"][:3] == (
        report.as_of[0].seq,
        report.as_of[0].head,
        report.as_of[0].root,
    )
    assert notes["Signature: site:S1#7"][0] == "c2ln"


def test_every_sum_gives_the_figure_of_the_report(reading: Session, world: World) -> None:
    found = reports(reading, world)
    terms = found[0].terms
    book = opened(found)
    streams = rows_of(book, "Streams")["Together"]
    assert streams[0] == pytest.approx(1)
    assert (streams[2], streams[4]) == (terms.sorted_g, terms.confirmed_g)
    assert rows_of(book, "Destinations")["Together"][4] == terms.sorted_g
    whole = [terms.input_g, *outcomes(terms).values()]
    for sheet in ("Months", "Suppliers"):
        assert list(rows_of(book, sheet)["Together"][1::2]) == whole
    assert rows_of(book, "Losses")["Together"][1] == terms.loss_g
    assert rows_of(book, "Article groups")["Together"][1] == terms.sorted_g


def test_sums_and_kilograms_are_formulas_over_the_grams(reading: Session, world: World) -> None:
    book = opened(reports(reading, world), live=True)
    streams = book["Streams"]
    assert [streams[where].value for where in ("C2", "C5", "D5", "B5")] == [
        "=D2/1000",
        "=SUM(C2:C4)",
        "=SUM(D2:D4)",
        "=SUM(B2:B4)",
    ]
    # Whatever recalculates the workbook gets what stands in it: grams are the only numbers typed.
    assert isinstance(streams["D2"].value, int)
    names = {name: one.attr_text for name, one in book.defined_names.items()}
    assert names["reuse_g"] == "'Streams'!$D$2"
    sheet, _, where = names["handed_in_g"].partition("!")
    assert book[sheet.strip("'")][where.replace("$", "")].value > 0


def test_weights_are_numbers_that_show_their_grams(reading: Session, world: World) -> None:
    found = reports(reading, world)
    book = opened(found)
    kilograms, grams = book["Streams"]["C2"], book["Streams"]["D2"]
    assert (kilograms.data_type, kilograms.number_format) == ("n", "#,##0.000")
    assert (grams.data_type, grams.number_format) == ("n", "#,##0")
    assert kilograms.value * 1000 == pytest.approx(grams.value)
    assert grams.value == found[0].terms.streams[Stream.REUSE].mass_g
    assert book["Streams"]["B2"].number_format == "0.0%"
    summary = {row[0].value: row[1] for row in book["Summary"].iter_rows()}
    assert summary["From"].is_date
    assert summary["Issued by"].value == "'=Operator"
    assert (book["Streams"].freeze_panes, book["Streams"].print_title_rows) == ("B2", "$1:$1")


def test_a_booked_report_shows_what_waited_at_both_ends(reading: Session, world: World) -> None:
    found = reports(reading, world, basis="booked", first="2026-01-10", end="2026-03-01")
    report = found[0]
    summary = rows_of(opened(found), "Summary")
    assert summary["Waiting at the start"][1] == report.terms.opening_g > 0
    assert summary["Waiting at the end"][1] == report.terms.closing_g
    assert summary["Left over when all is counted: must be zero"][1] == 0


def test_the_same_report_gives_the_same_bytes(reading: Session, world: World) -> None:
    plain, parts = reports(reading, world)
    for signed in (None, SIGNED):
        first, second = (workbook(plain, parts, ENGLISH, signed=signed) for _ in range(2))
        assert first == second


def test_an_empty_report_is_a_whole_workbook(reading: Session, world: World) -> None:
    found = reports(reading, world, first="2020-01-01", end="2020-02-01")
    book = opened(found, signed=None)
    assert rows_of(book, "Summary")["Handed in"][1] == 0
    assert book["Months"].max_row == 1
