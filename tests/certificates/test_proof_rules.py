"""The proof chain: every gram is in the last step, in a gap, or aside; and somebody must act."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.kinds import BatchState, Pool, Stream
from certificates.proof_facts import Moved, certified_g, standing_since
from certificates.proof_rules import (
    ACTS,
    MISSES,
    Aside,
    Away,
    BatchFacts,
    Promise,
    Stand,
    Step,
    Who,
    Why,
    batch_chain,
    chain_of,
)

TODAY = date(2026, 6, 1)
CAME = date(2026, 5, 1)


def stand(pool: Pool, mass_g: int, stream: Stream | None = None, **more: object) -> Stand:
    return Stand(pool=pool, mass_g=mass_g, stream=stream, since=CAME, **more)  # type: ignore[arg-type]


def facts(*stands: Stand, state: BatchState = BatchState.CLOSED, **more: object) -> BatchFacts:
    said: dict[str, object] = {"code": "B1", "held": False, "certified_g": {}} | more
    return BatchFacts(state=state, received_on=CAME, stands=stands, **said)  # type: ignore[arg-type]


def whys(*stands: Stand, **more: object) -> list[Why]:
    chain = batch_chain(facts(*stands, **more), today=TODAY)  # type: ignore[arg-type]
    return [gap.why for gap in chain.gaps]


def test_all_that_was_certified_leaves_no_gap() -> None:
    chain = batch_chain(
        facts(
            stand(Pool.CONFIRMED, 700, Stream.RECYCLE),
            stand(Pool.LOSS, 20, subject="moisture"),
            certified_g={Stream.RECYCLE: 700},
        ),
        today=TODAY,
    )
    assert chain.gaps == []
    assert chain.aside == [Aside(Away.LOSS, "moisture", 20)]
    assert dict(chain.whole.reached_g) == {
        Step.ANNOUNCED: 720, Step.RECEIVED: 720, Step.SORTED: 700, Step.SHIPPED: 700,
        Step.CONFIRMED: 700, Step.CERTIFIED: 700,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("standing", "more", "why", "who"),
    [
        (stand(Pool.HOLDING, 5), {}, Why.TO_SORT, Who.FLOOR),
        (stand(Pool.HOLDING, 5), {"held": True}, Why.ON_HOLD, Who.TEAM_LEADER),
        (stand(Pool.QUARANTINE, 5), {}, Why.IN_QUARANTINE, Who.TEAM_LEADER),
        (stand(Pool.BIN, 5), {}, Why.IN_WORK_BIN, Who.FLOOR),
        (stand(Pool.BIN, 5, Stream.REUSE), {}, Why.BIN_OPEN, Who.FLOOR),
        (stand(Pool.BIN, 5, Stream.REUSE, is_closed=True), {}, Why.BIN_CLOSED, Who.TEAM_LEADER),
        (stand(Pool.SHIPPED, 5, Stream.REUSE, due=TODAY), {}, Why.NOT_CONFIRMED, Who.OUTLET),
        (
            stand(Pool.SHIPPED, 5, Stream.REUSE, due=TODAY - timedelta(days=1)),
            {},
            Why.OVERDUE,
            Who.OUTLET,
        ),
        (
            stand(Pool.SHIPPED, 5, Stream.REUSE, is_refused=True, outlet="FIBRE"),
            {},
            Why.REFUSED,
            Who.TEAM_LEADER,
        ),
        (stand(Pool.CONFIRMED, 5, Stream.REUSE), {}, Why.NOT_CERTIFIED, Who.CERTIFIER),
    ],
)
def test_a_gap_says_what_is_missing_how_much_since_when_and_who_acts(
    standing: Stand, more: dict[str, object], why: Why, who: Who
) -> None:
    (gap,) = batch_chain(facts(standing, **more), today=TODAY).gaps  # type: ignore[arg-type]
    assert (gap.why, gap.who, gap.mass_g, gap.since, gap.days) == (why, who, 5, CAME, 31)
    assert gap.step is MISSES[why]


def test_every_gap_has_a_step_and_somebody_who_acts() -> None:
    assert set(MISSES) == set(ACTS) == set(Why)


def test_a_batch_with_nothing_left_to_sort_waits_for_its_closing() -> None:
    burnt = stand(Pool.CONFIRMED, 5, Stream.INCINERATION)
    paid = {Stream.INCINERATION: 5}
    assert whys(burnt, state=BatchState.SORTING, certified_g=paid) == [Why.NOT_CLOSED]
    assert whys(burnt, state=BatchState.CLOSED, certified_g=paid) == []
    waiting = stand(Pool.HOLDING, 5)
    assert whys(burnt, waiting, state=BatchState.SORTING, certified_g=paid) == [Why.TO_SORT]


def test_what_went_back_and_what_was_gained_are_aside() -> None:
    chain = batch_chain(
        facts(
            stand(Pool.SUPPLIER, -100),
            stand(Pool.SUPPLIER, 40, subject="returned"),
            stand(Pool.FINDS, 2),
            stand(Pool.LOSS, -3, subject="weighing_difference"),
            stand(Pool.HOLDING, 61),
        ),
        today=TODAY,
    )
    assert [(one.away, one.mass_g) for one in chain.aside] == [
        (Away.RETURNED, 40), (Away.LOSS, -3), (Away.FIND, 2),
    ]  # fmt: skip
    assert chain.whole.reached_g[Step.RECEIVED] == 100


def promise(announced_g: int) -> Promise:
    return Promise(announced_g=announced_g, expected_on=CAME, limit_permille=50)


@pytest.mark.parametrize(
    ("received_g", "why", "missing_g"),
    [
        (0, Why.NOT_COME, 1000),
        (949, Why.NOT_COME, 51),
        (950, None, 0),
        (1050, None, 0),
        (1051, Why.OTHER_WEIGHT, 0),
    ],
)
def test_what_was_announced_is_held_against_what_came(
    received_g: int, why: Why | None, missing_g: int
) -> None:
    came = facts(
        stand(Pool.CONFIRMED, received_g, Stream.REUSE), certified_g={Stream.REUSE: received_g}
    )
    chain = chain_of(promise(1000), [came] if received_g else [], today=TODAY)
    assert [gap.why for gap in chain.gaps] == ([why] if why else [])
    assert chain.whole.gap_g[Step.RECEIVED] == missing_g
    assert chain.whole.reached_g[Step.ANNOUNCED] == 1000
    assert chain.is_whole is (why is None)


def test_one_batch_is_a_chain_that_promised_nothing() -> None:
    chain = chain_of(None, [facts(stand(Pool.HOLDING, 7))], today=TODAY)
    assert chain.whole.reached_g[Step.ANNOUNCED] == chain.whole.reached_g[Step.RECEIVED] == 7
    assert (chain.missing_g, chain.is_whole) == (7, False)
    assert not chain_of(None, [], today=TODAY).is_whole


MASS = st.integers(1, 50_000_000)
STREAMS = st.sampled_from(list(Stream))


@st.composite
def some_batch(draw: st.DrawFn) -> BatchFacts:
    stands = []
    for pool in draw(st.lists(st.sampled_from(list(Pool)), max_size=8)):
        if pool is Pool.SUPPLIER:
            stands.append(stand(pool, draw(MASS), subject="returned"))
        elif pool is Pool.LOSS:
            stands.append(stand(pool, draw(st.integers(-999, 999)), subject="dust"))
        elif pool in (Pool.HOLDING, Pool.QUARANTINE, Pool.FINDS):
            stands.append(stand(pool, draw(MASS)))
        else:
            stream = draw(STREAMS)
            stands.append(stand(pool, draw(MASS), stream, is_closed=draw(st.booleans())))
    confirmed = {
        stream: sum(s.mass_g for s in stands if s.pool is Pool.CONFIRMED and s.stream is stream)
        for stream in Stream
    }
    paid = {stream: draw(st.integers(0, mass_g)) for stream, mass_g in confirmed.items()}
    state = draw(st.sampled_from(list(BatchState)))
    return facts(*stands, state=state, held=draw(st.booleans()), certified_g=paid)


@given(st.lists(some_batch(), max_size=5), st.one_of(st.none(), MASS))
def test_every_gram_is_certified_or_missing_or_aside(
    batches: list[BatchFacts], announced_g: int | None
) -> None:
    chain = chain_of(promise(announced_g) if announced_g else None, batches, today=TODAY)
    received_g = sum(stand.mass_g for batch in batches for stand in batch.stands)
    aside_g = sum(one.mass_g for one in chain.aside)
    reached, gap = chain.whole.reached_g, chain.whole.gap_g
    assert reached[Step.RECEIVED] == received_g
    assert received_g == reached[Step.CERTIFIED] + chain.missing_g + aside_g
    assert reached[Step.SORTED] == received_g - aside_g - gap[Step.SORTED]
    for here, then in (
        (Step.SORTED, Step.SHIPPED),
        (Step.SHIPPED, Step.CONFIRMED),
        (Step.CONFIRMED, Step.CERTIFIED),
    ):
        assert reached[then] == reached[here] - gap[then]
    for row in chain.batches:
        for step in (Step.SORTED, Step.SHIPPED, Step.CONFIRMED, Step.CERTIFIED):
            of_streams = sum(stream.reached_g[step] for stream in row.streams.values())
            assert of_streams == row.whole.reached_g[step]
    assert (
        sum(row.whole.reached_g[Step.CERTIFIED] for row in chain.batches)
        == (reached[Step.CERTIFIED])
    )


def test_what_was_taken_out_and_put_back_stands_there_since_it_came_back() -> None:
    moves = [
        Moved(1, 10, 20, 5, date(2026, 3, 1)),
        Moved(1, 10, 20, 2, date(2026, 3, 2)),
        Moved(1, 20, 30, 3, date(2026, 3, 3)),
        Moved(2, 10, 20, 1, date(2026, 3, 4)),
        Moved(1, 20, 30, 4, date(2026, 3, 5)),
        Moved(1, 30, 20, 1, date(2026, 3, 6)),
    ]
    since = standing_since(moves)
    assert since[1, 20] == date(2026, 3, 6)
    assert since[1, 30] == date(2026, 3, 3)
    assert since[2, 20] == date(2026, 3, 4)


def test_what_two_certificates_state_counts_once() -> None:
    one, other = ("fibre", "1"), ("panels", "1")
    assert certified_g(
        [(one, Stream.RECYCLE, 70), (one, Stream.RECYCLE, 70), (other, Stream.RECYCLE, 5)]
    ) == {Stream.RECYCLE: 75}
