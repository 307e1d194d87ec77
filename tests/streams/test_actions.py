"""Repeats, isolation, and what an entry keeps: the same for every act, on both databases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Table

from catalogue.errors import Malformed, Refusal, ScanReused
from dispatch.returning import ReturnLine
from streams.ledger import CLOCK_AHEAD_MAX
from tests.audit import breaches, rows, stands
from tests.builders import Depot, part


class Scene:
    """A depot in which there is one of everything that an act needs."""

    def __init__(self, depot: Depot) -> None:
        self.batch = depot.log(100_000)["code"]
        self.scan = depot.scan_id
        self.full = depot.sort(depot.log(50_000)["code"], {"burn": 20_000})["bins"][0]
        self.work = depot.open_bin()
        depot.sort(depot.log(50_000)["code"], {self.work: 20_000})
        self.ready = depot.open_bin("recycle")
        depot.sort(depot.log(50_000)["code"], {self.ready: 20_000})
        depot.close_bin(self.ready, 20_000)
        away = depot.open_bin("reuse")
        depot.sort(depot.log(50_000)["code"], {away: 20_000})
        depot.close_bin(away, 20_000)
        self.shipment = depot.ship(away)
        self.away = away
        self.closed = depot.log(10_000)["code"]
        depot.sort(self.closed, {"burn": 10_000})
        depot.close(self.closed)
        self.held = depot.log(10_000)["code"]
        depot.hold(self.held)
        self.find = depot.find(None)


ACTS: dict[str, Callable[[Depot, Scene], Any]] = {
    "delivery": lambda depot, _: depot.announce(5_000),
    "codes": lambda depot, _: depot.reserve(count=3),
    "intake": lambda depot, _: depot.log(5_000),
    "weigh": lambda depot, scene: depot.weigh(scene.batch, 99_500, loss_kind="moisture"),
    "correct": lambda depot, scene: depot.correct(scene.batch, supplier="DUINRAND"),
    "hold": lambda depot, scene: depot.hold(scene.batch, 500),
    "release": lambda depot, scene: depot.release(scene.held),
    "refuse": lambda depot, scene: depot.refuse(scene.batch, 500),
    "close": lambda depot, scene: depot.close(scene.batch, {}, reason="mistake"),
    "reopen": lambda depot, scene: depot.reopen(scene.closed),
    "sort": lambda depot, scene: depot.sort(scene.batch, {"reuse": 5_000, "recycle": 300}),
    "sort bin": lambda depot, scene: depot.sort(scene.work, {"burn": 5_000}),
    "gate": lambda depot, scene: depot.pass_gate(scene.batch, "logo", 5_000),
    "gate bin": lambda depot, scene: depot.pass_gate(scene.work, "logo", pieces=5),
    "find": lambda depot, scene: depot.find(scene.batch, "knife", mass_g=50),
    "handover": lambda depot, scene: depot.hand_over(scene.find),
    "bin": lambda depot, _: depot.open_bin("sale"),
    "bin close": lambda depot, scene: depot.close_bin(scene.full, 20_100),
    "shipment": lambda depot, scene: depot.ship(scene.ready),
    "return": lambda depot, scene: depot.take_back(
        scene.shipment, ReturnLine(bin=scene.away, mass_g=None)
    ),
    "confirm": lambda depot, scene: depot.confirm(scene.shipment, {"reuse": 19_000, "burn": 900}),
    "reverse": lambda depot, scene: depot.reverse(scene.scan),
}
"""Every verb of the depot, once."""


UNTIMED = ("codes", "bin", "handover")
"""Acts whose sender says no time: the server's own is no part of what is repeated."""


@pytest.mark.parametrize("name", list(ACTS))
def test_an_act_is_answered_the_same_again_and_booked_once(depot: Depot, name: str) -> None:
    scene = Scene(depot)
    first = ACTS[name](depot, scene)
    before = rows(depot.database, "SELECT count(*) FROM entry")
    with depot.scanning(scan_id=depot.scan_id):
        assert json.dumps(ACTS[name](depot, scene)) == json.dumps(first)
        with pytest.raises(ScanReused) as refused:
            depot.log(7_777)
        assert refused.value.figures == {"scan_id": depot.scan_id}
        depot.later(seconds=1)
        if name not in UNTIMED:
            with pytest.raises(ScanReused):
                ACTS[name](depot, scene)
    assert rows(depot.database, "SELECT count(*) FROM entry") == before


def test_a_whole_way_is_repeated_on_both_databases(parallel_depot: Depot) -> None:
    depot = parallel_depot
    scene = Scene(depot)
    for name in ("delivery", "intake", "weigh", "sort", "gate bin", "find", "shipment", "confirm"):
        first = ACTS[name](depot, scene)
        with depot.scanning(scan_id=depot.scan_id):
            assert json.dumps(ACTS[name](depot, scene)) == json.dumps(first), name
    assert breaches(depot.database) == []


def test_what_belongs_to_another_operator_is_not_found(depot: Depot) -> None:
    scene = Scene(depot)
    before = rows(depot.database, "SELECT count(*) FROM entry")
    for name, act in ACTS.items():
        with depot.as_("outsider"):
            assert _is_told(partial(act, depot, scene)) == "not_found", name
    assert rows(depot.database, "SELECT count(*) FROM entry") == before


@pytest.mark.parametrize("who", ["noorderhaven", "leader_s2", "smelterij"])
def test_staff_of_another_site_and_partners_find_no_bins(depot: Depot, who: str) -> None:
    scene = Scene(depot)
    for name in ("sort bin", "gate bin", "bin close", "shipment", "return", "reverse", "codes"):
        with depot.as_(who):
            assert _is_told(partial(ACTS[name], depot, scene)) == "not_found", name


def _is_told(act: Callable[[], object]) -> str:
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return "ok"


def test_a_note_stays_outside_the_chain(depot: Depot) -> None:
    with depot.scanning(note="Emma had the key of this cage."):
        depot.log()
    ((payload,),) = rows(
        depot.database, "SELECT payload FROM entry WHERE scan_id = :s", s=depot.scan_id
    )
    ((salt, words),) = rows(depot.database, "SELECT salt, words FROM note")
    assert "Emma" not in payload
    kept = json.loads(payload)["body"]["note"]
    assert kept == hashlib.sha256((salt + words).encode()).hexdigest()


def test_the_note_is_no_part_of_what_is_repeated(depot: Depot) -> None:
    with depot.scanning(note="first"):
        first = depot.log()
    with depot.scanning(scan_id=depot.scan_id, note="again"):
        assert depot.log() == first


def test_a_clock_that_runs_ahead_a_little_is_believed(depot: Depot) -> None:
    with depot.scanning(scanned_at=depot.now + CLOCK_AHEAD_MAX):
        depot.log()
    with depot.scanning(scanned_at=depot.now + CLOCK_AHEAD_MAX + timedelta(seconds=1)):
        assert _is_told(depot.log) == "clock_doubt"


def test_a_time_without_an_offset_says_no_moment(depot: Depot) -> None:
    with depot.scanning(scanned_at=depot.now.replace(tzinfo=None)), pytest.raises(Malformed):
        depot.log()


def test_an_undo_far_away_leaves_no_trace_on_totals(depot: Depot) -> None:
    batch = depot.log()["code"]
    depot.sort(batch, {"burn": 1_000})
    depot.reverse(depot.scan_id)
    sums = rows(depot.database, "SELECT sum(mass_g) FROM total GROUP BY place_id")
    assert sorted(row[0] for row in sums if row[0]) == [-1_200_000, 1_200_000]


def test_a_correction_of_a_correction_brings_everything_back(parallel_depot: Depot) -> None:
    depot = parallel_depot
    first = depot.log(100_000, quality="estimated")["code"]
    depot.sort(first, [part(30_000, "reuse"), part(20_000, "recycle", quality="estimated")])
    depot.pass_gate(first, "logo", 40_000)
    before = stands(depot.database, first)
    second = depot.correct(first, supplier="DUINRAND", quality="measured", gross_g=125_000)["code"]
    third = depot.correct(second, supplier="NOORDERHAVEN", quality="estimated", gross_g=120_000)
    assert stands(depot.database, third["code"]) == before
    assert stands(depot.database, first) == stands(depot.database, second) == {}
    depot.sort(third["code"], {"sale": 40_000})
    assert breaches(depot.database) == []


def test_lines_cannot_be_changed_by_anybody(parallel_depot: Depot) -> None:
    from sqlalchemy.exc import DBAPIError
    from sqlmodel import SQLModel

    depot = parallel_depot
    depot.log()
    for name in ("movement", "entry", "weighing", "flag"):
        table: Table = SQLModel.metadata.tables[name]
        for change in (table.delete(), table.update().values({c: c for c in list(table.c)[:1]})):
            with pytest.raises(DBAPIError), depot.database.write() as session:
                session.execute(change)
