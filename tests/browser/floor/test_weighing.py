"""The weigh panel in the real frame, before real scales: on the network, on a cable, and none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from catalogue.actions import define
from scales.agent import PORT, Agent
from scales.link import Link, SerialWire
from scales.simulator import PtyScale, TcpScale
from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.modules import wait_until

pytestmark = pytest.mark.browser

TRIAL: Final = """async (floor, how) => {
  const { weighPanel } = await import("/static/floor/screens/weigh.js");
  const { ask } = await import("/static/floor/dom.js");
  const { SCREENS } = await import("/static/floor/screens/index.js");
  window.taken = [];
  const panel = weighPanel(floor, { ...how, onweight: (weight) => window.taken.push(weight) });
  window.panel = panel;
  SCREENS.set("trial", {
    name: "trial", title: () => "Wegen", pictogram: "weigh", kinds: [],
    open: () => ({
      render: () => [ask({ pictogram: "weigh", text: "Zet het op de weegschaal." }), panel.node],
      scanned: (scan) => panel.scanned(scan),
      key: (event) => panel.key(event),
      close: () => panel.close(),
    }),
  });
  await floor.go("trial");
}"""
"""The panel on a screen of its own, in the real frame."""


@pytest.fixture(scope="module")
def wired(house: House) -> Iterator[TcpScale]:
    """A scale on the network of the hall, which the server reads."""
    with TcpScale() as played:
        with house.hall.database.write() as session:
            for code, due in (("WIRED", date(2099, 1, 1)), ("LATE", date(2025, 1, 1))):
                said = {
                    "site": "S1", "name": code.title(), "division_g": 100, "max_g": 150_000,
                    "calibration_due": due, "address": played.address,
                }  # fmt: skip
                define(session, "WATERKANT", "scale", code, said, now=house.hall.now)
        yield played


def trial(tablet: Tablet, kind: str, scale: str | None, **how: Any) -> Page:
    tablet.ask("(floor, choice) => floor.weight.choose(choice)", {"kind": kind, "scale": scale})
    tablet.page.evaluate(f"(how) => ({TRIAL})(window.floor, how)", how)
    expect(tablet.page.locator(".weigh")).to_be_visible()
    return tablet.page


def shows(page: Page, state: str) -> Locator:
    panel = page.locator(f".weigh[data-weight={state}]")
    expect(panel).to_be_visible()
    return panel


def taken(page: Page) -> Any:
    return page.evaluate("() => window.taken")


def press_take(page: Page) -> None:
    page.get_by_role("button", name="Neem dit gewicht").click()


def driven(page: Page, scale: TcpScale | PtyScale, gone: Callable[[], None]) -> None:
    """The four things that can be seen of a scale: moving, stable, too much, gone."""
    scale.scale.load(52_345, settle_s=1.5)
    expect(shows(page, "moving")).to_contain_text("Beweegt nog")
    expect(shows(page, "moving").locator("output")).to_have_text("52,300")
    press_take(page)
    expect(page.locator(".weigh-state")).to_have_text("Wacht tot het gewicht stilstaat.")
    assert taken(page) == []
    expect(shows(page, "stable")).to_contain_text("Staat stil")
    assert page.locator(".sum dd").all_inner_texts() == ["52,300 kg", "20,000 kg", "32,300 kg"]
    press_take(page)
    wait_until(page, "window.taken.length === 1")
    press_take(page)
    expect(page.locator(".weigh-state")).to_contain_text("Dit is al gewogen.")
    scale.scale.load(900_000, settle_s=0)
    panel = shows(page, "overload")
    expect(panel).to_contain_text("Te zwaar voor deze weegschaal")
    expect(panel.locator("output")).to_have_text("–")
    gone()
    expect(shows(page, "disconnected")).to_contain_text("Geen contact met de weegschaal")
    press_take(page)
    assert len(taken(page)) == 1


def test_a_scale_on_the_network_drives_the_panel(wired: TcpScale, tablet: Tablet) -> None:
    page = trial(tablet, "server", "WIRED", tare_g=20_000)
    driven(page, wired, wired.disconnect)
    assert taken(page) == [
        {
            "gross_g": 52_300, "tare_g": 20_000, "net_g": 32_300, "pieces": None,
            "quality": "measured", "by": "scale", "scale": "WIRED", "frame": "S S     52.300 kg",
        }
    ]  # fmt: skip
    wired.connect()
    wired.scale.load(0, settle_s=0)
    shows(page, "empty")


def test_a_scale_on_a_cable_drives_the_panel_through_the_agent(
    house: House, wired: TcpScale, tablet: Tablet
) -> None:
    with PtyScale() as played:
        link = Link(lambda: SerialWire(played.port))
        clock = lambda: datetime.now(UTC)  # noqa: E731
        with Agent(link, origin=house.address, clock=clock, port=PORT) as agent:
            thread = threading.Thread(target=agent.serve_forever, args=(0.05,))
            thread.start()
            page = trial(tablet, "agent", "SCALE1", tare_g=20_000)
            driven(page, played, lambda: played.scale.silence(True))
            (weight,) = taken(page)
            agent.shutdown()
            thread.join()
        link.close()
    assert (weight["scale"], weight["frame"]) == ("SCALE1", "S S     52.300 kg")
    assert (weight["by"], weight["quality"]) == ("scale", "measured")


def test_without_an_agent_there_is_no_contact(wired: TcpScale, tablet: Tablet) -> None:
    shows(trial(tablet, "agent", "SCALE1"), "disconnected")


def test_an_overdue_scale_says_so_and_estimates(wired: TcpScale, tablet: Tablet) -> None:
    wired.scale.load(30_000, settle_s=0)
    page = trial(tablet, "server", "LATE")
    shows(page, "stable")
    expect(page.locator("[data-overdue]")).to_contain_text("Het gewicht telt als geschat.")
    press_take(page)
    wait_until(page, "window.taken.length === 1")
    assert taken(page)[0]["quality"] == "estimated"
    wired.scale.load(0, settle_s=0)


def test_a_light_load_is_asked_about_and_a_no_gives_it_back(
    wired: TcpScale, tablet: Tablet
) -> None:
    wired.scale.load(1_500, settle_s=0)
    page = trial(tablet, "server", "WIRED")
    shows(page, "stable")
    press_take(page)
    expect(page.get_by_role("heading", name="Dit is erg licht. Klopt dat?")).to_be_visible()
    page.get_by_role("button", name="Nee", exact=True).click()
    assert taken(page) == []
    shows(page, "stable")
    press_take(page)
    page.get_by_role("button", name="Ja", exact=True).click()
    assert [each["gross_g"] for each in taken(page)] == [1_500]
    wired.scale.load(0, settle_s=0)


def test_a_weight_is_typed_by_keyboard_alone(tablet: Tablet) -> None:
    page = trial(tablet, "keypad", None, tare_g=20_000)
    page.keyboard.press("Enter")
    expect(page.locator(".weigh-state")).to_have_text("Typ eerst het gewicht.")
    for key in ("5", "2", ",", "3", "4", "Backspace"):
        page.keyboard.press(key, delay=20)
        page.wait_for_timeout(120)
    expect(shows(page, "by_hand").locator("output")).to_have_text("52,3")
    page.keyboard.press("Enter")
    wait_until(page, "window.taken.length === 1")
    (weight,) = taken(page)
    assert (weight["net_g"], weight["by"], weight["quality"]) == (32_300, "hand", "measured")
    assert (weight["scale"], weight["frame"]) == (None, None)


def test_a_weight_is_typed_by_touch_alone_and_said_to_be_an_estimate(tablet: Tablet) -> None:
    page = trial(tablet, "keypad", None)
    page.get_by_role("button", name="Geschat").click()
    for key in ("1", "2", "Komma", "5"):
        page.get_by_role("button", name=key, exact=True).click()
    expect(shows(page, "estimated").locator("output")).to_have_text("12,5")
    press_take(page)
    wait_until(page, "window.taken.length === 1")
    assert (taken(page)[0]["gross_g"], taken(page)[0]["quality"]) == (12_500, "estimated")


def test_pieces_are_counted_times_their_standard_weight(tablet: Tablet) -> None:
    page = trial(tablet, "keypad", None, mode="pieces", piece_g=450, tare_g=2_000)
    press_take(page)
    expect(page.locator(".weigh-state")).to_have_text("Tel eerst de stuks.")
    for key in ("2", "4"):
        page.get_by_role("button", name=key, exact=True).click()
    press_take(page)
    wait_until(page, "window.taken.length === 1")
    (weight,) = taken(page)
    assert (weight["net_g"], weight["pieces"], weight["gross_g"]) == (10_800, 24, 12_800)
    assert (weight["by"], weight["quality"]) == ("pieces", "estimated")


def test_a_bin_is_weighed_before_and_after_and_then_remembered(
    wired: TcpScale, tablet: Tablet
) -> None:
    how = {"mode": "difference", "bin": "NTEST"}
    wired.scale.load(40_000, settle_s=0)
    page = trial(tablet, "server", "WIRED", **how)
    shows(page, "stable")
    page.get_by_role("button", name="Dit is vooraf").click()
    assert taken(page) == []
    for gross_g in (43_500, 45_000):
        wired.scale.load(gross_g, settle_s=0)
        expect(shows(page, "stable").locator("output")).to_have_text(
            f"{gross_g // 1000},{gross_g % 1000:03}"
        )
        press_take(page)
    wait_until(page, "window.taken.length === 2")
    assert [(each["tare_g"], each["net_g"]) for each in taken(page)] == [
        (40_000, 3_500),
        (43_500, 1_500),
    ]
    # Another time, another screen: what the bin weighed is known.
    page = trial(tablet, "server", "WIRED", **how)
    expect(page.locator(".sum dd").nth(1)).to_have_text("45,000 kg")
    wired.scale.load(0, settle_s=0)


def test_practice_weighs_with_the_software_scale_only(wired: TcpScale, tablet: Tablet) -> None:
    page = trial(tablet, "server", "WIRED")
    tablet.ask("(floor) => { floor.weight.practice = true; floor.refresh(); }")
    tablet.ask("() => window.panel.set({})")
    page.get_by_role("button", name="12,345 kg").click()
    expect(shows(page, "stable").locator("output")).to_have_text("12,345")
    press_take(page)
    wait_until(page, "window.taken.length === 1")
    assert (taken(page)[0]["by"], taken(page)[0]["scale"]) == ("software", None)
    tablet.ask("(floor) => { floor.weight.practice = false; }")


def test_a_tablet_chooses_its_scale(wired: TcpScale, tablet: Tablet) -> None:
    tablet.ask("(floor) => floor.go('scales')")
    tablet.page.get_by_role("button", name="Wired Via het netwerk").click()
    assert tablet.ask("(floor) => floor.weight.choice") == {"kind": "server", "scale": "WIRED"}
    tablet.page.reload()
    wait_until(tablet.page, "window.floor?.weight !== undefined")
    assert tablet.ask("(floor) => floor.weight.choice") == {"kind": "server", "scale": "WIRED"}


@pytest.mark.parametrize("how", [{}, {"mode": "keypad"}, {"mode": "pieces", "piece_g": 450}])
def test_the_panel_keeps_nobody_out(wired: TcpScale, tablet: Tablet, how: dict[str, Any]) -> None:
    page = trial(tablet, "server", "WIRED", tare_g=2_000, **how)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    small = page.evaluate(
        """() => [...document.querySelectorAll("[data-weigh] button")]
          .map((each) => each.getBoundingClientRect())
          .filter(({ width, height }) => width < 64 || height < 64).length"""
    )
    assert small == 0
