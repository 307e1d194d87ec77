"""What a tablet holds of its site: the whole of it, and what changed, come to the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import pytest

from accounts.devices import enrol, issue_code, revoke_device
from catalogue.actions import define
from catalogue.errors import MassExceeded
from tests.builders import Depot, part
from tests.simulation.day import Day
from tests.web.api.calling import API, Caller, Hall
from tests.web.api.counting import statements
from web.api.floor import DIFFERENCE_MAX
from web.remembering import Remembered

World = dict[str, Any]
OPEN: Final = {"batches": {"received", "sorting"}, "bins": {"open", "closed"}}
FEW, MANY = 2, 12


def tablet_at(hall: Hall, station: str = "S1-A") -> Caller:
    """A tablet that was let in at a station."""
    depot = hall.depot
    with depot.database.write() as session:
        code = issue_code(
            session, station, f"Tablet {station}", viewer=depot.people["leader"], now=depot.now
        )
        return Caller(hall.client, enrol(session, code, now=depot.now).token)


def ask(tablet: Caller, held: World | None = None, **query: Any) -> World:
    """The world, or what changed since `held`."""
    since = {name: held[name] for name in ("epoch", "seq", "edition")} if held else {}
    answer = tablet.get("/floor/world", **since, **query)
    assert answer.status_code == 200, answer.text
    found: World = answer.json()
    return found


class Shelf:
    """What a tablet remembers, by the rule of the answer."""

    def __init__(self) -> None:
        self.last: World | None = None
        self.known: dict[str, dict[str, Any]] = {"batches": {}, "bins": {}, "labels": {}}
        self.differences = 0

    def refresh(self, tablet: Caller) -> None:
        said = ask(tablet, self.last)
        if said["full"]:
            self.known = {"batches": {}, "bins": {}, "labels": {}}
        self.differences += not said["full"]
        for noun, states in OPEN.items():
            for row in said[noun]:
                self.known[noun][row["code"]] = row
                if row["state"] not in states:
                    del self.known[noun][row["code"]]
        self.known["labels"] |= said["labels"]
        self.last = said


def whole(said: World) -> dict[str, dict[str, Any]]:
    assert said["full"]
    return {noun: {row["code"]: row for row in said[noun]} for noun in OPEN}


@pytest.mark.parametrize("seed", [11, 12])
def test_what_changed_adds_up_to_the_whole(busy_hall: Hall, seed: int) -> None:
    """A random day on either database: after every act the tablet knows all that is open."""
    tablet, shelf, day = tablet_at(busy_hall), Shelf(), Day(busy_hall.depot, seed)
    acts = 60
    for _ in range(acts):
        day.act()
        shelf.refresh(tablet)
        expected = whole(ask(tablet))
        assert {noun: shelf.known[noun] for noun in OPEN} == expected, day.told[-5:]
    # Only the first time, and on a new day, everything comes anew.
    assert shelf.differences >= acts - 4
    as_foretold(day, shelf.known)


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_tablet_that_was_away_for_some_acts_catches_up(hall: Hall, seed: int) -> None:
    tablet, shelf, day = tablet_at(hall), Shelf(), Day(hall.depot, seed)
    for number in range(120):
        day.act()
        if number % 7 == 0:
            shelf.refresh(tablet)
            assert {noun: shelf.known[noun] for noun in OPEN} == whole(ask(tablet))
    shelf.refresh(tablet)
    as_foretold(day, shelf.known)


def as_foretold(day: Day, known: Mapping[str, Mapping[str, Any]]) -> None:
    """The plain dicts of the simulation say the same of masses and states."""
    model = day.model
    batches = {code: row for code, row in model.batches.items() if row["state"] in OPEN["batches"]}
    assert {code: row["held_g"] for code, row in known["batches"].items()} == {
        code: model.mass(code, "HOLDING") for code in batches
    }
    assert {code: (row["state"], row["held"]) for code, row in known["batches"].items()} == {
        code: (row["state"], row["held"]) for code, row in batches.items()
    }
    bins = {code: row for code, row in model.bins.items() if row["state"] in OPEN["bins"]}
    assert {code: row["mass_g"] for code, row in known["bins"].items()} == {
        code: sum(mass for _, _, mass in model.at(code)) for code in bins
    }


def only_batch(said: World) -> dict[str, Any]:
    (row,) = said["batches"]
    found: dict[str, Any] = row
    return found


def test_a_bin_says_where_it_goes_and_what_it_stands_in(hall: Hall) -> None:
    depot = hall.depot
    code = depot.open_bin("recycle", container="BOX1")
    batch = depot.log()["code"]
    depot.sort(batch, [part(40_000, bin=code, pieces=30)])
    (row,) = ask(tablet_at(hall))["bins"]
    inside = {"batch": batch, "supplier": "NOORDERHAVEN", "article_group": "uniform"}
    inside |= {"quality": "measured", "mass_g": 40_000, "pieces": 30}
    expected = {
        "code": code,
        "destination": "recycle",
        "stream": "recycle",
        "container": "BOX1",
        "state": "open",
        "mass_g": 40_000,
        "tare_g": 20_000,
        "contents": [inside],
    }
    assert row == expected
    depot.close_bin(code, 40_000)
    (row,) = ask(tablet_at(hall))["bins"]
    assert row == expected | {"state": "closed"}


def test_the_tolerance_is_exactly_what_may_still_be_exceeded(hall: Hall) -> None:
    depot, tablet = hall.depot, tablet_at(hall)
    code = depot.log(100_000)["code"]
    room_g = only_batch(ask(tablet))["tolerance_g"]
    assert room_g == 2_000
    depot.sort(code, {"burn": 100_500})
    row = only_batch(ask(tablet))
    assert row["held_g"] == 0
    assert row["tolerance_g"] == 2_000 - 500
    with pytest.raises(MassExceeded):
        depot.sort(code, {"burn": row["tolerance_g"] + 1})
    depot.sort(code, {"burn": row["tolerance_g"]})


def test_a_second_label_is_told_with_what_it_stands_for(hall: Hall) -> None:
    depot = hall.depot
    closed = depot.log(1_000)["code"]
    depot.sort(closed, {"burn": 1_000})
    depot.close(closed)
    tablet, shelf = tablet_at(hall), Shelf()
    shelf.refresh(tablet)
    batch = depot.log()["code"]
    (label,) = depot.reserve()
    done = hall.post(
        f"/labels/{batch}/replacement",
        {
            "scan_id": "00000000-0000-4000-8000-000000000001",
            "code": label,
            "reason": "torn",
            "scanned_at": depot.now.isoformat(),
        },
    )
    assert done.status_code == 201, done.text
    shelf.refresh(tablet)
    assert shelf.known["labels"] == {label: batch} == ask(tablet)["labels"]
    assert label not in ask(tablet)["codes"]["batch"]


def test_codes_are_told_until_they_stand_for_something(hall: Hall) -> None:
    depot, tablet = hall.depot, tablet_at(hall)
    first, second = depot.reserve(count=2, station="S1-A")
    (for_a_bin,) = depot.reserve("bin", station="S1-A")
    depot.reserve(station="S1-B")
    codes = ask(tablet)["codes"]
    assert codes == {"batch": sorted([first, second]), "bin": [for_a_bin]}
    depot.log(code=first)
    depot.open_bin("burn", code=for_a_bin)
    assert ask(tablet)["codes"] == {"batch": [second], "bin": []}


def test_deliveries_are_told_while_they_may_bring_a_batch(hall: Hall) -> None:
    depot, tablet = hall.depot, tablet_at(hall)
    code = depot.announce(40_000, 60_000)["code"]
    depot.announce(10_000, site="S2")
    (row,) = ask(tablet)["deliveries"]
    assert (row["code"], row["supplier"], row["announced_g"]) == (code, "NOORDERHAVEN", 100_000)
    assert (row["reference"], row["expected_on"]) == (None, "2026-03-02")
    assert len(row["lines"]) == 2
    assert row["state"] == "announced"
    # It comes on several trucks: what it brings next still belongs to it.
    depot.log(40_000, delivery=code)
    (row,) = ask(tablet)["deliveries"]
    assert (row["code"], row["state"]) == (code, "received")
    depot.later(days=14)
    assert [row["code"] for row in ask(tablet)["deliveries"]] == [code]
    depot.later(days=1)
    assert ask(tablet)["deliveries"] == []


def test_reference_data_come_when_they_changed_or_a_day_is_over(hall: Hall) -> None:
    depot, tablet = hall.depot, tablet_at(hall)
    first = ask(tablet)
    assert {row["code"] for row in first["reference"]["stations"]} == {"S1-IN", "S1-A", "S1-B"}
    again = ask(tablet, first)
    assert (again["full"], again["reference"]) == (False, None)
    with depot.database.write() as session:
        define(
            session, "WATERKANT", "scale", "SCALE3",
            {"site": "S1", "name": "3", "division_g": 50, "max_g": 60_000,
             "calibration_due": date(2026, 3, 2), "address": "tcp://127.0.0.1:4001"},
            now=depot.now,
        )  # fmt: skip
    changed = ask(tablet, first)
    assert changed["full"]
    assert changed["reference"]["scales"][-1] == {
        "code": "SCALE3",
        "name": "3",
        "division_g": 50,
        "max_g": 60_000,
        "calibration_due": "2026-03-02",
        "overdue": False,
        "reads": "server",
    }
    depot.later(days=1)
    tomorrow = ask(tablet, changed)["reference"]["scales"]
    assert {row["code"]: (row["overdue"], row["reads"]) for row in tomorrow} == {
        "SCALE1": (False, "tablet"),
        "OVERDUE": (True, "tablet"),
        "SCALE3": (True, "server"),
    }


def test_the_rules_of_owners_are_told(hall: Hall) -> None:
    assert ask(tablet_at(hall))["reference"]["owner_rules"] == [
        {"supplier": "NOORDERHAVEN", "article_group": "vest", "destinations": ["burn"]}
    ]


@pytest.mark.parametrize(
    "lost", [{"epoch": "another"}, {"seq": 10_000}, {"edition": "another"}, {"epoch": None}]
)
def test_who_holds_something_else_begins_anew(hall: Hall, lost: dict[str, Any]) -> None:
    tablet = tablet_at(hall)
    hall.depot.log()
    held = ask(tablet)
    assert not ask(tablet, held)["full"]
    said = ask(tablet, held | lost)
    assert said["full"]
    assert len(said["batches"]) == 1


def test_who_was_away_for_too_long_begins_anew(hall: Hall, monkeypatch: Any) -> None:
    monkeypatch.setattr("web.api.floor.DIFFERENCE_MAX", 3)
    tablet = tablet_at(hall)
    held = ask(tablet)
    for full in (False, False, False, True):
        hall.depot.log()
        assert ask(tablet, held)["full"] is full
    assert DIFFERENCE_MAX >= 1_000


def test_a_tablet_is_told_where_it_is(hall: Hall) -> None:
    said = ask(tablet_at(hall, "S2-B"))
    assert said["device"] == {"name": "Tablet S2-B"}
    assert said["station"] == {
        "code": "S2-B",
        "name": "B",
        "kind": "sorting",
        "site": "S2",
        "site_name": "S2",
        "timezone": "Europe/Amsterdam",
    }
    assert said["protocols"] == ["1"]
    assert said["now"] == "2026-03-02T08:00:00.000000Z"


def test_a_tablet_sees_its_own_site_and_no_other(hall: Hall) -> None:
    here, there = tablet_at(hall), tablet_at(hall, "S2-A")
    held = ask(there)
    hall.depot.log()
    assert len(ask(here)["batches"]) == 1
    assert ask(there)["batches"] == ask(there, held)["batches"] == []
    answer = here.get("/floor/world", station="S2-A")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("who", "query", "refusal"),
    [
        ("leader", {}, (403, "not_allowed")),
        ("worker", {}, (403, "not_allowed")),
        ("leader", {"station": "NOWHERE"}, (404, "not_found")),
        ("leader_of_s2", {"station": "S1-A"}, (404, "not_found")),
        ("foreign_leader", {"station": "S1-A"}, (404, "not_found")),
        ("foreign_worker", {"station": "S1-A"}, (404, "not_found")),
    ],
)
def test_who_is_at_no_station_of_ours_is_told_nothing(
    hall: Hall, who: str, query: dict[str, str], refusal: tuple[int, str]
) -> None:
    hall.depot.log()
    answer = hall.get("/floor/world", by=who, **query)
    assert (answer.status_code, answer.json()["code"]) == refusal


def test_a_tablet_that_was_put_out_is_told_nothing(hall: Hall) -> None:
    tablet, depot = tablet_at(hall), hall.depot
    ask(tablet)
    with depot.database.write() as session:
        revoke_device(session, 1, viewer=depot.people["leader"], now=depot.now)
    hall.app.state.remembered.forget()
    answer = tablet.get("/floor/world")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def fill(depot: Depot, times: int) -> None:
    for _ in range(times):
        depot.announce(40_000)
        depot.reserve(station="S1-A")
        code = depot.log()["code"]
        depot.pass_gate(code, "logo", 5_000)
        depot.sort(code, {depot.open_bin("burn"): 40_000, "recycle": 10_000})


def test_the_world_takes_at_most_fifteen_statements_however_much_there_is(hall: Hall) -> None:
    tablet = tablet_at(hall)
    fill(hall.depot, FEW)
    held = ask(tablet)
    whole_of_few = counted(hall, tablet, None)
    fill(hall.depot, FEW)
    change_of_few = counted(hall, tablet, held)
    fill(hall.depot, MANY)
    assert counted(hall, tablet, None) == whole_of_few <= 15
    assert counted(hall, tablet, held) == change_of_few <= 15


def counted(hall: Hall, tablet: Caller, held: World | None) -> int:
    # Time stands still, so that who has just called is not looked up again on a slow machine.
    hall.app.state.remembered = Remembered(clock=lambda: 0.0)
    ask(tablet)
    with statements(hall.depot.database) as asked:
        ask(tablet, held)
    return len(asked)


def test_the_answer_is_packed_for_whom_can_unpack_it(hall: Hall) -> None:
    tablet = tablet_at(hall)
    fill(hall.depot, 20)
    plain = tablet.client.get(
        f"{API}/floor/world", headers=tablet.headers({"Accept-Encoding": "identity"})
    )
    packed = tablet.client.get(
        f"{API}/floor/world", headers=tablet.headers({"Accept-Encoding": "gzip"})
    )
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
    assert packed.headers["cache-control"] == "no-store"


def test_a_day_later_the_world_is_the_same_but_for_the_day(hall: Hall) -> None:
    tablet = tablet_at(hall)
    hall.depot.log()
    before = ask(tablet)
    hall.depot.now += timedelta(days=1)
    after = ask(tablet, before)
    assert after["full"]
    assert (after["batches"], after["bins"]) == (before["batches"], before["bins"])
