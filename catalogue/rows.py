"""Reference data as plain frozen rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from catalogue.kinds import (
    AppliesTo,
    Direction,
    FactorUnit,
    PartnerRole,
    Purpose,
    Security,
    StationKind,
    Stream,
)
from chain.rows import Ref


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    id: int
    code: str
    name: str
    is_operator: bool
    parent_id: int | None
    gs1_prefix: str
    address: str
    version: int
    registration: str = ""
    gln: str = ""
    vihb: str | None = None
    processor_number: str | None = None

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)


@dataclass(frozen=True, slots=True)
class SiteRow:
    id: int
    code: str
    operator_id: int
    name: str
    timezone: str
    announced_limit_permille: int
    address: str = ""
    processor_number: str = ""

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)

    @property
    def chain(self) -> str:
        return f"site:{self.code}"


@dataclass(frozen=True, slots=True)
class StationRow:
    id: int
    code: str
    site_id: int
    kind: StationKind
    name: str

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)


@dataclass(frozen=True, slots=True)
class ContainerRow:
    id: int
    code: str
    site_id: int
    kind: str
    tare_g: int
    tare_on: date
    max_g: int | None

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)


@dataclass(frozen=True, slots=True)
class ScaleRow:
    id: int
    code: str
    site_id: int
    name: str
    division_g: int
    max_g: int
    calibration_due: date
    address: str | None = None

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)


@dataclass(frozen=True, slots=True)
class PrinterRow:
    id: int
    code: str
    site_id: int
    name: str
    host: str
    port: int
    size: str
    dpi: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    id: int
    code: str
    names: Mapping[str, str]
    security: Security
    tolerance_permille: int
    piece_g: int | None
    in_producer_scheme: bool

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A gate, loss kind, find kind or reason: a code, names and its own numbers."""

    id: int
    code: str
    names: Mapping[str, str]
    more: Mapping[str, Any]

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.code)


@dataclass(frozen=True, slots=True)
class DestinationRow:
    id: int
    code: str
    version: int
    valid_from: date
    stream: Stream
    names: Mapping[str, str]
    accepts: frozenset[str]
    gates: tuple[str, ...]
    active: bool
    recovery_code: str = ""
    processing_code: str = ""
    eural: str = ""
    usual_name: str | None = None

    @property
    def label(self) -> str:
        """What entries and exports call it: `code@version`."""
        return f"{self.code}@{self.version}"

    @property
    def ref(self) -> Ref:
        return Ref(self.id, self.label)

    @property
    def is_waste(self) -> bool:
        """Whether what goes there is waste to the law: it has a Eural code, or is recovered or
        disposed of. What was made fit for reuse leaves as goods, unless it has a Eural code.
        """
        return bool(self.eural or (self.recovery_code and self.stream is not Stream.REUSE))


@dataclass(frozen=True, slots=True)
class PartnerRow:
    id: int
    organisation_id: int
    roles: frozenset[PartnerRole]
    treatments: tuple[str, ...]
    permit: str = ""
    permit_until: date | None = None
    confirm_days: int | None = None
    distance_km: int | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    """What a gram stands for in a figure that is not weighed (`catalogue.yardsticks.Factor`)."""

    id: int
    version: int
    code: str
    names: Mapping[str, str]
    purpose: Purpose
    valid_from: date
    valid_to: date | None
    year: int
    unit: FactorUnit
    low: int
    central: int
    high: int
    region: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """A line that a figure is held against (`catalogue.yardsticks.Target`)."""

    id: int
    version: int
    code: str
    names: Mapping[str, str]
    measure: str
    permille: int
    direction: Direction
    applies_to: AppliesTo
    valid_from: date
    valid_to: date | None
    supplier_id: int | None
    source: str

    def is_valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationRow:
    """What a supplier says of what it bought (`catalogue.yardsticks.Declaration`)."""

    id: int
    version: int
    code: str
    supplier_id: int
    article_group_id: int | None
    year: int
    recycled_permille: int | None
    reused_permille: int | None
    renewable_permille: int | None
    lifetime_permille: int | None
    use_permille: int | None
    feed_efficiency_permille: int | None
    recycling_efficiency_permille: int | None
    source: str
