"""A box comes in: by scanner alone, by keyboard alone, by touch alone; without a network too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from catalogue.actions import define
from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.hands import Hands, furnish
from tests.browser.floor.judging import breaches_at_all_sizes
from tests.labels.printer import Printer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def furnished(house: House) -> None:
    furnish(house)


@pytest.fixture
def hands(tablet_of: Callable[..., Tablet]) -> Hands:
    made = tablet_of()
    made.enrol("S1-IN", "Gate")
    hands = Hands(made)
    hands.codes("batch")
    # There is a printer at this site; most of these boxes get a blank label.
    made.ask("(floor) => floor.keep({ blank_labels: true })")
    return hands


@pytest.fixture
def printer(house: House) -> Iterator[Printer]:
    """A socket that plays the only printer of the site."""
    with Printer() as found:
        with house.hall.database.write() as session:
            said = {"site": "S1", "name": "1", "host": "127.0.0.1", "port": found.port}
            define(session, "WATERKANT", "printer", "PRINTER1", said, now=house.hall.now)
        yield found


def opened(hands: Hands) -> None:
    hands.tablet.ask("(floor) => floor.go('intake')")
    hands.asks("Van wie is het?")


def picture() -> bytes:
    """What a camera gives: here a small grey square."""
    made = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(made, "PNG")
    return made.getvalue()


def until(hands: Hands, code: str, state: str, jobs: int = 1) -> None:
    """The print jobs of a label, so many, come into a state."""
    states: list[str] = []
    for _ in range(100):
        states = [job["state"] for job in hands.fetched(f"/print-jobs?code={code}")]
        if states == [state] * jobs:
            return
        hands.page.wait_for_timeout(50)
    raise AssertionError(states)


def test_a_box_comes_in_by_scanner_alone(hands: Hands) -> None:
    hands.scale()
    first, second = hands.codes("batch")[:2]
    hands.load(120_000)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN")
    hands.sees("accepted", "Noorderhaven")
    hands.scan("BOX1")
    hands.sees("accepted", "BOX1", "20,000 kg")
    hands.scan("SS:GROUP:uniform")
    hands.scan(first)
    hands.sees("accepted", "Noorderhaven", "100,000 kg")
    assert hands.acts == 4
    # What is known stays: the next box costs its container and its label.
    hands.load(0)
    hands.load(65_000)
    hands.scan("BOX2", second)
    hands.sees("accepted", "50,000 kg")
    assert hands.acts == 6
    hands.catches_up()
    said = hands.fetched(f"/batches/{second}")
    assert (said["mass_g"], said["supplier"], said["article_group"]) == (
        50_000,
        "NOORDERHAVEN",
        "uniform",
    )


def test_a_box_comes_in_by_keyboard_alone(hands: Hands) -> None:
    opened(hands)
    hands.press("1")
    expect(hands.page.locator(".scan-here")).to_have_text("Scan de bak.")
    hands.press("1")
    hands.asks("Wat zit erin?")
    hands.press("1")
    expect(hands.page.locator("[data-keypad]")).to_be_visible()
    hands.press("7", "5", ",", "5", "Enter")
    expect(hands.page.locator("main .live")).to_contain_text("55,500 kg")
    hands.press("Enter")
    hands.asks("Welk label zit erop?")
    hands.press("1")
    hands.sees("accepted", "55,500 kg")
    assert hands.acts == 10


def test_a_box_comes_in_by_touch_alone(hands: Hands) -> None:
    hands.scale()
    hands.load(60_000)
    opened(hands)
    hands.tap("[data-value=DUINRAND]")
    hands.tap("[data-value=BOX3]")
    hands.tap("[data-value=towel]")
    hands.tap("main .do .primary")
    hands.tap("main [data-choice='1']")
    hands.sees("accepted", "Duinrand", "50,000 kg")
    # Six decisions: from whom, on what, what, the weight is right, which label.
    assert hands.acts == 5
    # The containers stand under the answer: the next box begins with one tap.
    hands.load(0)
    hands.load(30_000)
    hands.tap(".answer [data-value=BOX1]")
    hands.tap("main .do .primary")
    hands.tap("main [data-choice='1']")
    hands.sees("accepted", "Duinrand", "10,000 kg")
    assert hands.acts == 8


def test_a_label_comes_out_of_the_printer_by_itself_and_is_scanned(
    hands: Hands, printer: Printer
) -> None:
    hands.tablet.ask("(floor) => floor.keep({ blank_labels: false })")
    hands.scale()
    opened(hands)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN", "SS:GROUP:uniform", "BOX1")
    hands.load(120_000)
    hands.sees("accepted", "Noorderhaven", "100,000 kg")
    hands.page.keyboard.press("Escape")
    expect(hands.page.locator(".scan-here")).to_contain_text("Plak het label erop. Scan het.")
    expect(hands.page.locator("[data-job]:not([data-job=''])")).to_be_visible()
    fresh = hands.knows("floor.view.state.fresh")
    until(hands, fresh, "sent")
    assert len(printer.printed) == 1
    hands.scan(fresh)
    hands.sees("accepted", "Het label zit erop. Ga door.")
    # Two things of the box were scanned: its container, and its label.
    assert hands.acts == 4
    hands.catches_up()
    assert hands.fetched(f"/batches/{fresh}")["mass_g"] == 100_000
    until(hands, fresh, "printed")


def test_each_container_of_a_batch_gets_a_label_that_says_which_it_is(
    hands: Hands, printer: Printer
) -> None:
    hands.tablet.ask("(floor) => floor.keep({ blank_labels: false })")
    hands.scale()
    opened(hands)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN", "BOX1", "BOX2", "SS:GROUP:uniform")
    hands.load(140_000)
    hands.sees("accepted", "Noorderhaven", "105,000 kg")
    hands.page.keyboard.press("Escape")
    expect(hands.page.locator(".scan-here")).to_contain_text("Plak er 2 labels op. Scan er één.")
    fresh = hands.knows("floor.view.state.fresh")
    expect(hands.page.locator("[data-job]:not([data-job=''])")).to_be_visible()
    until(hands, fresh, "sent", jobs=2)
    jobs = hands.fetched(f"/print-jobs?code={fresh}")
    assert sorted((job["part"], job["parts"]) for job in jobs) == [(1, 2), (2, 2)]
    hands.scan(fresh)
    hands.sees("accepted", "Het label zit erop. Ga door.")
    hands.catches_up()
    until(hands, fresh, "printed", jobs=2)


def test_scans_may_come_in_any_order(hands: Hands) -> None:
    hands.scale()
    label = hands.codes("batch")[0]
    opened(hands)
    hands.scan(label)
    hands.sees("look", "Van wie is het?")
    hands.scan("BOX1")
    hands.scan("SS:GROUP:towel")
    hands.load(50_000)
    hands.scan("SS:SUPPLIER:ZEEKANT")
    hands.sees("accepted", "Zeekant", "30,000 kg")
    assert hands.acts == 4


def test_a_label_that_is_scanned_too_soon_waits_for_a_weight_that_stands_still(
    hands: Hands,
) -> None:
    hands.scale()
    label = hands.codes("batch")[0]
    opened(hands)
    hands.scan("SS:SUPPLIER:ZEEKANT", "BOX2", "SS:GROUP:towel")
    hands.load(40_000, "moving")
    hands.scan(label)
    hands.sees("look", "Wacht. Het wordt vanzelf geboekt.")
    hands.load(45_000)
    hands.sees("accepted", "30,000 kg")


def test_two_containers_weigh_together(hands: Hands) -> None:
    hands.scale()
    hands.load(135_000)
    opened(hands)
    hands.scan("SS:SUPPLIER:ZEEKANT", "BOX1", "BOX2", "SS:GROUP:towel")
    hands.page.keyboard.press("Escape")
    assert hands.page.locator(".sum dd").all_inner_texts() == [
        "135,000 kg",
        "35,000 kg",
        "100,000 kg",
    ]


def test_without_a_container_its_weight_is_typed(hands: Hands) -> None:
    hands.scale()
    label = hands.codes("batch")[0]
    opened(hands)
    hands.scan("SS:SUPPLIER:ZEEKANT")
    hands.page.keyboard.press("Escape")
    hands.tap("[data-value=none]")
    hands.asks("Hoe zwaar is de lege doos?")
    hands.press("2", "Enter")
    hands.scan("SS:GROUP:towel")
    hands.load(12_500)
    hands.scan(label)
    hands.sees("accepted", "10,500 kg")


def test_a_delivery_says_who_it_is_from_and_what_is_in_it(house: House, hands: Hands) -> None:
    delivery = house.hall.announce(100_000, supplier="DUINRAND")["code"]
    hands.tablet.ask("(floor) => floor.world.refresh()")
    hands.scale()
    hands.load(60_000)
    label = hands.codes("batch")[0]
    opened(hands)
    hands.scan(delivery)
    hands.sees("accepted", "Duinrand", "100,000 kg")
    hands.scan("BOX1", "SS:GROUP:towel", label)
    hands.sees("accepted", "40,000 kg")
    hands.page.keyboard.press("Escape")
    expect(hands.page.locator("[data-received='40000']")).to_contain_text("van 100,000 kg")
    hands.catches_up()
    assert hands.fetched(f"/batches/{label}")["delivery"] == delivery
    # The rest of it comes on another truck, after the server knows of the first.
    expect(hands.page.locator("[data-received='40000']")).to_be_attached()
    second = hands.codes("batch")[0]
    hands.load(0)
    hands.load(72_000)
    hands.scan("BOX1", second)
    hands.sees("accepted", "52,000 kg")
    hands.catches_up()
    assert hands.fetched(f"/batches/{second}")["delivery"] == delivery


def test_a_box_comes_in_without_a_network_and_is_booked_once_later(hands: Hands) -> None:
    hands.scale()
    hands.load(120_000)
    label = hands.codes("batch")[0]
    opened(hands)
    hands.tablet.context.set_offline(True)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN", "BOX1", "SS:GROUP:uniform", label)
    hands.sees("accepted", "100,000 kg")
    expect(hands.page.locator("[data-outbox='1']")).to_be_visible()
    hands.scan(label)
    hands.sees("look", "Deze partij is klaar.")
    hands.tablet.context.set_offline(False)
    hands.catches_up()
    assert hands.fetched(f"/batches/{label}")["mass_g"] == 100_000


def test_half_a_box_survives_a_tab_that_is_killed(hands: Hands) -> None:
    opened(hands)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN", "BOX2", "SS:GROUP:uniform")
    hands.sees("accepted")
    hands.page.close()
    hands.page = hands.tablet.page = hands.tablet.open_tab()
    hands.page.goto("/floor")
    chips = hands.page.locator("main .chip")
    expect(chips.nth(0)).to_contain_text("Noorderhaven")
    expect(chips.nth(1)).to_contain_text("BOX2")
    expect(chips.nth(2)).to_contain_text("uniform")


def test_a_wet_box_is_set_apart_with_its_reason(hands: Hands) -> None:
    hands.scale()
    hands.load(120_000)
    label = hands.codes("batch")[0]
    opened(hands)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN", "BOX1", "SS:GROUP:uniform")
    hands.page.keyboard.press("Escape")
    hands.tap("main .do .second")
    hands.tap("[data-value=wet]")
    with hands.page.expect_file_chooser() as camera:
        hands.tap("main .photo-add")
    camera.value.set_files({"name": "wet.png", "mimeType": "image/png", "buffer": picture()})
    expect(hands.page.locator("main .photos img")).to_be_visible()
    hands.tap("main .do .primary")
    hands.tap("[data-value=hold]")
    hands.tap("[data-value=damp]")
    hands.scan(label)
    hands.sees("look", "Zet deze partij apart.")
    hands.catches_up()
    said = hands.fetched(f"/batches/{label}")
    assert (said["mass_g"], said["held"]) == (100_000, True)
    kept = hands.knows("floor.outbox.list({}).find((row) => row.kind === 'intake').body.photos")
    assert len(kept) == 1
    states = hands.knows("floor.outbox.list({}).map((row) => row.state)")
    assert set(states) == {"accepted"}


def test_practice_never_reaches_the_server(hands: Hands) -> None:
    hands.tablet.ask("(floor) => (floor.world.startPractice(), (floor.weight.practice = true))")
    label = hands.knows("floor.world.codes.batch")[0]
    before = hands.fetched("/batches")
    hands.load(120_000)
    opened(hands)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN", "BOX1", "SS:GROUP:uniform", label)
    hands.sees("accepted", "100,000 kg")
    assert hands.knows("floor.outbox.counts().waiting") == 0
    assert hands.fetched("/batches") == before


def test_what_is_no_container_is_said_and_nothing_is_lost(hands: Hands) -> None:
    opened(hands)
    hands.scan("SS:SUPPLIER:NOORDERHAVEN", "NOSUCHBOX")
    hands.sees("unknown", "NOSUCHBOX")
    hands.page.keyboard.press("Escape")
    expect(hands.page.locator("main .chip").first).to_contain_text("Noorderhaven")


def test_each_step_is_fit_for_everybody(hands: Hands) -> None:
    hands.scale()
    opened(hands)
    assert breaches_at_all_sizes(hands.page) == []
    for step in ("SS:SUPPLIER:NOORDERHAVEN", "BOX1", "SS:GROUP:uniform"):
        hands.scan(step)
        hands.sees("accepted")
        hands.page.keyboard.press("Escape")
        assert breaches_at_all_sizes(hands.page) == [], step
    for view in ("trouble", "label", "tare"):
        hands.tablet.ask("(floor, view) => floor.view.view(view)", view)
        hands.page.wait_for_timeout(100)
        if view == "trouble":
            assert breaches_at_all_sizes(hands.page) == [], view
            hands.tap("[data-value=torn]")
        assert breaches_at_all_sizes(hands.page) == [], view
