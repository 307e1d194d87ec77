"""Announce a delivery: a form with as many lines as it takes, looked over before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final
from uuid import uuid5
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import NotFound, Refusal
from catalogue.kinds import DeliveryState
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from intake.views import announced_before, delivery_by_code, moment_announced
from labels import render
from labels.label import Size
from streams.ledger import site_day
from web.announcing import NAMESPACE
from web.api.acts import perform
from web.api.wire import PLAIN, DeliveryWithdrawalIn
from web.deps import ReadDb
from web.i18n import message
from web.label_values import sheet_of_delivery
from web.pages import choices
from web.pages.booking import Body, Sent, Typed, book, fresh, moment_of, scan_id_of
from web.pages.forms import ActPage, Form, Options
from web.pages.visiting import Visit, Visitor
from web.units import weight_typed

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]

LINES: Final = 3
LINES_ADDED: Final = 3
LINES_MAX: Final = 60
NOON: Final = time(12)
NO_TIME: Final = message("Type a time, such as 09:30.")
FAR: Final = message("Choose a day within a year.")
DAYS_MAX: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What would be announced, in words. before: a delivery that has the same number already."""

    supplier: str
    site: str
    day: date
    time: str
    reference: str
    lines: list[tuple[str, int | None, int]]
    before: str = ""

    @property
    def mass_g(self) -> int:
        return sum(mass_g for _group, _containers, mass_g in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncePage:
    """Announce a delivery: who, when, and how much of what. looked: the form is full and is looked
    over; instead: the announcement whose place it takes."""

    form: Form
    suppliers: Options
    sites: Options
    groups: Options
    lines: int
    looked: Looked | None = None
    instead: str = ""


@router.get("/announce")
def announce_form(
    visit: Visitor,
    db: ReadDb,
    instead: Annotated[str, Query(max_length=60, pattern=PLAIN)] = "",
    like: Annotated[str, Query(max_length=60, pattern=PLAIN)] = "",
) -> Response:
    book_ = rulebook(db)
    if instead or like:
        values = _as_before(visit, db, book_, instead or like)
        if instead:
            values["instead"] = instead
        return _show(visit, book_, fresh(visit, values))
    suppliers, sites = choices.suppliers(visit, book_), choices.sites(visit, book_)
    values = {
        "supplier": suppliers[0][0] if len(suppliers) == 1 else "",
        "site": sites[0][0] if len(sites) == 1 else "",
    }
    return _show(visit, book_, fresh(visit, values))


@router.post("/announce")
def announce(visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    book_ = rulebook(db)
    do = sent.text("do") or "look"
    if do in ("add", "change"):
        added = LINES_ADDED if do == "add" else 0
        values = {**sent.values, "lines": str(min(_count(sent.values) + added, LINES_MAX))}
        return _show(visit, book_, _again(sent, values))
    site = choices.site(visit, book_, sent.needed("site"))
    body = _announcement(visit, sent, site)
    if do == "look" or sent.errors:
        looked = None if sent.errors else _looked(visit, db, book_, sent, body, site)
        return _show(visit, book_, _again(sent, sent.values), looked)
    return book(
        visit,
        sent,
        "delivery",
        None,
        body=lambda _: body,
        then=lambda answer: _announced(visit, sent, str(answer["code"])),
        again=lambda form: _show(visit, book_, form),
    )


def _again(sent: Typed, values: Mapping[str, str]) -> Form:
    """The same form, which keeps its number until it is booked."""
    return Form(
        values=values,
        errors=sent.errors,
        scan_id=scan_id_of(sent),
        at=sent.text("at") or "",
    )


def _announced(visit: Visit, sent: Typed, code: str) -> Response:
    """On to the page of the delivery; what it takes the place of is taken back."""
    instead = sent.text("instead")
    if instead is None or instead == code:
        return visit.go(f"/deliveries/{code}", "announced")
    number = uuid5(NAMESPACE, f"instead/{scan_id_of(sent)}")
    try:
        body = DeliveryWithdrawalIn(scan_id=number, scanned_at=moment_of(visit, sent))
        perform(visit.call, "withdraw", instead, body)
    except Refusal:
        return visit.go(f"/deliveries/{code}", "announced_beside")
    return visit.go(f"/deliveries/{code}", "announced_anew")


def _count(values: Mapping[str, str]) -> int:
    """How many lines a form has."""
    said = values.get("lines", "")
    return min(int(said), LINES_MAX) if said.isascii() and said.isdigit() and said else LINES


def _announcement(visit: Visit, sent: Typed, site: SiteRow) -> Body:
    lines = []
    for number in range(_count(sent.values)):
        mass_g = sent.mass_g(f"mass-{number}")
        containers = sent.count(f"containers-{number}")
        group = sent.text(f"group-{number}")
        if mass_g is not None:
            lines.append({"article_group": group, "containers": containers, "mass_g": mass_g})
        elif f"mass-{number}" not in sent.errors and (group or containers or number == 0):
            sent.needed(f"mass-{number}")
    if any(sent.text(f"mass-{number}") for number in range(1, _count(sent.values))) and (
        sent.text("mass-0") is None
    ):
        sent.errors.pop("mass-0", None)
    return {
        "supplier": sent.needed("supplier"),
        "site": site.code,
        "expected_at": _expected(visit, sent, site),
        "reference": sent.text("reference"),
        "lines": lines,
    }


def _expected(visit: Visit, sent: Typed, site: SiteRow) -> datetime | None:
    """The day and the time at the site; noon where no time is said."""
    at_noon = sent.noon("expected_on", site)
    said = sent.text("time")
    try:
        hour = time.fromisoformat(said) if said else NOON
    except ValueError:
        sent.errors["time"] = NO_TIME
        return None
    if at_noon is None:
        return None
    if abs(at_noon - visit.now) > timedelta(days=DAYS_MAX):
        sent.errors["expected_on"] = FAR
        return None
    day = site_day(at_noon, site)
    plain = hour.replace(second=0, microsecond=0, tzinfo=None)
    return datetime.combine(day, plain, ZoneInfo(site.timezone)).astimezone(UTC)


def _looked(
    visit: Visit, db: Session, book_: Rulebook, sent: Typed, body: Body, site: SiteRow
) -> Looked:
    groups = dict(choices.groups(visit, book_))
    suppliers = dict(choices.suppliers(visit, book_))
    if body["supplier"] not in suppliers:
        raise NotFound
    supplier = book_.organisations[body["supplier"]]
    reference = body["reference"] or ""
    known = announced_before(db, {supplier.id}, {reference.upper()}) if reference else []
    instead = sent.text("instead")
    before = [
        row.code
        for row in known
        if not row.taken_back and row.site_id == site.id and row.code != instead
    ]
    return Looked(
        supplier=suppliers[body["supplier"]],
        site=site.name,
        day=site_day(body["expected_at"], site),
        time=sent.text("time") or "",
        reference=reference,
        lines=[
            (groups.get(line["article_group"], ""), line["containers"], line["mass_g"])
            for line in body["lines"]
        ],
        before=before[-1] if before else "",
    )


def _as_before(visit: Visit, db: Session, book_: Rulebook, code: str) -> dict[str, str]:
    """A form as an earlier announcement filled it in."""
    row = delivery_by_code(db, book_, code, visit.viewer)
    values = {
        "supplier": row.supplier,
        "site": row.site.code,
        "expected_on": row.expected_on.isoformat(),
        "reference": row.reference or "",
        "lines": str(max(LINES, len(row.lines))),
    }
    at = moment_announced(db, row.code)
    if at is not None:
        local = at.astimezone(ZoneInfo(row.site.timezone)).time()
        values["time"] = "" if local == NOON else local.isoformat("minutes")
    for number, line in enumerate(row.lines):
        values[f"group-{number}"] = line["article_group"] or ""
        containers = line["containers"]
        values[f"containers-{number}"] = "" if containers is None else str(containers)
        values[f"mass-{number}"] = weight_typed(line["mass_g"], visit.language)
    return values


def _show(visit: Visit, book_: Rulebook, form: Form, looked: Looked | None = None) -> Response:
    page = AnnouncePage(
        form=form,
        suppliers=choices.suppliers(visit, book_),
        sites=choices.sites(visit, book_),
        groups=choices.groups(visit, book_),
        lines=_count(form.values),
        looked=looked,
        instead=form.value("instead"),
    )
    return visit.show("forms/announce.html", page, status=422 if form.is_wrong else 200)


@router.get("/deliveries/{code}/withdraw")
def withdraw_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    row = delivery_by_code(db, rulebook(db), code, visit.viewer)
    if row.state != DeliveryState.ANNOUNCED.value:
        return visit.go(f"/deliveries/{row.code}")
    return _withdraw(visit, row.code, fresh(visit))


@router.post("/deliveries/{code}/withdraw")
def withdraw(visit: Visitor, code: Code, sent: Sent) -> Response:
    return book(
        visit,
        sent,
        "withdraw",
        code,
        body=lambda at: {"scanned_at": at},
        then=lambda answer: visit.go(f"/deliveries/{answer['code']}", "taken_back"),
        again=lambda form: _withdraw(visit, code, form),
    )


def _withdraw(visit: Visit, code: str, form: Form) -> Response:
    page = ActPage(
        form=form,
        title=message("Take the announcement back"),
        lead=message("Nothing of it came yet. It stays in the history, as taken back."),
        noun="deliveries",
        code=code,
        path=f"/deliveries/{code}/withdraw",
        fields=(),
    )
    return visit.show("forms/act.html", page, status=422 if form.is_wrong else 200)


@router.get("/deliveries/{code}/sheet.pdf")
def sheet(visit: Visitor, db: ReadDb, code: Code) -> Response:
    """What goes on the pallet, so that the delivery is found by one scan when it comes."""
    label = sheet_of_delivery(db, rulebook(db), code, visit.viewer, visit.language)
    headers: dict[str, Any] = {
        "Content-Disposition": f'inline; filename="{label.code}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(render.pdf(label, Size.A6), media_type="application/pdf", headers=headers)
