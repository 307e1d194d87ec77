"""The proof chain, pure: how far every gram of a delivery came, and what is missing where.

A gram that was received stands in exactly one of three ways: it is certified, which is the last
step; or something is still missing for it, which is a gap; or it went aside as a named loss, a
find, or back to its supplier. So `received = certified + gaps + aside`, to the gram, per batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from catalogue.kinds import BatchState, Pool, Stream


class Step(StrEnum):
    """How far it came, in order."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    SORTED = "sorted"
    SHIPPED = "shipped"
    CONFIRMED = "confirmed"
    CERTIFIED = "certified"


class Why(StrEnum):
    """What is missing. The step that it keeps from being reached stands in `MISSES`."""

    NOT_COME = "not_come"
    OTHER_WEIGHT = "other_weight"
    TO_SORT = "to_sort"
    ON_HOLD = "on_hold"
    IN_QUARANTINE = "in_quarantine"
    IN_WORK_BIN = "in_work_bin"
    NOT_CLOSED = "not_closed"
    BIN_OPEN = "bin_open"
    BIN_CLOSED = "bin_closed"
    NOT_CONFIRMED = "not_confirmed"
    OVERDUE = "overdue"
    REFUSED = "refused"
    NOT_CERTIFIED = "not_certified"


class Who(StrEnum):
    """Who can do something about it."""

    SUPPLIER = "supplier"
    FLOOR = "floor"
    TEAM_LEADER = "team_leader"
    OUTLET = "outlet"
    CERTIFIER = "certifier"


class Away(StrEnum):
    """Where a gram went aside, for which no proof will come."""

    RETURNED = "returned"
    LOSS = "loss"
    FIND = "find"


MISSES: Mapping[Why, Step] = {
    Why.NOT_COME: Step.RECEIVED,
    Why.OTHER_WEIGHT: Step.RECEIVED,
    Why.TO_SORT: Step.SORTED,
    Why.ON_HOLD: Step.SORTED,
    Why.IN_QUARANTINE: Step.SORTED,
    Why.IN_WORK_BIN: Step.SORTED,
    Why.NOT_CLOSED: Step.SORTED,
    Why.BIN_OPEN: Step.SHIPPED,
    Why.BIN_CLOSED: Step.SHIPPED,
    Why.NOT_CONFIRMED: Step.CONFIRMED,
    Why.OVERDUE: Step.CONFIRMED,
    Why.REFUSED: Step.CONFIRMED,
    Why.NOT_CERTIFIED: Step.CERTIFIED,
}
ACTS: Mapping[Why, Who] = {
    Why.NOT_COME: Who.SUPPLIER,
    Why.OTHER_WEIGHT: Who.TEAM_LEADER,
    Why.TO_SORT: Who.FLOOR,
    Why.ON_HOLD: Who.TEAM_LEADER,
    Why.IN_QUARANTINE: Who.TEAM_LEADER,
    Why.IN_WORK_BIN: Who.FLOOR,
    Why.NOT_CLOSED: Who.TEAM_LEADER,
    Why.BIN_OPEN: Who.FLOOR,
    Why.BIN_CLOSED: Who.TEAM_LEADER,
    Why.NOT_CONFIRMED: Who.OUTLET,
    Why.OVERDUE: Who.OUTLET,
    Why.REFUSED: Who.TEAM_LEADER,
    Why.NOT_CERTIFIED: Who.CERTIFIER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Grams of a batch at one place. since: from when something of it stood there.

    subject: code of the bin or shipment; loss kind; `returned`. is_closed: of a bin. outlet: of a
    shipment, with the day until which its confirmation is in time. is_refused: by the outlet, all
    that is still under way.
    """

    pool: Pool
    mass_g: int
    since: date | None = None
    subject: str = ""
    stream: Stream | None = None
    is_closed: bool = False
    outlet: str = ""
    due: date | None = None
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """A batch and where its grams stand. certified_g: per stream, by certificates that count."""

    code: str
    state: BatchState
    held: bool
    received_on: date
    stands: Sequence[Stand]
    certified_g: Mapping[Stream, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was announced: how much, for when, and what difference the site lets pass."""

    announced_g: int
    expected_on: date
    limit_permille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that is missing. subject: code of the batch, bin or shipment to go to; outlet:
    code of the outlet that acts; days: for how long. A batch that nobody closed misses no grams.
    """

    why: Why
    mass_g: int
    batch: str
    subject: str
    since: date
    days: int
    stream: Stream | None = None
    outlet: str = ""

    @property
    def step(self) -> Step:
        """The step that is not reached."""
        return MISSES[self.why]

    @property
    def who(self) -> Who:
        return ACTS[self.why]


@dataclass(frozen=True, slots=True)
class Aside:
    """Grams for which no proof will come. kind: of a loss. Below zero: gained by weighing."""

    away: Away
    kind: str
    mass_g: int


@dataclass(frozen=True, slots=True)
class Reached:
    """How much of something reached each step. gap_g: what is missing right before each."""

    reached_g: Mapping[Step, int]
    gap_g: Mapping[Step, int]


@dataclass(frozen=True, slots=True)
class BatchChain:
    """How far a batch came: as a whole, and what was sorted of it by stream."""

    code: str
    state: BatchState
    whole: Reached
    streams: Mapping[Stream, Reached]
    gaps: Sequence[Gap]
    aside: Sequence[Aside]


@dataclass(frozen=True, slots=True)
class Chain:
    """How far a delivery came, or one batch: then nothing was promised."""

    promised: Promise | None
    whole: Reached
    batches: Sequence[BatchChain]
    gaps: Sequence[Gap]
    aside: Sequence[Aside]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing, and something came."""
        return not self.gaps and self.whole.reached_g[Step.RECEIVED] > 0

    @property
    def missing_g(self) -> int:
        """Received grams without the last proof."""
        return sum(gap.mass_g for gap in self.gaps if gap.step is not Step.RECEIVED)


AFTER_RECEIPT = (Step.SORTED, Step.SHIPPED, Step.CONFIRMED, Step.CERTIFIED)


def chain_of(promised: Promise | None, batches: Iterable[BatchFacts], *, today: date) -> Chain:
    """How far everything came, and what is missing, the longest missing first."""
    rows = [batch_chain(facts, today=today) for facts in batches]
    received_g = sum(row.whole.reached_g[Step.RECEIVED] for row in rows)
    gaps = [gap for row in rows for gap in row.gaps]
    before = _before_receipt(promised, received_g, today) if promised else []
    reached_g = {Step.ANNOUNCED: promised.announced_g if promised else received_g}
    gap_g = dict.fromkeys(Step, 0) | {Step.RECEIVED: sum(gap.mass_g for gap in before)}
    for step in (Step.RECEIVED, *AFTER_RECEIPT):
        reached_g[step] = sum(row.whole.reached_g[step] for row in rows)
        gap_g[step] += sum(row.whole.gap_g[step] for row in rows)
    return Chain(
        promised=promised,
        whole=Reached(reached_g, gap_g),
        batches=rows,
        gaps=_longest_first([*before, *gaps]),
        aside=_together(one for row in rows for one in row.aside),
    )


def _before_receipt(promised: Promise, received_g: int, today: date) -> list[Gap]:
    """What was announced and did not come, or came otherwise, beyond what the site lets pass."""
    difference_g = promised.announced_g - received_g
    if abs(difference_g) * 1000 <= promised.announced_g * promised.limit_permille:
        return []
    return [
        Gap(
            why=Why.NOT_COME if difference_g > 0 else Why.OTHER_WEIGHT,
            mass_g=max(0, difference_g),
            batch="",
            subject="",
            since=promised.expected_on,
            days=_days(promised.expected_on, today),
        )
    ]


def batch_chain(facts: BatchFacts, *, today: date) -> BatchChain:
    """How far one batch came."""
    gaps, aside = [], []
    for stand in facts.stands:
        if stand.pool in (Pool.SUPPLIER, Pool.LOSS, Pool.FINDS):
            aside += _aside(stand)
        elif stand.pool is not Pool.CONFIRMED:
            gaps.append(_gap(facts, stand, today))
    gaps += _uncertified(facts, today)
    if facts.state is BatchState.SORTING and not any(gap.step is Step.SORTED for gap in gaps):
        since = max((stand.since or facts.received_on for stand in facts.stands), default=None)
        gaps.append(_of_batch(Why.NOT_CLOSED, facts, 0, since or facts.received_on, today))
    certified_g = sum(facts.certified_g.values())
    streams = {
        stream: _reached([gap for gap in gaps if gap.stream is stream], facts, stream)
        for stream in Stream
        if any(stand.stream is stream for stand in facts.stands)
    }
    return BatchChain(
        code=facts.code,
        state=facts.state,
        whole=_whole(gaps, aside, certified_g),
        streams=streams,
        gaps=_longest_first(gaps),
        aside=_together(aside),
    )


def _aside(stand: Stand) -> list[Aside]:
    if stand.pool is Pool.SUPPLIER:
        # What came in is owed to the supplier; only what went back stands there.
        return [Aside(Away.RETURNED, "", stand.mass_g)] if stand.subject == "returned" else []
    if stand.pool is Pool.FINDS:
        return [Aside(Away.FIND, "", stand.mass_g)]
    return [Aside(Away.LOSS, stand.subject, stand.mass_g)]


def _gap(facts: BatchFacts, stand: Stand, today: date) -> Gap:
    since = stand.since or facts.received_on
    in_bin, in_shipment = stand.pool is Pool.BIN, stand.pool is Pool.SHIPPED
    return Gap(
        why=_why(facts, stand, today),
        mass_g=stand.mass_g,
        batch=facts.code,
        subject=stand.subject if in_bin or in_shipment else facts.code,
        since=since,
        days=_days(since, today),
        stream=stand.stream,
        outlet=stand.outlet if not stand.is_refused else "",
    )


def _why(facts: BatchFacts, stand: Stand, today: date) -> Why:
    if stand.pool is Pool.HOLDING:
        return Why.ON_HOLD if facts.held else Why.TO_SORT
    if stand.pool is Pool.QUARANTINE:
        return Why.IN_QUARANTINE
    if stand.pool is Pool.BIN:
        if stand.stream is None:
            return Why.IN_WORK_BIN
        return Why.BIN_CLOSED if stand.is_closed else Why.BIN_OPEN
    assert stand.pool is Pool.SHIPPED, "every pool is thought of"
    if stand.is_refused:
        return Why.REFUSED
    return Why.OVERDUE if stand.due is not None and stand.due < today else Why.NOT_CONFIRMED


def _uncertified(facts: BatchFacts, today: date) -> list[Gap]:
    """What an outlet confirmed and no certificate states, per stream."""
    gaps = []
    for stream in Stream:
        here = [s for s in facts.stands if s.pool is Pool.CONFIRMED and s.stream is stream]
        confirmed_g = sum(stand.mass_g for stand in here)
        missing_g = confirmed_g - facts.certified_g.get(stream, 0)
        assert missing_g >= 0, "no more is certified than stands confirmed"
        if missing_g:
            since = max(stand.since or facts.received_on for stand in here)
            gap = _of_batch(Why.NOT_CERTIFIED, facts, missing_g, since, today, stream)
            gaps.append(gap)
    return gaps


def _of_batch(
    why: Why,
    facts: BatchFacts,
    mass_g: int,
    since: date,
    today: date,
    stream: Stream | None = None,
) -> Gap:
    return Gap(
        why=why,
        mass_g=mass_g,
        batch=facts.code,
        subject=facts.code,
        since=since,
        days=_days(since, today),
        stream=stream,
    )


def _whole(gaps: Sequence[Gap], aside: Sequence[Aside], certified_g: int) -> Reached:
    """From the last step back: what reached a step is what reached the next, and its gap."""
    reached = _steps(gaps, certified_g)
    sorted_g = reached.reached_g[Step.SORTED]
    received_g = sorted_g + reached.gap_g[Step.SORTED] + sum(one.mass_g for one in aside)
    before = {Step.ANNOUNCED: received_g, Step.RECEIVED: received_g}
    return Reached(before | dict(reached.reached_g), reached.gap_g)


def _reached(gaps: Sequence[Gap], facts: BatchFacts, stream: Stream) -> Reached:
    return _steps(gaps, facts.certified_g.get(stream, 0))


def _steps(gaps: Sequence[Gap], certified_g: int) -> Reached:
    gap_g = dict.fromkeys(Step, 0)
    for gap in gaps:
        gap_g[gap.step] += gap.mass_g
    reached_g, so_far_g = {}, certified_g
    for step in reversed(AFTER_RECEIPT):
        reached_g[step] = so_far_g
        so_far_g += gap_g[step]
    return Reached({step: reached_g[step] for step in AFTER_RECEIPT}, gap_g)


def _together(aside: Iterable[Aside]) -> list[Aside]:
    """One row for each way aside, in a fixed order."""
    sums: dict[tuple[Away, str], int] = {}
    for one in aside:
        sums[one.away, one.kind] = sums.get((one.away, one.kind), 0) + one.mass_g
    order = list(Away)
    keys = sorted(sums, key=lambda key: (order.index(key[0]), key[1]))
    return [Aside(*key, sums[key]) for key in keys if sums[key]]


def _longest_first(gaps: Iterable[Gap]) -> list[Gap]:
    order = list(Step)
    return sorted(
        gaps, key=lambda gap: (order.index(gap.step), -gap.days, gap.batch, gap.subject, gap.why)
    )


def _days(since: date, today: date) -> int:
    return max(0, (today - since).days)
