"""Pages of what leaves: send a shipment, say how it went on, look at its waybill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import DestinationForbidden, RuleBroken
from catalogue.kinds import BinState, PartnerRole
from catalogue.rows import DestinationRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from dispatch import rules
from streams.ledger import site_day
from streams.paging import Asked
from streams.views import ListedBin, list_bins
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import message
from web.pages import choices
from web.pages.booking import Sent, Typed, book, fresh
from web.pages.forms import BinChoice, Form, LegPage, Options, ShipPage, Taker, Waiting
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor
from web.sheets.waybill import read_waybill, sheet_of

router = APIRouter(include_in_schema=False)

BINS_SHOWN: Final = 200
NO_MOMENT: Final = message("Choose a day and a time.")
WHY_NOT: Final = {
    "permit_missing": message("no permit number is known"),
    "permit_expired": message("the permit ran out"),
}

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]


@router.get("/shipments/new")
def ship_form(visit: Visitor, db: ReadDb) -> Response:
    return _ship(visit, db, fresh(visit), frozenset())


@router.post("/shipments/new")
def ship(visit: Visitor, db: ReadDb, sent: Sent) -> Response:
    chosen = sent.many("bins")
    return book(
        visit,
        sent,
        "shipment",
        None,
        body=lambda at: {
            "outlet": sent.needed("outlet") or "?",
            "bins": chosen,
            "carrier": sent.text("carrier"),
            "vehicle": sent.text("vehicle"),
            "to_place": sent.text("to_place"),
            "ordered_by": sent.text("ordered_by"),
            "waybill": sent.text("waybill"),
            "shipped_at": at,
        },
        then=lambda answer: visit.go(f"/shipments/{answer['code']}", "shipped"),
        again=lambda form: _ship(visit, db, form, frozenset(chosen)),
    )


def _ship(visit: Visit, db: Session, form: Form, chosen: frozenset[str]) -> Response:
    book_ = rulebook(db)
    asked = Asked(state=BinState.CLOSED, limit=BINS_SHOWN)
    page = ShipPage(
        form=form,
        outlets=choices.partners(visit, book_, PartnerRole.OUTLET),
        carriers=_carriers(visit, book_),
        clients=_clients(visit, book_),
        waiting=_waiting(visit, book_, list_bins(db, book_, visit.viewer, asked)),
        chosen=chosen,
    )
    return visit.show("forms/ship.html", page, status=422 if form.is_wrong else 200)


def _carriers(visit: Visit, book_: Rulebook) -> Options:
    """By name, with the number by which they may carry waste, if it is known."""
    rows = [
        (code, name, book_.organisations[code].vihb)
        for code, name in choices.partners(visit, book_, PartnerRole.CARRIER)
    ]
    return [(code, f"{name} (VIHB {vihb})" if vihb else name) for code, name, vihb in rows]


def _clients(visit: Visit, book_: Rulebook) -> Options:
    """Who may order transport: whoever takes or carries, and not only the operator itself."""
    roles = (PartnerRole.OUTLET, PartnerRole.CARRIER)
    found = {pair for role in roles for pair in choices.partners(visit, book_, role)}
    return sorted(found, key=lambda pair: pair[1])


@dataclass(frozen=True, slots=True)
class _Route:
    """Where bins of a site go. Bins of two sites never leave together, but may go the same way."""

    site: SiteRow
    destination: DestinationRow


def _waiting(visit: Visit, book_: Rulebook, rows: list[ListedBin]) -> list[Waiting]:
    groups: dict[tuple[str, int], tuple[_Route, list[ListedBin]]] = {}
    for row in rows:
        if row.bin.destination is not None and row.mass_g:
            route = _Route(row.bin.site, row.bin.destination)
            key = (row.bin.site.code, row.bin.destination.id)
            groups.setdefault(key, (route, []))[1].append(row)
    found = [_route(visit, book_, route, bins) for route, bins in groups.values()]
    return sorted(found, key=lambda one: one.destination)


def _route(visit: Visit, book_: Rulebook, route: _Route, rows: list[ListedBin]) -> Waiting:
    names, today = Names(visit.language, book_), site_day(visit.now, route.site)
    takers, barred, others = [], [], 0
    for partner in book_.operator(route.site).partners.values():
        if PartnerRole.OUTLET not in partner.roles:
            continue
        outlet = book_.organisations_by_id[partner.organisation_id]
        refusal = rules.why_not(route.destination, partner, outlet=outlet.code, on=today)
        if refusal is None:
            is_waste = route.destination.is_waste
            takers.append(
                Taker(
                    name=outlet.name,
                    permit=partner.permit if is_waste else "",
                    until=partner.permit_until if is_waste else None,
                    soon=is_waste and rules.runs_out_soon(partner, today),
                )
            )
        elif isinstance(refusal, DestinationForbidden):
            others += 1
        else:
            barred.append((outlet.name, WHY_NOT[refusal.code], _until(refusal)))
    label = names.destination(route.destination)
    assert label is not None, "bins without a destination do not leave"
    several = len(choices.sites(visit, book_)) > 1
    return Waiting(
        destination=f"{label.name} · {route.site.name}" if several else label.name,
        stream=label.stream,
        is_waste=route.destination.is_waste,
        bins=[BinChoice(code=row.bin.code, mass_g=row.mass_g) for row in rows],
        takers=sorted(takers, key=lambda one: one.name),
        barred=sorted(barred, key=lambda one: one[0]),
        others=others,
    )


def _until(refusal: RuleBroken) -> date | None:
    until = refusal.figures.get("until")
    return date.fromisoformat(str(until)) if until else None


@router.get("/shipments/{code}/leg")
def leg_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    site = read_waybill(db, rulebook(db), code, visit.viewer).site
    now = visit.now.astimezone(ZoneInfo(site.timezone)).strftime("%Y-%m-%dT%H:%M")
    return _leg(visit, db, code, fresh(visit, {"departed": now}))


@router.post("/shipments/{code}/leg")
def leg(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    site = read_waybill(db, rulebook(db), code, visit.viewer).site
    return book(
        visit,
        sent,
        "leg",
        code,
        body=lambda at: {
            "carrier": sent.needed("carrier") or "?",
            "vehicle": sent.text("vehicle"),
            "from_place": sent.text("from_place"),
            "to_place": sent.text("to_place"),
            "ordered_by": sent.text("ordered_by"),
            "departed_at": _moment(sent, "departed", site) or at,
        },
        then=lambda _: visit.go(f"/shipments/{code}", "leg"),
        again=lambda form: _leg(visit, db, code, form),
    )


def _moment(sent: Typed, name: str, site: SiteRow) -> datetime | None:
    """A day and a time as the clock at the site says them."""
    try:
        local = datetime.fromisoformat(sent.text(name) or "").replace(tzinfo=None)
    except ValueError:
        sent.errors[name] = NO_MOMENT
        return None
    return local.replace(tzinfo=ZoneInfo(site.timezone)).astimezone(UTC)


def _leg(visit: Visit, db: Session, code: str, form: Form) -> Response:
    book_ = rulebook(db)
    found = read_waybill(db, book_, code, visit.viewer)
    page = LegPage(
        form=form,
        code=code,
        outlet=found.receiver.name,
        last=found.legs[-1].to_place if found.legs else found.site.name,
        carriers=_carriers(visit, book_),
        clients=_clients(visit, book_),
    )
    return visit.show("forms/leg.html", page, status=422 if form.is_wrong else 200)


@router.get("/shipments/{code}/waybill")
def waybill(visit: Visitor, db: ReadDb, code: Code) -> Response:
    """The waybill on the screen: all that is on paper can be read at once."""
    found = read_waybill(db, rulebook(db), code, visit.viewer)
    return visit.show("things/waybill.html", sheet_of(found, visit.language))
