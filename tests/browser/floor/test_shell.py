"""The frame of the floor in a real browser: let in, offline, by keyboard, one tab, new versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.judging import breaches_at_all_sizes
from tests.browser.floor.modules import wait_until
from tests.browser.keyboard import STOPS_MAX, Keyboard
from web.floor_files import floor_version

pytestmark = pytest.mark.browser

WHOLE_MAX_BYTES: Final = 150_000
AGAIN_MAX_BYTES: Final = 5_000


def test_a_tablet_is_let_in_by_a_typed_code_and_knows_its_station(tablet: Tablet) -> None:
    expect(tablet.page.locator(".station")).to_have_text("A")
    expect(tablet.page.locator("[data-connection=online]")).to_have_text("Verbonden")
    expect(tablet.page.locator("[data-outbox='0']")).to_be_visible()
    expect(tablet.page.locator("[data-attention='0']")).to_be_visible()
    # It is let in for good: the next time nobody types anything.
    tablet.page.reload()
    expect(tablet.page.get_by_role("heading", name="Wat wil je doen?")).to_be_visible()


def test_a_link_with_a_code_lets_a_tablet_in(
    house: House, tablet_of: Callable[..., Tablet]
) -> None:
    made = tablet_of()
    made.page.goto(f"/floor#code={house.code_for('S1-IN')}")
    expect(made.page.locator("[data-answer=accepted]")).to_be_attached()
    expect(made.page.locator(".station")).to_have_text("In")
    assert made.page.evaluate("location.hash") == ""


def test_a_tablet_moves_to_another_station_once_everything_is_sent(
    tablet: Tablet, house: House
) -> None:
    page = tablet.page
    tablet.ask("(floor) => floor.go('settings')")
    tablet.context.route("**/api/v1/sync", lambda route: route.abort())
    _keep_one(tablet)
    page.get_by_role("button", name="Laat deze tablet toe").click()
    expect(page.get_by_role("alert")).to_contain_text("Wacht tot alles verstuurd is.")
    page.keyboard.press("Enter")
    tablet.context.unroute("**/api/v1/sync")
    tablet.ask("(floor) => floor.outbox.flush()")
    expect(page.locator("[data-outbox='0']")).to_be_visible()
    page.get_by_role("button", name="Laat deze tablet toe").click()
    page.get_by_label("Code", exact=True).fill(house.code_for("S1-IN", "Tablet 2"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-answer=accepted]")).to_be_attached()
    expect(page.locator(".station")).to_have_text("In")
    page.keyboard.press("Enter")
    # It stayed the tab that books, and books at its new station.
    assert page.evaluate("window.floor.outbox.leading") is True
    assert page.evaluate("window.floor.device.name") == "Tablet 2"


def test_a_wrong_code_is_refused_until_somebody_says_so(tablet_of: Callable[..., Tablet]) -> None:
    made = tablet_of()
    made.page.goto("/floor")
    made.page.get_by_label("Code", exact=True).fill("PQR-234")
    made.page.get_by_role("button", name="Klaar").click()
    panel = made.page.get_by_role("alert")
    expect(panel).to_contain_text("Deze code werkt niet.")
    expect(panel).to_contain_text("PQR-234")
    panel.get_by_role("button", name="Oké").click()
    expect(panel).to_have_count(0)
    expect(made.page.get_by_label("Code", exact=True)).to_have_value("PQR-234")


def test_the_floor_opens_without_a_network_after_the_first_visit(tablet: Tablet) -> None:
    tablet.context.set_offline(True)
    tablet.page.goto("/floor")
    expect(tablet.page.get_by_role("heading", name="Wat wil je doen?")).to_be_visible()
    expect(tablet.page.locator("[data-connection=offline]")).to_have_text("Geen netwerk")
    expect(tablet.page.locator(".station")).to_have_text("A")
    # Another language needs no network either, and stays when the tablet starts anew.
    tablet.ask("(floor) => floor.speakIn('en')")
    expect(tablet.page.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    tablet.page.reload()
    expect(tablet.page.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    tablet.context.set_offline(False)
    expect(tablet.page.locator("[data-connection=online]")).to_have_text("Connected")


def test_the_first_visit_loads_at_most_150_kilobytes_and_the_next_next_to_nothing(
    tablet_of: Callable[..., Tablet], house: House
) -> None:
    """All that the server sends until the tablet could do without it, headers included."""
    made = tablet_of()
    before = house.release.sent_bytes
    made.page.goto("/floor")
    expect(made.page.get_by_role("heading", name="Typ de code voor deze tablet.")).to_be_visible()
    made.ready()
    made.page.wait_for_load_state("networkidle")
    first = house.release.sent_bytes - before
    assert first <= WHOLE_MAX_BYTES
    made.page.reload()
    expect(made.page.get_by_role("heading", name="Typ de code voor deze tablet.")).to_be_visible()
    made.page.wait_for_load_state("networkidle")
    assert house.release.sent_bytes - before - first <= AGAIN_MAX_BYTES


def test_without_a_service_worker_the_modules_come_one_by_one(
    tablet_of: Callable[..., Tablet],
) -> None:
    made = tablet_of(service_workers="block")
    made.page.goto("/floor")
    expect(made.page.get_by_role("heading", name="Typ de code voor deze tablet.")).to_be_visible()


def test_a_killed_tab_comes_back_where_it_was(tablet: Tablet) -> None:
    tablet.ask("(floor) => floor.go('more')")
    tablet.ask("(floor) => floor.go('settings')")
    tablet.page.close()
    tablet.page = tablet.open_tab()
    tablet.page.goto("/floor")
    expect(tablet.page.get_by_role("heading", name="Instellingen")).to_be_visible()
    tablet.page.keyboard.press("Escape")
    expect(tablet.page.get_by_role("heading", name="Meer")).to_be_visible()
    tablet.page.get_by_role("button", name="Start").click()
    expect(tablet.page.get_by_role("heading", name="Wat wil je doen?")).to_be_visible()


def test_everything_of_the_frame_is_reached_by_keyboard(tablet: Tablet) -> None:
    keyboard = Keyboard(tablet.page)
    tablet.ask("(floor) => floor.go('settings')")
    for _ in range(STOPS_MAX):
        tablet.page.keyboard.press("Tab")
        if tablet.page.evaluate("document.activeElement.dataset.focus") == "set speak":
            break
    tablet.page.keyboard.press("Space")
    # Built anew, the screen keeps the focus where the hands are.
    expect(tablet.page.get_by_role("button", name="Lees antwoorden voor")).to_be_focused()
    expect(tablet.page.locator("[aria-pressed=true]")).to_contain_text("Aan")
    for hook in ("data-found", "data-code", "data-speak", "data-home"):
        keyboard.reach(tablet.page.locator(f"[{hook}]"))
    tablet.page.keyboard.press("Enter")
    expect(tablet.page.get_by_role("heading", name="Wat wil je doen?")).to_be_visible()
    # On home the number keys pick a tile.
    tiles = tablet.page.locator("[data-choice]")
    last = tiles.nth(tiles.count() - 1)
    expect(last).to_contain_text("Meer")
    number = last.get_attribute("data-choice")
    assert number is not None
    tablet.page.keyboard.press(number)
    expect(tablet.page.get_by_role("heading", name="Meer")).to_be_visible()


def test_a_button_that_is_being_pressed_stays_until_the_finger_is_up(tablet: Tablet) -> None:
    """Whatever comes in from the server meanwhile: a screen built anew would lose the press."""
    tile = tablet.page.get_by_role("button", name="Meer")
    tile.hover()
    tablet.page.mouse.down()
    tablet.ask("async (floor) => { floor.refresh(); await floor.world.refresh(); }")
    tablet.page.mouse.up()
    expect(tablet.page.get_by_role("heading", name="Meer")).to_be_visible()


def test_an_accepted_answer_goes_away_with_the_next_tap_and_waits_for_nobody(
    tablet: Tablet,
) -> None:
    page = tablet.page
    tablet.ask("(floor) => floor.answer({verdict: 'accepted', say: 'Klaar.'})")
    expect(page.get_by_role("status")).to_contain_text("Goed")
    # No timer takes it away.
    page.clock.install()
    page.clock.run_for(60_000)
    expect(page.get_by_role("status")).to_be_visible()
    page.mouse.click(640, 300)
    expect(page.get_by_role("status")).to_have_count(0)
    # What the hand does next is one tap, not two.
    tablet.ask(
        """(floor) => {
          const next = document.createElement("button");
          next.textContent = "Volgende";
          next.onclick = () => floor.go("more");
          floor.answer({verdict: "accepted", next});
        }"""
    )
    page.get_by_role("button", name="Volgende").click()
    expect(page.get_by_role("status")).to_have_count(0)
    expect(page.get_by_role("heading", name="Meer")).to_be_visible()


@pytest.mark.parametrize("name", ["home", "more", "settings", "code", "stolen", "enrol"])
def test_nothing_of_a_screen_keeps_people_out(tablet: Tablet, name: str) -> None:
    tablet.ask("(floor, name) => floor.router.only(name)", name)
    assert breaches_at_all_sizes(tablet.page) == []


@pytest.mark.parametrize("verdict", ["accepted", "look", "refused", "parked", "unknown"])
def test_nothing_of_an_answer_keeps_people_out(tablet: Tablet, verdict: str) -> None:
    tablet.ask(
        """(floor, verdict) => floor.answer({verdict, say: "Weeg opnieuw.", read: "BK4M-7RXP-3FQP",
          figures: [["Er is", "12,345 kg"]], also: {text: "Het is al gebeurd", onpress() {}}})""",
        verdict,
    )
    expect(tablet.page.locator(f"[data-answer={verdict}]")).to_be_attached()
    assert breaches_at_all_sizes(tablet.page) == []


def test_rubbish_is_answered_with_what_was_read(tablet: Tablet) -> None:
    tablet.context.set_offline(True)
    tablet.ask("(floor) => floor.net.probe()")
    tablet.ask("(floor) => floor.scanned('ZOMAAR IETS')")
    panel = tablet.page.get_by_role("alert")
    expect(panel).to_contain_text("Onbekend")
    expect(panel).to_contain_text("ZOMAAR IETS")
    expect(tablet.page.locator("[data-answer=unknown]")).to_be_attached()
    # What is scanned meanwhile is answered too, and waits behind it.
    tablet.ask("(floor) => floor.scanned('NOG IETS')")
    expect(panel).to_contain_text("Nog 1")
    tablet.page.keyboard.press("Enter")
    expect(panel).to_contain_text("NOG IETS")
    tablet.ask("(floor) => floor.scanned('SS:OK')")
    expect(panel).to_have_count(0)
    expect(tablet.page.locator("#screen")).to_be_focused()


def test_a_second_tab_shows_where_the_work_is_and_can_take_it_over(tablet: Tablet) -> None:
    first, second = tablet.page, tablet.open_tab()
    second.goto("/floor")
    expect(
        second.get_by_role("heading", name="De app is open in een ander tabblad.")
    ).to_be_visible()
    expect(second.locator("[data-found]")).to_be_disabled()
    second.get_by_role("button", name="Werk hier verder").click()
    expect(second.get_by_role("heading", name="Wat wil je doen?")).to_be_visible()
    expect(
        first.get_by_role("heading", name="De app is open in een ander tabblad.")
    ).to_be_visible()
    leads = "window.floor.outbox.leading"
    assert (first.evaluate(leads), second.evaluate(leads)) == (False, True)


@pytest.fixture
def later(house: House) -> Iterator[str]:
    """The version after this one; the server goes back to this one in the end."""
    yield f"{floor_version()}-later"
    house.release.newer = ""


def _keep_one(tablet: Tablet) -> None:
    """Book something, however it leaves the tablet."""
    tablet.ask(
        "(floor) => floor.book('find', null, {kind: 'wallet', count: 1, batch: null},"
        " {quiet: true})"
    )


def test_a_new_version_takes_over_only_when_nothing_waits(
    tablet: Tablet, house: House, later: str
) -> None:
    page = tablet.page
    assert tablet.ask("(floor) => floor.update.version()") == floor_version()
    # The server is there, but takes no scans: one waits.
    tablet.context.route("**/api/v1/sync", lambda route: route.abort())
    _keep_one(tablet)
    expect(page.locator("[data-outbox='1']")).to_be_visible()
    page.evaluate("window.before = true")
    house.release.newer = later
    tablet.ask("(floor) => floor.update.look()")
    wait_until(
        page,
        "navigator.serviceWorker.getRegistration('/floor').then((it) => Boolean(it.waiting))",
    )
    tablet.ask("(floor) => { floor.go('settings'); floor.home(); }")
    assert page.evaluate("window.before") is True
    assert tablet.ask("(floor) => floor.update.version()") == floor_version()
    # Somebody is in the middle of something: also then it waits.
    tablet.ask("(floor) => floor.go('settings')")
    tablet.context.unroute("**/api/v1/sync")
    tablet.ask("(floor) => floor.outbox.flush()")
    expect(page.locator("[data-outbox='0']")).to_be_visible()
    assert page.evaluate("window.before") is True
    with page.expect_event("load", timeout=60_000):
        tablet.ask("(floor) => { floor.home(); }")
    wait_until(page, "Boolean(window.floor?.view)")
    assert page.evaluate("window.before") is None
    assert tablet.ask("(floor) => floor.update.version()") == later
