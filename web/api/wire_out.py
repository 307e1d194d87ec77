"""What comes over the wire about the door out: its shapes, and how each becomes a command."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from dispatch.actions import Confirm, ReturnLine, Ship, TakeBack, TreatedLine
from web.api.wire import Code, Inner, Mass, Moment, Short, Wire


class ShipmentIn(Wire):
    """Closed bins that leave for one outlet."""

    outlet: Code
    bins: Annotated[list[Code], Field(max_length=500)]
    waybill: Code | None = None
    carrier: Code | None = None
    shipped_at: Moment

    def command(self, now: datetime) -> Ship:
        bins = tuple(self.bins)
        return Ship(**self.common(self.shipped_at), **self.rest("bins", "shipped_at"), bins=bins)


class ReturnLineIn(Inner):
    bin: Code | None = None
    mass_g: Mass | None = None


class ReturnIn(Wire):
    """What came back of a shipment."""

    lines: Annotated[list[ReturnLineIn], Field(max_length=500)]
    reason: Code
    returned_at: Moment

    def command(self, now: datetime) -> TakeBack:
        lines = tuple(ReturnLine(**line.model_dump()) for line in self.lines)
        return TakeBack(**self.common(self.returned_at), reason=self.reason, lines=lines)


class TreatmentIn(Inner):
    treatment: Code
    mass_g: Mass


class ConfirmationIn(Wire):
    """What the outlet did with all that it still has of a shipment."""

    lines: Annotated[list[TreatmentIn], Field(max_length=50)]
    confirmed_at: Moment
    document: Short | None = None

    def command(self, now: datetime) -> Confirm:
        lines = tuple(TreatedLine(**line.model_dump()) for line in self.lines)
        return Confirm(**self.common(self.confirmed_at), lines=lines, document=self.document)
