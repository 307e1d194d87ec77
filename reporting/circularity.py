"""The circularity report: every term from its own places, so that the balance proves something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from catalogue.kinds import Pool, Quality, Stream
from reporting.shares import split

HELD_POOLS = frozenset({Pool.HOLDING, Pool.QUARANTINE})
ROUTED_POOLS = frozenset({Pool.BIN, Pool.SHIPPED, Pool.CONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A destination version with the cells that other reports put it in (scheme -> cell).

    eural: its waste code; one with an asterisk is hazardous.
    """

    operator: str
    code: str
    version: int
    stream: Stream
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    cells: Mapping[str, str] = field(default_factory=dict, hash=False)
    eural: str = field(default="", hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Net grams that came to stand at one kind of place.

    key: what the row of the report is called, if rows are asked for; before: it came there before
    the period; returned: at the supplier again. in_scheme: of an article group that producers
    answer for.
    """

    pool: Pool
    quality: Quality
    mass_g: int
    key: str | None = None
    before: bool = False
    returned: bool = False
    route: Route | None = None
    loss_kind: str | None = None
    in_scheme: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What stands at the places of one stream or destination. estimated_g: how much of mass_g."""

    mass_g: int
    confirmed_g: int
    in_transit_g: int
    estimated_g: int


NOTHING = Outcome(mass_g=0, confirmed_g=0, in_transit_g=0, estimated_g=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of the balance, each summed from its own places.

    received: input_g = streams + loss_g + held_g + finds_g. booked: these are changes in the
    period, and opening_g + input_g = streams + loss_g + finds_g + closing_g.
    estimated_g: how much of the input was estimated.
    """

    input_g: int
    returned_g: int
    estimated_g: int
    streams: Mapping[Stream, Outcome]
    losses: Mapping[str, int]
    held_g: int
    finds_g: int
    opening_g: int

    @property
    def sorted_g(self) -> int:
        return sum(outcome.mass_g for outcome in self.streams.values())

    @property
    def confirmed_g(self) -> int:
        return sum(outcome.confirmed_g for outcome in self.streams.values())

    @property
    def in_transit_g(self) -> int:
        return sum(outcome.in_transit_g for outcome in self.streams.values())

    @property
    def loss_g(self) -> int:
        return sum(self.losses.values())

    @property
    def closing_g(self) -> int:
        return self.opening_g + self.held_g

    @property
    def permille(self) -> Mapping[Stream, int] | None:
        """Share of each stream in what was sorted (`shares.split`)."""
        return split({stream: self.streams[stream].mass_g for stream in Stream})


@dataclass(frozen=True, slots=True, kw_only=True)
class Destined:
    """What went to one destination version. permille: share of what was sorted. in_scheme: what
    of it is of article groups that producers answer for."""

    route: Route
    outcome: Outcome
    permille: int | None
    in_scheme: Outcome = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A part of the report. stream: only for a destination."""

    key: str
    names: Mapping[str, str]
    terms: Terms
    stream: Stream | None = None


def terms(sums: Iterable[Sum]) -> Terms:
    """Put every sum under its term. Places are told apart by pool, destination and loss kind."""
    streams: dict[Stream, list[Sum]] = {stream: [] for stream in Stream}
    losses: dict[str, int] = defaultdict(int)
    plain: dict[str, int] = defaultdict(int)
    for one in sums:
        if is_held(one):
            plain["opening" if one.before else "held"] += one.mass_g
        elif one.before:
            continue
        elif one.pool is Pool.SUPPLIER:
            plain["input"] -= one.mass_g
            plain["returned"] += one.mass_g if one.returned else 0
            plain["estimated"] -= one.mass_g if one.quality is Quality.ESTIMATED else 0
        elif one.pool is Pool.LOSS:
            losses[one.loss_kind or ""] += one.mass_g
        elif one.pool is Pool.FINDS:
            plain["finds"] += one.mass_g
        else:
            assert one.route is not None
            streams[one.route.stream].append(one)
    return Terms(
        input_g=plain["input"],
        returned_g=plain["returned"],
        estimated_g=plain["estimated"],
        streams={stream: outcome(streams[stream]) for stream in Stream},
        losses={kind: losses[kind] for kind in sorted(losses) if losses[kind] != 0},
        held_g=plain["held"],
        finds_g=plain["finds"],
        opening_g=plain["opening"],
    )


def is_held(one: Sum) -> bool:
    """Whether the mass waits: in holding, in quarantine, or in something without destination."""
    return one.pool in HELD_POOLS or (one.pool in ROUTED_POOLS and one.route is None)


def outcome(sums: Sequence[Sum]) -> Outcome:
    """The sums of one stream or destination together."""
    return Outcome(
        mass_g=sum(one.mass_g for one in sums),
        confirmed_g=sum(one.mass_g for one in sums if one.pool is Pool.CONFIRMED),
        in_transit_g=sum(one.mass_g for one in sums if one.pool is Pool.SHIPPED),
        estimated_g=sum(one.mass_g for one in sums if one.quality is Quality.ESTIMATED),
    )


def destined(sums: Iterable[Sum]) -> list[Destined]:
    """Per destination version, by stream, code and version; the shares add up to 1000."""
    by_route: dict[Route, list[Sum]] = defaultdict(list)
    for one in sums:
        if one.route is not None and not one.before:
            by_route[one.route].append(one)
    order = list(Stream)
    routes = sorted(by_route, key=lambda r: (order.index(r.stream), r.code, r.version, r.operator))
    outcomes = {route: outcome(by_route[route]) for route in routes}
    shares = split({route: done.mass_g for route, done in outcomes.items()}) or {}
    return [
        Destined(
            route=route,
            outcome=outcomes[route],
            permille=shares.get(route),
            in_scheme=outcome([one for one in by_route[route] if one.in_scheme]),
        )
        for route in routes
        if outcomes[route] != NOTHING
    ]


def rows(sums: Iterable[Sum], names: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """A row per key of `names`, in its order; every key of the sums has its name there."""
    by_key: dict[str, list[Sum]] = {key: [] for key in names}
    for one in sums:
        if one.key is not None:
            by_key[one.key].append(one)
    return [Row(key=key, names=names[key], terms=terms(by_key[key])) for key in names]


def destination_rows(sums: Iterable[Sum]) -> list[Row]:
    """A row per stream and destination code, all its versions together. Outputs only."""
    by_code: dict[tuple[Stream, str], list[Sum]] = defaultdict(list)
    names: dict[str, tuple[int, Mapping[str, str]]] = {}
    for one in sums:
        if one.route is not None and not one.before:
            by_code[(one.route.stream, one.route.code)].append(one)
            if one.route.version >= names.get(one.route.code, (0, {}))[0]:
                names[one.route.code] = (one.route.version, one.route.names)
    order = list(Stream)
    return [
        Row(key=code, names=names[code][1], terms=terms(by_code[(stream, code)]), stream=stream)
        for stream, code in sorted(by_code, key=lambda key: (order.index(key[0]), key[1]))
    ]


def opened_on(months: Sequence[Row], opening_g: int) -> list[Row]:
    """Rows of months in their order, each opening with what the one before it closed with."""
    opened = []
    for row in months:
        opened.append(replace(row, terms=replace(row.terms, opening_g=opening_g)))
        opening_g = opened[-1].terms.closing_g
    return opened
