"""What comes over the wire about certificates, and how it becomes a command."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from catalogue.errors import Malformed
from certificates.actions import Issue, Withdraw
from web.api.wire import Code


def _day(said: object) -> object:
    if isinstance(said, date) or (isinstance(said, str) and len(said) == len("2026-03-02")):
        return said
    raise ValueError("not a day as in 2026-03-02")


Day = Annotated[date, BeforeValidator(_day)]


class CertificateIn(BaseModel):
    """A certificate that is asked for. code: of the batch, delivery or shipment; from and to: the
    days of a period, half-open, by the day received; supplier: needed for a period."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scan_id: UUID
    kind: Literal["recycling", "reuse", "destruction"]
    scope: Literal["batch", "delivery", "shipment", "period"]
    code: Code | None = None
    supplier: Code | None = None
    first: Day | None = Field(default=None, alias="from")
    end: Day | None = Field(default=None, alias="to")
    replaces: Code | None = None
    reason: Code | None = None

    def command(self, now: datetime) -> Issue:
        for name, day in (("from", self.first), ("to", self.end)):
            if day is not None and not 2000 <= day.year < 2100:
                raise Malformed(field=name, problem="not a day of this century")
        return Issue(
            scan_id=str(self.scan_id),
            scanned_at=now,
            kind=self.kind,
            scope=self.scope,
            code=self.code,
            supplier=self.supplier,
            first=self.first,
            end=self.end,
            replaces=self.replaces,
            reason=self.reason,
        )


class WithdrawalIn(BaseModel):
    """A certificate that shall count no longer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scan_id: UUID
    reason: Code

    def command(self, now: datetime) -> Withdraw:
        return Withdraw(scan_id=str(self.scan_id), scanned_at=now, reason=self.reason)
