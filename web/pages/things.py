"""Contexts of the pages about one thing, and of the lists that lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from dispatch.documents import ListedDocument
from dispatch.links import LinkRow
from web.pages.forms import Form, Options
from web.pages.rows import (
    BatchLine,
    BinLine,
    DeliveryLine,
    DestinationLabel,
    EntryLine,
    FindLine,
    FlagLine,
    OverdueLine,
    ShipmentLine,
    Standing,
)
from web.sheets.waybill import Part

Row: TypeAlias = BatchLine | BinLine | DeliveryLine | ShipmentLine | FindLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list with its filter and its pages. kind: batches, bins, deliveries, shipments, finds."""

    kind: str
    rows: Sequence[Row]
    filter: Form
    suppliers: Options
    first: str | None = None
    next: str | None = None

    @property
    def filtered(self) -> bool:
        return any(self.filter.values.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage:
    """A site today, from what needs a person to what is under way.

    came_g: net grams of all of today's batches; `came`, `sorting` and the other rows may be only
    the first of them. bins: the fullest of the open ones.
    """

    site: str
    sites: Options
    zone: str
    day: date
    came_g: int
    came_count: int
    waiting_g: int
    sorting_count: int
    travelling_g: int
    travelling_count: int
    flags: Sequence[FlagLine]
    held: Sequence[BatchLine]
    overdue: Sequence[OverdueLine]
    expected: Sequence[DeliveryLine]
    came: Sequence[BatchLine]
    sorting: Sequence[BatchLine]
    bins: Sequence[BinLine]
    travelling: Sequence[ShipmentLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLine:
    """A proven step of a batch. free_g, free_pieces: passed, and not left through it yet."""

    name: str
    free_g: int
    free_pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """A batch with everything about it. held_g: still to be sorted; apart_g: in quarantine.
    items: that are followed by number; items_waiting: of these, not destroyed yet.
    station, containers, eural: empty when not known."""

    code: str
    site: str
    zone: str
    supplier: str
    group: str
    received_day: date
    gross_g: int
    tare_g: int
    net_g: int
    held_g: int
    apart_g: int
    quality: str
    pieces: int | None
    eural: str
    state: str
    held: bool
    delivery: str | None
    station: str | None
    containers: Sequence[str]
    replaced_by: str | None
    stands: Sequence[Standing]
    entries: Sequence[EntryLine]
    gates: Sequence[GateLine]
    finds: Sequence[FindLine]
    items: int
    items_waiting: int
    flags: Sequence[FlagLine]
    certificates: Sequence[tuple[str, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BinPage:
    """A bin: what is in it, for where, and how it weighs."""

    code: str
    site: str
    zone: str
    destination: DestinationLabel | None
    container: str | None
    state: str
    gross_g: int | None
    tare_g: int | None
    mass_g: int
    shipment: str | None
    contents: Sequence[Standing]
    entries: Sequence[EntryLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedPart:
    """A line of an announcement."""

    group: str | None
    containers: int | None
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """A delivery: what was announced beside what came. at: when it is expected, where that was
    said to the minute; may_change: its announcement can be taken back still."""

    code: str
    site: str
    supplier: str
    expected_on: date
    state: str
    announced_g: int
    received_g: int
    reference: str | None
    lines: Sequence[AnnouncedPart]
    batches: Sequence[BatchLine]
    zone: str
    at: datetime | None
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentPage:
    """A shipment: its bins, and how much of it is confirmed. refused_g: of open_g, what the outlet
    refused; linked: the latest link for the outlet, is_linked: whether it still lets in."""

    code: str
    site: str
    zone: str
    outlet: str
    carrier: str | None
    waybill: str
    permit: str | None
    way: Sequence[Part]
    shipped_on: date
    state: str
    mass_g: int
    confirmed_g: int
    open_g: int
    bins: Sequence[BinLine]
    contents: Sequence[Standing]
    entries: Sequence[EntryLine]
    refused_g: int
    returned_g: int
    due_on: date
    late_days: int
    link: LinkRow | None
    is_linked: bool
    documents: Sequence[ListedDocument]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """Something went wrong. title, advice: msgids."""

    status: int
    title: str
    advice: str
    code: str
    form: Form
