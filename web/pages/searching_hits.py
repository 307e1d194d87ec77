"""A row that was found, with the facts that tell it from the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from web.pages.naming import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that fits. own: what it is called by itself, such as its code or its number; now:
    where it stands, or what came of it; at: only for those who may know the hour."""

    href: str
    own: tuple[str, ...]
    what: str
    detail: str = ""
    day: date | None = None
    at: datetime | None = None
    mass_g: int | None = None
    state: str = ""
    held: bool = False
    rest_g: int | None = None
    where: str = ""


def _batch(names: Names, row: Any) -> Hit:
    site = names.book.sites_by_id[row.site_id]
    group = names.book.operator(site).groups_by_id[row.group_id]
    return Hit(
        href=f"/batches/{row.code}",
        own=(row.code,),
        what=names.book.organisations_by_id[row.supplier_id].name,
        detail=names.group(site, group.code) or "",
        day=row.received_day,
        at=row.at,
        mass_g=row.gross_g - row.tare_g,
        state=row.state,
        held=row.held,
        rest_g=int(row.held_g) or None,
    )


def _bin(names: Names, row: Any) -> Hit:
    site = names.book.sites_by_id[row.site_id]
    destination = names.book.operator(site).destinations_by_id.get(row.destination_id or 0)
    label = names.destination(destination)
    container = names.book.containers_by_id.get(row.container_id or 0)
    weighed = None if row.gross_g is None else row.gross_g - row.tare_g
    return Hit(
        href=f"/bins/{row.code}",
        own=(row.code,),
        what=label.name if label else "",
        detail=container.code if container else "",
        day=row.day,
        at=row.at,
        mass_g=weighed if weighed is not None else int(row.in_it_g),
        state=row.state,
        where=f"/shipments/{row.shipment}" if row.shipment else "",
    )


def _delivery(names: Names, row: Any) -> Hit:
    return Hit(
        href=f"/deliveries/{row.code}",
        own=(row.code, row.reference or row.code),
        what=names.book.organisations_by_id[row.supplier_id].name,
        detail=row.reference or "",
        day=row.expected_on,
        mass_g=int(row.received_g) or row.announced_g,
        state=row.state,
    )


def _shipment(names: Names, row: Any) -> Hit:
    return Hit(
        href=f"/shipments/{row.code}",
        own=(row.code, row.waybill or row.code),
        what=names.book.organisations_by_id[row.outlet_id].name,
        detail=row.waybill,
        day=row.shipped_on,
        mass_g=int(row.mass_g),
        state=row.state,
    )


def _find(names: Names, row: Any) -> Hit:
    site = names.book.sites_by_id[row.site_id]
    kinds = names.book.operator(site).find_kinds
    kind = next(code for code, each in kinds.items() if each.id == row.kind_id)
    return Hit(
        href=f"/finds/{row.code}",
        own=(row.code,),
        what=f"{row._mapping['count']} × {names.find_kind(site, kind)}",
        day=row.day,
        mass_g=row.mass_g,
        state="handed_over" if row.handover_id else "kept",
        where=f"/batches/{row.batch}" if row.batch else "",
    )


def _item(names: Names, row: Any) -> Hit:
    operator = names.book.operators[row.operator_id]
    group = operator.groups_by_id[row.group_id]
    return Hit(
        href=f"/batches/{row.batch}/items",
        own=(row.number,),
        what=names.language.own(group.names, group.code),
        detail=names.book.organisations_by_id[row.supplier_id].name,
        day=row.day,
        state="destroyed" if row.destruction_id else "noted",
        where=f"/batches/{row.batch}",
    )


def _seal(names: Names, row: Any) -> Hit:
    return Hit(
        href=f"/certificates/{row.code}",
        own=(row.code,),
        what=names.book.organisations_by_id[row.supplier_id].name,
        detail=row.kind,
        day=row.issued_on,
        mass_g=row.mass_g,
        state="withdrawn" if row.withdrawal_id else "signed",
    )


MAKERS: Final[Mapping[str, Callable[[Names, Any], Hit]]] = {
    "batches": _batch,
    "deliveries": _delivery,
    "bins": _bin,
    "shipments": _shipment,
    "finds": _find,
    "items": _item,
    "certificates": _seal,
}
"""How a row of each list is shown."""
