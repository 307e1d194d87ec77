"""A figure with all that explains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalogue.rows import FactorRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUsed:
    """A factor as a figure used it: a version of a row of reference data, with its source."""

    code: str
    version: int
    purpose: str
    year: int
    low: int
    central: int
    high: int
    unit: str
    region: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure that can be explained. value None: it has no meaning here, or `missing` says why.

    version: of the formula. unit: `permille`, `g` or `g_co2e`. formula: in the names of `inputs`
    (or of the report's own fields); inputs: what stood there. title, boundary and missing are
    English sentences that pages translate; `{cell}` in a title is the cell. quality: `measured`,
    `estimated` (part of the mass is), `declared` (by a supplier) or `default` (rests on factors);
    estimated_permille: how much of the mass that it rests on was estimated.
    """

    id: str
    value: int | None
    unit: str
    formula: str
    sources: tuple[str, ...]
    version: int = 1
    title: str = ""
    cell: str = ""
    inputs: Mapping[str, int] = field(default_factory=dict)
    factors: tuple[FactorUsed, ...] = ()
    boundary: str = ""
    quality: str = ""
    estimated_permille: int | None = None
    missing: str = ""


def title_of(one: Measure, gettext: Callable[[str], str]) -> str:
    """What people call a figure. gettext: from English to their language."""
    # An empty sentence is the head of a catalogue.
    return gettext(one.title).format(cell=gettext(one.cell) if one.cell else "")


def used(row: FactorRow) -> FactorUsed:
    """A factor of the rulebook as figures name it."""
    return FactorUsed(
        code=row.code,
        version=row.version,
        purpose=row.purpose.value,
        year=row.year,
        low=row.low,
        central=row.central,
        high=row.high,
        unit=row.unit.value,
        region=row.region,
        source=row.source,
    )


def as_plain(one: Measure) -> dict[str, Any]:
    """A figure as the API says it. By hand: a report has hundreds of them."""
    return {
        "id": one.id,
        "version": one.version,
        "title": one.title,
        "cell": one.cell,
        "value": one.value,
        "unit": one.unit,
        "formula": one.formula,
        "inputs": dict(one.inputs),
        "factors": [
            {name: getattr(factor, name) for name in FACTOR_FIELDS} for factor in one.factors
        ],
        "sources": list(one.sources),
        "boundary": one.boundary,
        "quality": one.quality,
        "estimated_permille": one.estimated_permille,
        "missing": one.missing,
    }


FACTOR_FIELDS = tuple(FactorUsed.__dataclass_fields__)


def measure_from(said: Mapping[str, Any]) -> Measure:
    """The figure again, from what `as_plain` said; one from before may say less."""
    known = {name: said[name] for name in Measure.__dataclass_fields__ if name in said}
    factors = tuple(FactorUsed(**one) for one in said.get("factors", ()))
    return Measure(**{**known, "sources": tuple(said["sources"]), "factors": factors})
