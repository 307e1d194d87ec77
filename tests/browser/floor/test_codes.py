"""What a scanned text is: the tablet and the server read the same vectors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from catalogue.codes import CodeKind, MisreadCode, mint, parse
from labels.gs1 import check_digit
from tests.browser.floor.modules import ask, empty_page
from web.scanning import cleaned

VECTORS: Final[Mapping[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "codes.json").read_text()
)


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    with empty_page(chromium, address) as page:
        yield page


def read_label(text: str) -> dict[str, str]:
    try:
        code = parse(text)
    except MisreadCode as error:
        return {"misreading": error.misreading.value}
    return {"kind": code.kind.value, "code": code.text}


def without_text(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "text"}


def test_the_server_reads_the_vectors() -> None:
    assert len(VECTORS["labels"]) > 100
    for row in VECTORS["labels"]:
        assert read_label(row["text"]) == without_text(row), row
    for row in VECTORS["cleaned"]:
        assert cleaned(row["text"]) == row["plain"], row
    for row in VECTORS["check_digits"]:
        assert check_digit(row["body"]) == row["digit"], row


@pytest.mark.browser
def test_the_tablet_reads_labels_as_the_server_does(page: Page) -> None:
    texts = [row["text"] for row in VECTORS["labels"]]
    read = ask(page, "codes.js", "(codes, texts) => texts.map(codes.parse)", texts)
    assert read == [without_text(row) for row in VECTORS["labels"]]


@pytest.mark.browser
def test_the_tablet_takes_off_the_same_marks_as_the_server(page: Page) -> None:
    texts = [row["text"] for row in VECTORS["cleaned"]]
    plain = ask(page, "codes.js", "(codes, texts) => texts.map(codes.cleaned)", texts)
    assert plain == [row["plain"] for row in VECTORS["cleaned"]]
    bodies = [row["body"] for row in VECTORS["check_digits"]]
    digits = ask(page, "gs1.js", "(gs1, bodies) => bodies.map(gs1.checkDigit)", bodies)
    assert digits == [row["digit"] for row in VECTORS["check_digits"]]


@pytest.mark.browser
def test_a_scanned_text_is_what_it_says(page: Page) -> None:
    texts = [row["text"] for row in VECTORS["scans"]]
    scans = ask(page, "codes.js", "(codes, texts) => texts.map(codes.recognise)", texts)
    for row, scan in zip(VECTORS["scans"], scans, strict=True):
        wanted = without_text(row)
        assert {name: scan.get(name) for name in wanted} == wanted, row
        assert re.search(r"[\x00-\x1f\x7f]", scan["read"]) is None, row


@pytest.mark.browser
def test_codes_minted_on_either_side_are_read_on_the_other(page: Page) -> None:
    kinds = [kind.value for kind in CodeKind]
    made = ask(page, "codes.js", "(codes, kinds) => kinds.map(codes.mint)", kinds)
    assert [read_label(code)["kind"] for code in made] == kinds
    many = ask(page, "codes.js", "(codes) => Array.from({length: 500}, () => codes.mint('bin'))")
    assert {read_label(code).get("kind") for code in many} == {"bin"}
    assert len(set(many)) == 500
    ours = [mint(CodeKind.BATCH) for _ in range(500)]
    read = ask(page, "codes.js", "(codes, all) => all.map((one) => codes.parse(one).code)", ours)
    assert read == ours


@pytest.mark.browser
def test_every_single_slip_of_the_finger_is_noticed(page: Page) -> None:
    slips = ask(
        page,
        "codes.js",
        """(codes) => {
          let missed = 0;
          for (let round = 0; round < 20; round += 1) {
            const code = codes.mint("batch");
            for (let at = 1; at < code.length; at += 1) {
              for (const other of codes.ALPHABET) {
                const slip = code.slice(0, at) + other + code.slice(at + 1);
                missed += slip !== code && Boolean(codes.parse(slip).kind);
              }
              const swapped = code.slice(0, at - 1) + code[at] + code[at - 1] + code.slice(at + 1);
              missed += at > 1 && swapped !== code && Boolean(codes.parse(swapped).kind);
            }
          }
          return missed;
        }""",
    )
    assert slips == 0


@pytest.mark.browser
def test_numbers_of_scans_rise_also_when_the_clock_goes_back(page: Page) -> None:
    made = ask(
        page,
        "ids.js",
        """({ uuid7 }) => {
          const now = Date.now();
          const many = Array.from({ length: 9000 }, () => uuid7(now));
          return [...many, uuid7(now - 60_000), uuid7(now + 5), uuid7(now + 5)];
        }""",
    )
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    pattern = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert all(re.fullmatch(pattern, one) for one in made)
