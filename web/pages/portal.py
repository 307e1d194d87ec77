"""The report as a page, for any supplier; for suppliers their first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import BadInput
from catalogue.rulebook import Rulebook, rulebook
from reporting import access
from reporting.circularity import Row
from reporting.figures import flow, month_bars, tree
from reporting.pictures import bars_svg, flow_svg
from reporting.queries import report_within, terms_and_rows
from reporting.questions import Basis, By, Question, question
from reporting.report import Report
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import message
from web.pages import choices, portal_aside, portal_tables
from web.pages.drawing import Addresses, words_of
from web.pages.forms import Form
from web.pages.naming import Names
from web.pages.portal_pages import AsOf, Download, Drawn, PortalPage
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

FILES: Final = (("xlsx", "Excel"), ("csv", "CSV"), ("parquet", "Parquet"), ("jsonl", "JSON Lines"))
YEARS_OFFERED: Final = 3
FLOW_WORDS: Final = message(
    "Flow from what came in to what became of it; the same numbers stand in the tables"
)
MONTHS_WORDS: Final = message("Weight per month and stream; the same numbers stand in the table")

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


@router.get("/portal")
@router.get("/report")
def report(
    visit: Visitor,
    db: ReadDb,
    supplier: Text = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    basis: Text = "",
    counted: Text = "",
) -> Response:
    """counted: whether to go through all deliveries of the period, which takes as long as they are
    many; all else on this page does not."""
    typed = {"supplier": supplier, "from": first, "to": end, "basis": basis, "counted": counted}
    today = visit.today(rulebook(db))
    try:
        asked = question(today=today, first=first, end=end, basis=basis, suppliers=[supplier])
        return visit.show("portal.html", portal_page(visit, db, asked, Form(values=typed), today))
    except BadInput as refusal:
        asked = question(today=today)
        form = Form(values=typed, refusal=refusal)
        page = portal_page(visit, db, asked, form, today)
        return visit.show("portal.html", page, status=422)


def portal_page(visit: Visit, db: Session, asked: Question, form: Form, today: date) -> PortalPage:
    """The report of a question with what stands beside it.

    Six statements: the report by month, its rows by supplier where there are several, and the
    months of a year before; and ten for the lists beside it.
    """
    book = rulebook(db)
    names, language, to = Names(visit.language, book), visit.language, Addresses(asked)
    seen = access.scope(book, visit.viewer, asked)
    monthly = report_within(db, book, seen, replace(asked, by=By.MONTH))
    before = replace(asked, by=By.MONTH, period=asked.period.a_year_earlier())
    earlier, months_before = terms_and_rows(db, book, seen, before)
    found = monthly
    if _has_several(visit, book, asked):
        by_supplier = replace(asked, by=By.SUPPLIER)
        _, rows = terms_and_rows(db, book, seen, by_supplier)
        found = replace(monthly, asked=by_supplier, rows=rows)
    terms, page_path = found.terms, visit.request.url.path
    return PortalPage(
        own=not visit.viewer.is_staff,
        supplier=_supplier(visit, names, asked),
        first=asked.period.first,
        end=asked.period.end,
        last=asked.period.last,
        basis=asked.basis.value,
        form=_filled(form, asked),
        suppliers=choices.suppliers(visit, book),
        periods=_periods(asked, page_path, today),
        to=to,
        input_g=terms.input_g,
        estimated_g=terms.estimated_g,
        balance=portal_tables.balance(found, language),
        measured_permille=found.measure("measured_of_input"),
        proven_permille=found.measure("confirmed_of_sorted"),
        held_permille=found.measure("held_of_input"),
        differed_g=found.completeness.difference_g if found.completeness else None,
        differed_permille=found.completeness.difference_permille if found.completeness else None,
        open_batches=found.open_batches,
        parts=portal_tables.own_parts(found, names, page_path),
        destinations=portal_tables.destinations(found, language),
        months=portal_tables.months(monthly, months_before),
        changes=portal_tables.changes(found, earlier, language),
        before=(before.period.first, before.period.last),
        targets=portal_aside.targets(found, visit, to),
        as_of=[
            AsOf(site=book.sites[one.site].name, seq=one.seq, head=one.head) for one in found.as_of
        ],
        flow=_flow(visit, found, to),
        months_chart=_months(visit, monthly, months_before, to),
        tree=tree(found, words_of(language), to.behind),
        downloads=_downloads(visit, asked),
        beside=portal_aside.beside(
            visit, db, names, seen, asked, count=bool(form.value("counted"))
        ),
        counting=f"{page_path}?{urlencode({**_query(asked), 'counted': 'deliveries'})}#deliveries",
        operators=portal_aside.operators(found, book),
    )


def _has_several(visit: Visit, book: Rulebook, asked: Question) -> bool:
    if asked.suppliers:
        return any(len(book.children(book.organisation(code).id)) > 1
                   for code in asked.suppliers if code in book.organisations)  # fmt: skip
    return visit.viewer.is_staff or len(visit.viewer.supplier_ids) > 1


def _flow(visit: Visit, found: Report, to: Addresses) -> Drawn | None:
    words = words_of(visit.language)
    figure = flow(found, words, to.behind)
    if figure is None:
        return None
    return Drawn(figure=figure, svg=flow_svg(found, words, words.gettext(FLOW_WORDS), to.behind))


def _months(visit: Visit, monthly: Report, earlier: Sequence[Row], to: Addresses) -> Drawn | None:
    words = words_of(visit.language)
    figure = month_bars(monthly, words, to.in_month, earlier)
    if figure is None:
        return None
    title = words.gettext(MONTHS_WORDS)
    return Drawn(figure=figure, svg=bars_svg(monthly, words, title, to.in_month, earlier))


def _supplier(visit: Visit, names: Names, asked: Question) -> str | None:
    """Whom the report is about, when that is one organisation."""
    if asked.suppliers:
        return ", ".join(names.organisation(code) for code in asked.suppliers)
    if visit.viewer.supplier_ids:
        return names.book.organisations_by_id[visit.viewer.organisation_id].name
    return None


def _filled(form: Form, asked: Question) -> Form:
    """The form with the period that is shown, unless what was typed was refused."""
    if form.refusal is not None:
        return form
    period = asked.period
    values = {"from": period.first.isoformat(), "to": period.end.isoformat()}
    return Form(values={**form.values, **values})


def _periods(asked: Question, path: str, today: date) -> list[tuple[str, str]]:
    """This year and those before it, to go to; the one that is shown has no address."""
    found = []
    for year in range(today.year, today.year - YEARS_OFFERED, -1):
        first, end = date(year, 1, 1), date(year + 1, 1, 1)
        shown = (asked.period.first, asked.period.end) == (first, end)
        query = {**_query(asked), "from": first.isoformat(), "to": end.isoformat()}
        found.append(("" if shown else f"{path}?{urlencode(query)}", str(year)))
    return found


def _query(asked: Question) -> dict[str, str]:
    """The question as an address says it."""
    query = {
        "from": asked.period.first.isoformat(),
        "to": asked.period.end.isoformat(),
        "supplier": ",".join(asked.suppliers),
        "basis": asked.basis.value if asked.basis is not Basis.RECEIVED else "",
    }
    return {name: value for name, value in query.items() if value}


def _downloads(visit: Visit, asked: Question) -> list[Download]:
    """Files of the very same question, for those who may have them."""
    if "export" not in visit.may:
        return []
    query = {
        "from": asked.period.first.isoformat(),
        "to": asked.period.end.isoformat(),
        "basis": asked.basis.value,
        **({"supplier": asked.suppliers[0]} if asked.suppliers else {}),
    }
    return [
        Download(href=f"/api/v1/exports/figures?{urlencode({**query, 'format': kind})}", text=text)
        for kind, text in FILES
    ]
