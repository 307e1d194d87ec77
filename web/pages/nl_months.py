"""Monthly notifications: what is due, what was sent, and the files to send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from catalogue.errors import Malformed, NotFound, Refusal
from catalogue.rulebook import rulebook
from nl.actions import MarkSent, mark_sent
from nl.amice import as_xml
from nl.files import notified_file
from nl.months import Month, Told, latest_months, whole_month
from nl.queries import notifying_site
from nl.rules import month_of
from reporting.formats import MEDIA_TYPES
from streams.ledger import site_day
from web.api.wire import PLAIN
from web.deps import ReadDb, database_of
from web.pages import choices
from web.pages.booking import Sent, command_head, fresh
from web.pages.forms import Form
from web.pages.nl import Text, attached, format_of, site_wanted
from web.pages.nl_things import MonthPage, MonthsPage
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

MONTHS: Final = 12
Code = Annotated[str, Path(max_length=20, pattern=PLAIN)]


@router.get("/notifications")
def notifications(visit: Visitor, db: ReadDb, site: Text = "") -> Response:
    book = rulebook(db)
    found = site_wanted(visit, db, site)
    today = site_day(visit.now, book.sites[found.code])
    page = MonthsPage(
        sites=choices.sites(visit, book),
        site=found,
        months=latest_months(db, book, visit.viewer, site=found, today=today, months=MONTHS),
        today=today,
    )
    return visit.show("nl/months.html", page)


@router.get("/notifications/{code}")
def notification(visit: Visitor, db: ReadDb, code: Code) -> Response:
    """code: of the site and its month, `S1.2026-03`."""
    return visit.show("nl/month.html", _page(visit, db, code, fresh(visit)))


@router.post("/notifications/{code}")
def send(visit: Visitor, sent: Sent, code: Code) -> Response:
    """Note that the month was notified: its figures are frozen."""
    site, month = _named(code)
    try:
        command = MarkSent(**command_head(visit, sent), site=site, month=month)
        visit.call.book(
            lambda session: mark_sent(session, command, viewer=visit.viewer, now=visit.now), command
        )
    except NotFound:
        raise
    except Refusal as refusal:
        with database_of(visit.request).read() as db:
            form = Form(values=sent.values, refusal=refusal, at=visit.now.isoformat())
            return visit.show("nl/month.html", _page(visit, db, code, form), status=409)
    return visit.go(f"/notifications/{code}", "notified")


@router.get("/notifications/{code}/file")
def notification_file(
    visit: Visitor,
    db: ReadDb,
    code: Code,
    number: Annotated[int, Query(ge=1, le=10_000)] = 1,
    format: Text = "xml",
) -> Response:
    """One notification as XML for the authority, or as a table."""
    told = told_of(_month(visit, db, code), number)
    name = f"notification-{code}-{number}"
    if format == "xml":
        return Response(as_xml(told), media_type="application/xml", headers=attached(f"{name}.xml"))
    kind = format_of(format)
    pieces: Iterator[bytes] = notified_file(told, visit.language.code, kind)
    return StreamingResponse(
        pieces, media_type=MEDIA_TYPES[kind], headers=attached(f"{name}.{kind.value}")
    )


def told_of(month: Month, number: int) -> Told:
    """A notification of a month, sent or due. Raises NotFound."""
    every = [*month.sent, *([month.due] if month.due else [])]
    found = next((one for one in every if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def _named(code: str) -> tuple[str, date]:
    """The site and the first day of the month. Raises NotFound for what is no such code."""
    site, _, month = code.partition(".")
    try:
        return site, month_of(month)
    except Malformed as error:
        raise NotFound from error


def _month(visit: Visit, db: Session, code: str) -> Month:
    book, (site, month) = rulebook(db), _named(code)
    found = notifying_site(db, book, site, visit.viewer)
    return whole_month(db, book, visit.viewer, site=found, month=month)


def _page(visit: Visit, db: Session, code: str, form: Form) -> MonthPage:
    book = rulebook(db)
    month = _month(visit, db, code)
    today = site_day(visit.now, book.sites[month.site.code])
    state = month.state(today)
    may_send = (
        "notify" in visit.may
        and month.site.must_notify
        and month.due is not None
        and state != "open"
    )
    return MonthPage(
        month=month,
        state=state,
        today=today,
        form=form,
        may_send=may_send,
        names={row.code: row.name for row in book.organisations.values()},
    )
