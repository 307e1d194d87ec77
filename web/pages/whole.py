"""One thing with everything about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from catalogue.access import Viewer
from catalogue.kinds import DeliveryState, Pool
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from certificates.views import certified_of_batches
from dispatch.queries import shipment_of_bin
from dispatch.views import whole_shipment
from intake.item_views import items_of_batches
from intake.photos import kept_photos
from intake.queries import receipt_of_batch
from intake.views import batches_of_delivery, delivery_by_code, list_finds, moment_announced
from streams.ledger import site_day
from streams.paging import Asked
from streams.queries import batch_by_code, standings_of_batches
from streams.rules import mass_in
from streams.views import ListedBatch, ListedBin, Told, flags_of, whole_batch, whole_bin
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages.naming import Names, taken_at
from web.pages.rows import BatchLine, FindLine
from web.pages.things import (
    AnnouncedPart,
    BatchPage,
    BinPage,
    DeliveryPage,
    GateLine,
    ShipmentPage,
)
from web.pages.visiting import Visit, Visitor
from web.sheets.waybill import read_waybill, sheet_of

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]


@router.get("/batches/{code}")
def batch(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return visit.show("things/batch.html", batch_page(visit, db, code))


def batch_page(visit: Visit, db: Session, code: str) -> BatchPage:
    """A batch as the viewer may see it: suppliers see days and no stations. At most 16
    statements."""
    book = rulebook(db)
    whole = whole_batch(db, book, code, visit.viewer)
    names, row = Names(visit.language, book), whole.batch
    receipt = receipt_of_batch(db, row.id)
    items = items_of_batches(db, book, [row.id]) if visit.viewer.is_staff else []
    station = next((s for s in book.stations.values() if s.id == receipt.station_id), None)
    return BatchPage(
        code=row.code,
        site=row.site.name,
        zone=row.site.timezone,
        supplier=names.organisation(row.supplier.code),
        group=names.group(row.site, row.group.code) or "",
        received_day=row.received_day,
        gross_g=row.gross_g,
        tare_g=row.tare_g,
        net_g=row.gross_g - row.tare_g,
        held_g=mass_in(whole.standings, Pool.HOLDING),
        apart_g=mass_in(whole.standings, Pool.QUARANTINE),
        quality=row.quality.value,
        pieces=row.pieces,
        eural=row.eural,
        state=row.state.value,
        held=row.held,
        delivery=receipt.delivery,
        station=station.name if station and visit.viewer.is_staff else None,
        containers=receipt.containers,
        replaced_by=whole.replaced_by,
        stands=names.standings(whole.standings, row.site),
        entries=names.history(
            whole.history,
            row.site,
            visit.viewer.role,
            of_batch=row.code,
            photos=_photos(visit, db, whole.history),
        ),
        gates=[
            GateLine(
                name=names.gate(row.site, gate.gate),
                free_g=gate.free_g,
                free_pieces=gate.free_pieces,
            )
            for gate in whole.gates
            if gate.free_g or gate.free_pieces
        ],
        items=len(items),
        items_waiting=sum(item.destroyed_on is None for item in items),
        finds=finds_in(db, book, names, visit.viewer, row.code),
        flags=[names.flag(each) for each in flags_of(db, row.code)],
        certificates=[
            (one.certificate, one.kind, one.mass_g) for one in certified_of_batches(db, [row.id])
        ],
    )


def _photos(visit: Visit, db: Session, history: Sequence[Told]) -> frozenset[str]:
    """The photos of a history that are kept; they are for staff. One statement, none for none."""
    if not visit.viewer.is_staff:
        return frozenset()
    return kept_photos(db, [hash for told in history for hash in taken_at(told)])


def finds_in(
    db: Session, book: Rulebook, names: Names, viewer: Viewer, code: str
) -> list[FindLine]:
    """What was found in a batch, for staff; for others this list is empty."""
    rows = list_finds(db, book, viewer, Asked(text=code))
    return [names.find(row) for row in rows if row.batch == code]


@router.get("/bins/{code}")
def bin_(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book = rulebook(db)
    whole = whole_bin(db, book, code, visit.viewer)
    names, row = Names(visit.language, book), whole.bin
    line = names.bin(ListedBin(row, mass_in(whole.contents, Pool.BIN)))
    page = BinPage(
        code=row.code,
        site=row.site.name,
        zone=row.site.timezone,
        destination=line.destination,
        container=line.container,
        state=line.state,
        gross_g=row.gross_g,
        tare_g=row.tare_g,
        mass_g=line.mass_g,
        shipment=shipment_of_bin(db, row.id),
        contents=names.standings(whole.contents, row.site, by_batch=True),
        entries=names.history(whole.history, row.site, visit.viewer.role),
    )
    return visit.show("things/bin.html", page)


@router.get("/deliveries/{code}")
def delivery(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book = rulebook(db)
    row = delivery_by_code(db, book, code, visit.viewer)
    names = Names(visit.language, book)
    page = DeliveryPage(
        code=row.code,
        site=row.site.name,
        supplier=names.organisation(row.supplier),
        expected_on=row.expected_on,
        state=row.state,
        announced_g=row.announced_g,
        received_g=row.received_g,
        reference=row.reference,
        lines=[
            AnnouncedPart(
                group=names.group(row.site, line["article_group"]),
                containers=line["containers"],
                mass_g=line["mass_g"],
            )
            for line in row.lines
        ],
        batches=_delivered(db, book, names, visit.viewer, row.code),
        zone=row.site.timezone,
        at=_hour(moment_announced(db, row.code), row.site),
        may_change=row.state == DeliveryState.ANNOUNCED.value and "take_back" in visit.may,
    )
    return visit.show("things/delivery.html", page)


def _hour(at: datetime | None, site: SiteRow) -> datetime | None:
    """The moment that was said; noon stands for a day without one."""
    if at is None or at.astimezone(ZoneInfo(site.timezone)).time() == time(12):
        return None
    return at


def _delivered(
    db: Session, book: Rulebook, names: Names, viewer: Viewer, code: str
) -> list[BatchLine]:
    """The batches of a delivery. Two statements, and one per batch."""
    rows = [batch_by_code(db, book, each, viewer) for each in batches_of_delivery(db, code)]
    standing = standings_of_batches(db, [row.id for row in rows])
    return [
        names.batch(
            ListedBatch(row, mass_in([s for s in standing if s.batch.id == row.id], Pool.HOLDING))
        )
        for row in rows
    ]


@router.get("/shipments/{code}")
def shipment(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book = rulebook(db)
    whole = whole_shipment(db, book, code, visit.viewer)
    names, row, viewer = Names(visit.language, book), whole.listed, visit.viewer
    site = book.sites[row.site]
    waybill = read_waybill(db, book, code, viewer)
    page = ShipmentPage(
        code=row.code,
        site=site.name,
        zone=site.timezone,
        outlet=names.organisation(row.outlet),
        carrier=names.organisation(row.carrier) or None,
        waybill=row.waybill or row.code,
        permit=waybill.permit,
        way=sheet_of(waybill, visit.language).way,
        shipped_on=row.shipped_on,
        state=row.state,
        mass_g=row.mass_g,
        confirmed_g=_confirmed_g(whole.history),
        open_g=row.in_transit_g,
        bins=[
            names.bin(ListedBin(each, (each.gross_g or 0) - (each.tare_g or 0)))
            for each in whole.bins
        ],
        contents=names.standings(whole.contents, site, by_batch=True) if viewer.is_staff else (),
        entries=names.history(whole.history, site, viewer.role) if viewer.is_staff else (),
        refused_g=row.refused_g,
        returned_g=row.returned_g,
        due_on=row.due_on,
        late_days=row.late_days(site_day(visit.now, site)),
        link=whole.link if viewer.is_staff else None,
        is_linked=whole.link is not None and whole.link.is_open(visit.now),
        documents=whole.documents,
    )
    return visit.show("things/shipment.html", page)


def _confirmed_g(history: Sequence[Told]) -> int:
    """What the outlet confirmed, by confirmations that stand."""
    return sum(
        line["mass_g"]
        for row in history
        if row.entry.kind == "confirm" and not row.undone
        for line in row.entry.body.get("lines", ())
        if line["target"].startswith(Pool.CONFIRMED.value)
    )
