"""The work floor: which bin a part goes into, what it is found to be, and what closes a batch."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from catalogue.actions import define
from catalogue.errors import CodeTaken, Malformed, NotFound, Refusal
from tests.audit import STANDINGS, breaches, rows, stands
from tests.builders import Depot, part
from tests.cast import DESTINATIONS, named


def test_parts_for_a_destination_go_into_its_oldest_open_bin(depot: Depot) -> None:
    batch = depot.log()["code"]
    first = depot.open_bin("reuse")
    depot.open_bin("reuse")
    assert depot.sort(batch, {"reuse": 1_000})["bins"] == [first]
    depot.close_bin(first, 1_000)
    (second,) = depot.sort(batch, {"reuse": 1_000})["bins"]
    assert second != first
    assert depot.sort(batch, [part(1, "reuse"), part(2, "reuse")])["bins"] == [second, second]


def test_a_bin_that_opened_by_itself_stays_when_the_sorting_is_undone(depot: Depot) -> None:
    batch = depot.log()["code"]
    (code,) = depot.sort(batch, {"burn": 1_000})["bins"]
    depot.reverse(depot.scan_id)
    assert rows(depot.database, "SELECT code, state FROM bin") == [(code, "open")]
    assert depot.sort(batch, {"burn": 1_000})["bins"] == [code]


def test_a_new_version_of_a_destination_gets_bins_of_its_own(depot: Depot) -> None:
    batch = depot.log()["code"]
    (old,) = depot.sort(batch, {"reuse": 1_000})["bins"]
    stream, accepts, gates = DESTINATIONS["reuse"]
    tomorrow = depot.now.date() + timedelta(days=1)
    with depot.database.write() as session:
        data = {"stream": stream, "names": named("reuse"), "accepts": accepts, "gates": gates}
        define(
            session,
            "WATERKANT",
            "destination",
            "reuse",
            data | {"valid_from": tomorrow},
            now=depot.now,
        )
    assert depot.sort(batch, {"reuse": 1_000})["bins"] == [old]
    depot.later(days=1)
    (new,) = depot.sort(batch, {"reuse": 1_000})["bins"]
    assert new != old
    # What was begun is finished: the old bin still takes what is put into it by name.
    depot.sort(batch, {old: 1_000})
    assert sorted(stands(depot.database, batch).values()) == [-300_000, 1_000, 3_000, 296_000]


def test_a_destination_that_was_withdrawn_takes_nothing_more(depot: Depot) -> None:
    batch = depot.log()["code"]
    with depot.database.write() as session:
        stream, accepts, gates = DESTINATIONS["burn"]
        data: dict[str, Any] = {"stream": stream, "names": named("burn"), "accepts": accepts}
        data |= {"gates": gates, "valid_from": date(2026, 3, 1), "active": False}
        define(session, "WATERKANT", "destination", "burn", data, now=depot.now)
    with pytest.raises(Malformed):
        depot.sort(batch, {"burn": 1})


@pytest.mark.parametrize("count", [0, 51])
def test_a_sorting_has_one_to_fifty_parts(depot: Depot, count: int) -> None:
    batch = depot.log()["code"]
    with pytest.raises(Malformed):
        depot.sort(batch, [part(1, "burn")] * count)
    depot.sort(batch, [part(1, "burn")] * 50)


def test_a_sorting_stays_within_its_site(depot: Depot) -> None:
    batch = depot.log()["code"]
    far = depot.open_bin("burn", site="S2")
    with pytest.raises(NotFound):
        depot.sort(batch, {far: 1})
    with pytest.raises(NotFound):
        depot.sort(batch, {"burn": 1}, station="S2-A")
    with pytest.raises(NotFound):
        depot.sort(batch, [part(1, "burn", scale="SCALE9")])
    depot.sort(batch, {"burn": 1})
    assert rows(depot.database, "SELECT count(*) FROM bin") == [(2,)]


@pytest.mark.parametrize(
    "wrong",
    [
        part(1, "nowhere"),
        part(1),
        part(1, "burn", article_group="hats"),
        part(1, "burn", quality="guessed"),
        part(0, "burn"),
        part(1, "burn", pieces=-1),
    ],
)
def test_a_part_that_cannot_be_is_refused(depot: Depot, wrong: object) -> None:
    batch = depot.log()["code"]
    with pytest.raises(Malformed):
        depot.sort(batch, [wrong])  # type: ignore[list-item]
    assert rows(depot.database, "SELECT code FROM bin") == []


def test_a_part_weighed_on_an_overdue_scale_is_an_estimate(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    depot.sort(batch, [part(40_000, "burn", scale="OVERDUE"), part(10_000, "burn")])
    qualities = {
        row.quality: row.mass_g
        for row in rows(depot.database, STANDINGS)
        if row.place.startswith("BIN/")
    }
    assert qualities == {"estimated": 40_000, "measured": 10_000}
    assert ("scale_overdue",) in [tuple(r) for r in rows(depot.database, "SELECT code FROM flag")]


def test_one_bin_keeps_batches_groups_and_owners_apart(parallel_depot: Depot) -> None:
    depot = parallel_depot
    mine = depot.log(100_000)["code"]
    yours = depot.log(100_000, supplier="DUINRAND", article_group="towel")["code"]
    bench = depot.open_bin()
    depot.sort(mine, [part(30_000, bin=bench), part(10_000, bin=bench, article_group="secret")])
    depot.sort(yours, {bench: 20_000})
    depot.sort(bench, {"burn": 30_000})
    found = {
        (row.batch, row.article_group): row.mass_g
        for row in rows(depot.database, STANDINGS)
        if row.place.startswith("BIN/") and not row.place.endswith(bench)
    }
    expected = {(mine, "uniform"): 15_000, (mine, "secret"): 5_000, (yours, "towel"): 10_000}
    assert found == expected
    assert breaches(depot.database) == []


def test_a_bin_is_named_by_one_label(depot: Depot) -> None:
    (code,) = depot.reserve("bin", station="S1-A")
    assert depot.open_bin("reuse", code=code) == code
    with pytest.raises(CodeTaken):
        depot.open_bin("reuse", code=code)


def test_a_bin_stands_in_a_container_of_its_site(depot: Depot) -> None:
    depot.open_bin("reuse", container="BOX1")
    with pytest.raises(NotFound):
        depot.open_bin("reuse", container="BOX1", site="S2")


@pytest.mark.parametrize(
    ("mass_g", "pieces"), [(None, None), (1, 1), (0, None), (None, 0), (None, 10_000_001)]
)
def test_a_gate_is_passed_by_mass_or_by_pieces(
    depot: Depot, mass_g: int | None, pieces: int | None
) -> None:
    batch = depot.log()["code"]
    with pytest.raises(Malformed):
        depot.pass_gate(batch, "logo", mass_g, pieces)
    with pytest.raises(Malformed):
        depot.pass_gate(batch, "unheard_of", 1)


def test_what_passed_a_gate_as_a_whole_bin_belongs_to_its_batches(depot: Depot) -> None:
    first, second = depot.log()["code"], depot.log()["code"]
    bench = depot.open_bin()
    depot.sort(first, {bench: 20_000})
    depot.sort(second, {bench: 10_000})
    depot.pass_gate(bench, "logo", 30_000)
    depot.sort(bench, {"sale": 30_000})
    with pytest.raises(Refusal) as refused:
        depot.sort(first, {"sale": 1})
    assert refused.value.figures == {
        "gate": "logo",
        "destination": "sale",
        "needed_g": 1,
        "passed_g": 0,
    }


def test_an_entry_that_used_a_gate_gives_it_back_when_undone(depot: Depot) -> None:
    batch = depot.log()["code"]
    depot.pass_gate(batch, "logo", 5_000)
    for _ in range(2):
        depot.sort(batch, {"sale": 5_000})
        depot.reverse(depot.scan_id)
    assert rows(depot.database, "SELECT free_g FROM gate_balance") == [(5_000,)]


def test_closing_with_a_difference_leaves_a_flag_and_a_reason(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    depot.sort(batch, {"burn": 90_000})
    with depot.as_("worker"), pytest.raises(Refusal) as refused:
        depot.close(batch)
    assert refused.value.figures == {
        "difference_g": 10_000,
        "tolerance_g": 2_000,
        "quarantine_g": 0,
        "work_bin_g": 0,
    }
    depot.close(batch, reason="mistake")
    flags = rows(depot.database, "SELECT figures FROM flag WHERE code = 'closed_with_difference'")
    assert flags == [('{"difference_g":10000}',)]


def test_a_loss_is_of_a_known_kind(depot: Depot) -> None:
    batch = depot.log()["code"]
    for losses in ({"theft": 1}, {"dust": 0}):
        with pytest.raises(Malformed):
            depot.close(batch, losses)


def test_reopening_names_no_losses(depot: Depot) -> None:
    from sorting.closing import Close, NamedLoss, reopen_batch

    batch = depot.log(1_000)["code"]
    depot.sort(batch, {"burn": 1_000})
    depot.close(batch)
    loss = (NamedLoss(kind="dust", mass_g=1),)
    command = Close(**depot.carried(), station="S1-A", losses=loss, reason=None)
    with pytest.raises(Malformed):
        depot.do(reopen_batch, batch, command)
