"""One figure explained: what it is worked out from, by what formula, and what it was before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from catalogue.errors import NotFound
from catalogue.rulebook import rulebook
from reporting.measure import FactorUsed, Measure
from reporting.parts import part, part_of
from reporting.queries import circularity_report
from reporting.questions import question
from web import units
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import Language
from web.pages.behind import report_address, title_of
from web.pages.drawing import Addresses
from web.pages.naming import Names
from web.pages.portal import today_of
from web.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)

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
    today, language = today_of(visit, db), visit.language
    asked = question(today=today, first=first, end=end, basis=basis, suppliers=[supplier])
    one = circularity_report(db, visit.viewer, asked).figure(id)
    if one is None:
        raise NotFound
    names, to = Names(language, rulebook(db)), Addresses(asked)
    page = FigurePage(
        id=one.id,
        title=title_of_figure(one, language),
        value=None if one.value is None else said(one.value, one.unit, language),
        missing=language.gettext(one.missing) if one.missing else "",
        formula=one.formula.replace(" * ", " × "),
        filled=filled(one, language),
        inputs=[_input(name, value, names, to) for name, value in one.inputs.items()],
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


def filled(one: Measure, language: Language) -> str:
    """The formula with what stood there in place of each name."""
    if not one.inputs:
        return ""
    names = sorted(one.inputs, key=len, reverse=True)
    known = re.compile(rf"(?<![\w.\[])({'|'.join(map(re.escape, names))})(?![\w.])")

    def value(found: re.Match[str]) -> str:
        number = units.count(one.inputs[found.group(1)], language)
        return f"{number} g" if found.group(1).split(".")[-1].endswith("_g") else number

    return known.sub(value, one.formula).replace(" * ", " × ")


def _input(name: str, value: int, names: Names, to: Addresses) -> Input:
    behind = part_of(name)
    language = names.language
    in_grams = name.endswith("_g") or name.startswith("losses.")
    return Input(
        name=name,
        words=title_of(part(behind), names) if behind else "",
        value=units.weight(value, language) if in_grams else units.count(value, language),
        href=to.behind(behind) if behind else "",
    )
