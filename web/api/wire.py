"""What comes over the wire: its shapes, and how each becomes a command."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from dispatch.bins import CloseBin
from intake.actions import LogBatch, WeighBatch
from intake.aside import SetAside
from intake.codes import CODES_AT_ONCE_MAX, ReserveCodes
from intake.deliveries import AnnounceDelivery, AnnouncedLine, WithdrawDelivery
from intake.finds import HandOver, LogFind, hand_over_of
from labels.actions import Relabel
from sorting.actions import Part, Sort
from sorting.closing import Close, NamedLoss
from sorting.gates import PassGate
from sorting.opening import OpenBin
from streams.acts import Command
from streams.corrections import Correct
from streams.reversals import Reverse

PLAIN = r"^[^\x00-\x1f\x7f]*$"
RFC_3339 = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
WORDS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def _written_out(moment: Any) -> Any:
    """RFC 3339 or a time; not a number of seconds, also not in a text."""
    if isinstance(moment, datetime) or (isinstance(moment, str) and RFC_3339.match(moment)):
        return moment
    raise ValueError("not a time as in 2026-03-02T09:00:00+01:00")


def _of_our_time(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2100:
        raise ValueError("not a time of this century")
    return moment.astimezone(UTC)


def _all_text(data: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("not text") from error
    return data


Data = Annotated[dict[str, Any], AfterValidator(_all_text)]
NUMBER_MAX = 2**53 - 1
"""What an entry can hold: beyond it not every reader of JSON keeps a number whole."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PLAIN)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=PLAIN)]
Words = Annotated[str, StringConstraints(max_length=2000, pattern=WORDS)]
Mass = Annotated[int, Field(strict=True, ge=-NUMBER_MAX, le=NUMBER_MAX, description="whole grams")]
Count = Annotated[int, Field(strict=True, ge=-NUMBER_MAX, le=NUMBER_MAX)]
AnyMoment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""As a clock says it, however wrong it is."""
Tally = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_of_our_time)]
Quality = Literal["measured", "estimated"]
Photos = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]],
    Field(max_length=6, description="SHA-256 of pictures that POST /photos was sent"),
]
Frame = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=r"^[\x20-\x7e]+$"),
    Field(description="what the scale said, as it came"),
]


class Wire(BaseModel, ABC):
    """A write. `scan_id` is made by the sender: the same one again gets the same answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scan_id: UUID
    note: Words | None = Field(default=None, description="free words; they never enter the chain")

    @abstractmethod
    def command(self, now: datetime) -> Command:
        """What the rooms are asked to do. now: the time of those that carry none."""

    def common(self, at: datetime) -> dict[str, Any]:
        """What every command carries."""
        return {"scan_id": str(self.scan_id), "scanned_at": at, "note": self.note}

    def rest(self, *without: str) -> dict[str, Any]:
        """The other fields as they are."""
        known = {"scan_id", "note", "scanned_at", *without}
        names = (name for name in type(self).model_fields if name not in known)
        return {name: getattr(self, name) for name in names}


class Inner(BaseModel):
    """A line within a write."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DeliveryLineIn(Inner):
    article_group: Code | None = None
    containers: Count | None = None
    mass_g: Mass


class DeliveryIn(Wire):
    """A delivery that a supplier announces."""

    supplier: Code
    site: Code
    expected_at: Moment
    reference: Code | None = Field(default=None, description="the supplier's own number of it")
    lines: Annotated[list[DeliveryLineIn], Field(max_length=200)]

    def command(self, now: datetime) -> AnnounceDelivery:
        lines = tuple(AnnouncedLine(**line.model_dump()) for line in self.lines)
        return AnnounceDelivery(**self.common(now), **self.rest("lines"), lines=lines)


class DeliveryWithdrawalIn(Wire):
    """An announcement is taken back, before anything of it came."""

    scanned_at: Moment

    def command(self, now: datetime) -> WithdrawDelivery:
        return WithdrawDelivery(**self.common(self.scanned_at))


class CodesIn(Wire):
    """Label codes wanted in advance. kind: batch or bin. codes: in place of new ones, those that
    were reserved for this station before a backup was restored that did not hold them."""

    station: Code
    kind: Code
    count: Count
    codes: Annotated[list[Code], Field(max_length=CODES_AT_ONCE_MAX)] = []

    def command(self, now: datetime) -> ReserveCodes:
        codes = tuple(self.codes)
        return ReserveCodes(**self.common(now), **self.rest("codes"), codes=codes)


class BatchIn(Wire):
    """A batch at the gate. code: a reserved one; none: a new code is made."""

    code: Code | None = None
    site: Code
    station: Code
    supplier: Code
    article_group: Code | None = None
    containers: Annotated[list[Code], Field(max_length=50)] = []
    gross_g: Mass
    tare_g: Mass
    scale: Code | None = None
    frame: Frame | None = None
    pieces: Count | None = None
    quality: Quality | None = None
    eural: Annotated[str, StringConstraints(max_length=20, pattern=PLAIN)] | None = None
    delivery: Code | None = None
    photos: Photos = []
    scanned_at: Moment

    def command(self, now: datetime) -> LogBatch:
        return LogBatch(
            **self.common(self.scanned_at),
            **self.rest("containers", "photos"),
            containers=tuple(self.containers),
            photos=tuple(self.photos),
        )


class PartIn(Inner):
    """A weighed part: either a destination (its open bin) or a bin."""

    destination: Code | None = None
    bin: Code | None = None
    mass_g: Mass
    article_group: Code | None = None
    pieces: Count | None = None
    quality: Quality | None = None
    scale: Code | None = None
    frame: Frame | None = None


class SortIn(Wire):
    """What came out of a batch, or of a bin, at a station."""

    station: Code
    scanned_at: Moment
    parts: Annotated[list[PartIn], Field(max_length=50)]

    def command(self, now: datetime) -> Sort:
        parts = tuple(Part(**part.model_dump()) for part in self.parts)
        return Sort(**self.common(self.scanned_at), station=self.station, parts=parts)


class GateIn(Wire):
    """What passed a gate: mass_g or pieces."""

    station: Code
    scanned_at: Moment
    gate: Code
    mass_g: Mass | None = None
    pieces: Count | None = None
    evidence: Short | None = None
    photos: Photos = []

    def command(self, now: datetime) -> PassGate:
        photos = tuple(self.photos)
        return PassGate(**self.common(self.scanned_at), **self.rest("photos"), photos=photos)


class WeighingIn(Wire):
    """What is left of a batch, weighed again."""

    station: Code
    scanned_at: Moment
    gross_g: Mass
    tare_g: Mass
    quality: Quality | None = None
    scale: Code | None = None
    frame: Frame | None = None
    loss_kind: Code | None = None

    def command(self, now: datetime) -> WeighBatch:
        return WeighBatch(**self.common(self.scanned_at), **self.rest())


class CorrectionIn(Wire):
    """What is right; only what is given changes."""

    reason: Code
    scanned_at: Moment
    supplier: Code | None = None
    article_group: Code | None = None
    gross_g: Mass | None = None
    tare_g: Mass | None = None
    quality: Quality | None = None

    def command(self, now: datetime) -> Correct:
        return Correct(**self.common(self.scanned_at), **self.rest())


class LossIn(Inner):
    kind: Code
    mass_g: Mass


class CloseIn(Wire):
    """Close a batch with named losses, or reopen it without."""

    station: Code
    scanned_at: Moment
    losses: Annotated[list[LossIn], Field(max_length=20)] = []
    reason: Code | None = None

    def command(self, now: datetime) -> Close:
        losses = tuple(NamedLoss(**loss.model_dump()) for loss in self.losses)
        return Close(**self.common(self.scanned_at), **self.rest("losses"), losses=losses)


class AsideIn(Wire):
    """Hold, release or refuse: the whole batch, or a mass of it."""

    reason: Code
    scanned_at: Moment
    mass_g: Mass | None = None
    photos: Photos = []

    def command(self, now: datetime) -> SetAside:
        photos = tuple(self.photos)
        return SetAside(**self.common(self.scanned_at), **self.rest("photos"), photos=photos)


class RelabelIn(Wire):
    """A damaged label is replaced. code: that of the blank label that hangs there now."""

    code: Code
    reason: Code
    scanned_at: Moment

    def command(self, now: datetime) -> Relabel:
        return Relabel(**self.common(self.scanned_at), **self.rest())


class ReversalIn(Wire):
    """Undo the whole entry of a scan."""

    reason: Code
    scanned_at: Moment

    def command(self, now: datetime) -> Reverse:
        return Reverse(**self.common(self.scanned_at), **self.rest())


class FindIn(Wire):
    """Something found, in a batch when it is known in which."""

    station: Code
    batch: Code | None = None
    kind: Code
    count: Count
    mass_g: Mass | None = None
    photos: Photos = []
    scanned_at: Moment

    def command(self, now: datetime) -> LogFind:
        photos = tuple(self.photos)
        return LogFind(**self.common(self.scanned_at), **self.rest("photos"), photos=photos)


class HandoverIn(Wire):
    """A find leaves: by two persons, to a receiver. Their names stay outside the chain."""

    first: Short
    second: Short
    receiver: Short
    receiver_kind: Code | None = Field(default=None, description="a reason for a hand-over")

    def command(self, now: datetime) -> HandOver:
        return hand_over_of(
            scan_id=str(self.scan_id),
            scanned_at=now,
            first=self.first,
            second=self.second,
            receiver=self.receiver,
            receiver_kind=self.receiver_kind,
        )


class BinIn(Wire):
    """A new bin; without a destination it is a work bin. code: a reserved one."""

    code: Code | None = None
    site: Code
    destination: Code | None = None
    container: Code | None = None

    def command(self, now: datetime) -> OpenBin:
        return OpenBin(**self.common(now), **self.rest())


class BinCloseIn(Wire):
    """A full bin on the scale."""

    scanned_at: Moment
    gross_g: Mass
    tare_g: Mass
    scale: Code | None = None
    frame: Frame | None = None

    def command(self, now: datetime) -> CloseBin:
        return CloseBin(**self.common(self.scanned_at), **self.rest())
