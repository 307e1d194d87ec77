"""Figures over time: per supplier, article group or destination, by month, quarter or year."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.kinds import Stream
from catalogue.rulebook import Rulebook, rulebook
from reporting import access, comparing
from reporting.changes import Masses
from reporting.comparing import Cell
from reporting.periods import YEAR_MAX, YEAR_MIN, Period, months_between
from reporting.questions import By, Question
from reporting.series import Step, step_of, steps_between
from reporting.shares import split
from reporting.trends import LINES_MAX, Line, lines, lines_svg
from web import units
from web.deps import ReadDb
from web.i18n import message
from web.pages.drawing import words_of
from web.pages.naming import Names
from web.pages.portal_pages import Drawn
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

YEARS_SHOWN: Final = 10
BY: Final = {
    By.SUPPLIER: message("Supplier"),
    By.ARTICLE_GROUP: message("Article group"),
    By.DESTINATION: message("Destination"),
}
STEPS: Final = {
    Step.MONTH: message("Month"),
    Step.QUARTER: message("Quarter"),
    Step.YEAR: message("Year"),
}
TITLE: Final = message("Lines over time; the same numbers stand in the table")

Year = Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)]


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One row of the table, and one line of the chart. stream: of a destination."""

    name: str
    stream: str
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPage:
    """share: whether values are permille, else grams. more: lines that the chart leaves out."""

    by: str
    step: str
    share: bool
    years: int
    choices: Mapping[str, Sequence[tuple[str, str]]]
    first: date
    last: date
    labels: Sequence[str]
    rows: Sequence[TrendLine]
    chart: Drawn | None

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - LINES_MAX)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. period: whole months."""

    by: By
    step: Step
    share: bool
    years: int
    period: Period
    today: date


@router.get("/desk/trend")
def trend(
    visit: Visitor,
    db: ReadDb,
    by: By = By.SUPPLIER,
    step: Step = Step.QUARTER,
    what: Annotated[str, Query(pattern="^(share|mass)$")] = "share",
    years: Annotated[int, Query(ge=1, le=YEARS_SHOWN)] = 2,
) -> Response:
    book = rulebook(db)
    today = visit.today(book)
    by = By.SUPPLIER if by is By.MONTH else by
    period = Period(date(today.year - years + 1, 1, 1), _month_after(today))
    wanted = Wanted(by, step, what == "share", years, period, today)
    return visit.show("trend.html", trend_page(visit, db, book, wanted))


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def trend_page(visit: Visit, db: Session, book: Rulebook, wanted: Wanted) -> TrendPage:
    """One statement."""
    seen = access.scope(book, visit.viewer, Question(period=wanted.period))
    found = comparing.cells(
        db,
        book,
        seen,
        wanted.period,
        months=True,
        suppliers=wanted.by is By.SUPPLIER,
        groups=wanted.by is By.ARTICLE_GROUP,
    )
    steps = steps_between(wanted.period.first, wanted.period.last, wanted.step)
    rows = _rows(Names(visit.language, book), wanted, found, steps)
    labels = [_label(one, visit, wanted.step) for one in steps]
    return TrendPage(
        by=wanted.by.value,
        step=wanted.step.value,
        share=wanted.share,
        years=wanted.years,
        choices={
            "by": [(one.value, text) for one, text in BY.items()],
            "step": [(one.value, text) for one, text in STEPS.items()],
        },
        first=wanted.period.first,
        last=min(wanted.period.last, wanted.today),
        labels=labels,
        rows=rows,
        chart=_chart(visit, labels, rows, wanted.share),
    )


def _rows(
    names: Names, wanted: Wanted, found: Sequence[Cell], steps: Sequence[str]
) -> list[TrendLine]:
    """The largest first."""
    key_of, told = _keys(names, wanted.by, found)
    whole = comparing.summed(found, key_of)
    parts = comparing.summed(
        found,
        lambda cell: None if (key := key_of(cell)) is None else (key, _step(cell, wanted.step)),
    )
    order = sorted(whole, key=lambda key: -whole[key].sorted_g)
    valued = _values(wanted, parts, order, steps)
    return [TrendLine(*told(key), values=valued[key]) for key in order if whole[key] != Masses()]


def _step(cell: Cell, step: Step) -> str:
    assert cell.start is not None
    return step_of(cell.start, step)


def _keys(
    names: Names, by: By, found: Sequence[Cell]
) -> tuple[Callable[[Cell], Hashable], Callable[[Hashable], tuple[str, str]]]:
    """How cells are told apart, and how each part is called, with its stream if it has one."""
    own, book = names.language.own, names.book
    if by is By.SUPPLIER:
        return comparing.by_supplier, lambda key: (names.organisation(str(key)), "")
    if by is By.ARTICLE_GROUP:
        operators = book.operators.values()
        groups = {row.code: row.names for one in operators for row in one.groups.values()}
        return comparing.by_group, lambda key: (own(groups.get(str(key), {}), str(key)), "")
    routes = comparing.destination_names(found)
    return comparing.by_destination, lambda key: (
        own(routes[key], key[1]),
        key[0],
    )


def _values(
    wanted: Wanted,
    parts: Mapping[tuple[Hashable, str], Masses],
    order: Sequence[Hashable],
    steps: Sequence[str],
) -> dict[Hashable, list[int | None]]:
    """Per part its share of reuse, or (of destinations) of all; or the grams that were sorted."""
    if wanted.share and wanted.by is By.DESTINATION:
        shares = [
            split({key: parts.get((key, step), Masses()).sorted_g for key in order}) or {}
            for step in steps
        ]
        return {key: [each.get(key) for each in shares] for key in order}
    found: dict[Hashable, list[int | None]] = {}
    for key in order:
        masses = [parts.get((key, step), Masses()) for step in steps]
        if wanted.share:
            found[key] = [one.share(Stream.REUSE) for one in masses]
        else:
            found[key] = [one.sorted_g for one in masses]
    return found


def _label(step: str, visit: Visit, kind: Step) -> str:
    if kind is not Step.MONTH:
        return step.replace("-Q", " Q")
    (month,) = months_between(*[date.fromisoformat(f"{step}-01")] * 2)
    return f"{units.short_month(month, visit.language)} {month.year}"


def _chart(
    visit: Visit, labels: Sequence[str], rows: Sequence[TrendLine], share: bool
) -> Drawn | None:
    words = words_of(visit.language)
    drawn = [Line(row.name, row.values) for row in rows]
    figure = lines(labels, drawn, words, share=share)
    if figure is None:
        return None
    title = words.gettext(TITLE)
    return Drawn(figure=figure, svg=lines_svg(labels, drawn, words, title, share=share))
