"""What comes over the wire about issued reports, and how it becomes a command."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from catalogue.errors import Malformed
from reporting.issuing import IssueReport
from reporting.periods import YEAR_MAX, YEAR_MIN
from web.api.wire import Code
from web.api.wire_certificates import Day


class ReportIn(BaseModel):
    """A report that is asked for. from and to: half-open; supplier: none means all; sites: none
    means all; factors: year of the set of factors, instead of what is valid in the period;
    replaces: number of the report that it follows up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scan_id: UUID
    first: Day = Field(alias="from")
    end: Day = Field(alias="to")
    basis: Literal["received", "booked"] = "received"
    supplier: Code | None = None
    sites: Annotated[list[Code], Field(max_length=50)] = []
    factors: Annotated[int, Field(ge=YEAR_MIN, le=YEAR_MAX)] | None = None
    replaces: Code | None = None

    def command(self, now: datetime) -> IssueReport:
        for name, day in (("from", self.first), ("to", self.end)):
            if not 2000 <= day.year < 2100:
                raise Malformed(field=name, problem="not a day of this century")
        return IssueReport(
            scan_id=str(self.scan_id),
            scanned_at=now,
            first=self.first,
            end=self.end,
            basis=self.basis,
            supplier=self.supplier,
            sites=tuple(self.sites),
            factors=self.factors,
            replaces=self.replaces,
        )
