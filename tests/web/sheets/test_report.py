"""A report on paper: the figures that were signed, its data inside, and the same bytes again."""

from __future__ import annotations

import csv
import io
import json
import re

import pikepdf
import pypdfium2
import pytest

from reporting.figure_lines import COLUMNS
from reporting.issued import WholeIssued
from reporting.questions import By
from tests.builders import Depot, part
from tests.reporting.office import issue, look
from web import units
from web.i18n import language
from web.issuing import as_csv, as_workbook
from web.sheets import report_pictures as pictures
from web.sheets.report import report_pdf


@pytest.fixture
def whole(depot: Depot) -> WholeIssued:
    """A report with something of everything, over two months."""
    batch = str(depot.log(100_000, supplier="ZEEKANT")["code"])
    code = depot.open_bin("recycle")
    depot.sort(batch, {code: 60_000})
    depot.close_bin(code, 60_000)
    depot.confirm(depot.ship(code), {"recycle": 55_000, "burn": 5_000})
    depot.sort(batch, [part(10_000, "reuse", quality="estimated")])
    depot.later(days=40)
    depot.log(7_123, supplier="NOORDERHAVEN")
    depot.find(batch, "wallet", mass_g=200)
    return look(depot, issue(depot, "NOORDERHAVEN", end=depot.now.date().replace(day=30))["number"])


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    said = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return re.sub(r"\s+", " ", said.replace("\u00a0", " "))


@pytest.mark.parametrize("code", ["nl", "en"])
def test_paper_says_the_figures_that_were_signed(whole: WholeIssued, code: str) -> None:
    speaks = language(code)
    pdf = report_pdf(whole, as_csv(whole).decode(), speaks)
    said, terms = text_of(pdf), whole.frozen.report.terms
    assert f"{whole.row.number}" in said
    for mass_g in (terms.input_g, terms.sorted_g, terms.confirmed_g, terms.held_g):
        assert units.weight(mass_g, speaks) in said
    for one in whole.frozen.report.measures:
        if one.value and one.unit == "g":
            assert units.weight(one.value, speaks) in said, one.id
    for factor in (one for each in whole.frozen.report.measures for one in each.factors):
        assert factor.source.split()[0] in said
    assert report_pdf(whole, as_csv(whole).decode(), speaks) == pdf


def test_what_was_signed_is_attached_byte_for_byte_with_a_table(whole: WholeIssued) -> None:
    pdf = report_pdf(whole, as_csv(whole).decode(), language("nl"))
    with pikepdf.open(io.BytesIO(pdf)) as book:
        files = {name: file.get_file().read_bytes() for name, file in book.attachments.items()}
        with book.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
            assert said["pdfuaid:part"] == "1"
    assert files["report.json"].decode() == whole.text
    rows = list(csv.DictReader(io.StringIO(files["report.csv"].decode())))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    figures = json.loads(whole.text)["document"]["figures"]["figures"]
    kept = {row["term"]: row["value"] for row in rows if row["section"] == "figure"}
    assert kept == {one["id"]: "" if one["value"] is None else str(one["value"]) for one in figures}


def test_the_picture_of_the_flow_has_every_gram_once(whole: WholeIssued) -> None:
    found, speaks = whole.frozen.report, language("en")
    drawn = pictures.flow(found, speaks)
    assert drawn is not None
    heights = [float(each) for each in re.findall(r'width="9" height="([\d.]+)"', drawn["svg"])]
    whole_high, *rest = heights
    ends = [one["strong"] for one in drawn["labels"]]
    became = rest[: ends.index("Confirmed") - 1]
    assert whole_high == pytest.approx(pictures.HIGH)
    # A sliver that could not be seen is drawn a little higher than it is.
    assert sum(became) == pytest.approx(whole_high, abs=1)
    assert units.weight(found.terms.input_g, speaks) in drawn["alt"]
    monthly = pictures.months(whole.frozen.parts[By.MONTH], speaks)
    assert monthly is not None
    assert pictures.months(whole.frozen.report, speaks) is None


def test_nothing_at_all_is_still_a_report(depot: Depot) -> None:
    empty = look(depot, issue(depot, "DUINRAND")["number"])
    said = text_of(report_pdf(empty, as_csv(empty).decode(), language("en")))
    assert "Duinrand handed in 0.000 kg." in said
    assert as_workbook(empty, language("en"))
