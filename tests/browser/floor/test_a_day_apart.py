"""A whole day without a network, as it goes: scanned, killed, opened again, restored, settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.actions import open_session
from streams.verify import audit
from tests.browser.floor.conftest import Tablet
from tests.browser.floor.hands import PIECE_G, Hands, furnish
from tests.browser.floor.modules import wait_until
from tests.browser.floor.restarting import RestartingHouse, restarting_house
from tests.builders import Depot
from web.deps import SESSION_COOKIE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCANS: Final = 200
SECONDS: Final = 20


@pytest.fixture(scope="module")
def house(hall: Depot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestartingHouse]:
    folder: Path = tmp_path_factory.mktemp("backups")
    with restarting_house(hall, folder) as house:
        furnish(house)  # type: ignore[arg-type]
        yield house


def at_the_table(hands: Hands, batch: str, method: str) -> None:
    how = {"guidance": "straight", "method": method}
    hands.tablet.ask("async (floor, how) => (await floor.keep(how), floor.go('sort'))", how)
    hands.tablet.ask("(floor) => floor.world.refresh()")
    hands.scan(batch)
    expect(hands.page.locator("main .left")).to_be_attached()


def waiting(hands: Hands) -> tuple[int, int]:
    """What the bar at the top says: how many wait, and how many need somebody."""
    page = hands.page
    return (
        int(page.locator("[data-outbox]").get_attribute("data-outbox") or -1),
        int(page.locator("[data-attention]").get_attribute("data-attention") or -1),
    )


def kept(hands: Hands, count: int) -> None:
    """All so far are on the disk, and the screen says so."""
    expect(hands.page.locator(f"[data-outbox='{count}']")).to_be_visible(timeout=30_000)
    assert waiting(hands) == (count, 0)


def killed_and_opened_again(hands: Hands) -> None:
    hands.tablet.page.close(run_before_unload=False)
    hands.page = hands.tablet.page = hands.tablet.open_tab()
    hands.page.goto("/floor")
    wait_until(hands.page, "window.floor?.outbox?.leading === true")


def booked(house: RestartingHouse, hands: Hands) -> list[str]:
    """Those scans of this tablet that the chain of the site holds, in its order."""
    own = set(scans_of(hands))
    return [scan for scan in house.entries("sort") if scan in own]


def scans_of(hands: Hands) -> list[str]:
    found: list[str] = hands.knows("floor.outbox.list().map((row) => row.scan_id)")
    return found


def whole(house: RestartingHouse) -> bool:
    with house.hall.database.read() as session:
        return next(iter(audit(session)), None) is None


def test_two_hundred_scans_without_a_network_are_two_hundred_entries_in_order(
    tablet: Tablet, house: RestartingHouse
) -> None:
    batch = str(house.hall.log(SCANS * PIECE_G + 100_000)["code"])
    bins = [house.hall.open_bin("reuse"), house.hall.open_bin("burn")]
    hands = Hands(tablet)
    at_the_table(hands, batch, "pieces")
    tablet.context.set_offline(True)
    for at in range(0, SCANS, 20):
        begun = time.monotonic()
        hands.scan(*bins * 10, pause_ms=30)
        kept(hands, at + 20)
        if at == SCANS // 2:
            killed_and_opened_again(hands)
            kept(hands, at + 20)
        else:
            time.sleep(max(0.0, SECONDS * 20 / SCANS - (time.monotonic() - begun)))
    left = tablet.ask("(floor, code) => floor.world.batch(code).held_g", batch)
    assert left == 100_000
    house.restart()
    backup = house.back_up()
    tablet.context.set_offline(False)
    hands.tablet.ask("(floor) => floor.outbox.flush()")
    expect(hands.page.locator("[data-outbox='0']")).to_be_visible(timeout=60_000)
    assert waiting(hands) == (0, 0)
    assert len(scans_of(hands)) == SCANS
    assert booked(house, hands) == scans_of(hands)
    assert whole(house)
    # And once more, when the server forgot all of it.
    house.bring_back(backup)
    assert booked(house, hands) == []
    hands.tablet.ask("(floor) => floor.outbox.sender.flush()")
    hands.tablet.ask("(floor) => floor.world.refresh()")
    wait_until(
        hands.page,
        f"window.floor.outbox.list().filter((row) => row.replayed).length === {SCANS}",
    )
    expect(hands.page.locator("[data-outbox='0']")).to_be_visible(timeout=60_000)
    assert booked(house, hands) == scans_of(hands)
    assert whole(house)


@pytest.fixture
def leader(house: RestartingHouse, chromium: Browser) -> Iterator[Page]:
    """A team leader at the desk."""
    with house.hall.database.write() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT id FROM person WHERE email = 'leader@example.org'"
        )
        token = open_session(session, rows.scalar_one(), now=house.hall.now)
    context = chromium.new_context(base_url=house.address, locale="nl-NL")
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": house.address}])
    yield context.new_page()
    context.close()


def standing(house: RestartingHouse, batch: str) -> dict[str, Any]:
    with house.hall.database.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT place.pool, SUM(balance.mass_g) FROM balance"
            " JOIN place ON place.id = balance.place_id JOIN batch ON batch.id = balance.batch_id"
            " WHERE batch.code = ? GROUP BY place.pool",
            (batch,),
        )
        return {pool: mass_g for pool, mass_g in rows if mass_g}


def test_two_tablets_apart_on_one_batch_end_at_the_team_leader(
    tablet_of: Callable[..., Tablet], house: RestartingHouse, leader: Page
) -> None:
    batch = str(house.hall.log(100_000)["code"])
    bins = [house.hall.open_bin("reuse"), house.hall.open_bin("burn")]
    pair = []
    for at, station in enumerate(("S1-A", "S1-B")):
        tablet = tablet_of()
        tablet.enrol(station, station)
        hands = Hands(tablet)
        hands.scale()
        at_the_table(hands, batch, "part")
        tablet.context.set_offline(True)
        hands.load(60_000)
        hands.scan(bins[at])
        hands.sees("accepted", "60,000 kg")
        kept(hands, 1)
        pair.append(hands)
    for hands in pair:
        hands.tablet.context.set_offline(False)
        hands.tablet.ask("(floor) => floor.outbox.flush()")
        expect(hands.page.locator("[data-outbox='0']")).to_be_visible(timeout=60_000)
    assert [waiting(hands) for hands in pair] == [(0, 0), (0, 1)]
    supplied = {"SUPPLIER": -100_000}
    assert standing(house, batch) == {**supplied, "BIN": 60_000, "HOLDING": 40_000}
    # The leader weighs the second bin: there were only 40 kg in it.
    leader.goto("/attention")
    row = leader.locator("li[id^=scan-]").filter(has_text=batch)
    expect(row).to_contain_text("60,000 kg")
    row.locator("summary").click()
    row.locator("details input[inputmode=decimal]").first.fill("40")
    row.locator("details button[value=book]").click()
    expect(leader.locator("li[id^=scan-]").filter(has_text=batch)).to_have_count(0)
    assert standing(house, batch) == {**supplied, "BIN": 100_000}
    assert whole(house)
