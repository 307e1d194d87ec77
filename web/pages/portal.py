"""The circularity report as a page: for suppliers their first page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import BadInput
from catalogue.kinds import Stream
from catalogue.rulebook import rulebook
from reporting.circularity import Row
from reporting.figures import flow, month_bars
from reporting.queries import circularity_report
from reporting.questions import Basis, By, Question, question
from reporting.report import Report
from streams.ledger import site_day
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import Language
from web.pages import choices
from web.pages.drawing import words_of
from web.pages.forms import Form
from web.pages.naming import Names
from web.pages.portal_pages import (
    AsOf,
    DestinationShare,
    Download,
    MonthShare,
    ReportPage,
    StreamShare,
)
from web.pages.visiting import Visit, Visitor
from web.reference import sites_for

router = APIRouter(include_in_schema=False)

FILES: Final = (("xlsx", "Excel"), ("csv", "CSV"), ("parquet", "Parquet"), ("jsonl", "JSON Lines"))

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
) -> Response:
    typed = {"supplier": supplier, "from": first, "to": end, "basis": basis}
    today = _today(visit, db)
    try:
        asked = question(
            today=today, first=first, end=end, basis=basis, suppliers=[supplier], by=By.SUPPLIER
        )
        return visit.show("portal.html", report_page(visit, db, asked, Form(values=typed)))
    except BadInput as refusal:
        asked = question(today=today, by=By.SUPPLIER)
        page = report_page(visit, db, asked, Form(values=typed, refusal=refusal))
        return visit.show("portal.html", page, status=422)


def _today(visit: Visit, db: Session) -> date:
    sites = sites_for(rulebook(db), visit.viewer)
    return site_day(visit.now, sites[0]) if sites else visit.now.date()


def report_page(visit: Visit, db: Session, asked: Question, form: Form) -> ReportPage:
    """The report of a question, which asks by supplier: the flow shows them. Nine statements."""
    book = rulebook(db)
    names, language = Names(visit.language, book), visit.language
    found = circularity_report(db, visit.viewer, asked)
    monthly = circularity_report(
        db,
        visit.viewer,
        Question(
            period=asked.period,
            basis=asked.basis,
            by=By.MONTH,
            suppliers=asked.suppliers,
            sites=asked.sites,
        ),
    )
    terms, words = found.terms, words_of(language)
    booked = asked.basis is Basis.BOOKED
    return ReportPage(
        supplier=_supplier(visit, names, asked),
        first=asked.period.first,
        end=asked.period.end,
        last=asked.period.last,
        basis=asked.basis.value,
        form=_filled(form, asked),
        suppliers=choices.suppliers(visit, book),
        input_g=terms.input_g,
        streams=_streams(found),
        loss_g=terms.loss_g,
        losses=[
            (language.own(found.loss_names.get(kind, {}), kind), mass_g)
            for kind, mass_g in terms.losses.items()
        ],
        held_g=terms.held_g,
        finds_g=terms.finds_g,
        returned_g=terms.returned_g,
        in_transit_g=terms.in_transit_g,
        estimated_g=terms.estimated_g,
        opening_g=terms.opening_g if booked else None,
        closing_g=terms.closing_g if booked else None,
        measured_permille=found.measure("measured_of_input"),
        proven_permille=found.measure("confirmed_of_sorted"),
        open_batches=found.open_batches,
        destinations=_destinations(found, language),
        months=[_month(row) for row in monthly.rows],
        as_of=[
            AsOf(site=names.book.sites[one.site].name, seq=one.seq, head=one.head)
            for one in found.as_of
        ],
        flow=flow(found, words),
        months_chart=month_bars(monthly, words),
        downloads=_downloads(visit, asked),
    )


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


def _streams(found: Report) -> list[StreamShare]:
    shares: Mapping[Stream, int] = found.terms.permille or {}
    return [
        StreamShare(
            stream=stream.value,
            mass_g=one.mass_g,
            confirmed_g=one.confirmed_g,
            estimated_g=one.estimated_g,
            permille=shares.get(stream),
        )
        for stream, one in found.terms.streams.items()
    ]


def _destinations(found: Report, language: Language) -> list[DestinationShare]:
    """Per destination, whatever its version; streams in their order, the heaviest first."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in found.destinations:
        key = (one.route.stream.value, language.own(one.route.names, one.route.code))
        mass = sums.setdefault(key, [0, 0])
        mass[0] += one.outcome.mass_g
        mass[1] += one.outcome.confirmed_g
    order = ["reuse", "recycle", "incineration"]
    rows = sorted(sums.items(), key=lambda row: (order.index(row[0][0]), -row[1][0]))
    return [
        DestinationShare(stream=stream, name=name, mass_g=mass_g, confirmed_g=confirmed_g)
        for (stream, name), (mass_g, confirmed_g) in rows
    ]


def _month(row: Row) -> MonthShare:
    mass_g = {stream.value: one.mass_g for stream, one in row.terms.streams.items()}
    return MonthShare(
        month=date.fromisoformat(f"{row.key}-01"),
        input_g=row.terms.input_g,
        reuse_g=mass_g["reuse"],
        recycle_g=mass_g["recycle"],
        incineration_g=mass_g["incineration"],
        other_g=row.terms.held_g + row.terms.loss_g + row.terms.finds_g,
    )


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
