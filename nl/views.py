"""The registers of receipts and of deliveries onward, as the law wants them, out of the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Pool
from catalogue.rulebook import Rulebook
from catalogue.tables import ArticleGroup, Destination
from chain.tables import Entry
from dispatch.tables import Leg, Shipment
from intake.tables import Delivery
from intake.tables import Receipt as ReceiptTable
from nl.lines import Delivered, Received, Route
from nl.queries import NotifyingSite, NumberRow, number_for, parties, stream_numbers
from nl.rules import SMALL_LOAD_G, Figures, Load, month_after, tally
from store.columns import table_of
from streams.tables import Balance, Batch, Movement, Place

_batch = table_of(Batch)
_group = table_of(ArticleGroup)
_balance = table_of(Balance)
_place = table_of(Place)
_movement = table_of(Movement)
_entry = table_of(Entry)
_receipt = table_of(ReceiptTable)
_delivery = table_of(Delivery)
_shipment = table_of(Shipment)
_leg = table_of(Leg)
_destination = table_of(Destination)
_source = table_of(Place).alias("source")
_target = table_of(Place).alias("target")


def receipts(
    session: Session,
    book: Rulebook,
    viewer: Viewer,
    *,
    site: NotifyingSite,
    first: date,
    end: date,
    numbers: Sequence[NumberRow] | None = None,
) -> list[Received]:
    """What came in at a site on the days of [first, end), oldest first.

    Seven statements. numbers: those of the site, if known.
    """
    if numbers is None:
        numbers = stream_numbers(session, book, viewer, site=site.code)
    numbers = [one for one in numbers if one.direction == "receipt"]
    within = (
        _batch.c.site_id == site.id,
        _batch.c.received_day >= first,
        _batch.c.received_day < end,
    )
    rows = session.execute(
        select(_batch, _group.c.code.label("group_code"), _group.c.names.label("group_names"))
        .join(_group, _group.c.id == _batch.c.group_id)
        .where(*within)
        .order_by(_batch.c.received_day, _batch.c.id)
    ).all()
    asked = select(_batch.c.id).where(*within)
    came = _came(session, site, asked)
    how = _how(session, asked)
    # A batch that a correction made came with the one that it stands for.
    for row in rows:
        if row.replaced_by_id is not None and row.id in how:
            how.setdefault(row.replaced_by_id, how[row.id])
    codes = {row.id: row.code for row in rows}
    known = parties(session)
    organisations = book.organisations_by_id
    found = []
    for row in rows:
        supplier = organisations[row.supplier_id].code
        number = number_for(numbers, partner=supplier, eural=row.eural, on=row.received_day)
        driven = number.driven_on(row.received_day) if number else None
        delivery, reference = how.get(row.id, (None, None))
        received_g, returned_g = came.get(row.id, (0, 0))
        found.append(
            Received(
                day=row.received_day,
                batch=row.code,
                delivery=delivery,
                reference=reference,
                load=f"{delivery or supplier}/{row.received_day}",
                party=known[supplier],
                group_names=json.loads(row.group_names),
                group=row.group_code,
                eural=row.eural,
                number=number,
                carrier=known[driven.carrier] if driven else None,
                ordered_by=known[driven.ordered_by] if driven else None,
                received_g=received_g,
                returned_g=returned_g,
                quality=row.quality,
                state=row.state,
                replaced_by=codes.get(row.replaced_by_id),
            )
        )
    return found


def deliveries(
    session: Session,
    book: Rulebook,
    viewer: Viewer,
    *,
    site: NotifyingSite,
    first: date,
    end: date,
    numbers: Sequence[NumberRow] | None = None,
) -> list[Delivered]:
    """What left a site on the days of [first, end), oldest first, per destination.

    Eight statements.
    """
    if numbers is None:
        numbers = stream_numbers(session, book, viewer, site=site.code)
    numbers = [one for one in numbers if one.direction == "delivery"]
    within = (
        _shipment.c.site_id == site.id,
        _shipment.c.shipped_on >= first,
        _shipment.c.shipped_on < end,
    )
    rows = session.execute(
        select(_shipment).where(*within).order_by(_shipment.c.shipped_on, _shipment.c.id)
    ).all()
    left = _left(session, rows, select(_shipment.c.code).where(*within))
    routes = _routes(session, {key for _, key in left})
    legs = _legs(session, select(_shipment.c.id).where(*within))
    known = parties(session)
    names = {row.id: known[row.code] for row in book.organisations.values()}
    operator = names[book.sites_by_id[site.id].operator_id]
    found = []
    for row in rows:
        party, on_the_way = names[row.outlet_id], legs.get(row.id, ())
        driven_by = [leg.carrier_id for leg in on_the_way] or [row.carrier_id]
        orders = next((leg.ordered_by_id for leg in on_the_way if leg.ordered_by_id), None)
        for key, route in routes.items():
            if (row.code, key) not in left:
                continue
            shipped_g, returned_g = left[row.code, key]
            found.append(
                Delivered(
                    day=row.shipped_on,
                    shipment=row.code,
                    waybill=row.waybill,
                    party=party,
                    route=route,
                    number=_number_of(numbers, party.code, route, row.shipped_on),
                    carriers=tuple(names[carrier] for carrier in driven_by if carrier),
                    ordered_by=names[orders] if orders else operator,
                    shipped_g=shipped_g,
                    returned_g=returned_g,
                    state=row.state,
                )
            )
    return found


def _number_of(
    numbers: Sequence[NumberRow], receiver: str, route: Route, on: date
) -> NumberRow | None:
    """The receiver's number for waste of this route; what is no waste has none."""
    if not route.eural:
        return None
    return number_for(numbers, partner=receiver, eural=route.eural, on=on)


def _legs(session: Session, asked: Select[Any]) -> dict[int, list[Any]]:
    """The parts of the way of each shipment, in their order."""
    rows = session.execute(
        select(_leg)
        .where(_leg.c.shipment_id.in_(asked), _leg.c.reversed.is_(False))
        .order_by(_leg.c.number)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.shipment_id, []).append(row)
    return found


def figures(came: Sequence[Received], left: Sequence[Delivered]) -> Figures:
    """What a month's lines of both registers come to in a notification.

    What has no stream number cannot be notified: it is in no figure until it gets one.
    """
    received = [
        Load(line.number.number, line.load, line.net_g) for line in came if line.number is not None
    ]
    delivered = [Load(line.stream, line.shipment, line.net_g) for line in left]
    return Figures(tally(received, small_g=SMALL_LOAD_G), tally(delivered))


def routes_of(session: Session, operator_id: int) -> dict[str, Route]:
    """Every destination version of an operator, by its code and version. Two statements."""
    keys = session.execute(
        select(_destination.c.id).where(_destination.c.operator_id == operator_id)
    ).scalars()
    return {route.code: route for route in _routes(session, keys).values()}


def figures_of_month(
    session: Session, book: Rulebook, viewer: Viewer, *, site: NotifyingSite, month: date
) -> Figures:
    """What a month comes to as the register stands now. month: its first day."""
    numbers = stream_numbers(session, book, viewer, site=site.code)
    end = month_after(month)
    came = receipts(session, book, viewer, site=site, first=month, end=end, numbers=numbers)
    left = deliveries(session, book, viewer, site=site, first=month, end=end, numbers=numbers)
    return figures(came, left)


def _came(session: Session, site: NotifyingSite, asked: Select[Any]) -> dict[int, tuple[int, int]]:
    """Grams that came and of them went back, per batch."""
    back = _place.c.code.endswith("/returned")
    rows = session.execute(
        select(
            _balance.c.batch_id,
            func.sum(case((back, 0), else_=-_balance.c.mass_g)),
            func.sum(case((back, _balance.c.mass_g), else_=0)),
        )
        .join(_place, _place.c.id == _balance.c.place_id)
        .where(
            _balance.c.batch_id.in_(asked),
            _place.c.pool == Pool.SUPPLIER.value,
            _place.c.site_id == site.id,
        )
        .group_by(_balance.c.batch_id)
    )
    return {batch_id: (int(came), int(back)) for batch_id, came, back in rows}


def _how(session: Session, asked: Select[Any]) -> dict[int, tuple[str | None, str | None]]:
    """With which delivery each batch came, and the supplier's own number of it."""
    rows = session.execute(
        select(_receipt.c.batch_id, _delivery.c.code, _delivery.c.reference)
        .select_from(_receipt.outerjoin(_delivery, _delivery.c.id == _receipt.c.delivery_id))
        .where(_receipt.c.batch_id.in_(asked))
    )
    return {batch_id: (code, reference) for batch_id, code, reference in rows}


def _left(
    session: Session, shipments: Sequence[Any], asked: Select[Any]
) -> dict[tuple[str, int], tuple[int, int]]:
    """Grams that left and of them came back, per shipment and destination version.

    What the outlet says it weighed changes neither: a register says what was handed over.
    """
    made_by = {row.id for row in shipments}
    shipped: dict[tuple[str, int], int] = {}
    back: dict[tuple[str, int], int] = {}
    rows = session.execute(
        select(
            _movement.c.entry_id,
            _source.c.pool,
            func.coalesce(_target.c.shipment, _source.c.shipment).label("shipment"),
            case(
                (_target.c.pool == Pool.SHIPPED.value, _target.c.destination_id),
                else_=_source.c.destination_id,
            ).label("destination_id"),
            _movement.c.mass_g,
        )
        .join(_entry, _entry.c.id == _movement.c.entry_id)
        .join(_source, _source.c.id == _movement.c.source_id)
        .join(_target, _target.c.id == _movement.c.target_id)
        .where(
            _entry.c.subject.in_(asked),
            or_(
                (_source.c.pool == Pool.BIN.value) & (_target.c.pool == Pool.SHIPPED.value),
                (_source.c.pool == Pool.SHIPPED.value) & (_target.c.pool == Pool.BIN.value),
            ),
        )
    )
    for row in rows:
        key = (row.shipment, row.destination_id)
        if row.entry_id in made_by:
            shipped[key] = shipped.get(key, 0) + row.mass_g
        else:
            sign = 1 if row.pool == Pool.SHIPPED.value else -1
            back[key] = back.get(key, 0) + sign * row.mass_g
    return {key: (int(mass_g), int(back.get(key, 0))) for key, mass_g in shipped.items()}


def _routes(session: Session, ids: Iterable[int]) -> dict[int, Route]:
    rows = session.execute(
        select(_destination)
        .where(_destination.c.id.in_(sorted(ids)))
        .order_by(_destination.c.code, _destination.c.version)
    )
    return {
        row.id: Route(
            code=f"{row.code}@{row.version}",
            names=json.loads(row.names),
            usual_name=row.usual_name or "",
            eural=row.eural,
            customs_code=row.customs_code or "",
            processing=row.processing_code,
            recovery=row.recovery_code,
        )
        for row in rows
    }
