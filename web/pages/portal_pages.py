"""Context of the circularity report: words, three numbers, one picture, and how complete it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from web.pages.forms import Form, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamShare:
    """One main stream. permille: of what was sorted; the three add up to 1000, or are None."""

    stream: str
    mass_g: int
    confirmed_g: int
    estimated_g: int
    permille: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationShare:
    """What went to one destination."""

    name: str
    stream: str
    mass_g: int
    confirmed_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthShare:
    """One month of the period."""

    month: date
    input_g: int
    reuse_g: int
    recycle_g: int
    incineration_g: int
    other_g: int


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
class ReportPage:
    """The report of one period. end: the first day after it. flow, months_chart: plotly figures.

    supplier: None when it is about all of them. losses: name and grams. opening_g and closing_g
    only for `basis` booked.
    """

    supplier: str | None
    first: date
    end: date
    last: date
    basis: str
    form: Form
    suppliers: Options
    input_g: int
    streams: Sequence[StreamShare]
    loss_g: int
    losses: Sequence[tuple[str, int]]
    held_g: int
    finds_g: int
    returned_g: int
    in_transit_g: int
    estimated_g: int
    opening_g: int | None
    closing_g: int | None
    measured_permille: int | None
    proven_permille: int | None
    open_batches: int
    destinations: Sequence[DestinationShare]
    months: Sequence[MonthShare]
    as_of: Sequence[AsOf]
    flow: Mapping[str, object] | None
    months_chart: Mapping[str, object] | None
    downloads: Sequence[Download]

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
