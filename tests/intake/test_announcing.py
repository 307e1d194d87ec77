"""What the lines of a file announce, and what is refused. Today is Monday 2 March 2026."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from catalogue.errors import Malformed
from intake import announcing_files as files
from intake.announcing import Judged, Known, judge, missing
from intake.announcing_files import Number, read_file
from intake.announcing_sheets import Sheet, csv_file, workbook

KNOWN = Known(
    today=date(2026, 3, 2),
    suppliers={"nh": "NH", "noorderhaven": "NH"},
    sites={"s1": "S1", "hal 1": "S1", "s2": "S2"},
    groups={"S1": {"uniform": "uniform", "uniformen": "uniform"}, "S2": {}},
)
HEAD = "locatie;verwacht op;kenmerk;artikelgroep;bakken;gewicht kg"


def judged(*lines: str, head: str = HEAD) -> Judged:
    return judge(read_file("\r\n".join([head, *lines]).encode()), KNOWN)


def problems(*lines: str, head: str = HEAD) -> list[list[tuple[str, str]]]:
    found = judged(*lines, head=head).lines
    return [[(one.column, one.code) for one in line.problems] for line in found]


def test_lines_with_one_reference_are_one_delivery() -> None:
    found = judged(
        "S1;31-3-2026 09:30;MV-1;Uniformen;4;820,5", "hal 1;2026-03-31 9:30;mv-1;;;310", ";;;;;"
    )
    (delivery,) = found.deliveries
    assert (delivery.supplier, delivery.site, delivery.reference) == ("NH", "S1", "MV-1")
    assert (delivery.expected_on, delivery.minutes) == (date(2026, 3, 31), 570)
    said = [(line.article_group, line.containers, line.mass_g) for line in delivery.lines]
    assert said == [("uniform", 4, 820_500), (None, None, 310_000)]
    assert (delivery.mass_g, delivery.numbers) == (1_130_500, (2, 3))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (";31-3-2026;A;;;1", [("site", "empty")]),
        ("S9;31-3-2026;A;;;1", [("site", "unknown_site")]),
        ("S1;;A;;;1", [("expected_on", "empty")]),
        ("S1;31-2-2026;A;;;1", [("expected_on", "not_a_day")]),
        ("S1;3/31/2026;A;;;1", [("expected_on", "not_a_day")]),
        ("S1;31-3-2019;A;;;1", [("expected_on", "far_away")]),
        ("S1;31-3-2026 25:00;A;;;1", [("expected_on", "not_a_time")]),
        ("S1;31-3-2026;;;;1", [("reference", "empty")]),
        (f"S1;31-3-2026;{'A' * 61};;;1", [("reference", "too_long")]),
        ("S1;31-3-2026;A;jas;;1", [("article_group", "unknown_group")]),
        ("S1;31-3-2026;A;;een;1", [("containers", "not_a_count")]),
        ("S1;31-3-2026;A;;99999;1", [("containers", "not_a_count")]),
        ("S1;31-3-2026;A;;;", [("mass_kg", "empty")]),
        ("S1;31-3-2026;A;;;veel", [("mass_kg", "not_a_mass")]),
        ("S1;31-3-2026;A;;;0", [("mass_kg", "not_a_mass")]),
        ("S1;31-3-2026;A;;;-5", [("mass_kg", "not_a_mass")]),
        ("S1;31-3-2026;A;;;40000", [("mass_kg", "too_heavy")]),
        ("S1;31-3-2026;A;;;1.200", [("mass_kg", "ambiguous")]),
        ("S1;31-3-2026;A;;;1;2;3", [("", "more_cells")]),
        ("S9;gisteren;;;;", [("site", "unknown_site"), ("expected_on", "not_a_day"),
                             ("reference", "empty"), ("mass_kg", "empty")]),
    ],
)  # fmt: skip
def test_a_wrong_line_says_all_that_is_wrong_with_it(
    line: str, expected: list[tuple[str, str]]
) -> None:
    assert problems(line) == [expected]


@pytest.mark.parametrize(
    ("masses", "first_g"),
    [
        (["12,5"], 12_500),
        (["12.345 kg", "0.5"], 12_345),
        (["1.200", "12,5"], 1_200_000),
        (["1.200", "12.5"], 1_200),
        (["1.200,5"], 1_200_500),
        (["1,200.5"], 1_200_500),
        (["1.200,500"], 1_200_500),
        (["1.200"], None),
        (["1 200"], None),
        (["1,2,3"], None),
    ],
)
def test_a_mark_in_a_weight_means_what_the_file_shows_it_to_mean(
    masses: list[str], first_g: int | None
) -> None:
    lines = [f"S1;31-3-2026;A{number};;;{mass}" for number, mass in enumerate(masses)]
    said = judged(*lines).lines[0].said
    assert (said.mass_g if said else None) == first_g


def test_a_delivery_goes_whole_or_waits_for_the_line_that_is_wrong() -> None:
    good, wrong = "S1;31-3-2026;A;;;1", "S1;31-3-2026;A;;;veel"
    assert problems(good, wrong, "S1;31-3-2026;B;;;1") == [
        [("reference", "waits")],
        [("mass_kg", "not_a_mass")],
        [],
    ]
    assert problems(good, "S2;31-3-2026;A;;;1") == [
        [("reference", "waits")],
        [("reference", "differs")],
    ]


def test_columns_are_known_by_their_heads_in_any_order() -> None:
    found = judged("x,250,2026-03-31,A,S1", head="Remark,Weight (kg),Expected on,Reference,Site")
    assert found.deliveries[0].mass_g == 250_000
    assert found.unread == ("Remark",)
    assert missing(read_file(b"site;time\nS1;09:00")) == ("expected_on", "reference", "mass_kg")


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\nS1;31-3-2026;é;;;1".encode(),
        f"{HEAD}\nS1;31-3-2026;é;;;1".encode("utf-8-sig"),
        f"{HEAD}\r\nS1;31-3-2026;é;;;1".encode("cp1252"),
        f"{HEAD}\nS1;31-3-2026;é;;;1".replace(";", "\t").encode("utf-16"),
        f"{HEAD}\nS1;31-3-2026;é;;;1".replace(";", ",").encode(),
        f"sep=;\n{HEAD}\nS1;31-3-2026;é;;;1".encode(),
        f'{HEAD}\n"S1";"31-3-2026";"é";;;"1"\n'.encode(),
    ],
)
def test_a_file_is_read_however_it_was_written(content: bytes) -> None:
    assert judge(read_file(content), KNOWN).deliveries[0].reference == "é"


def book_of(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_says_days_and_numbers_by_their_types() -> None:
    day = datetime(2026, 3, 31, 9, 30)  # noqa: DTZ001 - workbooks know no zones
    content = book_of(
        ["site", "expected on", "reference", "containers", "kg"],
        ["S1", day, 1042, 3.0, 820.5],
        [None, None, None, None, None],
        ["S1", day.date(), "B", None, 1.2],
    )
    first, second = judge(read_file(content), KNOWN).deliveries
    assert (first.reference, first.minutes, first.mass_g) == ("1042", 570, 820_500)
    assert (first.numbers, first.lines[0].containers) == ((2,), 3)
    assert (second.numbers, second.minutes, second.mass_g) == ((4,), None, 1_200)


def packed(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", files.NO_LINES),
        (b"site;kg\n", files.NO_LINES),
        (b"\x00\x01\x02", files.NOT_TEXT),
        (b'kenmerk;kg\n"A;1\n', files.QUOTES),
        (b"\xd0\xcf\x11\xe0 old", files.OLD_WORKBOOK),
        (b"PK\x03\x04 broken", files.NO_WORKBOOK),
        (packed("a.txt", b"x"), files.NO_WORKBOOK),
        (packed("xl/workbook.xml", b"<!DOCTYPE lol []><x/>"), files.NO_WORKBOOK),
        (packed("xl/a.xml", b"\x20" * (files.UNPACKED_MAX + 1)), files.TOO_LARGE),
        (b"kg\n" + b"1\n" * (files.LINES_MAX + 1), files.TOO_MANY_LINES),
        (b";" * 41 + b"\n", files.NO_LINES),
        (b"x;" * 41 + b"\n", files.TOO_MANY_COLUMNS),
        (b"x" * (files.BYTES_MAX + 1), files.TOO_LARGE),
    ],
)
def test_what_cannot_be_read_whole_is_refused_whole(content: bytes, problem: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_file(content)
    assert refused.value.figures["problem"] == problem


def test_a_workbook_that_defines_words_of_its_own_is_refused_in_any_letters() -> None:
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book_of(["kg"], [1]))) as whole,
        zipfile.ZipFile(changed, "w") as parts,
    ):
        for part in whole.infolist():
            text = whole.read(part).decode()
            if part.filename == "xl/worksheets/sheet1.xml":
                text = f"<!DOCTYPE worksheet []>{text}"
                parts.writestr(part, text.encode("utf-16"))
            else:
                parts.writestr(part, text)
    with pytest.raises(Malformed) as refused:
        read_file(changed.getvalue())
    assert refused.value.figures["problem"] == files.NO_WORKBOOK


def test_a_broken_workbook_is_a_refusal_wherever_it_breaks() -> None:
    content = book_of(["kg"], [1])
    for cut in range(40, len(content), 397):
        with pytest.raises(Malformed):
            read_file(content[:cut])


def test_a_cell_that_looks_like_a_formula_goes_out_harmless_and_comes_back_as_it_was() -> None:
    rows = [["kenmerk", "kg"], ["=1+1", Number("12.5")], ["-A", "x"]]
    written = csv_file(rows, ";")
    assert b"'=1+1" in written
    assert [line.cells[0] for line in read_file(written).lines] == ["=1+1", "-A"]
    again = read_file(workbook([Sheet("Regels", rows, [20, 10])]))
    assert [line.cells for line in again.lines] == [("=1+1", "12.5"), ("-A", "x")]
    assert isinstance(again.lines[0].cells[1], Number)
