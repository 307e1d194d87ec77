"""Labels at a station: printed again, looked for, and replaced by a blank one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from catalogue.actions import define
from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.hands import Hands, furnish
from tests.browser.floor.judging import breaches_at_all_sizes
from tests.browser.floor.scanner import Scanner
from tests.labels.printer import NO_PAPER, Manner, Printer
from tests.labels.test_printing import read

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def furnished(house: House) -> None:
    furnish(house)


@pytest.fixture
def printer(house: House) -> Iterator[Printer]:
    with Printer() as found:
        with house.hall.database.write() as session:
            said = {"site": "S1", "name": "1", "host": "127.0.0.1", "port": found.port}
            define(session, "WATERKANT", "printer", "PRINTER1", said, now=house.hall.now)
        yield found


@pytest.fixture
def hands(tablet_of: Callable[..., Tablet]) -> Hands:
    made = tablet_of()
    made.enrol("S1-IN", "Gate")
    hands = Hands(made)
    hands.codes("batch")
    return hands


def batch_here(hands: Hands) -> str:
    """A batch that this tablet knows of."""
    code: str = hands.tablet.house.hall.log()["code"]
    hands.catches_up()
    return code


def opened(hands: Hands) -> None:
    hands.tablet.ask("(floor) => floor.go('labels')")
    hands.asks("Welk label?")


def jobs(hands: Hands, code: str) -> list[Any]:
    found: list[Any] = hands.fetched(f"/print-jobs?code={code}")
    return found


def test_a_label_is_printed_again_and_its_scan_says_that_it_is_there(
    hands: Hands, printer: Printer
) -> None:
    code = batch_here(hands)
    opened(hands)
    hands.scan(code)
    hands.asks("Wat is er met het label?")
    hands.press("1")
    hands.asks("De printer heeft het.")
    assert [read(picture) for picture in printer.pictures] == [{code}]
    hands.scan(code)
    hands.sees("accepted", "Het label is er.")
    assert [job["state"] for job in jobs(hands, code)] == ["printed"]


def test_a_label_in_doubt_is_looked_for_and_printed_only_when_somebody_says_so(
    hands: Hands, printer: Printer
) -> None:
    printer.manners = [Manner(answer=None)]
    code = batch_here(hands)
    opened(hands)
    hands.scan(code)
    hands.press("1")
    hands.asks("Ligt het label er?")
    assert breaches_at_all_sizes(hands.page) == []
    assert len(printer.printed) == 1
    hands.scan("SS:NO")
    hands.asks("De printer heeft het.")
    assert len(printer.printed) == 2
    assert [job["state"] for job in jobs(hands, code)] == ["sent", "cancelled"]


def test_what_is_stuck_stands_on_the_screen_with_what_to_do(hands: Hands, printer: Printer) -> None:
    printer.manners = [Manner(answer=NO_PAPER)]
    code = batch_here(hands)
    opened(hands)
    hands.scan(code)
    hands.press("1")
    hands.asks("Het papier is op.")
    hands.tap("text=Het is er")
    hands.asks("Welk label?")
    assert [job["state"] for job in jobs(hands, code)] == ["printed"]


def test_a_damaged_label_is_replaced_by_a_blank_one_with_the_scanner_alone(hands: Hands) -> None:
    code = batch_here(hands)
    blank = hands.codes("batch")[0]
    opened(hands)
    hands.scan(code, "SS:2", blank)
    hands.sees("accepted", "Het nieuwe label werkt. Het oude ook.")
    hands.catches_up()
    seen = hands.fetched(f"/batches/{blank}")
    assert seen["code"] == code


def test_a_thing_whose_label_cannot_be_read_is_found_in_a_list(hands: Hands) -> None:
    code = batch_here(hands)
    blank = hands.codes("batch")[0]
    opened(hands)
    hands.tap("text=Scannen lukt niet")
    hands.asks("Welke is het?")
    hands.tap(f"[data-value={code}]")
    hands.tap("[data-value=torn]")
    # Without an Enter: on a busy machine it could come late and be taken for an answer.
    Scanner(hands.page).scan(code, end="")
    hands.tap(hands.sees("refused", "Scan een leeg label.").get_by_role("button"))
    hands.scan(blank)
    hands.sees("accepted")


def test_without_a_network_a_blank_label_is_to_be_used(hands: Hands) -> None:
    code = batch_here(hands)
    opened(hands)
    hands.scan(code)
    hands.tablet.context.set_offline(True)
    expect(hands.page.locator("[data-connection=offline]")).to_be_visible()
    hands.press("1")
    hands.asks("Er is geen netwerk.")
    expect(hands.page.locator("main .help")).to_have_text("Gebruik een leeg label.")
    hands.tablet.context.set_offline(False)


def test_the_label_screens_keep_nobody_out(hands: Hands, printer: Printer) -> None:
    printer.manners = [Manner(answer=NO_PAPER)]
    code = batch_here(hands)
    opened(hands)
    assert breaches_at_all_sizes(hands.page) == []
    hands.tap("text=Scannen lukt niet")
    assert breaches_at_all_sizes(hands.page) == []
    hands.scan(code)
    hands.asks("Wat is er met het label?")
    assert breaches_at_all_sizes(hands.page) == []
    hands.press("1")
    hands.asks("Het papier is op.")
    assert breaches_at_all_sizes(hands.page) == []
    opened(hands)
    expect(hands.page.locator("[data-job]").first).to_be_visible()
    assert breaches_at_all_sizes(hands.page) == []
