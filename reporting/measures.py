"""The figures of a report: each with the formula and the sources that it stands on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalogue.kinds import Stream
from reporting.circularity import Destined, Terms
from reporting.questions import Basis
from reporting.shares import ratio, split, split_with_gain

REGISTER = "register of this report: totals kept with every booking"
PROOF = "confirmations by outlets"
ISO_59020 = "calculated with reference to ISO 59020:2024, {indicator}"
SORTED = "streams.reuse.mass_g + streams.recycle.mass_g + streams.incineration.mass_g"
PUT_OUT = f"({SORTED} + loss_g + finds_g)"
SCHEMES = {
    "gri": "GRI 306:2020, by the cell of each destination version",
    "esrs": "ESRS E5-5, by the cell of each destination version",
    "ladder": "R-ladder (R0-R9), by the rung of each destination version",
    "producer_class": "producer responsibility class of each destination version",
    "recovery_code": "Directive 2008/98/EC, annexes I and II, by the code of each version",
}


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


def measures(found: Terms, destinations: Sequence[Destined], basis: Basis) -> list[Measure]:
    """All figures that these terms support, in a fixed order."""
    by_input = _of_input(found) if basis is Basis.RECEIVED else []
    return [
        *_of_sorted(found),
        *by_input,
        *_proven(found),
        *_quality(found),
        *_cells(destinations),
    ]


def _of_sorted(found: Terms) -> list[Measure]:
    shares = found.permille or {}
    return [
        Measure(
            id=f"{stream}_of_sorted",
            value=shares.get(stream),
            unit="permille",
            formula=f"1000 * streams.{stream}.mass_g / ({SORTED}), by largest remainder",
            sources=(REGISTER,),
        )
        for stream in Stream
    ]


def _of_input(found: Terms) -> list[Measure]:
    """What became of what was handed in. A gain in weighing may make the loss negative."""
    outputs = {f"{stream}": found.streams[stream].mass_g for stream in Stream}
    outputs |= {"held": found.held_g, "finds": found.finds_g}
    shares: Mapping[str, int] | None = split({**outputs, "loss": found.loss_g})
    if shares is None and all(mass_g >= 0 for mass_g in outputs.values()):
        shares = split_with_gain({**outputs, "loss": found.loss_g})
    terms_of = {f"{stream}": f"streams.{stream}.mass_g" for stream in Stream}
    return [
        Measure(
            id=f"{name}_of_input",
            value=(shares or {}).get(name),
            unit="permille",
            formula=f"1000 * {terms_of.get(name, f'{name}_g')} / input_g, by largest remainder",
            sources=(REGISTER,),
        )
        for name in (*outputs, "loss")
    ]


def _proven(found: Terms) -> list[Measure]:
    put_out_g = found.sorted_g + found.loss_g + found.finds_g
    indicators = {
        Stream.REUSE: "A.3.3 actual reused products and components derived from outflow",
        Stream.RECYCLE: "A.3.4 actual recycled material derived from outflow",
    }
    return [
        Measure(
            id="confirmed_of_sorted",
            value=ratio(found.confirmed_g, found.sorted_g),
            unit="permille",
            formula=f"1000 * (sum of streams.*.confirmed_g) / ({SORTED}), rounded half up",
            sources=(REGISTER, PROOF),
        ),
        *(
            Measure(
                id=f"{stream}_confirmed",
                value=ratio(one.confirmed_g, one.mass_g),
                unit="permille",
                formula=f"1000 * streams.{stream}.confirmed_g / streams.{stream}.mass_g, "
                "rounded half up",
                sources=(REGISTER, PROOF),
            )
            for stream, one in found.streams.items()
        ),
        *(
            Measure(
                id=f"{stream}_confirmed_of_outflow",
                value=ratio(found.streams[stream].confirmed_g, put_out_g),
                unit="permille",
                formula=f"1000 * streams.{stream}.confirmed_g / {PUT_OUT}, rounded half up",
                sources=(REGISTER, PROOF, ISO_59020.format(indicator=indicator)),
            )
            for stream, indicator in indicators.items()
        ),
    ]


def _quality(found: Terms) -> list[Measure]:
    estimated = ratio(found.estimated_g, found.input_g)
    of_sorted = ratio(sum(one.estimated_g for one in found.streams.values()), found.sorted_g)
    return [
        Measure(
            id="estimated_of_input",
            value=estimated,
            unit="permille",
            formula="1000 * estimated_g / input_g, rounded half up",
            sources=(REGISTER,),
        ),
        Measure(
            id="measured_of_input",
            value=None if estimated is None else 1000 - estimated,
            unit="permille",
            formula="1000 - estimated_of_input",
            sources=(REGISTER,),
        ),
        Measure(
            id="estimated_of_sorted",
            value=of_sorted,
            unit="permille",
            formula=f"1000 * (sum of streams.*.estimated_g) / ({SORTED}), rounded half up",
            sources=(REGISTER,),
        ),
    ]


def _cells(destinations: Sequence[Destined]) -> list[Measure]:
    """Grams per cell of the schemes that destinations are mapped to; no cell, no figure."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    proven: dict[tuple[str, str], int] = defaultdict(int)
    for one in destinations:
        for scheme, cell in one.route.cells.items():
            if cell:
                sums[(scheme, cell)] += one.outcome.mass_g
                proven[(scheme, cell)] += one.outcome.confirmed_g
    parts = (("", "mass_g", sums), (".confirmed", "confirmed_g", proven))
    return [
        Measure(
            id=f"{scheme}.{cell}{suffix}",
            value=by_cell[(scheme, cell)],
            unit="g",
            formula=f"sum of destinations[{scheme} = {cell}].{term}",
            sources=(REGISTER, SCHEMES[scheme], *((PROOF,) if suffix else ())),
        )
        for scheme, cell in sorted(sums, key=lambda key: (list(SCHEMES).index(key[0]), key[1]))
        for suffix, term, by_cell in parts
    ]
