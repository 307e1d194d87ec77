"""What comes off the press: the same bytes again, for archives and for screen readers."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import typst

from paper.press import Attachment, press
from paper.signs import printable

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHEET = """
#show: paper
= #data.title
#facts(data.facts)
#sheet(data.caption, (("Stroom", "left", 1fr), ("kg", "right")),
  data.rows.map(row => (stream-shape(row.at(0)) + [ ] + row.at(1), row.at(2))))
"""
DATA = {
    "facts": [["Leverancier", "Noorderhaven *en* #partners"]],
    "caption": "Waar het bleef",
    "rows": [["reuse", "Hergebruik", "12,345"], ["held", "Wacht", "0,001"]],
}
FIGURES = Attachment("figures.csv", "text/csv", "stream;mass_g\nreuse;12345\n", "The figures")


def made(**more: Any) -> bytes:
    said: dict[str, Any] = {"title": "Verklaring", "language": "nl", "at": AT, "foot": "blad"}
    return press(SHEET, DATA, **(said | more))


def words_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(content))
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def attached(content: bytes) -> dict[str, bytes]:
    document = pypdfium2.PdfDocument(BytesIO(content))
    try:
        found = [document.get_attachment(at) for at in range(document.count_attachments())]
        return {one.get_name(): bytes(one.get_data()) for one in found}
    finally:
        document.close()


def test_the_same_sheet_with_the_same_data_gives_the_same_bytes() -> None:
    assert made() == made()
    assert made() != made(at=datetime(2026, 3, 2, 10, tzinfo=UTC))


def test_what_is_said_stands_in_it_as_it_was_said() -> None:
    text = words_of(made())
    for words in ("Verklaring", "Noorderhaven *en* #partners", "12,345", "Hergebruik", "blad"):
        assert words in text


def test_it_says_that_it_is_for_archives_and_for_screen_readers() -> None:
    content = made(attachments=[FIGURES])
    for mark in (b"<pdfaid:part>3", b"<pdfaid:conformance>A", b"<pdfuaid:part>1", b"/Lang"):
        assert mark in content


def test_the_data_travels_inside() -> None:
    assert attached(made(attachments=[FIGURES])) == {FIGURES.name: FIGURES.content.encode()}


def test_a_picture_without_words_is_refused() -> None:
    bare = SHEET + '\n#image(bytes(data.svg), format: "svg")'
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
    with pytest.raises(typst.TypstError):
        press(bare, {**DATA, "svg": svg}, title="x", language="nl", at=AT)


def test_a_sheet_reads_no_file_of_the_machine() -> None:
    with pytest.raises(typst.TypstError):
        press('#show: paper\n#read("/etc/hostname")', DATA, title="x", language="nl", at=AT)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Caf\u00e9 \u2212 \u0141\u00f3d\u017a", "Caf\u00e9 \u2212 \u0141\u00f3d\u017a"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("Spin\x00straat \u200d9", "Spinstraat 9"),
        ("\u4e2d \U0001f9f5", "? ?"),
    ],
)
def test_a_sign_that_the_typeface_lacks_stops_no_sheet(name: str, printed: str) -> None:
    content = press(SHEET, {**DATA, "caption": name}, title=name, language="nl", at=AT)
    assert printed in words_of(content)


def test_the_letters_of_western_names_are_all_there() -> None:
    latin = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0x17F))))
    assert set(latin) - set(printable(latin)) == set("ŊŋŦŧĲĳ")
    assert printable("ĳskoud") == "ijskoud"


def test_a_clock_that_knows_parts_of_a_second_makes_no_other_paper() -> None:
    assert made(at=AT.replace(microsecond=123_456)) == made()
