"""Division, tolerance and taking: the arithmetic that every gram passes through."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import BatchClosed, BatchHeld, MassExceeded
from catalogue.kinds import BatchState, Pool, Quality
from chain.rows import Ref
from streams.mass import Grams
from streams.rules import (
    BatchRef,
    Line,
    PlaceRef,
    Spot,
    Standing,
    divide,
    excess_g,
    in_order,
    input_g,
    mass_in,
    require_active,
    share,
    state_by_balance,
    take,
    tolerance_g,
)

UNIFORM = Ref(1, "uniform")
weights = st.lists(st.integers(0, 10**8), min_size=1, max_size=30).filter(any)


def place(pool: Pool, key: int = 1) -> PlaceRef:
    return PlaceRef(id=key, code=f"{pool}/S1/{key}", pool=pool, total_id=key)


def standing(
    batch: str,
    mass_g: int,
    *,
    pool: Pool = Pool.BIN,
    quality: Quality = Quality.MEASURED,
    pieces: int = 0,
) -> Standing:
    owner = BatchRef(sum(batch.encode()), batch, 1, date(2026, 3, 2))
    spot = Spot(place(pool), UNIFORM, quality)
    return Standing(owner, spot, Grams(mass_g), pieces)


@given(st.integers(0, 10**9), weights)
def test_a_division_adds_up_to_the_gram(total: int, shares: list[int]) -> None:
    assert sum(divide(total, shares)) == total


@given(st.data(), weights)
def test_no_part_is_more_than_stands_there(data: st.DataObject, shares: list[int]) -> None:
    total = data.draw(st.integers(0, sum(shares)))
    assert all(
        0 <= part <= weight for part, weight in zip(divide(total, shares), shares, strict=True)
    )


@given(st.integers(0, 10**9), weights)
def test_every_part_is_its_quota_rounded_down_or_up(total: int, shares: list[int]) -> None:
    whole = sum(shares)
    for part, weight in zip(divide(total, shares), shares, strict=True):
        assert total * weight // whole <= part <= -(-total * weight // whole)


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (2, [1, 1, 1], [1, 1, 0]),
        (7, [0, 1, 1], [0, 4, 3]),
        (5, [1, 3], [1, 4]),
        (0, [1, 2], [0, 0]),
        (0, [], []),
        (100, [60, 30], [67, 33]),
    ],
)
def test_ties_go_to_the_earlier_row(total: int, shares: list[int], parts: list[int]) -> None:
    assert divide(total, shares) == parts


def test_nothing_cannot_be_divided_over() -> None:
    with pytest.raises(AssertionError):
        divide(1, [0, 0])


def test_rows_stand_in_the_order_of_their_batches_and_qualities() -> None:
    rows = [
        standing("B2", 1),
        standing("B1", 1, quality=Quality.MEASURED),
        standing("B1", 1, quality=Quality.ESTIMATED),
    ]
    assert in_order(rows) == [rows[2], rows[1], rows[0]]


@pytest.mark.parametrize(
    ("input_mass_g", "permille", "tolerated_g"),
    [(100_000, 20, 2_000), (999, 1, 0), (1_000, 1, 1), (1_999, 1, 1), (0, 20, 0), (-5, 20, 0)],
)
def test_a_tolerance_is_rounded_down(input_mass_g: int, permille: int, tolerated_g: int) -> None:
    assert tolerance_g(input_mass_g, permille) == tolerated_g


@pytest.mark.parametrize(
    ("held", "sorted_", "gained", "tolerated", "over"),
    [
        (100, 100, 0, 2, 0),
        (100, 60, 0, 2, 0),
        (100, 101, 0, 2, 1),
        (100, 102, 0, 2, 2),
        (100, 101, 1, 2, 1),
        (0, 1, 0, 2, 1),
        (100, 102, -50, 2, 2),
    ],
)
def test_what_is_sorted_too_much_is_covered_by_what_is_left_of_the_tolerance(
    held: int, sorted_: int, gained: int, tolerated: int, over: int
) -> None:
    found = excess_g(held_g=held, sorted_g=sorted_, gained_g=gained, tolerated_g=tolerated)
    assert found == over


@pytest.mark.parametrize(
    ("sorted_", "gained", "room"), [(103, 0, 2), (102, 1, 1), (101, 2, 0), (101, 3, 0)]
)
def test_sorting_beyond_the_tolerance_is_refused_with_the_room_that_is_left(
    sorted_: int, gained: int, room: int
) -> None:
    with pytest.raises(MassExceeded) as refused:
        excess_g(held_g=100, sorted_g=sorted_, gained_g=gained, tolerated_g=2)
    assert refused.value.figures == {"held_g": 100, "sorted_g": sorted_, "tolerance_g": room}


def test_what_is_weighed_now_comes_out_of_what_was_weighed_before() -> None:
    rows = [standing("B1", 60, quality=Quality.ESTIMATED), standing("B1", 40)]
    taken = take(rows, 50, measured_first=True)
    assert [(s.spot.quality, s.mass_g) for s in taken] == [("measured", 40), ("estimated", 10)]
    taken = take(rows, 50, measured_first=False)
    assert [(s.spot.quality, s.mass_g) for s in taken] == [("estimated", 50)]


def test_pieces_go_along_in_proportion_and_never_below_zero() -> None:
    assert take([standing("B1", 100, pieces=10)], 25, measured_first=True)[0].pieces == 2
    assert take([standing("B1", 100, pieces=10)], 100, measured_first=True)[0].pieces == 10
    assert take([standing("B1", 100, pieces=-10)], 50, measured_first=True)[0].pieces == 0


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.data())
def test_a_share_of_a_mixed_bin_is_exact_and_nobody_gives_more_than_he_has(
    masses: list[int], data: st.DataObject
) -> None:
    rows = [standing(f"B{index:02}", mass) for index, mass in enumerate(masses)]
    wanted = data.draw(st.integers(1, sum(masses)))
    had = {row.batch.code: row.mass_g for row in rows}
    taken = share(rows, wanted)
    assert sum(s.mass_g for s in taken) == wanted
    assert all(0 < s.mass_g <= had[s.batch.code] for s in taken)


def test_what_is_owed_takes_no_part_in_a_share() -> None:
    taken = share([standing("B1", -5, pool=Pool.LOSS), standing("B2", 5)], 5)
    assert [s.batch.code for s in taken] == ["B2"]


def test_input_is_all_that_is_not_at_the_supplier() -> None:
    rows = [
        standing("B1", -100, pool=Pool.SUPPLIER),
        standing("B1", 10, pool=Pool.SUPPLIER),
        standing("B1", 60, pool=Pool.HOLDING),
        standing("B1", 35, pool=Pool.CONFIRMED),
        standing("B1", -5, pool=Pool.LOSS),
    ]
    assert input_g(rows) == 90
    assert mass_in(rows, Pool.HOLDING, Pool.CONFIRMED) == 95


@pytest.mark.parametrize("pool", [Pool.BIN, Pool.SHIPPED, Pool.CONFIRMED])
def test_a_batch_is_being_sorted_once_something_left_its_holding(pool: Pool) -> None:
    assert state_by_balance([standing("B1", 1, pool=pool)]) is BatchState.SORTING


@pytest.mark.parametrize("pool", [Pool.HOLDING, Pool.QUARANTINE, Pool.LOSS, Pool.FINDS])
def test_a_batch_is_only_received_while_nothing_was_sorted(pool: Pool) -> None:
    assert state_by_balance([standing("B1", 1, pool=pool)]) is BatchState.RECEIVED


@pytest.mark.parametrize("state", list(BatchState))
def test_only_a_received_batch_and_one_in_sorting_take_entries(state: BatchState) -> None:
    if state in (BatchState.RECEIVED, BatchState.SORTING):
        require_active("B1", state, held=False)
        with pytest.raises(BatchHeld):
            require_active("B1", state, held=True)
    else:
        with pytest.raises(BatchClosed):
            require_active("B1", state, held=False)


def test_a_line_without_mass_or_without_a_way_is_a_mistake_of_ours() -> None:
    row = standing("B1", 1)
    other = Spot(place(Pool.HOLDING, 2), UNIFORM, Quality.MEASURED)
    with pytest.raises(AssertionError):
        Line(row.batch, row.spot, other, Grams(0))
    with pytest.raises(AssertionError):
        Line(row.batch, row.spot, row.spot, Grams(1))
    line = Line(row.batch, row.spot, other, Grams(3), 2)
    assert line.mirrored().mirrored() == line
    assert (line.mirrored().source, line.mirrored().pieces) == (other, 2)
