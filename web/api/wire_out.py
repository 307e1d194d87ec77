"""What comes over the wire about the door out: its shapes, and how each becomes a command."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from dispatch.confirming import Confirm, TreatedLine
from dispatch.legs import AddLeg
from dispatch.returning import ReturnLine, TakeBack
from dispatch.shipping import Ship
from web.api.wire import PLAIN, Code, Inner, Mass, Moment, Short, Wire

Vehicle = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40, pattern=PLAIN),
    Field(description="licence plate, or the name of what carries"),
]
Where = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]
Files = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]],
    Field(max_length=3, description="SHA-256 of documents that were brought before"),
]


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
    """What came back of a shipment.

    rest_g: what is still to come back; when it is said, what else lacks is a weighing difference.
    """

    lines: Annotated[list[ReturnLineIn], Field(max_length=500)]
    reason: Code
    rest_g: Mass | None = None
    returned_at: Moment

    def command(self, now: datetime) -> TakeBack:
        lines = tuple(ReturnLine(**line.model_dump()) for line in self.lines)
        said = self.rest("lines", "returned_at")
        return TakeBack(**self.common(self.returned_at), **said, lines=lines)


class TreatmentIn(Inner):
    treatment: Code
    mass_g: Mass


class ConfirmationIn(Wire):
    """What the outlet did with all that it still has of a shipment.

    refused_g: what it does not want, with the code of a reason to send back; rest_g: what it will
    confirm later, 0 without; document: name of its own paper; files: hashes of documents.
    """

    lines: Annotated[list[TreatmentIn], Field(max_length=50)]
    refused_g: Mass | None = None
    refused_reason: Code | None = None
    rest_g: Mass | None = None
    confirmed_at: Moment
    document: Short | None = None
    files: Files = Field(default_factory=list)

    def command(self, now: datetime) -> Confirm:
        lines = tuple(TreatedLine(**line.model_dump()) for line in self.lines)
        return Confirm(
            **self.common(self.confirmed_at),
            **self.rest("lines", "files", "confirmed_at"),
            lines=lines,
            files=tuple(self.files),
        )
