"""Rows that more than one page shows: plain values, names already in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationLabel:
    """A destination as people know it: its stream and its name."""

    code: str
    name: str
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A batch in a list. net_g: as it came in; held_g: what still waits to be sorted."""

    code: str
    supplier: str
    group: str
    received_day: date
    net_g: int
    held_g: int
    quality: str
    state: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BinLine:
    """A bin in a list. destination: None for a work bin."""

    code: str
    destination: DestinationLabel | None
    container: str | None
    mass_g: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """A delivery in a list."""

    code: str
    supplier: str
    expected_on: date
    announced_g: int
    received_g: int
    batches: int
    state: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentLine:
    """A shipment in a list. open_g: neither confirmed nor come back; late_days: by how much its
    confirmation is late."""

    code: str
    outlet: str
    shipped_on: date
    mass_g: int
    open_g: int
    late_days: int
    state: str


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """A shipment that its outlet should have confirmed. days: so late it is."""

    code: str
    outlet: str
    days: int
    open_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindLine:
    """A found object in a list."""

    code: str
    kind: str
    count: int
    mass_g: int | None
    batch: str | None
    day: date
    handed_over: bool
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    """Something that a team leader should see. noun: the list that the subject stands in."""

    code: str
    noun: str | None
    subject: str
    figures: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where grams of a batch, bin or shipment stand: a pool, and the stream if it has one.

    detail: the bin or the shipment.
    """

    pool: str
    place: str
    stream: str | None
    detail: str = ""
    group: str | None
    mass_g: int
    estimated_g: int
    batch: str | None = None

    @property
    def fill(self) -> str:
        """Which colour of the bar this is."""
        if self.stream:
            return self.stream
        return {"QUARANTINE": "held", "FINDS": "held", "LOSS": "loss"}.get(self.pool, "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A line of an entry as people read it."""

    source: str
    target: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What an entry let through a gate, by weight or by pieces."""

    name: str
    mass_g: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """An entry in the timeline. at: only for those who may know the hour; undone: a later entry
    reversed it; undoes: where the entry stands that it reversed."""

    code: str
    scan_id: str
    kind: str
    day: date
    at: datetime | None
    station: str | None
    reason: str | None
    note: str | None
    moved: tuple[Moved, ...]
    passed: tuple[Passed, ...]
    undone: bool
    undoes: str | None
    may_undo: bool
    photos: tuple[str, ...] = ()
    refused_g: int = 0

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"entry-{self.code.rpartition('#')[2]}"
