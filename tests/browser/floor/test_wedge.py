"""A scanner is heard anywhere on the page; what people type slowly is theirs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from catalogue.codes import CodeKind, mint
from labels.gs1 import sscc
from tests.browser.floor.modules import ask, empty_page, slow_down
from tests.browser.floor.scanner import Scanner

pytestmark = pytest.mark.browser

LISTEN: Final = """({ Wedge }) => {
  window.heard = [];
  window.pressed = [];
  window.clicks = 0;
  document.getElementById("button").onclick = () => { window.clicks += 1; };
  new Wedge({
    onScan: (text) => window.heard.push(text),
    onKey: ({ key }) => window.pressed.push(key),
  }).start();
}"""
TRIES: Final = 5
PLAYED_S: Final = 1.5
"""Ten codes of a scanner that come slower than this were torn before they came."""
SLOW_MS: Final = 110
"""A quick typist, between two keys."""


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    with empty_page(chromium, address) as page:
        ask(page, "wedge.js", LISTEN)
        yield page


def heard(page: Page, count: int) -> list[str]:
    """What was heard, once it is so many, or a second later."""
    end = time.monotonic() + 1
    while time.monotonic() < end:
        if len(got := page.evaluate("window.heard")) >= count:
            break
        page.wait_for_timeout(20)
    # More than was asked for would be wrong too.
    page.wait_for_timeout(150)
    got = page.evaluate("window.heard")
    return [str(text) for text in got]


def value(page: Page, name: str) -> str:
    return page.locator(f"#{name}").input_value()


def labels(count: int) -> list[str]:
    return [mint(CodeKind.BATCH if at % 2 else CodeKind.BIN) for at in range(count)]


@pytest.mark.parametrize("end", ["\r", "\t", "", "\r\t"], ids=["enter", "tab", "nothing", "both"])
@pytest.mark.parametrize("slower", [1, 6])
def test_ten_codes_in_a_second_are_ten_scans(page: Page, end: str, slower: int) -> None:
    slow_down(page, slower)
    codes, took_s = list[str](), 0.0
    for _ in range(TRIES):
        page.evaluate("window.heard.length = 0")
        codes = labels(10)
        begin = time.monotonic()
        Scanner(page).scan(*codes, pause_ms=30, end=end)
        took_s = time.monotonic() - begin
        if took_s <= PLAYED_S:
            break
        # This machine was too busy to play a scanner: nothing was learned of who listens.
        heard(page, 10)
    assert heard(page, 10) == codes, f"sent within {took_s:.2f} s"


def test_codes_that_run_together_are_parted_by_their_check_character(page: Page) -> None:
    codes = labels(10)
    Scanner(page).scan("".join(codes), end="")
    assert heard(page, 10) == codes


@pytest.mark.parametrize("gap_ms", [1, 10, 30])
def test_a_scanner_of_any_pace_is_heard(page: Page, gap_ms: int) -> None:
    codes = [*labels(2), "BOX1", "S1", f"00{sscc('8712345', 1, 42)}"]
    Scanner(page).scan(*codes, gap_ms=gap_ms, pause_ms=150)
    assert heard(page, 5) == codes


def test_marks_and_fields_of_gs1_come_whole(page: Page) -> None:
    number = sscc("8712345", 1, 43)
    texts = [
        f"]C1{mint(CodeKind.BATCH)}",
        f"]C100{number}",
        "]C110LOT-A\x1d3103001250\x1d37120",
        "https://stofstroom.example/b/" + mint(CodeKind.BATCH),
        "SS:SUPPLIER:NOORDERHAVEN",
        "W 2026 0017",
    ]
    Scanner(page).scan(*texts, pause_ms=120)
    assert heard(page, 6) == texts


def test_marks_and_cards_part_what_runs_together(page: Page) -> None:
    one, other = labels(2)
    number, next_number = (sscc("8712345", 1, serial) for serial in (44, 45))
    texts = [
        *(f"]C1{one}", f"]Q1{other}", "SS:YES", "SS:1"),
        *(f"]C100{number}", f"00{next_number}", "SS:OK", one),
    ]
    Scanner(page).scan("".join(texts), end="")
    assert heard(page, len(texts)) == texts


def test_a_scan_into_a_field_is_a_scan_and_leaves_the_field_alone(page: Page) -> None:
    page.locator("#field").fill("12,5")
    page.locator("#field").focus()
    codes = [*labels(3), "BOX1"]
    Scanner(page).scan(*codes)
    assert heard(page, 4) == codes
    assert value(page, "field") == "12,5"


def test_slow_typing_in_a_field_stays_there(page: Page) -> None:
    code = mint(CodeKind.BATCH)
    page.evaluate(
        """() => { document.getElementById("field").onkeydown = (event) => {
          if (event.key === "Enter") window.entered = event.target.value;
        }; }"""
    )
    page.locator("#field").focus()
    page.keyboard.type(code, delay=SLOW_MS)
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    assert page.evaluate("window.entered") == code
    assert heard(page, 0) == []


def test_two_quick_keys_in_a_field_are_no_scan(page: Page) -> None:
    page.locator("#text").focus()
    for pair in ("th", "er", "en"):
        page.keyboard.type(pair, delay=5)
        page.wait_for_timeout(SLOW_MS)
    assert value(page, "text") == "theren"
    assert heard(page, 0) == []


def test_a_burst_never_presses_the_button_that_has_the_focus(page: Page) -> None:
    page.locator("#button").focus()
    codes = [mint(CodeKind.BATCH), "A B C 1", mint(CodeKind.BIN)]
    Scanner(page).scan(*codes, pause_ms=100)
    assert heard(page, 3) == codes
    assert page.evaluate("window.clicks") == 0
    assert page.evaluate("document.activeElement.id") == "button"
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert page.evaluate("window.clicks") == 2


def test_single_keys_of_a_person_are_told_one_by_one(page: Page) -> None:
    for key in ("1", "5", "x"):
        page.keyboard.press(key)
        page.wait_for_timeout(SLOW_MS)
    assert page.evaluate("window.pressed") == ["1", "5", "x"]
    page.keyboard.down("7")
    for _ in range(5):
        page.keyboard.down("7")
        page.wait_for_timeout(30)
    page.keyboard.up("7")
    assert heard(page, 0) == []


def test_a_field_gets_its_keys_back_when_a_burst_comes_between(page: Page) -> None:
    page.locator("#field").focus()
    page.keyboard.type("ab", delay=SLOW_MS)
    page.wait_for_timeout(SLOW_MS)
    code = mint(CodeKind.BATCH)
    Scanner(page).scan(code)
    page.wait_for_timeout(SLOW_MS)
    page.keyboard.type("cd", delay=SLOW_MS)
    assert heard(page, 1) == [code]
    assert value(page, "field") == "abcd"


def test_a_code_that_was_torn_apart_is_put_together_again(page: Page) -> None:
    code, other = labels(2)
    page.locator("#field").focus()
    page.keyboard.type("12")
    page.wait_for_timeout(1_200)
    page.keyboard.type(code[0])
    page.wait_for_timeout(300)
    Scanner(page).scan(code[1:])
    page.wait_for_timeout(1_200)
    # A whole code is never mixed with what somebody typed before it.
    page.keyboard.type("K")
    page.wait_for_timeout(300)
    Scanner(page).scan(other)
    assert heard(page, 2) == [code, other]
    assert value(page, "field") == "12K"


def test_scans_are_handled_one_after_the_other_in_order(page: Page) -> None:
    done: Any = ask(
        page,
        "wedge.js",
        """async ({ inOrder }) => {
          const done = [];
          const handle = inOrder(async (number) => {
            await new Promise((resolve) => setTimeout(resolve, 20 - number * 2));
            done.push(number);
          });
          await Promise.all([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(handle));
          return done;
        }""",
    )
    assert done == list(range(10))
