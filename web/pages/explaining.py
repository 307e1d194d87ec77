"""One figure explained: what it is worked out from, by what formula, and what it was before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from catalogue.errors import NotFound
from catalogue.rulebook import rulebook
from reporting.history import figure_history
from reporting.measure import FactorUsed, Measure
from reporting.parts import part, part_of_input
from reporting.periods import Period
from reporting.queries import circularity_report
from reporting.questions import question
from web import units
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import Language
from web.pages.behind import report_address, title_of
from web.pages.drawing import Addresses
from web.pages.naming import Names
from web.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)

Past = Sequence[tuple[Period, Measure | None]]
Figures = Mapping[str, Measure]
Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What stood in a formula under a name. href: the batches behind it, if any are."""

    name: str
    words: str
    value: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """A figure. value: in words, None when it has none, and missing then says why.

    filled: the formula with the inputs in it. history: month, address and value in words.
    """

    id: str
    title: str
    value: str | None
    missing: str
    formula: str
    filled: str
    inputs: Sequence[Input]
    factors: Sequence[FactorUsed]
    sources: Sequence[str]
    boundary: str
    quality: str
    estimated_permille: int | None
    version: int
    supplier: str | None
    first: date
    last: date
    basis: str
    back: str
    history: Sequence[tuple[date, str, str]]
    drawn: Sequence[tuple[str, int, int]]


@router.get("/figures/{id}")
def figure(
    visit: Visitor,
    db: ReadDb,
    id: Annotated[str, Path(max_length=80, pattern=PLAIN)],
    supplier: Text = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    basis: Text = "",
) -> Response:
    today, language = visit.today(rulebook(db)), visit.language
    asked = question(today=today, first=first, end=end, basis=basis, suppliers=[supplier])
    found = circularity_report(db, visit.viewer, asked)
    one, known = found.figure(id), {each.id: each for each in found.measures}
    if one is None:
        raise NotFound
    names, to = Names(language, rulebook(db)), Addresses(asked)
    past = figure_history(db, visit.viewer, asked, id, until=min(today, asked.period.last))
    page = FigurePage(
        id=one.id,
        title=title_of_figure(one, language),
        value=None if one.value is None else said(one.value, one.unit, language),
        missing=language.gettext(one.missing) if one.missing else "",
        formula=one.formula.replace(" * ", " × "),
        filled=filled(one, language),
        inputs=[_input(one, name, names, to, known) for name in one.inputs],
        factors=one.factors,
        sources=one.sources,
        boundary=language.gettext(one.boundary) if one.boundary else "",
        quality=one.quality,
        estimated_permille=one.estimated_permille,
        version=one.version,
        supplier=", ".join(names.organisation(code) for code in asked.suppliers) or None,
        first=asked.period.first,
        last=asked.period.last,
        basis=asked.basis.value,
        back=report_address(visit, to),
        history=[
            (month.first, Addresses(replace(asked, period=month)).figure(id), _value(of, language))
            for month, of in past
        ],
        drawn=_drawn(past, language),
    )
    return visit.show("figure.html", page)


def title_of_figure(one: Measure, language: Language) -> str:
    """What a figure is called; its id where nobody named it."""
    return language.gettext(one.title).format(cell=one.cell) if one.title else one.id


def said(value: int, unit: str, language: Language) -> str:
    """A value with its unit, as people read it."""
    if unit == "permille":
        return units.share(value, language)
    if unit == "g":
        return units.weight(value, language)
    return f"{units.weight(value, language)} CO₂e"


def _value(one: Measure | None, language: Language) -> str:
    return "–" if one is None or one.value is None else said(one.value, one.unit, language)


def _drawn(past: Past, language: Language) -> list[tuple[str, int, int]]:
    """Per month its name, how high its bar stands in permille of the highest, and its place."""
    values = [of.value if of and of.value and of.value > 0 else 0 for _, of in past]
    most = max(values, default=0)
    if not most:
        return []
    return [
        (units.short_month(month.first, language), 1000 * value // most, place)
        for place, ((month, _), value) in enumerate(zip(past, values, strict=True))
    ]


def filled(one: Measure, language: Language) -> str:
    """The formula with what stood there in place of each name."""
    if not one.inputs:
        return ""

    def value(name: str) -> str:
        number = units.count(one.inputs[name], language)
        return f"{number} g" if name.rsplit(".", maxsplit=1)[-1].endswith("_g") else number

    def summed(found: re.Match[str]) -> str:
        ends = [name for name in one.inputs if name.endswith(f".{found.group(1)}")]
        return " + ".join(value(name) for name in ends) or found.group()

    def known(found: re.Match[str]) -> str:
        return value(found.group(1)) if found.group(1) in one.inputs else found.group()

    text = re.sub(r"sum of streams\.\*\.(\w+)", summed, one.formula)
    text = re.sub(r"sum of destinations\[[^\]]*\]\.(\w+)", known, text)
    names = "|".join(map(re.escape, sorted(one.inputs, key=len, reverse=True)))
    text = re.sub(rf"(?<![\w.\[])({names})(?![\w.])", known, text)
    return text.replace(" * ", " × ")


def _input(one: Measure, name: str, names: Names, to: Addresses, known: Figures) -> Input:
    """What went in: with the batches behind it, or the figure that it is."""
    value, language = one.inputs[name], names.language
    behind = part_of_input(one.id, one.cell, name)
    other = next((id for id in _longer(one.id, name) if id in known), None)
    in_grams = one.unit == "g" or name.endswith("_g") or name.startswith("losses.")
    href = to.behind(behind) if behind else to.figure(other) if other else ""
    words = title_of(part(behind), names) if behind else ""
    return Input(
        name=name,
        words=title_of_figure(known[other], language) if other and not behind else words,
        value=units.weight(value, language) if in_grams else units.count(value, language),
        href=href,
    )


def _longer(id: str, name: str) -> tuple[str, str]:
    """What a figure would be called that an input is named after."""
    whole = f"{id.rpartition('.')[0]}.{name}"
    return whole, f"{whole}.offsite"
