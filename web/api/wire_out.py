"""What comes over the wire about the door out: its shapes, and how each becomes a command."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from dispatch.actions import Confirm, ReturnLine, TakeBack, TreatedLine
from dispatch.legs import AddLeg
from dispatch.shipping import Ship
from web.api.wire import PLAIN, Code, Inner, Mass, Moment, Short, Wire

Vehicle = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40, pattern=PLAIN),
    Field(description="licence plate, or the name of what carries"),
]
Where = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]


class ShipmentIn(Wire):
    """Closed bins that leave for one outlet.

    waybill: without one it is the shipment's code. vehicle, to_place, ordered_by: of the first leg;
    without them it ends at the outlet, and the operator ordered it.
    """

    outlet: Code
    bins: Annotated[list[Code], Field(max_length=500)]
    waybill: Code | None = None
    carrier: Code | None = None
    vehicle: Vehicle | None = None
    to_place: Where | None = None
    ordered_by: Code | None = None
    shipped_at: Moment

    def command(self, now: datetime) -> Ship:
        bins = tuple(self.bins)
        return Ship(**self.common(self.shipped_at), **self.rest("bins", "shipped_at"), bins=bins)


class LegIn(Wire):
    """A further leg: another carrier, or another vehicle, takes the shipment on."""

    carrier: Code
    vehicle: Vehicle | None = None
    from_place: Where | None = None
    to_place: Where | None = None
    ordered_by: Code | None = None
    departed_at: Moment

    def command(self, now: datetime) -> AddLeg:
        return AddLeg(**self.common(self.departed_at), **self.rest("departed_at"))


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
