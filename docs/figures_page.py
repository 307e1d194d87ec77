"""The page of figures: every one that a report can hold, from the code that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from sys import modules
from typing import Final

from catalogue.kinds import Pool, Quality, Stream
from reporting.circularity import Route, Sum, destined, terms
from reporting.formulas.facts import Facts
from reporting.formulas.treatments import treatment_of
from reporting.measure import Measure, title_of
from reporting.measures import FAMILIES
from reporting.questions import Basis
from web.i18n import language

DUTCH: Final = "nl"
CELLS: Final = dict.fromkeys(("gri", "esrs", "ladder", "producer_class", "recovery_code"), "CELL")
CODES: Final = ("", "R1", *(f"R{n}" for n in range(2, 14)), *(f"D{n}" for n in range(1, 16)))


def figures_page() -> str:
    """Every figure, by the file that makes it, with its formula, boundary and sources."""
    return "\n".join([*_head(), *_mapping(), *_families()]) + "\n"


def _head() -> Iterator[str]:
    yield "# The figures"
    yield ""
    yield "Written by `make docs` from `reporting/formulas/`: do not edit this page."
    yield ""
    yield "Masses are whole grams, a share is whole permille. A split goes by largest remainder and"
    yield "adds up to 1000; a single ratio is rounded half up, once, at the end. A figure without a"
    yield "value says in `missing` why it cannot be told honestly. `CODE@1` is a version of a"
    yield "destination, `CELL` is what an operator wrote beside it."


def _mapping() -> Iterator[str]:
    """The trap, as a table: what each code is to each standard."""
    yield from ("", "## One code, three standards", "")
    yield "What one recovery or disposal code of a destination is called. Where the stream decides,"
    yield "the row says so. Burning with energy (R1) is recovery to the waste directive, but it is"
    yield "disposal to GRI and ESRS: all three are read from the same code. What is for reuse and"
    yield "has no code at all stays goods; with only a waste code it counts as unknown."
    yield from (
        "",
        "| code | stream | waste directive | GRI 306 and ESRS E5-5 |",
        "|---|---|---|---|",
    )
    for code in CODES:
        found = {
            stream: treatment_of(Route(
                operator="OP", code="CODE", version=1, stream=stream, eural="",
                cells={"recovery_code": code},
            ))
            for stream in Stream
        }  # fmt: skip
        same = len(set(found.values())) == 1
        for stream, one in found.items():
            if not same or stream is Stream.REUSE:
                said = "any" if same else stream.value
                cell = one.cell.value if one.cell else "no waste"
                yield f"| {code or 'none'} | {said} | {one.directive} | {cell} |"


def _families() -> Iterator[str]:
    facts = _specimen()
    for family in FAMILIES:
        about = (modules[family.__module__].__doc__ or "").strip().splitlines()
        yield from ("", f"## {about[0].rstrip('.')}", "")
        yield from (line for line in about[2:])
        for _, alike in groupby(family(facts), key=_way):
            yield from _figure(list(alike))


def _way(one: Measure) -> tuple[object, ...]:
    """What figures share that are told together."""
    return one.boundary, one.sources, one.unit, one.version


def _figure(alike: list[Measure]) -> Iterator[str]:
    first, dutch = alike[0], language(DUTCH).gettext
    yield ""
    for one in alike:
        english = title_of(one, str)
        yield f"- `{one.id}`: {english} *{title_of(one, dutch)}*<br>`{one.formula}`"
    yield ""
    yield f"Unit: {first.unit}. Version of the formula: {first.version}."
    if first.boundary:
        yield f"Boundary: {first.boundary} *{dutch(first.boundary)}*"
    yield f"Sources: {'; '.join(first.sources)}."


def _specimen() -> Facts:
    """One gram at one destination in every scheme, so that every figure is made."""
    route = Route(operator="OP", code="CODE", version=1, stream=Stream.RECYCLE, cells=CELLS)
    stands = Sum(pool=Pool.CONFIRMED, quality=Quality.MEASURED, mass_g=1, route=route)
    owed = Sum(pool=Pool.SUPPLIER, quality=Quality.MEASURED, mass_g=-1)
    found = terms([stands, owed])
    return Facts(terms=found, destinations=destined([stands]), basis=Basis.RECEIVED)
