"""Issued reports: the list, one with what changed since, and issuing one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import BadInput, Malformed, NotFound, Refusal
from catalogue.rulebook import Rulebook, rulebook
from reporting.issued import IssuedRow, difference_since, list_issued, whole_issued
from reporting.issuing import IssueReport, question_of
from reporting.queries import circularity_report
from reporting.report import Report
from reporting.shares import ratio
from web import report_words as words
from web import units
from web.api.wire import PLAIN
from web.api.wire_reports import ReportIn
from web.deps import ReadDb
from web.issuing import issued
from web.pages import choices
from web.pages.booking import Sent, fresh
from web.pages.drawing import Addresses
from web.pages.forms import Form
from web.pages.issued_pages import IssuedLine, IssuedListPage, IssuePage, Open, Said
from web.pages.issued_reading import key_of, page_of
from web.pages.lists import PAGE, Wanted
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Number = Annotated[str, Path(min_length=1, max_length=20, pattern=PLAIN)]
Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]
FIELDS: Final = ("supplier", "from", "to", "basis", "factors", "replaces")


@router.get("/reports/issued")
def reports(visit: Visitor, db: ReadDb, wanted: Wanted, year: Text = "") -> Response:
    book = rulebook(db)
    number = int(year) if year.isdecimal() and len(year) == 4 else None
    found = list_issued(db, book, visit.viewer, wanted, year=number)
    typed = {
        "code": wanted.text or "",
        "supplier": wanted.supplier or "",
        "year": year if number else "",
        "state": wanted.state or "",
    }
    kept = {name: value for name, value in typed.items() if value}
    suppliers = choices.suppliers(visit, book)
    last = {**kept, "after": found[-1].code} if len(found) == PAGE else {}
    page = IssuedListPage(
        rows=[_line(visit, book, row) for row in found],
        filter=Form(values=typed),
        suppliers=suppliers if len(suppliers) > 1 else (),
        years=_years(visit),
        first=f"/reports/issued?{urlencode(kept)}" if wanted.after else None,
        next=f"/reports/issued?{urlencode(last)}" if last else None,
    )
    return visit.show("reports_issued.html", page)


YEARS_SHOWN: Final = 6


def _years(visit: Visit) -> list[int]:
    return [visit.now.year - back for back in range(YEARS_SHOWN)]


def _line(visit: Visit, book: Rulebook, row: IssuedRow) -> IssuedLine:
    supplier = None if row.supplier_id is None else book.organisations_by_id[row.supplier_id]
    return IssuedLine(
        key=key_of(visit, row),
        number=row.number,
        supplier=supplier.name if supplier else "",
        first=row.first_day,
        last=row.end_day - timedelta(days=1),
        basis=row.basis,
        input_g=row.input_g,
        proven_permille=ratio(row.confirmed_g, row.sorted_g),
        issued_on=row.issued_on,
        followed_by=row.followed_by,
    )


class Asked:
    """What somebody wants a report of, as typed in an address or in a form."""

    def __init__(
        self,
        supplier: Text = "",
        first: Annotated[str, Query(alias="from", max_length=10)] = "",
        end: Annotated[str, Query(alias="to", max_length=10)] = "",
        basis: Text = "received",
        factors: Text = "",
        replaces: Text = "",
    ) -> None:
        typed = (supplier, first, end, basis, factors, replaces)
        self.values = dict(zip(FIELDS, typed, strict=True))

    @property
    def is_blank(self) -> bool:
        return not (self.values["from"] or self.values["to"])


@router.get("/reports/issued/new")
def issue_form(visit: Visitor, db: ReadDb, asked: Annotated[Asked, Depends()]) -> Response:
    form = fresh(visit, asked.values)
    if asked.is_blank:
        return visit.show("forms/issue_report.html", _form(visit, db, form))
    return _preview(visit, db, form)


@router.post("/reports/issued/new")
def issue(request: Request, visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    try:
        booked = issued(visit.call, request, _asked(visit, sent.values, sent.text("scan_id")))
        return visit.go(f"/reports/issued/{booked.answer['number']}", "issued")
    except NotFound:
        refusal: Refusal = Malformed(field="supplier", problem="unknown")
    except Refusal as refused:
        refusal = refused
    form = Form(values=sent.values, refusal=refusal, at=visit.now.isoformat())
    return _preview(visit, db, form)


def _asked(visit: Visit, values: Mapping[str, str], scan_id: str | None) -> IssueReport:
    """What the form says, as a command. Raises Malformed."""
    said: dict[str, Any] = {name: values.get(name, "").strip() or None for name in FIELDS}
    said["basis"] = said["basis"] or "received"
    try:
        return ReportIn.model_validate({"scan_id": scan_id, **said}).command(visit.now)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Malformed(field=where[:80], problem=first["msg"][:200]) from error


def _preview(visit: Visit, db: Session, form: Form) -> Response:
    """The form with what the report would say, and what is still open in it."""
    said, still_open = None, list[Open]()
    try:
        asked = question_of(_asked(visit, form.values, form.scan_id))
        found = circularity_report(db, visit.viewer, asked)
        said = _would_say(visit, db, found)
        still_open = list(_still_open(visit, db, found))
    except NotFound:
        form = _wrong(visit, form, Malformed(field="supplier", problem="unknown"))
    except BadInput as refusal:
        form = _wrong(visit, form, refusal)
    page = _form(visit, db, form, said=said, still_open=still_open)
    return visit.show("forms/issue_report.html", page, status=422 if form.is_wrong else 200)


def _wrong(visit: Visit, form: Form, refusal: Refusal) -> Form:
    said = form.refusal or refusal
    return Form(values=form.values, refusal=said, at=visit.now.isoformat())


def _would_say(visit: Visit, db: Session, found: Report) -> Said:
    language = visit.language
    names = [rulebook(db).organisation(code).name for code in found.suppliers]
    supplier = names[0] if names else None
    return Said(
        title=words.title(supplier, language),
        period=words.period(found, language),
        statement=words.statement(found, supplier, language),
        numbers=words.numbers(found, language),
        complete=words.completeness(found, language),
    )


def _still_open(visit: Visit, db: Session, found: Report) -> Iterator[Open]:
    """What would change a report after it is issued. It may be issued all the same."""
    language, to, terms = visit.language, Addresses(found.asked), found.terms
    say = language.gettext
    if found.asked.period.end > visit.today(rulebook(db)):
        yield Open(text=say("The period is not over yet."), href="")
    if found.open_batches:
        count = language.ngettext(
            "%(num)d batch is not closed yet.",
            "%(num)d batches are not closed yet.",
            found.open_batches,
        )
        yield Open(text=count % {"num": found.open_batches}, href=to.behind("open"))
    if terms.closing_g > 0:
        waits = say("%(mass)s waits to be sorted") % {
            "mass": units.weight(terms.closing_g, language)
        }
        yield Open(text=f"{waits}.", href=to.behind("held"))
    pending_g = terms.sorted_g - terms.confirmed_g
    if pending_g > 0:
        unproven = say("%(mass)s is sorted, and no outlet has confirmed it yet.")
        mass = units.weight(pending_g, language)
        yield Open(text=unproven % {"mass": mass}, href=to.behind("sorted/pending"))


def _form(visit: Visit, db: Session, form: Form, **more: Any) -> IssuePage:
    book = rulebook(db)
    operator = book.operators.get(visit.viewer.operator_id or 0)
    sets = {row.year for row in operator.factors} if operator else set()
    return IssuePage(
        form=form,
        suppliers=choices.suppliers(visit, book),
        years=sorted(sets, reverse=True),
        replaces=form.value("replaces") or None,
        **more,
    )


@router.get("/reports/issued/{number}")
def report(visit: Visitor, db: ReadDb, number: Number) -> Response:
    book = rulebook(db)
    whole = whole_issued(db, book, number, visit.viewer)
    now, changed = difference_since(db, book, whole.row, whole.frozen)
    return visit.show("things/report.html", page_of(visit, whole, now, changed))
