"""Where reference data is used, and what a change of it would touch: reads, nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, Table, and_, case, func, literal, select
from sqlalchemy import union_all as all_of
from sqlmodel import Session

from accounts.tables import Device
from catalogue.access import Viewer
from catalogue.kinds import WEIGHING_DIFFERENCE, BinState, Pool, ShipmentState
from catalogue.pieces import Piece, operator_of
from catalogue.rulebook import OperatorBook, Rulebook
from catalogue.tables import Container, LossKind, Printer, Scale, Station
from chain.tables import Entry
from dispatch.tables import Shipment
from intake.tables import Delivery, Find, Receipt
from labels.tables import PrintJob
from reporting.previewing import OpenBatch, leads_to
from reporting.queries import OPEN_STATES
from store.columns import table_of
from streams.tables import Balance, Batch, Bin, GateLine, Place, Weighing
from streams.views import sites_of

_balance, _batch, _bin = table_of(Balance), table_of(Batch), table_of(Bin)
_place, _entry, _weighing = table_of(Place), table_of(Entry), table_of(Weighing)
_delivery, _shipment, _find = table_of(Delivery), table_of(Shipment), table_of(Find)
_loss_kind, _receipt = table_of(LossKind), table_of(Receipt)

SHOWN: Final = 12
"""So many things a preview names; of the rest it says how many."""

Counted = Mapping[str, tuple[FromClause, ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A bin, batch or shipment that a change would touch, with its mass."""

    code: str
    mass_g: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """Weighings of a scale in a span of days, by how well the mass is known."""

    measured: int
    estimated: int


def uses_of(session: Session, book: Rulebook, viewer: Viewer, one: Piece) -> dict[str, int]:
    """How often a piece is used, by what uses it. One statement, or none."""
    operator = operator_of(book, viewer)
    counted = _counted(operator, book, one, sites_of(book, viewer))
    found: dict[str, int] = {}
    if counted:
        parts = [
            select(literal(what).label("what"), func.count().label("many"))
            .select_from(table)
            .where(where)
            for what, (table, where) in counted.items()
        ]
        many = {what: int(number) for what, number in session.execute(all_of(*parts))}
        found = {what: many[what] for what in counted}
    return found | _named(operator, book, one)


def _counted(operator: OperatorBook, book: Rulebook, one: Piece, sites: Collection[int]) -> Counted:
    """What is counted for a piece: a table and its condition, by what people call it."""
    if one.noun in ("organisation", "partner"):
        code = one.text("organisation") or one.code
        return _of_party(book.organisation(code).id, sites)
    if one.noun == "site":
        return {
            what: (table, table.c.site_id == one.id)
            for what, table in {
                "batches": _batch,
                "bins": _bin,
                "stations": table_of(Station),
                "scales": table_of(Scale),
                "containers": table_of(Container),
                "printers": table_of(Printer),
            }.items()
        }
    open_here = and_(
        _batch.c.group_id == one.id,
        _batch.c.state.in_(OPEN_STATES),
        _batch.c.site_id.in_(sites),
    )
    lost = and_(_place.c.loss_kind_id == one.id, _balance.c.mass_g != 0)
    versions = versions_of_destination(operator, one.code)
    plain: Mapping[str, Counted] = {
        "station": {"tablets": _by(table_of(Device), "station_id", one.id)},
        "container": {"bins": _by(_bin, "container_id", one.id)},
        "scale": {"weighings": _by(_weighing, "scale_id", one.id)},
        "printer": {"labels": _by(table_of(PrintJob), "printer_id", one.id)},
        "article_group": {
            "batches": _by(_batch, "group_id", one.id),
            "open_batches": (_batch, open_here),
        },
        "find_kind": {"finds": _by(_find, "kind_id", one.id)},
        "gate": {"passed": _by(table_of(GateLine), "gate_id", one.id)},
        "loss_kind": {"losses": (_balance.join(_place, _place.c.id == _balance.c.place_id), lost)},
        "destination": {"bins": (_bin, _bin.c.destination_id.in_(versions))},
    }
    return plain.get(one.noun, {})


def _by(table: Table, column: str, id: int) -> tuple[FromClause, ColumnElement[bool]]:
    return (table, table.c[column] == id)


def _of_party(id: int, sites: Collection[int]) -> Counted:
    """What a party has to do with these sites; what it has with others is no affair of theirs."""

    def at(table: Table, column: str) -> tuple[FromClause, ColumnElement[bool]]:
        return (table, and_(table.c[column] == id, table.c.site_id.in_(sites)))

    return {
        "deliveries": at(_delivery, "supplier_id"),
        "batches": at(_batch, "supplier_id"),
        "shipments": at(_shipment, "outlet_id"),
        "carried": at(_shipment, "carrier_id"),
    }


def _named(operator: OperatorBook, book: Rulebook, one: Piece) -> dict[str, int]:
    """Other reference data that names this piece. No statement."""
    match one.noun:
        case "destination":
            return {
                "guides": sum(one.code in leads_to(tree) for tree in operator.guides.values()),
                "owner_rules": sum(one.code in to for to in operator.owner_rules.values()),
                "outlets": sum(one.code in row.treatments for row in operator.partners.values()),
            }
        case "gate":
            now = {row.code: row for row in operator.destinations}
            return {"destinations": sum(one.code in row.gates for row in now.values())}
        case "article_group":
            return {"owner_rules": sum(key[1] == one.id for key in operator.owner_rules)}
        case "organisation":
            return {"parts": len(book.children(one.id)) - 1}
    return {}


def versions_of_destination(operator: OperatorBook, code: str) -> list[int]:
    """Keys of all versions of a destination."""
    return [row.id for row in operator.destinations if row.code == code]


# What a change would touch.


def bins_for(
    session: Session, book: Rulebook, viewer: Viewer, destination_ids: Sequence[int]
) -> list[Standing]:
    """Bins that have not left and stand for these versions of a destination. One statement."""
    return _standing(session, _in_bins(book, viewer, _bin.c.destination_id.in_(destination_ids)))


def bins_in_container(
    session: Session, book: Rulebook, viewer: Viewer, container_id: int
) -> list[Standing]:
    """Bins that are open and stand in a container. One statement."""
    where = and_(_bin.c.container_id == container_id, _bin.c.state == BinState.OPEN.value)
    return _standing(session, _in_bins(book, viewer, where))


def batches_in_container(
    session: Session, book: Rulebook, viewer: Viewer, code: str
) -> list[Standing]:
    """Open batches that came in a container, with what they weighed. One statement."""
    rows = session.execute(
        select(_batch.c.code, (_batch.c.gross_g - _batch.c.tare_g).label("mass_g"))
        .join(_receipt, _receipt.c.batch_id == _batch.c.id)
        .where(
            ("," + _receipt.c.containers + ",").contains(f",{code},", autoescape=True),
            _batch.c.state.in_(OPEN_STATES),
            _batch.c.site_id.in_(sites_of(book, viewer)),
        )
        .order_by(_batch.c.code)
    )
    return [Standing(row.code, int(row.mass_g)) for row in rows]


def bins_with(
    session: Session,
    book: Rulebook,
    viewer: Viewer,
    *,
    group_id: int,
    destination_ids: Sequence[int],
    supplier_ids: Collection[int] = (),
) -> list[Standing]:
    """What of an article group (and of suppliers) lies in bins for these destinations. One
    statement."""
    of_suppliers = [_batch.c.supplier_id.in_(supplier_ids)] if supplier_ids else []
    where = and_(
        _balance.c.group_id == group_id,
        _balance.c.mass_g > 0,
        _bin.c.destination_id.in_(destination_ids),
        *of_suppliers,
    )
    found = _in_bins(book, viewer, where).join(_batch, _batch.c.id == _balance.c.batch_id)
    return _standing(session, found)


def _in_bins(book: Rulebook, viewer: Viewer, where: ColumnElement[bool]) -> Select[Any]:
    here = [BinState.OPEN.value, BinState.CLOSED.value]
    return (
        select(_bin.c.code, func.coalesce(func.sum(_balance.c.mass_g), 0).label("mass_g"))
        .select_from(_bin)
        .outerjoin(_place, and_(_place.c.bin_id == _bin.c.id, _place.c.pool == Pool.BIN.value))
        .outerjoin(_balance, _balance.c.place_id == _place.c.id)
        .where(where, _bin.c.site_id.in_(sites_of(book, viewer)), _bin.c.state.in_(here))
        .group_by(_bin.c.code)
        .order_by(_bin.c.code)
    )


def _standing(session: Session, found: Select[Any]) -> list[Standing]:
    return [Standing(row.code, int(row.mass_g)) for row in session.execute(found)]


def open_batches(
    session: Session, book: Rulebook, viewer: Viewer, group_id: int
) -> list[OpenBatch]:
    """Batches of an article group that are not closed, as closing looks at them. One statement."""
    unrouted = and_(_place.c.pool == Pool.BIN.value, _place.c.destination_id.is_(None))
    terms = {
        "input_g": _place.c.pool != Pool.SUPPLIER.value,
        "held_g": _place.c.pool == Pool.HOLDING.value,
        "quarantine_g": _place.c.pool == Pool.QUARANTINE.value,
        "work_bin_g": unrouted,
        "difference_g": _loss_kind.c.code == WEIGHING_DIFFERENCE,
    }
    sums = [
        func.sum(case((term, _balance.c.mass_g), else_=0)).label(name)
        for name, term in terms.items()
    ]
    rows = session.execute(
        select(_batch.c.code, *sums)
        .join(_balance, _balance.c.batch_id == _batch.c.id)
        .join(_place, _place.c.id == _balance.c.place_id)
        .outerjoin(_loss_kind, _loss_kind.c.id == _place.c.loss_kind_id)
        .where(
            _batch.c.group_id == group_id,
            _batch.c.state.in_(OPEN_STATES),
            _batch.c.held.is_(False),
            _batch.c.site_id.in_(sites_of(book, viewer)),
        )
        .group_by(_batch.c.code)
        .order_by(_batch.c.code)
    )
    return [
        OpenBatch(code=row.code, **{name: int(getattr(row, name)) for name in terms})
        for row in rows
    ]


def losses_of_kind(
    session: Session, book: Rulebook, viewer: Viewer, loss_kind_id: int, since: date
) -> list[tuple[str, int, int]]:
    """Batches received since a day with this loss: code, input and loss. One statement."""
    lost = case((_place.c.loss_kind_id == loss_kind_id, _balance.c.mass_g), else_=0)
    came = case((_place.c.pool != Pool.SUPPLIER.value, _balance.c.mass_g), else_=0)
    rows = session.execute(
        select(_batch.c.code, func.sum(came).label("input_g"), func.sum(lost).label("lost_g"))
        .join(_balance, _balance.c.batch_id == _batch.c.id)
        .join(_place, _place.c.id == _balance.c.place_id)
        .where(_batch.c.received_day >= since, _batch.c.site_id.in_(sites_of(book, viewer)))
        .group_by(_batch.c.code)
        .having(func.sum(lost) != 0)
        .order_by(_batch.c.code)
    )
    return [(row.code, int(row.input_g), int(row.lost_g)) for row in rows]


def weighed_between(session: Session, scale_id: int, after: date, until: date) -> Weighed:
    """Weighings of a scale on the days after one day, up to and with another. One statement."""
    measured = case((_weighing.c.quality == "measured", 1), else_=0)
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(measured), 0))
        .select_from(_weighing)
        .join(_entry, _entry.c.id == _weighing.c.id)
        .where(_weighing.c.scale_id == scale_id, _entry.c.day > after, _entry.c.day <= until)
    ).one()
    return Weighed(measured=int(row[1]), estimated=int(row[0]) - int(row[1]))


def finds_kept(session: Session, book: Rulebook, viewer: Viewer, kind_id: int) -> list[Standing]:
    """Finds of a kind that nobody fetched yet, with what they weigh. One statement."""
    rows = session.execute(
        select(_find.c.code, func.coalesce(_find.c.mass_g, 0).label("mass_g"))
        .where(
            _find.c.kind_id == kind_id,
            _find.c.handover_id.is_(None),
            _find.c.reversed.is_(False),
            _find.c.site_id.in_(sites_of(book, viewer)),
        )
        .order_by(_find.c.code)
    )
    return [Standing(row.code, int(row.mass_g)) for row in rows]


def shipments_under_way(
    session: Session, book: Rulebook, viewer: Viewer, outlet_id: int
) -> list[Standing]:
    """Shipments to an outlet of which something is not settled yet. One statement."""
    rows = session.execute(
        select(_shipment.c.code)
        .where(
            _shipment.c.outlet_id == outlet_id,
            _shipment.c.state == ShipmentState.SHIPPED.value,
            _shipment.c.site_id.in_(sites_of(book, viewer)),
        )
        .order_by(_shipment.c.code)
    )
    return [Standing(row.code, 0) for row in rows]
