"""What a delivery promises, and what a new weight means."""

from __future__ import annotations

import pytest

from catalogue.errors import BatchHeld, LossLimit, Malformed, MassExceeded, StateForbids
from intake import rules


def test_an_announcement_is_the_sum_of_its_lines() -> None:
    assert rules.announced_g([1_000, 2_000]) == 3_000


@pytest.mark.parametrize("masses", [[], [0], [1, -1], [40_000_000]])
def test_an_announcement_of_nothing_is_refused(masses: list[int]) -> None:
    with pytest.raises(Malformed):
        rules.announced_g(masses)


@pytest.mark.parametrize(
    ("received_g", "beyond"),
    [(1_000, False), (1_100, False), (900, False), (1_101, True), (899, True), (0, True)],
)
def test_a_delivery_that_differs_more_than_the_site_allows_is_seen(
    received_g: int, beyond: bool
) -> None:
    found = rules.beyond_limit(announced_mass_g=1_000, received_g=received_g, limit_permille=100)
    assert found is beyond


def test_a_batch_may_lose_up_to_the_limit_over_all_its_weighings() -> None:
    within = {"kind": "moisture", "limit_g": 50, "by_leader": False}
    rules.require_within_limit(lost_before_g=0, lost_g=50, **within)  # type: ignore[arg-type]
    rules.require_within_limit(lost_before_g=49, lost_g=1, **within)  # type: ignore[arg-type]
    with pytest.raises(LossLimit) as refused:
        rules.require_within_limit(lost_before_g=49, lost_g=2, **within)  # type: ignore[arg-type]
    assert refused.value.figures == {"kind": "moisture", "limit_g": 50, "loss_g": 51}


def test_a_team_leader_books_a_loss_beyond_the_limit() -> None:
    rules.require_within_limit(
        kind="moisture", lost_before_g=0, lost_g=51, limit_g=50, by_leader=True
    )


def test_a_batch_shrinks_or_grows_between_weighings() -> None:
    assert rules.shrinkage_g(held_g=100, net_now_g=97) == 3
    assert rules.shrinkage_g(held_g=100, net_now_g=101) == -1


def test_more_than_stands_there_cannot_be_set_aside() -> None:
    rules.require_held(mass_g=10, held_g=10)
    with pytest.raises(MassExceeded):
        rules.require_held(mass_g=11, held_g=10)


def test_states_that_forbid() -> None:
    rules.require_not_held("B1", held=False)
    with pytest.raises(BatchHeld):
        rules.require_not_held("B1", held=True)
    rules.require_state("V1", "kept", "kept", "found")
    with pytest.raises(StateForbids) as refused:
        rules.require_state("V1", "handed over", "kept")
    assert refused.value.figures == {"subject": "V1", "state": "handed over"}
