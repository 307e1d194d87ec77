"""What a year would say with the emission factors of another year: was, would be, difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.rulebook import Rulebook, rulebook
from reporting import access
from reporting.changes import year_so_far
from reporting.measures import FactorUsed, Measure
from reporting.periods import YEAR_MAX, YEAR_MIN
from reporting.queries import report_within
from reporting.questions import Question
from web.deps import ReadDb
from web.pages.drawing import Addresses
from web.pages.visiting import Visit, Visitor
from web.report_words import name_of

router = APIRouter(include_in_schema=False)

YEARS_SHOWN: Final = 6

Year = Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLine:
    """A figure with its own factors (was) and with those of the chosen year. missing: why there is
    none with those, a sentence in the reader's language. Values in grams CO2 equivalent."""

    name: str
    href: str
    was_g: int | None
    would_g: int | None
    missing_was: str
    missing_would: str

    @property
    def difference_g(self) -> int | None:
        if self.was_g is None or self.would_g is None:
            return None
        return self.would_g - self.was_g


@dataclass(frozen=True, slots=True)
class OtherFactor:
    """A purpose for which another factor was used. None: there is none of that year."""

    was: FactorUsed | None
    would: FactorUsed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorsPage:
    """year: of the figures; chosen: of the factors. others: the factors that differ; same: how
    many were the same either way."""

    year: int
    years: Sequence[int]
    first: date
    last: date
    chosen: int | None
    factor_years: Sequence[int]
    lines: Sequence[FactorLine]
    others: Sequence[OtherFactor]
    same: int


@router.get("/compare/factors")
def other_factors(visit: Visitor, db: ReadDb, year: Year = None, factors: Year = None) -> Response:
    return visit.show("factors.html", factors_page(visit, db, year, factors))


def factors_page(visit: Visit, db: Session, year: int | None, factors: int | None) -> FactorsPage:
    """Two reports. Without a year the last whole one, with the newest other factors."""
    book = rulebook(db)
    today = visit.today(book)
    known = _factor_years(visit, book)
    year = year if year is not None else today.year - 1
    others = [one for one in known if one != year] or known
    chosen = factors if factors is not None else next(iter(others), None)
    asked = Question(period=year_so_far(year, today))
    seen = access.scope(book, visit.viewer, asked)
    was = report_within(db, book, seen, asked)
    would = report_within(db, book, seen, replace(asked, factors=chosen))
    found = [
        (one, other)
        for one, other in zip(was.measures, would.measures, strict=True)
        if one.unit == "g_co2e"
    ]
    differing, same = _factors_used(found)
    to = Addresses(asked)
    return FactorsPage(
        year=year,
        years=sorted({*range(today.year, today.year - YEARS_SHOWN, -1), year}, reverse=True),
        first=asked.period.first,
        last=asked.period.last,
        chosen=chosen,
        factor_years=sorted({*known, *([chosen] if chosen else [])}, reverse=True),
        lines=[_line(visit, one, other, to) for one, other in found],
        others=differing,
        same=same,
    )


def _factor_years(visit: Visit, book: Rulebook) -> list[int]:
    """Years of the factors that the operator has, the newest first."""
    operator = book.operators.get(visit.viewer.operator_id or 0)
    return sorted({row.year for row in operator.factors} if operator else (), reverse=True)


def _line(visit: Visit, was: Measure, would: Measure, to: Addresses) -> FactorLine:
    def said(missing: str) -> str:
        return visit.language.gettext(missing) if missing else ""

    return FactorLine(
        name=name_of(was, visit.language),
        href=to.figure(was.id),
        was_g=was.value,
        would_g=would.value,
        missing_was=said(was.missing),
        missing_would=said(would.missing),
    )


def _factors_used(found: Sequence[tuple[Measure, Measure]]) -> tuple[list[OtherFactor], int]:
    """Per purpose the factor of either side, where they differ; and how many are the same."""
    before = _by_purpose([was for was, _ in found])
    after = _by_purpose([would for _, would in found])
    others, same = [], 0
    for purpose in dict.fromkeys((*before, *after)):
        was, would = before.get(purpose), after.get(purpose)
        if was == would:
            same += 1
        else:
            others.append(OtherFactor(was, would))
    return others, same


def _by_purpose(measures: Sequence[Measure]) -> Mapping[str, FactorUsed]:
    return {factor.purpose: factor for one in measures for factor in one.factors}
