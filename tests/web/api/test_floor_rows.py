"""What a tablet is told of a batch beyond what everybody is, so that it can foretell the rules."""

from __future__ import annotations

from tests.web.api.calling import Hall
from tests.web.api.test_floor_world import ask, only_batch, tablet_at


def test_a_batch_says_what_was_lost_found_set_apart_and_estimated(hall: Hall) -> None:
    depot = hall.depot
    code = depot.log(100_000)["code"]
    depot.weigh(code, 99_000, loss_kind="moisture")
    depot.weigh(code, 99_500)
    depot.find(code, "wallet", mass_g=200)
    depot.hold(code, 10_000)
    row = only_batch(ask(tablet_at(hall)))
    assert row["losses"] == {"moisture": 1_000, "weighing_difference": -500}
    named = ("held_g", "finds_g", "quarantine_g", "held_estimated_g")
    assert [row[name] for name in named] == [89_300, 200, 10_000, 0]
    estimate = depot.log(5_000, quality="estimated")["code"]
    rows = {row["code"]: row for row in ask(tablet_at(hall))["batches"]}
    assert rows[estimate]["held_estimated_g"] == 5_000


def test_a_batch_says_what_is_left_where_it_lies_and_what_it_passed(hall: Hall) -> None:
    depot = hall.depot
    delivery = depot.announce(300_000)["code"]
    code = depot.log(300_000, delivery=delivery, pieces=40)["code"]
    depot.pass_gate(code, "logo", 50_000)
    into = depot.sort(code, {"burn": 100_000})["bins"][0]
    depot.refuse(code, 20_000)
    assert only_batch(ask(tablet_at(hall))) == {
        "code": code,
        "supplier": "NOORDERHAVEN",
        "article_group": "uniform",
        "state": "sorting",
        "held": False,
        "mass_g": 300_000,
        "input_g": 280_000,
        "held_g": 180_000,
        "held_estimated_g": 0,
        "quarantine_g": 0,
        "finds_g": 0,
        "losses": {},
        "pieces": 40,
        "received_day": "2026-03-02",
        "quality": "measured",
        "tolerance_g": 5_600,
        "gates": {"logo": {"free_g": 50_000, "free_pieces": 0}},
        "bins": {into: 100_000},
        "delivery": delivery,
    }
