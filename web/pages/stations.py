"""Stations and their tablets: which are enrolled, how they fare, and how to remove one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from accounts.access import enrolling_sites
from accounts.audit import Doing, note_event
from accounts.devices import CODE_KEPT, issue_code, revoke_device
from accounts.queries import DeviceRow, device, devices
from catalogue.errors import NotFound, Refusal
from catalogue.rows import SiteRow, StationRow
from catalogue.rulebook import Rulebook, rulebook
from labels.pictures import QrPicture, qr_picture
from web.deps import ReadDb, database_of
from web.i18n import message
from web.noticing import address_of
from web.pages.booking import Sent
from web.pages.choices import stations as stations_to_choose
from web.pages.forms import Form, Options
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Number = Annotated[str, Path(max_length=60)]
NAMELESS = message("Type a short name on one line.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TabletLine:
    """A tablet in a list: when it was last heard, and what it said then."""

    number: int
    name: str
    seen_at: datetime | None
    app_version: str
    waiting: int
    attention: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLine:
    """A station with the tablets that are let in there."""

    code: str
    name: str
    kind: str
    tablets: Sequence[TabletLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStations:
    """The stations of one site."""

    name: str
    zone: str
    stations: Sequence[StationLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationsPage:
    """All stations of the viewer, by site, and the form that makes a code for a tablet."""

    form: Form
    sites: Sequence[SiteStations]
    stations: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """A code that lets one tablet in, shown this once. address: what the tablet opens."""

    groups: Sequence[str]
    name: str
    station: str
    until: datetime
    zone: str
    address: str
    picture: QrPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePage:
    """Remove a tablet: which one, and what would be lost with it."""

    tablet: TabletLine
    station: str
    zone: str


@router.get("/stations")
def stations(visit: Visitor, db: ReadDb) -> Response:
    return visit.show("stations.html", _page(visit, db, Form()))


@router.post("/stations")
def make_code(visit: Visitor, sent: Sent) -> Response:
    """Make a code for a tablet and show it: nobody can ask for it again."""
    station, name = sent.needed("station"), sent.needed("name")
    code, refusal = None, None
    if not sent.errors:
        try:
            with database_of(visit.request).write() as session:
                code = issue_code(session, station, name, viewer=visit.viewer, now=visit.now)
                _note(visit, session, Doing.TABLET_CODE_MADE, "")
        except NotFound:
            raise
        except Refusal as refused:
            refusal = refused
            sent.errors["name"] = NAMELESS
    with database_of(visit.request).read() as db:
        if code is None:
            form = Form(values=sent.values, errors=sent.errors, refusal=refusal)
            return visit.show("stations.html", _page(visit, db, form), status=422)
        book = rulebook(db)
        page = _code_page(visit, book, book.stations[station], name, code)
    return visit.show("station_code.html", page)


def _code_page(visit: Visit, book: Rulebook, station: StationRow, name: str, code: str) -> CodePage:
    address = f"{visit.request.app.state.settings.public_url}/floor"
    return CodePage(
        groups=(code[:4], code[4:]),
        name=name,
        station=station.name,
        until=visit.now + CODE_KEPT,
        zone=book.sites_by_id[station.site_id].timezone,
        address=address,
        picture=qr_picture(f"{address}#code={code}"),
    )


@router.get("/stations/tablets/{code}")
def remove_page(visit: Visitor, db: ReadDb, code: Number) -> Response:
    row, station, site = _tablet(visit, db, code)
    page = RemovePage(tablet=_line(row), station=station.name, zone=site.timezone)
    return visit.show("station_tablet.html", page)


@router.post("/stations/tablets/{code}")
def remove(visit: Visitor, code: Number) -> Response:
    """Remove a tablet: from now on it is nobody here."""
    with database_of(visit.request).write() as session:
        row, _station, _site = _tablet(visit, session, code)
        revoke_device(session, row.id, viewer=visit.viewer, now=visit.now)
        _note(visit, session, Doing.TABLET_PUT_OUT, f"device:{row.id}")
    visit.request.app.state.remembered.forget()
    return visit.go("/stations", "tablet_removed")


def _note(visit: Visit, session: Session, kind: Doing, target: str) -> None:
    note_event(
        session,
        kind,
        now=visit.now,
        actor=visit.me.actor,
        target=target,
        organisation_id=visit.viewer.organisation_id,
        address=address_of(visit.request),
    )


def _tablet(visit: Visit, db: Session, number: str) -> tuple[DeviceRow, StationRow, SiteRow]:
    """A tablet that the viewer may remove. Raises NotFound."""
    row = device(db, int(number)) if number.isascii() and number.isdigit() else None
    if row is None:
        raise NotFound
    book = rulebook(db)
    station = book.stations_by_id[row.station_id]
    if station.site_id not in enrolling_sites(book, visit.viewer):
        raise NotFound
    return row, station, book.sites_by_id[station.site_id]


def _page(visit: Visit, db: Session, form: Form) -> StationsPage:
    """Two statements, however many tablets there are."""
    book = rulebook(db)
    sites = [book.sites_by_id[key] for key in sorted(enrolling_sites(book, visit.viewer))]
    by_site = {
        site.id: [row for row in book.stations.values() if row.site_id == site.id] for site in sites
    }
    found: dict[int, list[TabletLine]] = {}
    for row in devices(db, [station.id for rows in by_site.values() for station in rows]):
        found.setdefault(row.station_id, []).append(_line(row))
    return StationsPage(
        form=form,
        sites=[
            SiteStations(
                name=site.name,
                zone=site.timezone,
                stations=[
                    StationLine(
                        code=station.code,
                        name=station.name,
                        kind=station.kind.value,
                        tablets=found.get(station.id, ()),
                    )
                    for station in by_site[site.id]
                ],
            )
            for site in sites
        ],
        stations=stations_to_choose(visit, book),
    )


def _line(row: DeviceRow) -> TabletLine:
    return TabletLine(
        number=row.id,
        name=row.name,
        seen_at=row.seen_at,
        app_version=row.app_version,
        waiting=row.waiting,
        attention=row.attention,
    )
