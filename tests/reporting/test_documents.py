"""The workbook of a report: typed cells, kilograms beside grams, the report's own figures."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session

from catalogue.kinds import Stream
from reporting.documents import workbook
from reporting.queries import circularity_report
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


def reports(session: Session, world: World, **words: Any) -> tuple[Report, Report]:
    viewer = world.staff("OPA")
    plain = circularity_report(session, viewer, ask(**words))
    return plain, circularity_report(session, viewer, ask(by="month", **words))


def test_a_workbook_holds_the_figures_of_its_report(reading: Session, world: World) -> None:
    report, monthly = reports(reading, world)
    book = openpyxl.load_workbook(io.BytesIO(workbook(report, monthly, ENGLISH)))
    assert book.sheetnames == [
        "Summary",
        "Streams",
        "Destinations",
        "Months",
        "Losses",
        "Sources and notes",
    ]
    summary = {row[0]: row[1:] for row in book["Summary"].iter_rows(values_only=True)}
    assert summary["Handed in"] == (report.terms.input_g / 1000, report.terms.input_g)
    assert summary["Not sorted yet"][1] == report.terms.held_g
    assert "Waiting at the start" not in summary
    streams = {row[0]: row[1:] for row in book["Streams"].iter_rows(values_only=True)}
    reuse = report.terms.streams[Stream.REUSE]
    assert streams["Reuse"][2] == reuse.mass_g
    assert sum(row[0] for name, row in streams.items() if name != "Stream") == pytest.approx(1)
    losses = {row[0]: row[2] for row in book["Losses"].iter_rows(values_only=True)}
    assert losses["moisture"] == report.terms.losses["moisture"]
    assert book["Months"].max_row == len(monthly.rows) + 1
    notes = {row[0]: row for row in book["Sources and notes"].iter_rows(values_only=True)}
    assert notes["reuse_of_sorted"][1] == report.measure("reuse_of_sorted")
    assert notes["S1"][1:3] == (report.as_of[0].seq, report.as_of[0].head)


def test_weights_are_numbers_that_show_their_grams(reading: Session, world: World) -> None:
    report, monthly = reports(reading, world)
    book = openpyxl.load_workbook(io.BytesIO(workbook(report, monthly, ENGLISH)))
    kilograms, grams = book["Streams"]["C2"], book["Streams"]["D2"]
    assert (kilograms.data_type, kilograms.number_format) == ("n", "#,##0.000")
    assert (grams.data_type, grams.number_format) == ("n", "#,##0")
    assert kilograms.value * 1000 == pytest.approx(grams.value)
    assert book["Streams"]["B2"].number_format == "0.0%"
    assert book["Summary"]["B1"].is_date


def test_a_booked_report_shows_what_waited_at_both_ends(reading: Session, world: World) -> None:
    report, monthly = reports(reading, world, basis="booked", first="2026-01-10", end="2026-03-01")
    book = openpyxl.load_workbook(io.BytesIO(workbook(report, monthly, ENGLISH)))
    summary = {row[0]: row[1:] for row in book["Summary"].iter_rows(values_only=True)}
    assert summary["Waiting at the start"][1] == report.terms.opening_g > 0
    assert summary["Waiting at the end"][1] == report.terms.closing_g


def test_the_same_report_gives_the_same_bytes(reading: Session, world: World) -> None:
    report, monthly = reports(reading, world)
    assert workbook(report, monthly, ENGLISH) == workbook(report, monthly, ENGLISH)
