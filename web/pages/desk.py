"""The manager's desk: what came in, what became of it, what is proven, and what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.kinds import Pool, Quality
from catalogue.rulebook import Rulebook, rulebook
from reporting import access, comparing
from reporting.changes import NOTHING, year_so_far
from reporting.circularity import Row, Sum, terms
from reporting.figures import month_bars
from reporting.periods import YEAR_MAX, YEAR_MIN, month_of
from reporting.pictures import bars_svg
from reporting.queries import report_within
from reporting.questions import By, Question
from reporting.report import Report
from web.deps import ReadDb
from web.i18n import message
from web.pages import desk_lists, portal_aside, portal_tables
from web.pages.desk_pages import DeskPage, Figures
from web.pages.desk_worries import standing, worries
from web.pages.drawing import Addresses, words_of
from web.pages.first_steps import first_steps
from web.pages.portal_pages import Drawn
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

YEARS_SHOWN: Final = 4
MONTHS_WORDS: Final = message("Weight per month and stream; the same numbers stand in the table")


@router.get("/desk")
def desk(
    visit: Visitor, db: ReadDb, year: Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)] = None
) -> Response:
    return visit.show("desk.html", desk_page(visit, db, year))


@router.get("/desk/waiting")
@router.get("/desk/unproven")
@router.get("/desk/announced")
@router.get("/desk/differences")
@router.get("/desk/kept")
def desk_list(visit: Visitor, db: ReadDb) -> Response:
    book = rulebook(db)
    what = visit.request.url.path.rpartition("/")[2]
    page = desk_lists.list_page(visit, db, book, what, visit.today(book))
    return visit.show("desk_list.html", page)


def desk_page(visit: Visit, db: Session, year: int | None) -> DeskPage:
    """Eleven statements, whatever the size of the register; seven for who sees no figures."""
    book = rulebook(db)
    today = visit.today(book)
    year = today.year if year is None else year
    now = standing(visit, db, book, today)
    found = figures(visit, db, book, year, today) if "report" in visit.may else None
    empty = not now.waiting and (found is None or not (found.now.input_g or found.before.input_g))
    operator = book.operators.get(visit.viewer.operator_id or 0)
    return DeskPage(
        operator=operator.organisation.name if operator else "",
        today=today,
        year=year,
        years=range(today.year, today.year - YEARS_SHOWN, -1),
        figures=found,
        worries=worries(visit, book, now),
        steps=first_steps(visit, db, book) if empty else (),
    )


def figures(visit: Visit, db: Session, book: Rulebook, year: int, today: date) -> Figures:
    """A year beside the one before it, each by month. Four statements."""
    asked = Question(period=year_so_far(year, today), by=By.MONTH)
    before = asked.period.a_year_earlier()
    seen = access.scope(book, visit.viewer, asked)
    monthly = report_within(db, book, seen, asked)
    # Of the year before only sums are shown: few cells instead of a report.
    cells = comparing.cells(db, book, seen, before, months=True, suppliers=False, groups=False)
    months = comparing.summed(cells, lambda cell: month_of(cell.start) if cell.start else None)
    months_before = [_came_in(month, masses.input_g) for month, masses in months.items()]
    to = Addresses(asked)
    return Figures(
        first=asked.period.first,
        last=asked.period.last,
        before_first=before.first,
        before_last=before.last,
        now=monthly.terms,
        before=comparing.summed(cells, lambda _: "").get("", NOTHING),
        proven_permille=monthly.measure("confirmed_of_sorted"),
        months=portal_tables.months(monthly, months_before),
        chart=_chart(visit, monthly, months_before, to),
        targets=portal_aside.targets(monthly, visit, to),
        to=to,
    )


def _came_in(month: str, mass_g: int) -> Row:
    """A month of which only its input is looked at."""
    came = Sum(pool=Pool.SUPPLIER, quality=Quality.MEASURED, mass_g=-mass_g)
    return Row(key=month, names={}, terms=terms([came]))


def _chart(visit: Visit, monthly: Report, earlier: Sequence[Row], to: Addresses) -> Drawn | None:
    words = words_of(visit.language)
    figure = month_bars(monthly, words, to.in_month, earlier)
    if figure is None:
        return None
    title = words.gettext(MONTHS_WORDS)
    return Drawn(figure=figure, svg=bars_svg(monthly, words, title, to.in_month, earlier))
