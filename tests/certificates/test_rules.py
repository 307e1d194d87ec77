"""What stands confirmed, told from movements alone, whatever was undone or put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import Malformed, NothingToCertify, NumberMissing
from catalogue.kinds import Pool, Quality, Stream
from certificates.rules import (
    LINES_MAX,
    End,
    Kind,
    Move,
    Portion,
    confirmed_portions,
    may_state,
    missing,
    permille_of,
    require_numbers,
    require_readable,
    require_something,
    split,
    stated,
)

DAY = date(2026, 3, 2)


def end(pool: Pool, detail: str = "", shipment: str | None = None) -> End:
    return End(
        pool=pool, detail=detail, shipment=shipment, group="uniform", quality=Quality.MEASURED
    )


SHIPPED = end(Pool.SHIPPED, "fibre@1", "Z1")
CONFIRMED = end(Pool.CONFIRMED, "fibre@1")
SUPPLIER = end(Pool.SUPPLIER)


def move(
    entry: int, source: End, target: End, mass_g: int, *, batch: str = "B1", **more: int
) -> Move:
    return Move(
        entry=entry, day=DAY, reverses=more.get("reverses"), batch=batch, source=source,
        target=target, mass_g=mass_g, pieces=more.get("pieces", 0),
    )  # fmt: skip


def masses(portions: list[Portion]) -> dict[tuple[str, int], int]:
    return {(portion.batch, portion.by): portion.mass_g for portion in portions}


def test_what_an_outlet_confirmed_stands_by_its_entry() -> None:
    portions = confirmed_portions(
        [move(5, SHIPPED, CONFIRMED, 100), move(7, SHIPPED, CONFIRMED, 50)]
    )
    assert masses(portions) == {("B1", 5): 100, ("B1", 7): 50}
    assert {portion.shipment for portion in portions} == {"Z1"}


def test_an_undoing_takes_what_that_very_entry_brought() -> None:
    portions = confirmed_portions(
        [
            move(5, SHIPPED, CONFIRMED, 100),
            move(7, SHIPPED, CONFIRMED, 50),
            move(9, CONFIRMED, SHIPPED, 50, reverses=7),
        ]
    )
    assert masses(portions) == {("B1", 5): 100}


def follow(entry: int) -> list[Move]:
    """A correction of the supplier: what B1 has, B2 has from now on."""
    return [
        move(entry, CONFIRMED, SUPPLIER, 100),
        move(entry, SUPPLIER, CONFIRMED, 100, batch="B2"),
    ]


def test_a_correction_carries_the_confirmation_along() -> None:
    (portion,) = confirmed_portions([move(5, SHIPPED, CONFIRMED, 100), *follow(8)])
    assert (portion.batch, portion.by, portion.entry, portion.shipment) == ("B2", 8, 5, "Z1")


def test_an_undone_correction_leaves_all_as_it_was() -> None:
    back = [replace(one, source=one.target, target=one.source, entry=9, reverses=8)
            for one in follow(8)]  # fmt: skip
    before = [move(5, SHIPPED, CONFIRMED, 100)]
    assert confirmed_portions([*before, *follow(8), *back]) == confirmed_portions(before)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.data())
def test_no_gram_is_made_or_lost_by_reading_the_movements(
    confirmed: list[int], data: st.DataObject
) -> None:
    moves = [move(2 + at, SHIPPED, CONFIRMED, mass_g) for at, mass_g in enumerate(confirmed)]
    undone = data.draw(st.sets(st.sampled_from(range(len(moves)))))
    moves += [
        move(100 + at, CONFIRMED, SHIPPED, confirmed[at], reverses=2 + at) for at in sorted(undone)
    ]
    portions = confirmed_portions(moves)
    assert (
        sum(portion.mass_g for portion in portions)
        == split(moves)["B1"][Pool.CONFIRMED, "fibre@1", "measured"]
    )
    assert {portion.by - 2 for portion in portions} == set(range(len(confirmed))) - undone


def test_what_is_stated_twice_in_the_same_way_is_one_line() -> None:
    portions = confirmed_portions(
        [move(5, SHIPPED, CONFIRMED, 60, pieces=6), move(5, SHIPPED, CONFIRMED, 40, pieces=4)]
    )
    (line,) = stated(portions)
    assert (line.mass_g, line.pieces) == (100, 10)


def test_what_stands_less_than_was_stated_is_missing() -> None:
    then = confirmed_portions([move(5, SHIPPED, CONFIRMED, 100)])
    assert missing(then, then) == []
    now = [replace(then[0], mass_g=70)]
    assert [one.mass_g for one in missing(then, now)] == [30]
    other = [replace(then[0], by=6)]
    assert [one.mass_g for one in missing(then, other)] == [100]


@pytest.mark.parametrize(
    ("kind", "stream", "accepts", "may"),
    [
        (Kind.REUSE, Stream.REUSE, ["open"], True),
        (Kind.REUSE, Stream.RECYCLE, ["open"], False),
        (Kind.RECYCLING, Stream.RECYCLE, ["open"], True),
        (Kind.RECYCLING, Stream.INCINERATION, ["open"], False),
        (Kind.DESTRUCTION, Stream.INCINERATION, ["open"], True),
        (Kind.DESTRUCTION, Stream.RECYCLE, ["open", "debrand"], False),
        (Kind.DESTRUCTION, Stream.RECYCLE, ["open", "destroy"], True),
        (Kind.DESTRUCTION, Stream.REUSE, ["open", "destroy"], False),
    ],
)
def test_a_kind_is_of_some_destinations(
    kind: Kind, stream: Stream, accepts: list[str], may: bool
) -> None:
    assert may_state(kind, stream=stream, accepts=accepts) is may


def test_a_share_is_never_said_to_be_more_than_it_is() -> None:
    assert (permille_of(1, 3), permille_of(999, 1000), permille_of(0, 0)) == (333, 999, 0)


def test_nothing_is_not_certified_and_neither_is_what_nobody_reads() -> None:
    with pytest.raises(NothingToCertify):
        require_something(0, received_g=1, confirmed_g=0, pending_g=1, lost_g=0)
    require_readable(LINES_MAX)
    with pytest.raises(Malformed):
        require_readable(LINES_MAX + 1)


@pytest.mark.parametrize(
    ("pieces", "noted", "destroyed", "enough"),
    [(2, 2, 2, True), (2, 2, 1, False), (0, 0, 0, False), (0, 3, 3, True), (0, 3, 2, False)],
)
def test_every_item_needs_its_number_and_its_end(
    pieces: int, noted: int, destroyed: int, enough: bool
) -> None:
    if enough:
        require_numbers("B1", "vest", pieces=pieces, noted=noted, destroyed=destroyed)
        return
    with pytest.raises(NumberMissing):
        require_numbers("B1", "vest", pieces=pieces, noted=noted, destroyed=destroyed)
