"""What a tablet did is booked exactly once and in order, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Route, expect

from tests.browser.floor.conftest import Tablet
from tests.browser.floor.modules import wait_until
from tests.browser.floor.restarting import RestartingHouse, restarting_house
from tests.builders import Depot

pytestmark = pytest.mark.browser

SYNC: Final = "**/api/v1/sync"
DO: Final = """async (floor, {kind, target, body, scan_id}) => {
  const { commandOf } = await import("/static/floor/book.js");
  const command = { ...commandOf(floor, kind, target, body), ...(scan_id ? { scan_id } : {}) };
  const row = await floor.outbox.add(command);
  return { scan_id: row.scan_id, counter: row.counter, ...floor.outbox.counts() };
}"""
ROWS: Final = """(floor) => floor.outbox.list().map(({ scan_id, counter, state, answer }) =>
  ({ scan_id, counter, state, answer }))"""


@pytest.fixture(scope="module")
def house(hall: Depot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestartingHouse]:
    folder: Path = tmp_path_factory.mktemp("backups")
    with restarting_house(hall, folder) as house:
        yield house


@pytest.fixture
def batch(house: RestartingHouse) -> str:
    return str(house.hall.log(500_000)["code"])


def sort(tablet: Tablet, batch: str, mass_g: int = 100, **more: Any) -> dict[str, Any]:
    """Sort out of a batch, and keep it in the outbox."""
    body = {"parts": [{"destination": "burn", "mass_g": mass_g}]}
    said = {"kind": "sort", "target": batch, "body": body, "scan_id": None} | more
    kept: dict[str, Any] = tablet.ask(DO, said)
    return kept


def counted(tablet: Tablet) -> tuple[str | None, str | None]:
    """What the bar at the top says: waiting, and needing somebody."""
    page = tablet.page
    return (
        page.locator("[data-outbox]").get_attribute("data-outbox"),
        page.locator("[data-attention]").get_attribute("data-attention"),
    )


def settled(tablet: Tablet, *, attention: int = 0) -> None:
    """Nothing waits any more."""
    tablet.ask("(floor) => floor.outbox.flush()")
    expect(tablet.page.locator("[data-outbox='0']")).to_be_visible(timeout=60_000)
    expect(tablet.page.locator(f"[data-attention='{attention}']")).to_be_visible()


def reopened(tablet: Tablet) -> None:
    """Kill the tab, and open another one."""
    tablet.page.close(run_before_unload=False)
    tablet.page = tablet.open_tab()
    tablet.page.goto("/floor")
    wait_until(tablet.page, "window.floor?.outbox?.leading === true")


def test_what_was_done_without_a_network_survives_a_killed_tab_and_is_booked_in_order(
    tablet: Tablet, house: RestartingHouse, batch: str
) -> None:
    tablet.ask("(floor) => floor.world.refresh()")
    tablet.context.set_offline(True)
    kept = []
    for at in range(12):
        kept.append(sort(tablet, batch))
        assert (kept[-1]["waiting"], kept[-1]["attention"]) == (at + 1, 0)
        expect(tablet.page.locator(f"[data-outbox='{at + 1}']")).to_be_visible()
        if at == 5:
            reopened(tablet)
            assert counted(tablet) == ("6", "0")
    assert [row["counter"] for row in kept] == list(range(1, 13))
    left = tablet.ask("(floor, code) => floor.world.batch(code).held_g", batch)
    assert left == 500_000 - 12 * 100
    house.restart()
    tablet.context.set_offline(False)
    settled(tablet)
    scans = [row["scan_id"] for row in kept]
    assert [scan for scan in house.entries("sort") if scan in scans] == scans
    assert {row["state"] for row in tablet.ask(ROWS)} == {"accepted"}


def test_an_answer_that_got_lost_after_the_commit_books_nothing_twice(
    tablet: Tablet, house: RestartingHouse, batch: str
) -> None:
    lost = list[int]()

    def lose(route: Route) -> None:
        if len(lost) >= 2:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    tablet.context.route(SYNC, lose)
    kept = [sort(tablet, batch) for _ in range(4)]
    settled(tablet)
    assert lost == [200, 200]
    scans = [row["scan_id"] for row in kept]
    assert [scan for scan in house.entries("sort") if scan in scans] == scans
    assert "repeated" in {row["state"] for row in tablet.ask(ROWS)}


def test_a_server_that_is_gone_for_a_while_is_waited_for(
    tablet: Tablet, house: RestartingHouse, batch: str
) -> None:
    sort(tablet, batch)
    settled(tablet)
    house.stop()
    tablet.ask("(floor) => floor.net.probe()")
    expect(tablet.page.locator("[data-connection=offline]")).to_be_visible()
    kept = [sort(tablet, batch) for _ in range(3)]
    expect(tablet.page.locator("[data-outbox='3']")).to_be_visible()
    house.start()
    # By itself, within the pause that it makes.
    expect(tablet.page.locator("[data-outbox='0']")).to_be_visible(timeout=40_000)
    expect(tablet.page.locator("[data-connection=online]")).to_be_visible()
    scans = [row["scan_id"] for row in kept]
    assert [scan for scan in house.entries("sort") if scan in scans] == scans


ANSWERS: Final[list[tuple[str, dict[str, Any], str | None]]] = [
    ("a page", {"status": 200, "content_type": "text/html", "body": "<h1>Log in</h1>"}, None),
    ("half of one", {"status": 200, "content_type": "application/json", "body": '{"epo'}, None),
    ("another thing", {"status": 200, "json": {"status": "ok"}}, "unreadable"),
    ("no results", {"status": 200, "json": {"epoch": "", "results": None}}, "unreadable"),
    ("a gateway", {"status": 502, "content_type": "text/html", "body": "Bad Gateway"}, None),
    ("a mistake", {"status": 500, "json": {"code": "internal"}}, None),
    ("too many", {"status": 429, "json": {"code": "slow_down"}}, None),
    ("revoked", {"status": 401, "json": {"code": "unauthenticated"}}, "unauthenticated"),
    ("not allowed", {"status": 403, "json": {"code": "not_allowed"}}, "not_allowed"),
    ("outdated", {"status": 422, "json": {"code": "app_outdated"}}, "outdated"),
]


def test_whatever_is_answered_what_waits_is_never_dropped(
    tablet: Tablet, house: RestartingHouse, batch: str
) -> None:
    answers = {"now": ANSWERS[0][1]}
    tablet.context.route(SYNC, lambda route: route.fulfill(**answers["now"]))
    kept = [sort(tablet, batch) for _ in range(3)]
    for name, answer, trouble in ANSWERS:
        answers["now"] = answer
        tablet.ask("(floor) => floor.outbox.flush()")
        assert counted(tablet) == ("3", "0"), name
        if trouble:
            assert tablet.ask("(floor) => floor.outbox.trouble") == trouble, name
    tablet.context.unroute(SYNC)
    settled(tablet)
    assert tablet.ask("(floor) => floor.outbox.trouble") is None
    scans = [row["scan_id"] for row in kept]
    assert [scan for scan in house.entries("sort") if scan in scans] == scans


def test_results_are_matched_by_their_scan_and_not_by_their_place(
    tablet: Tablet, batch: str
) -> None:
    def mix_up(route: Route) -> None:
        told = route.fetch().json()
        results = [*reversed(told["results"]), {"scan_id": "nobody", "status": "accepted"}]
        # The answer to the first one is missing, and one cannot be read.
        results = [row for row in results if row["scan_id"] != kept[0]["scan_id"]]
        for row in results:
            if row["scan_id"] == kept[1]["scan_id"]:
                row["status"] = "perhaps"
        route.fulfill(json={**told, "results": results})

    tablet.context.set_offline(True)
    kept = [sort(tablet, batch), sort(tablet, batch), sort(tablet, batch, 900_000_000 // 30)]
    tablet.context.route(SYNC, mix_up)
    tablet.context.set_offline(False)
    expect(tablet.page.locator("[data-attention='1']")).to_be_visible()
    states = {row["scan_id"]: row["state"] for row in tablet.ask(ROWS)}
    assert [states[row["scan_id"]] for row in kept] == ["waiting", "waiting", "parked"]
    assert counted(tablet) == ("2", "1")
    tablet.context.unroute(SYNC)
    settled(tablet, attention=1)
    states = {row["scan_id"]: row["state"] for row in tablet.ask(ROWS)}
    assert [states[row["scan_id"]] for row in kept] == ["repeated", "repeated", "parked"]
    tablet.ask("(floor, scan) => floor.outbox.acknowledge(scan)", kept[2]["scan_id"])
    expect(tablet.page.locator("[data-attention='0']")).to_be_visible()
    reopened(tablet)
    assert counted(tablet) == ("0", "0")


def test_one_command_that_cannot_be_read_stops_none_of_the_others(
    tablet: Tablet, house: RestartingHouse, batch: str
) -> None:
    poison: dict[str, Any] = {"body": {"parts": "nonsense"}}

    def choke(route: Route) -> None:
        said: Any = route.request.post_data_json
        sick = any(each["body"].get("parts") == "nonsense" for each in said["commands"])
        if sick:
            route.fulfill(status=422, json={"code": "malformed"})
        else:
            route.continue_()

    tablet.context.route(SYNC, choke)
    tablet.context.set_offline(True)
    before = [sort(tablet, batch) for _ in range(3)]
    bad = sort(tablet, batch, **poison)
    after = [sort(tablet, batch) for _ in range(3)]
    tablet.context.set_offline(False)
    tablet.ask("(floor) => floor.outbox.flush()")
    expect(tablet.page.locator("[data-outbox='1']")).to_be_visible()
    assert counted(tablet) == ("1", "1")
    scans = [row["scan_id"] for row in (*before, *after)]
    assert [scan for scan in house.entries("sort") if scan in scans] == scans
    # It is kept, and tried again by a later version of the app.
    row = tablet.ask("(floor, scan) => floor.outbox.find(scan)", bad["scan_id"])
    assert (row["state"], bool(row["stuck"])) == ("waiting", True)


def test_a_photo_arrives_before_what_names_it(
    tablet: Tablet, house: RestartingHouse, batch: str
) -> None:
    calls = list[str]()
    tablet.context.on("request", lambda sent: calls.append(sent.url.rsplit("/", 1)[-1]))
    tablet.context.set_offline(True)
    take = """async (floor) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 32 });
      canvas.getContext("2d").fillRect(4, 4, 8, 8);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg"));
      return floor.outbox.addPhoto(blob);
    }"""
    hashes = [tablet.ask(take), tablet.ask(take)]
    assert hashes[0] == hashes[1]
    body = {"kind": "wallet", "count": 1, "batch": batch, "photos": hashes[:1]}
    kept = tablet.ask(DO, {"kind": "find", "target": None, "body": body, "scan_id": None})
    reopened(tablet)
    calls.clear()
    tablet.context.set_offline(False)
    settled(tablet)
    assert house.entries("find")[-1] == kept["scan_id"]
    sent = [call for call in calls if call in ("photos", "sync")]
    assert sent.index("photos") < len(sent) - 1 - sent[::-1].index("sync")
    state = "(floor, hash) => floor.store.find('photos', hash).then((photo) => photo.state)"
    assert tablet.ask(state, hashes[0]) == "sent"


def test_a_double_tap_is_one_command(tablet: Tablet, house: RestartingHouse, batch: str) -> None:
    twice = """async (floor, code) => {
      const { commandOf } = await import("/static/floor/book.js");
      const body = { parts: [{ destination: "burn", mass_g: 100 }] };
      const command = commandOf(floor, "sort", code, body);
      const rows = await Promise.all([1, 2, 3].map(() => floor.outbox.add(command)));
      return [rows.map((row) => row.counter), floor.outbox.counts().waiting, command.scan_id];
    }"""
    tablet.context.set_offline(True)
    counters, waiting, scan = tablet.ask(twice, batch)
    assert (len(set(counters)), waiting) == (1, 1)
    reopened(tablet)
    again = sort(tablet, batch, scan_id=scan)
    assert (again["counter"], again["waiting"]) == (counters[0], 1)
    tablet.context.set_offline(False)
    settled(tablet)
    assert house.entries("sort").count(scan) == 1


def test_what_another_tab_kept_is_sent_by_the_one_that_leads(tablet: Tablet, batch: str) -> None:
    other = tablet.open_tab()
    other.goto("/floor")
    wait_until(other, "Boolean(window.floor?.outbox?.ready)")
    keep = """async (code) => {
      const { commandOf } = await import("/static/floor/book.js");
      const body = { parts: [{ destination: "burn", mass_g: 100 }] };
      const row = await floor.outbox.add(commandOf(floor, "sort", code, body));
      return [row.scan_id, floor.outbox.leading];
    }"""
    scan, leads = other.evaluate(keep, batch)
    assert leads is False
    wait_until(tablet.page, "(scan) => window.floor.outbox.find(scan)?.state === 'accepted'", scan)


def test_a_restored_backup_gets_back_what_it_lacks_exactly_once_and_in_order(
    tablet_of: Callable[..., Tablet], house: RestartingHouse
) -> None:
    tablet = tablet_of()
    tablet.enrol("S1-IN")
    batch = str(house.hall.log(500_000)["code"])
    wait_until(tablet.page, "window.floor.world.codes.batch.length > 20")
    kept = [sort(tablet, batch) for _ in range(2)]
    settled(tablet)
    backup = house.back_up()
    new = tablet.ask(
        """(floor) => {
          const codes = floor.world.codes.batch;
          return codes[codes.length - 1];
        }"""
    )
    intake = {"supplier": "NOORDERHAVEN", "gross_g": 9_000, "tare_g": 1_000, "code": new}
    said = {"kind": "intake", "target": None, "body": intake, "scan_id": None}
    kept.append(tablet.ask(DO, said))
    kept += [sort(tablet, new), sort(tablet, batch)]
    settled(tablet)
    house.bring_back(backup)
    scans = [row["scan_id"] for row in kept]
    assert [scan for scan in house.entries("sort", "intake") if scan in scans] == scans[:2]
    # The next thing that happens is done before anybody noticed.
    kept.append(sort(tablet, new))
    wait_until(tablet.page, "window.floor.outbox.list().filter((row) => row.replayed).length >= 5")
    settled(tablet)
    scans = [row["scan_id"] for row in kept]
    assert [scan for scan in house.entries("sort", "intake") if scan in scans] == scans
    assert tablet.ask("(floor) => floor.world.batch(floor.outbox.list()[2].body.code).held_g") == (
        8_000 - 200
    )
    states = [row["state"] for row in tablet.ask(ROWS)]
    assert states == ["repeated", "repeated", "accepted", "accepted", "accepted", "accepted"]


def test_what_was_accepted_is_forgotten_after_fourteen_days_and_nothing_else(
    tablet: Tablet, batch: str
) -> None:
    kept = [sort(tablet, batch), sort(tablet, batch, 900_000_000 // 30)]
    settled(tablet, attention=1)
    tablet.context.set_offline(True)
    kept.append(sort(tablet, batch))
    age = """async (floor, days) => {
      await floor.store.write(["outbox"], (stores) => {
        for (const row of floor.outbox.list()) {
          stores.outbox.put({ ...row, ended_at: Date.now() - days * 24 * 3_600_000 });
        }
      });
    }"""
    tablet.ask(age, 13)
    reopened(tablet)
    assert len(tablet.ask(ROWS)) == 3
    tablet.ask(age, 15)
    reopened(tablet)
    # What nobody has looked at yet, and what waits, is kept however old it is.
    assert [row["scan_id"] for row in tablet.ask(ROWS)] == [row["scan_id"] for row in kept[1:]]
    assert sort(tablet, batch)["counter"] == 4


@pytest.mark.parametrize(
    ("given", "kind"), [("QuotaExceededError", "full"), ("InvalidStateError", "refused")]
)
def test_a_browser_that_keeps_nothing_is_told_of_and_nothing_is_pretended(
    tablet: Tablet, batch: str, given: str, kind: str
) -> None:
    """As Chromium says it when the disk is full, or when it closed the storage by itself."""
    tablet.context.set_offline(True)
    sort(tablet, batch)
    tried = tablet.ask(
        """async (floor, [code, name]) => {
          const { commandOf } = await import("/static/floor/book.js");
          const body = { parts: [{ destination: "burn", mass_g: 100 }] };
          const put = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = () => { throw new DOMException("", name); };
          try {
            await floor.outbox.add(commandOf(floor, "sort", code, body));
            return [];
          } catch (error) {
            return [error.name, error.kind, floor.outbox.counts().waiting];
          } finally {
            IDBObjectStore.prototype.put = put;
          }
        }""",
        [batch, given],
    )
    assert tried == ["StorageTrouble", kind, 1]
    # It goes on as soon as the browser does.
    assert sort(tablet, batch)["counter"] == 2
    reopened(tablet)
    assert counted(tablet) == ("2", "0")
