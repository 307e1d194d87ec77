"""Inspection, dispatch, finds, holds, taking back: each by a scanner, and without a network too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from catalogue.rulebook import rulebook
from intake.views import list_finds
from streams.paging import Asked
from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.hands import Hands
from tests.builders import Depot

pytestmark = pytest.mark.browser


@pytest.fixture
def hands(tablet: Tablet) -> Hands:
    made = Hands(tablet)
    made.codes("bin")
    return made


@pytest.fixture
def depot(house: House) -> Depot:
    return house.hall


def open_screen(hands: Hands, name: str, **params: Any) -> None:
    hands.tablet.ask("(floor, it) => { floor.go(it.name, it.params); }",
                     {"name": name, "params": params})  # fmt: skip


def learn(hands: Hands) -> None:
    """The tablet hears of what somebody else did."""
    hands.tablet.ask("async (floor) => { await floor.world.refresh(); }")


def cut(hands: Hands) -> None:
    hands.tablet.context.set_offline(True)
    hands.tablet.ask("async (floor) => { await floor.net.probe(); }")
    expect(hands.page.locator("[data-connection=offline]")).to_be_visible()


def mend(hands: Hands) -> None:
    hands.tablet.context.set_offline(False)
    hands.catches_up()


def heard(hands: Hands, verdict: str) -> None:
    expect(hands.page.locator("p[data-answer]")).to_have_attribute("data-answer", verdict)


# Finds


def test_a_knife_stops_the_box_and_everybody_by_scanner_alone(hands: Hands, depot: Depot) -> None:
    batch = depot.log(80_000)["code"]
    learn(hands)
    cut(hands)
    hands.scan(batch, "SS:FOUND", pause_ms=250)
    hands.asks("Wat heb je gevonden?")
    hands.scan("SS:FIND:knife", "SS:FIND:knife", pause_ms=250)
    expect(hands.page.locator(".counter output")).to_have_text("2")
    hands.scan("SS:OK")
    # The box in hand was known: now at once what to do.
    hands.asks("Stop: knife")
    expect(hands.page.locator(".do-now")).to_contain_text("Niet aanraken.")
    expect(hands.page.locator(".do-now")).to_contain_text("Roep je teamleider.")
    heard(hands, "accepted")
    expect(hands.page.locator("[data-outbox='1']")).to_be_visible()
    hands.scan("SS:OK")
    expect(hands.page.locator(".do-now")).to_have_count(0)
    mend(hands)
    assert hands.fetched(f"/batches/{batch}")["held"] is True
    with depot.database.read() as session:
        known = list_finds(session, rulebook(session), depot.people["leader"], Asked())
    assert [(find.kind, find.count) for find in known if find.batch == batch] == [("knife", 2)]


def test_a_wallet_is_put_aside_and_the_work_goes_on_by_keyboard(hands: Hands) -> None:
    hands.tap("[data-found]")
    hands.press("2")
    hands.asks("Hoeveel?")
    hands.press("3")
    expect(hands.page.locator(".counter output")).to_have_text("3")
    hands.press("Enter")
    hands.asks("In welke partij zat het?")
    hands.tap(hands.page.get_by_role("button", name="Ik weet het niet"))
    hands.sees("accepted", "3 × wallet")
    hands.press("Enter")
    hands.asks("Wat wil je doen?")


def test_a_find_that_was_half_told_survives_a_killed_tab(hands: Hands) -> None:
    # The card of what was found leads there from anywhere.
    hands.scan("SS:FIND:wallet", "SS:4", pause_ms=250)
    expect(hands.page.locator(".counter output")).to_have_text("4")
    tablet = hands.tablet
    tablet.page.close()
    tablet.page = tablet.open_tab()
    tablet.page.goto("/floor")
    expect(tablet.page.locator(".counter output")).to_have_text("4")


# Inspection


def test_boxes_and_bins_pass_a_step_that_is_chosen_once(hands: Hands, depot: Depot) -> None:
    first, second = (depot.log(mass_g)["code"] for mass_g in (60_000, 40_000))
    (code,) = [depot.open_bin("recycle")]
    depot.sort(second, {code: 10_000})
    learn(hands)
    cut(hands)
    open_screen(hands, "inspect")
    hands.asks("Welke stap doe je?")
    hands.scan("SS:GATE:logo")
    hands.asks("logo")
    hands.scan(first)
    hands.sees("accepted", "Goed: logo", "60,000 kg")
    hands.scan(first)
    hands.sees("look", "Dit was al goed.")
    hands.scan(second)
    hands.sees("accepted", "30,000 kg")
    hands.scan(code)
    hands.sees("accepted", "10,000 kg")
    expect(hands.page.locator("[data-outbox='3']")).to_be_visible()
    mend(hands)
    (gate,) = hands.fetched(f"/batches/{first}")["gates"]
    assert (gate["gate"], gate["free_g"]) == ("logo", 60_000)
    (gate,) = hands.fetched(f"/batches/{second}")["gates"]
    assert gate["free_g"] == 40_000


def test_many_are_collected_and_pass_at_once(hands: Hands, depot: Depot) -> None:
    codes = [depot.log(50_000)["code"] for _ in range(3)]
    stopped = depot.log(50_000)["code"]
    learn(hands)
    hands.tablet.ask("(floor) => floor.keep({gate: 'shredded', gate_many: true})")
    open_screen(hands, "inspect")
    hands.scan(*codes, codes[0], stopped, pause_ms=200)
    hands.sees("accepted", "Op de lijst: 4")
    # Meanwhile a team leader stops one of them.
    depot.hold(stopped)
    learn(hands)
    hands.scan("SS:BACK")
    open_screen(hands, "inspect")
    hands.scan("SS:OK")
    hands.sees("refused", stopped)
    hands.scan("SS:OK")
    expect(hands.page.locator("main .ask")).to_contain_text("1 op de lijst")
    hands.catches_up()
    for code in codes:
        (gate,) = hands.fetched(f"/batches/{code}")["gates"]
        assert (gate["gate"], gate["free_g"]) == ("shredded", 50_000)


# Dispatch


def filled_bin(depot: Depot, destination: str = "recycle", mass_g: int = 100_000) -> str:
    batch = depot.log(mass_g)["code"]
    code = depot.open_bin(destination, container="BOX1")
    depot.sort(batch, {code: mass_g})
    return code


def test_a_full_bin_is_weighed_and_closed_with_the_difference_named(
    hands: Hands, depot: Depot
) -> None:
    code = filled_bin(depot)
    learn(hands)
    hands.scale()
    cut(hands)
    open_screen(hands, "dispatch")
    hands.scan(code)
    hands.sees("look", "Zet hem op de weegschaal.")
    # Its container is known: 20 kg of it is the cart.
    hands.load(119_800)
    hands.scan("SS:OK")
    hands.sees("accepted", "De kar is gesloten.", "99,800 kg", "−0,200 kg")
    mend(hands)
    said = hands.fetched(f"/bins/{code}")
    assert (said["state"], said["mass_g"]) == ("closed", 99_800)


def test_a_load_is_asked_of_the_team_leader_in_one_command(hands: Hands, depot: Depot) -> None:
    closed = [filled_bin(depot, mass_g=mass_g) for mass_g in (30_000, 20_000)]
    for code, mass_g in zip(closed, (30_000, 20_000), strict=True):
        depot.close_bin(code, mass_g)
    burnt = filled_bin(depot, "burn", 10_000)
    depot.close_bin(burnt, 10_000)
    still_open = filled_bin(depot, "reuse", 5_000)
    learn(hands)
    open_screen(hands, "dispatch")
    hands.scan(burnt)
    hands.sees("look", "Waar gaat de wagen heen?")
    hands.press("Enter")
    # Who may not take it is not offered once bins are chosen; the other way round it is refused.
    expect(hands.page.locator("main .tile")).to_have_count(2)
    hands.tap("[data-value=SMELTERIJ]")
    hands.scan(closed[0])
    hands.sees("refused", "Dit mag daar niet heen.", closed[0])
    hands.scan("SS:OK", "SS:NO", pause_ms=250)
    hands.asks("Welke kar is vol?")
    hands.tablet.ask("(floor) => floor.saveDraft('dispatch', null)")
    hands.scan("SS:HOME")
    open_screen(hands, "dispatch")
    hands.scan(closed[0])
    hands.sees("look")
    hands.scan("SS:SUPPLIER:VEZELHOF")
    hands.asks("Scan elke kar in de wagen.")
    hands.scan(closed[1])
    hands.sees("accepted", "In de wagen: 2", "50,000 kg")
    hands.scan(still_open)
    hands.sees("refused", "Sluit eerst de kar.")
    hands.scan("SS:OK", "VB-2026/7", pause_ms=250)
    hands.sees("accepted", "Dat is de vrachtbrief.", "VB-2026/7")
    hands.scan("SS:OK")
    hands.sees("parked", "Je teamleider kijkt het na.")
    expect(hands.page.locator("[data-attention='1']")).to_be_visible()
    hands.scan("SS:OK")
    expect(hands.page.locator(".answer")).to_have_count(0)
    # It is not offered for another truck, and not a second time.
    ready: list[str] = hands.tablet.ask(
        "async (floor) => (await import('/static/floor/screens/truck.js'))"
        ".readyBins(floor).map((bin) => bin.code)"
    )
    assert not set(closed) & set(ready)
    hands.tap("[data-attention]")
    hands.asks("Je teamleider beslist.")
    hands.press("Enter")
    expect(hands.page.locator("[data-attention='0']")).to_be_visible()
    (kept,) = parked(depot, "shipment")
    assert (kept["outlet"], kept["bins"], kept["waybill"]) == ("VEZELHOF", closed, "VB-2026/7")


def parked(depot: Depot, kind: str) -> list[dict[str, Any]]:
    """What waits for a team leader, as it was sent."""
    with depot.database.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT command FROM scan WHERE status = 'parked' AND kind = ? ORDER BY received_at",
            (kind,),
        )
        return [json.loads(row[0])["body"] for row in rows]
