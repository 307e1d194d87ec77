"""What a tablet holds of its site, as it is said over the wire."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from catalogue.rows import SiteRow, StationRow
from intake.floor import OpenDelivery
from streams.floor import FloorBatch, FloorBin, InBin


class Said(BaseModel):
    """A part of the answer: nothing in it that is not named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DeviceOut(Said):
    """Who asks."""

    name: str


class StationOut(Said):
    """Where a tablet works."""

    code: str
    name: str
    kind: str
    site: str
    site_name: str
    timezone: str


class GateOut(Said):
    """What of a batch passed a gate and has not left through it."""

    free_g: int
    free_pieces: int


class BatchOut(Said):
    """A batch. tolerance_g: by how much more than `held_g` may still be sorted; bins: its grams
    in each bin; losses: by kind, below zero where it turned out to weigh more."""

    code: str
    supplier: str
    article_group: str
    state: str
    held: bool
    mass_g: int
    input_g: int
    held_g: int
    held_estimated_g: int
    quarantine_g: int
    finds_g: int
    losses: dict[str, int]
    pieces: int | None
    received_day: date
    quality: str
    tolerance_g: int
    gates: dict[str, GateOut]
    bins: dict[str, int]
    delivery: str | None


class InBinOut(Said):
    """What of one batch stands in a bin, by what it was found to be and how well it is known."""

    batch: str
    supplier: str
    article_group: str
    quality: str
    mass_g: int
    pieces: int


class BinOut(Said):
    """A bin. tare_g: as it was closed with, before that of the container it stands in."""

    code: str
    destination: str | None
    stream: str | None
    container: str | None
    state: str
    mass_g: int
    tare_g: int | None
    contents: list[InBinOut]


class DeliveryOut(Said):
    """A delivery that may bring a batch: announced, or received when others came with it before.

    reference: the supplier's own number for it.
    """

    code: str
    supplier: str
    reference: str | None
    expected_on: date
    announced_g: int
    lines: list[dict[str, Any]]
    state: Literal["announced", "received"]


class CodesOut(Said):
    """Label codes that were reserved for the station and stand for nothing yet."""

    batch: list[str]
    bin: list[str]


class BadgesOut(Said):
    """Whether the station asks for a badge, after how many minutes without a scan it asks again,
    and by which hashes (SHA-256 of what a badge says) the tablet knows a good one."""

    asks: Literal["none", "optional", "required"]
    rest_minutes: int
    hashes: list[str]


class World(Said):
    """What a tablet holds. `full`: it replaces everything; else batches, bins and labels are those
    that changed, and a batch or bin in a state of the past is to be let go.

    `reference` is null while `edition` is the one that was asked with.
    """

    epoch: str
    seq: int
    edition: str
    now: str
    full: bool
    protocols: list[Literal["1"]]
    device: DeviceOut
    station: StationOut
    reference: dict[str, Any] | None
    batches: list[BatchOut]
    bins: list[BinOut]
    deliveries: list[DeliveryOut]
    labels: dict[str, str]
    codes: CodesOut
    badges: BadgesOut


def station_out(row: StationRow, site: SiteRow) -> StationOut:
    return StationOut(
        code=row.code,
        name=row.name,
        kind=row.kind.value,
        site=site.code,
        site_name=site.name,
        timezone=site.timezone,
    )


def batch_out(row: FloorBatch, delivery: str | None) -> BatchOut:
    batch = row.batch
    return BatchOut(
        code=batch.code,
        supplier=batch.supplier.code,
        article_group=batch.group.code,
        state=batch.state.value,
        held=batch.held,
        mass_g=batch.gross_g - batch.tare_g,
        input_g=row.input_g,
        held_g=row.held_g,
        held_estimated_g=row.held_estimated_g,
        quarantine_g=row.quarantine_g,
        finds_g=row.finds_g,
        losses=dict(row.losses),
        pieces=batch.pieces,
        received_day=batch.received_day,
        quality=batch.quality.value,
        tolerance_g=row.room_g,
        gates={
            gate: GateOut(free_g=free_g, free_pieces=free_pieces)
            for gate, (free_g, free_pieces) in row.gates.items()
        },
        bins=dict(row.bins),
        delivery=delivery,
    )


def bin_out(row: FloorBin, container_tare_g: int | None) -> BinOut:
    bin = row.bin
    return BinOut(
        code=bin.code,
        destination=bin.destination.code if bin.destination else None,
        stream=bin.destination.stream.value if bin.destination else None,
        container=bin.container.code if bin.container else None,
        state=bin.state.value,
        mass_g=row.mass_g,
        tare_g=container_tare_g if bin.tare_g is None else bin.tare_g,
        contents=[in_bin_out(each) for each in row.contents],
    )


def in_bin_out(row: InBin) -> InBinOut:
    return InBinOut(
        batch=row.batch,
        supplier=row.supplier,
        article_group=row.article_group,
        quality=row.quality,
        mass_g=row.mass_g,
        pieces=row.pieces,
    )


def delivery_out(row: OpenDelivery) -> DeliveryOut:
    return DeliveryOut(
        code=row.code,
        supplier=row.supplier,
        reference=row.reference,
        expected_on=row.expected_on,
        announced_g=row.announced_g,
        lines=[dict(line) for line in row.lines],
        state=row.state,
    )
