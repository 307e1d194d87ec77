"""Context of the report: words, three numbers, one picture, how complete it is, what is behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reporting.beside import Announced
from web.pages.drawing import Addresses
from web.pages.forms import Form, Options
from web.pages.rows import BatchLine, DeliveryLine


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamShare:
    """One main stream. permille: of what was sorted; the three add up to 1000, or are None.

    of_input: of all that came in, None where that has no meaning.
    """

    stream: str
    mass_g: int
    confirmed_g: int
    estimated_g: int
    permille: int | None
    of_input: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationShare:
    """What went to one destination. part: that stands behind it."""

    name: str
    stream: str
    part: str
    mass_g: int
    confirmed_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthShare:
    """One month of the period. key: as addresses say it; before_g: input of a year earlier."""

    month: date
    key: str
    input_g: int
    reuse_g: int
    recycle_g: int
    incineration_g: int
    other_g: int
    before_g: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """One supplier of several. href: the same page, only of it."""

    name: str
    href: str
    input_g: int
    permille: Mapping[str, int] | None
    sorted_g: int
    confirmed_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A term now and a year earlier. stream: whose it is, if any's; shares in permille."""

    name: str
    stream: str
    mass_g: int
    before_g: int
    permille: int | None = None
    before_permille: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """A line to hold a figure against. of_law: it is the law's for producers, which no figure here
    can meet or miss; met: None then, and where there is no figure."""

    name: str
    href: str
    permille: int | None
    line: int
    at_least: bool
    of_law: bool
    met: bool | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """A certificate that was issued."""

    code: str
    title: str
    about: str
    mass_g: int
    issued_on: date
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Operator:
    """Who sorts, and where."""

    name: str
    sites: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """The booking up to which a site's figures stand."""

    site: str
    seq: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file with these figures. text: what the link says, not translated further."""

    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A chart: the plotly figure for the screen, and as SVG for paper and where no script runs."""

    figure: Mapping[str, object]
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Every gram that came in. losses: code, name and grams; opening_g and closing_g only for
    `basis` booked."""

    streams: Sequence[StreamShare]
    losses: Sequence[tuple[str, str, int]]
    held_g: int
    finds_g: int
    returned_g: int
    in_transit_g: int
    opening_g: int | None
    closing_g: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside the figures: what came last, and what was found and announced. found: what
    and how many, in how many batches; announced: None until somebody asks."""

    deliveries: Sequence[DeliveryLine]
    batches: Sequence[BatchLine]
    certificates: Sequence[CertificateLine]
    found: Sequence[tuple[str, int, int]]
    announced: Announced | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPage:
    """The report of one period. end: the first day after it.

    own: it speaks to the supplier itself. supplier: None when it is about all of them. periods:
    address and words of others, the present one without address. differed_g: weighing differences
    that were taken into the tolerance.
    """

    own: bool
    supplier: str | None
    first: date
    end: date
    last: date
    basis: str
    form: Form
    suppliers: Options
    periods: Sequence[tuple[str, str]]
    to: Addresses
    input_g: int
    estimated_g: int
    balance: Balance
    measured_permille: int | None
    proven_permille: int | None
    held_permille: int | None
    differed_g: int | None
    differed_permille: int | None
    open_batches: int
    parts: Sequence[OwnPart]
    destinations: Sequence[DestinationShare]
    months: Sequence[MonthShare]
    changes: Sequence[Change]
    before: tuple[date, date]
    targets: Sequence[TargetLine]
    as_of: Sequence[AsOf]
    flow: Drawn | None
    months_chart: Drawn | None
    tree: Mapping[str, object] | None
    downloads: Sequence[Download]
    beside: Beside
    counting: str
    operators: Sequence[Operator]

    @property
    def streams(self) -> Sequence[StreamShare]:
        return self.balance.streams

    @property
    def sorted_g(self) -> int:
        return sum(stream.mass_g for stream in self.streams)

    @property
    def confirmed_g(self) -> int:
        return sum(stream.confirmed_g for stream in self.streams)

    @property
    def unproven_g(self) -> int:
        return self.sorted_g - self.confirmed_g

    @property
    def by_stream(self) -> Mapping[str, StreamShare]:
        return {stream.stream: stream for stream in self.streams}

    @property
    def is_empty(self) -> bool:
        return not self.input_g and not self.sorted_g and not self.balance.opening_g
