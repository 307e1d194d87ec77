"""Stations that work at the same time, with real threads, on both databases.

Every one of them is either answered or refused by a rule; nobody is let down by a lock or a
constraint, and at the end the ledger adds up.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from catalogue.errors import AlreadyReversed, BatchClosed, MassExceeded, MovedOn, Refusal
from dispatch.returning import ReturnLine
from tests.audit import breaches, rows, stands
from tests.builders import Depot, part

STATIONS = 4
WAIT_S = 60.0


def station(depot: Depot) -> Depot:
    """Another pair of hands in the same depot."""
    return Depot(depot.database, now=depot.now)


def side_by_side(*works: Callable[[], object]) -> None:
    """Run each in a thread of its own, all starting at once, and raise what any of them raised."""
    problems: list[BaseException] = []
    together = threading.Barrier(len(works))

    def guarded(work: Callable[[], object]) -> None:
        try:
            together.wait(WAIT_S)
            work()
        except BaseException as problem:  # noqa: BLE001 (handed on below)
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
        assert not thread.is_alive(), "a station waits for ever"
    if problems:
        raise problems[0]


def collected(act: Callable[[], Any], times: int = STATIONS) -> list[Any]:
    """What each of several stations was told, that all did the same at once."""
    told: list[Any] = []

    def work() -> None:
        try:
            told.append(act())
        except Refusal as refusal:
            told.append(refusal)

    side_by_side(*[work] * times)
    return told


def test_nobody_takes_out_more_than_was_in(parallel_depot: Depot) -> None:
    depot = parallel_depot
    batch = depot.log(100_000)["code"]
    stations = [station(depot) for _ in range(STATIONS)]

    def empty(mine: Depot) -> None:
        with suppress(MassExceeded):
            while True:
                mine.sort(batch, {"burn": 7_000})

    side_by_side(*(partial(empty, mine) for mine in stations))
    # 14 times 7 kg fit into 100 kg; the 15th would be beyond the tolerance of 2 %.
    assert stands(depot.database, batch)["HOLDING/S1"] == 2_000
    assert breaches(depot.database) == []


def test_one_scan_sent_by_many_is_booked_once(parallel_depot: Depot) -> None:
    depot = parallel_depot
    batch = depot.log(100_000)["code"]
    scan_id = str(uuid4())

    def send() -> dict[str, Any]:
        mine = station(depot)
        with mine.scanning(scan_id=scan_id):
            return mine.sort(batch, {"burn": 60_000, "reuse": 10_000})

    told = collected(send)
    assert told == [told[0]] * STATIONS
    assert stands(depot.database, batch)["HOLDING/S1"] == 30_000


def test_one_entry_is_undone_once(parallel_depot: Depot) -> None:
    depot = parallel_depot
    depot.open_bin("reuse")
    told = collected(partial(station(depot).reverse, depot.scan_id))
    assert [type(each) for each in told if isinstance(each, Refusal)] == [AlreadyReversed] * 3
    batch = depot.log(100_000)["code"]
    told = collected(partial(station(depot).reverse, depot.scan_id))
    assert [type(each) for each in told if isinstance(each, Refusal)] == [AlreadyReversed] * 3
    assert stands(depot.database, batch) == {}


def test_one_label_is_used_once(parallel_depot: Depot) -> None:
    depot = parallel_depot
    (code,) = depot.reserve()
    told = collected(lambda: station(depot).log(code=code))
    assert sorted(isinstance(each, Refusal) for each in told) == [False, True, True, True]
    (code,) = depot.reserve("bin")
    told = collected(lambda: station(depot).open_bin("reuse", code=code))
    assert sorted(isinstance(each, Refusal) for each in told) == [False, True, True, True]


def test_batches_of_one_delivery_come_in_at_once(parallel_depot: Depot) -> None:
    depot = parallel_depot
    delivery = depot.announce(100_000)["code"]
    told = collected(lambda: station(depot).log(25_000, delivery=delivery))
    assert all(isinstance(answer, dict) for answer in told)
    assert breaches(depot.database) == []


def test_the_first_part_for_a_destination_opens_one_bin(parallel_depot: Depot) -> None:
    depot = parallel_depot
    batches = [depot.log(10_000)["code"] for _ in range(STATIONS)]
    side_by_side(*(partial(station(depot).sort, code, {"burn": 1_000}) for code in batches))
    assert len(rows(depot.database, "SELECT code FROM bin")) == 1


def test_two_ways_through_one_gate_share_what_passed(parallel_depot: Depot) -> None:
    depot = parallel_depot
    batch = depot.log(100_000)["code"]
    benches = [depot.open_bin() for _ in range(STATIONS)]
    for bench in benches:
        depot.sort(batch, {bench: 20_000})
    depot.pass_gate(batch, "logo", 30_000)
    waiting = list(benches)
    told = collected(lambda: station(depot).sort(waiting.pop(), {"sale": 10_000}))
    assert sorted(isinstance(each, Refusal) for each in told) == [False, False, False, True]
    assert breaches(depot.database) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_busy_floor_adds_up(parallel_depot: Depot, seed: int) -> None:
    """Sorting in any order of bins, closing, shipping, undoing and correcting, all at once."""
    depot = parallel_depot
    batches = [depot.log(200_000)["code"] for _ in range(3)]
    benches = [depot.open_bin() for _ in range(2)]
    done: list[str] = []

    def work(number: int) -> None:
        mine, dice = station(depot), random.Random(seed * 100 + number)
        for _ in range(12):
            with suppress(Refusal):
                _any_act(mine, dice, batches, benches, done)

    side_by_side(*(partial(work, number) for number in range(STATIONS)))
    assert breaches(depot.database) == []


def _any_act(
    depot: Depot, dice: random.Random, batches: list[str], benches: list[str], done: list[str]
) -> None:
    targets = [part(dice.randint(1, 9_000), to) for to in ("reuse", "recycle", "burn", "sale")]
    targets += [part(dice.randint(1, 9_000), bin=code) for code in benches]
    chosen = dice.sample(targets, dice.randint(1, 4))
    batch = dice.choice(batches)
    match dice.randint(0, 9):
        case 0:
            depot.sort(dice.choice(benches), [p for p in chosen if p.bin is None])
        case 1:
            _ship_one(depot, dice)
        case 2 if done:
            depot.reverse(dice.choice(done))
        case 3:
            batches.append(
                depot.correct(batch, supplier=dice.choice(["DUINRAND", "ZEEKANT"]))["code"]
            )
        case 4:
            depot.hold(batch, dice.randint(1, 900))
        case 5:
            depot.pass_gate(dice.choice([batch, *benches]), "logo", dice.randint(1, 9_000))
        case 6:
            depot.close(batch, {"moisture": dice.randint(1, 900)}, reason="mistake")
            depot.reverse(depot.scan_id)
        case _:
            depot.sort(batch, chosen)
    done.append(depot.scan_id)


def _ship_one(depot: Depot, dice: random.Random) -> None:
    sql = """SELECT k.code, sum(q.mass_g) AS mass_g FROM bin k JOIN place p ON p.bin_id = k.id
             JOIN balance q ON q.place_id = p.id
             WHERE k.state = 'open' AND k.destination_id IS NOT NULL
             GROUP BY k.code HAVING sum(q.mass_g) > 0 ORDER BY k.code"""
    full = rows(depot.database, sql)
    if full:
        row = dice.choice(full)
        depot.close_bin(row.code, row.mass_g + dice.randint(-5, 5) or 1)
        shipment = depot.ship(row.code)
        if dice.random() < 0.5:
            depot.take_back(shipment, ReturnLine(bin=row.code, mass_g=None))
        else:
            depot.confirm(shipment, {"recycle": int(row.mass_g)})


def test_closing_and_sorting_the_same_batch_at_once(parallel_depot: Depot) -> None:
    depot = parallel_depot
    batch = depot.log(100_000)["code"]
    acts: list[Callable[[], object]] = [
        lambda: station(depot).sort(batch, {"burn": 99_000}),
        lambda: station(depot).close(batch, {"moisture": 5_000}, reason="mistake"),
        lambda: station(depot).refuse(batch),
        lambda: station(depot).weigh(batch, 99_500),
    ]
    told = collected(lambda: (acts.pop())())  # noqa: PLW0108 (each station takes its own act)
    assert {type(each) for each in told} <= {dict, MassExceeded, BatchClosed, MovedOn}
    assert breaches(depot.database) == []
