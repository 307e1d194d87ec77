"""Where something may go, what a gate covers, and when a batch closes."""

from __future__ import annotations

from datetime import date

import pytest

from catalogue.errors import (
    BalanceOpen,
    BinEmpty,
    DestinationForbidden,
    GateMissing,
    LossLimit,
    Malformed,
    MassExceeded,
    StateForbids,
)
from catalogue.kinds import BatchState, Security, Stream
from catalogue.rows import DestinationRow, GroupRow
from sorting import rules
from sorting.rules import Closing, Draw


def group(code: str, security: Security, key: int) -> GroupRow:
    return GroupRow(key, code, {}, security, 20, None, False)


def destination(code: str, *accepts: str, gates: tuple[str, ...] = ()) -> DestinationRow:
    return DestinationRow(
        1, code, 1, date(2020, 1, 1), Stream.REUSE, {}, frozenset(accepts), gates, True
    )


UNKNOWN = group("unknown", Security.OPEN, 1)
TOWEL = group("towel", Security.OPEN, 2)
SECRET = group("secret", Security.DESTROY, 3)
BOTH = [TOWEL, SECRET]


def test_without_a_rule_of_its_owner_a_group_goes_where_its_class_is_accepted() -> None:
    rules.may_go(
        destination("reuse", "open"), TOWEL, unknown=False, of_supplier={}, all_groups=BOTH
    )
    with pytest.raises(DestinationForbidden) as refused:
        rules.may_go(
            destination("reuse", "open"), SECRET, unknown=False, of_supplier={}, all_groups=BOTH
        )
    assert refused.value.figures["rule"] == "security"


def test_a_rule_of_the_owner_comes_before_the_class() -> None:
    named = {SECRET.id: frozenset({"reuse"}), TOWEL.id: frozenset({"burn"})}
    target = destination("reuse", "open")
    rules.may_go(target, SECRET, unknown=False, of_supplier=named, all_groups=BOTH)
    with pytest.raises(DestinationForbidden) as refused:
        rules.may_go(target, TOWEL, unknown=False, of_supplier=named, all_groups=BOTH)
    assert refused.value.figures["rule"] == "owner"


def test_an_owner_who_names_nothing_lets_it_go_nowhere() -> None:
    named: dict[int, frozenset[str]] = {TOWEL.id: frozenset()}
    with pytest.raises(DestinationForbidden):
        rules.may_go(
            destination("reuse", "open"), TOWEL, unknown=False, of_supplier=named, all_groups=BOTH
        )


def test_an_unknown_group_goes_only_where_every_group_may() -> None:
    everywhere = destination("burn", "open", "destroy")
    rules.may_go(everywhere, UNKNOWN, unknown=True, of_supplier={}, all_groups=BOTH)
    with pytest.raises(DestinationForbidden):
        rules.may_go(
            destination("reuse", "open"), UNKNOWN, unknown=True, of_supplier={}, all_groups=BOTH
        )
    with pytest.raises(DestinationForbidden) as refused:
        rules.may_go(
            everywhere,
            UNKNOWN,
            unknown=True,
            of_supplier={TOWEL.id: frozenset({"reuse"})},
            all_groups=BOTH,
        )
    assert refused.value.figures == {
        "rule": "owner",
        "destination": "burn",
        "article_group": "unknown",
    }


def test_gates_that_were_left_through_are_not_asked_for_again() -> None:
    two = destination("shred", gates=("logo", "shredded"))
    one = destination("sale", gates=("logo",))
    assert rules.missing_gates(two, None) == ("logo", "shredded")
    assert rules.missing_gates(two, one) == ("shredded",)
    assert rules.missing_gates(one, two) == ()
    assert rules.missing_gates(None, one) == ()


@pytest.mark.parametrize(
    ("mass_g", "pieces", "free", "drawn"),
    [
        (10, None, [10, 0], Draw(-10, 0)),
        (10, 3, [10, 3], Draw(-10, 0)),
        (10, 3, [9, 3], Draw(0, -3)),
        (10, 3, [0, 5], Draw(0, -3)),
    ],
)
def test_what_leaves_is_covered_by_mass_or_else_by_pieces(
    mass_g: int, pieces: int | None, free: list[int], drawn: Draw
) -> None:
    assert rules.draw("logo", "sale", mass_g=mass_g, pieces=pieces, free=free) == drawn


@pytest.mark.parametrize(
    ("pieces", "free"), [(None, [9, 100]), (0, [9, 100]), (4, [9, 3]), (None, [0, 0])]
)
def test_one_jacket_does_not_open_the_gate_for_a_box(pieces: int | None, free: list[int]) -> None:
    with pytest.raises(GateMissing) as refused:
        rules.draw("logo", "sale", mass_g=10, pieces=pieces, free=free)
    assert refused.value.figures["needed_g"] == 10
    assert refused.value.figures["passed_g"] == free[0]


def closing(**figures: int) -> Closing:
    nothing = dict.fromkeys(
        ("held_g", "quarantine_g", "work_bin_g", "losses_g", "difference_before_g"), 0
    )
    return Closing(**(nothing | {"tolerance_g": 20} | figures))


@pytest.mark.parametrize(
    ("figures", "difference_g"),
    [
        ({}, 0),
        ({"held_g": 20}, 20),
        ({"held_g": 30, "losses_g": 10}, 20),
        ({"held_g": 10, "losses_g": 30}, -20),
        ({"held_g": 5, "difference_before_g": 15}, 5),
        ({"held_g": 35, "difference_before_g": -15}, 35),
        ({"difference_before_g": 25}, 0),
    ],
)
def test_a_batch_closes_within_its_tolerance(figures: dict[str, int], difference_g: int) -> None:
    found = rules.closing_difference(closing(**figures), by_leader_with_reason=False)
    assert found == difference_g


@pytest.mark.parametrize(
    "figures",
    [
        {"held_g": 21},
        {"losses_g": 21},
        {"held_g": 6, "difference_before_g": 15},
        {"losses_g": 6, "difference_before_g": -15},
    ],
)
def test_beyond_the_tolerance_only_a_leader_with_a_reason_closes(figures: dict[str, int]) -> None:
    with pytest.raises(BalanceOpen):
        rules.closing_difference(closing(**figures), by_leader_with_reason=False)
    rules.closing_difference(closing(**figures), by_leader_with_reason=True)


@pytest.mark.parametrize("figures", [{"quarantine_g": 1}, {"work_bin_g": 1}])
def test_nobody_closes_a_batch_that_waits_elsewhere(figures: dict[str, int]) -> None:
    with pytest.raises(BalanceOpen) as refused:
        rules.closing_difference(closing(**figures), by_leader_with_reason=True)
    assert refused.value.figures["difference_g"] == 1


def test_a_loss_has_its_limit() -> None:
    rules.require_loss_within(
        kind="dust", before_g=5, loss_g=5, limit_g=10, by_leader_with_reason=False
    )
    with pytest.raises(LossLimit):
        rules.require_loss_within(
            kind="dust", before_g=5, loss_g=6, limit_g=10, by_leader_with_reason=False
        )
    rules.require_loss_within(
        kind="dust", before_g=5, loss_g=6, limit_g=10, by_leader_with_reason=True
    )


def test_a_part_names_one_target_and_a_mass() -> None:
    rules.one_target("reuse", None)
    rules.one_target(None, "K1")
    for wrong in ((None, None), ("reuse", "K1")):
        with pytest.raises(Malformed):
            rules.one_target(*wrong)
    assert rules.checked_part(5, 0) == 5
    for mass_g, pieces in ((0, None), (5, -1), (5, 10_000_001)):
        with pytest.raises(Malformed):
            rules.checked_part(mass_g, pieces)


def test_the_rest_of_the_floor() -> None:
    rules.require_within(5, 5)
    with pytest.raises(MassExceeded):
        rules.require_within(6, 5)
    with pytest.raises(BinEmpty):
        rules.require_filled("K1", 0)
    rules.require_closed("B1", BatchState.CLOSED)
    with pytest.raises(StateForbids):
        rules.require_closed("B1", BatchState.SORTING)
