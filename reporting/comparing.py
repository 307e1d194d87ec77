"""What stands where per supplier, group and destination, for two periods or over many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from catalogue.kinds import Pool, Stream
from catalogue.rows import DestinationRow
from catalogue.rulebook import Rulebook
from reporting import access
from reporting.changes import Masses
from reporting.periods import Period
from reporting.queries import covered
from reporting.questions import Basis
from store.columns import table_of
from streams.tables import Place, Total

_total = table_of(Total)
_place = table_of(Place)

Key = TypeVar("Key", bound=Hashable)

_SORTED: Final = (Pool.BIN.value, Pool.SHIPPED.value, Pool.CONFIRMED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Net grams of one supplier, found group and destination version in a period.

    destination: None for what came in, whose group is the declared one. start: the month, where
    months were asked for. supplier, group: empty where they were not told apart.
    """

    supplier: str
    group: str
    destination: DestinationRow | None
    mass_g: int
    confirmed_g: int
    start: date | None = None


def cells(
    session: Session,
    book: Rulebook,
    seen: access.Scope,
    period: Period,
    *,
    months: bool = False,
    suppliers: bool = True,
    groups: bool = True,
) -> list[Cell]:
    """What was received in a period, wherever it is now. One statement.

    months: apart per month, for a period of whole months. suppliers, groups: whether these are
    told apart, which over many months makes many cells.
    """
    confirmed_g = func.sum(case((_place.c.pool == Pool.CONFIRMED.value, _total.c.mass_g), else_=0))
    keys = [_place.c.destination_id]
    keys += [_total.c.start] if months else []
    keys += [_total.c.supplier_id] if suppliers else []
    keys += [_total.c.group_id] if groups else []
    rows = session.execute(
        select(*keys, func.sum(_total.c.mass_g).label("mass_g"), confirmed_g.label("confirmed_g"))
        .select_from(_total.join(_place, _place.c.id == _total.c.place_id))
        .where(
            _total.c.basis == Basis.RECEIVED.value,
            covered(period.spans()),
            _place.c.site_id.in_(seen.site_ids),
            _of_suppliers(seen),
            or_(
                _place.c.pool == Pool.SUPPLIER.value,
                and_(_place.c.pool.in_(_SORTED), _place.c.destination_id.is_not(None)),
            ),
        )
        .group_by(*keys)
    )
    read = _Reader(book)
    return [read.cell(row._mapping) for row in rows]


def _of_suppliers(seen: access.Scope) -> ColumnElement[bool]:
    if seen.supplier_ids is None:
        return _total.c.supplier_id.is_not(None)
    return _total.c.supplier_id.in_(sorted(seen.supplier_ids))


class _Reader:
    """Keys of rows as codes."""

    def __init__(self, book: Rulebook) -> None:
        operators = book.operators.values()
        self._suppliers = {row.id: row.code for row in book.organisations.values()}
        self._groups = {row.id: row.code for one in operators for row in one.groups.values()}
        self._destinations = {
            id_: row for one in operators for id_, row in one.destinations_by_id.items()
        }

    def cell(self, row: Mapping[Any, Any]) -> Cell:
        destination_id = row["destination_id"]
        # What came in is what the suppliers are short of. PostgreSQL sums into decimals.
        turn = -1 if destination_id is None else 1
        return Cell(
            supplier=self._suppliers[row["supplier_id"]] if "supplier_id" in row else "",
            group=self._groups[row["group_id"]] if "group_id" in row else "",
            destination=None if destination_id is None else self._destinations[destination_id],
            mass_g=turn * int(row["mass_g"]),
            confirmed_g=int(row["confirmed_g"]),
            start=row.get("start"),
        )


def summed(found: Iterable[Cell], key: Callable[[Cell], Key | None]) -> dict[Key, Masses]:
    """The cells together per key; a cell without one counts nowhere."""
    inputs: dict[Key, int] = defaultdict(int)
    confirmed: dict[Key, int] = defaultdict(int)
    streams: dict[Key, dict[Stream, int]] = defaultdict(lambda: dict.fromkeys(Stream, 0))
    for cell in found:
        where = key(cell)
        if where is None:
            continue
        if cell.destination is None:
            inputs[where] += cell.mass_g
        else:
            streams[where][cell.destination.stream] += cell.mass_g
            confirmed[where] += cell.confirmed_g
    return {
        where: Masses(
            input_g=inputs[where], streams=dict(streams[where]), confirmed_g=confirmed[where]
        )
        for where in sorted({*inputs, *streams}, key=str)
    }


def by_supplier(cell: Cell) -> str:
    return cell.supplier


def by_group(cell: Cell) -> str | None:
    """What was found: known of what was sorted only."""
    return cell.group if cell.destination else None


def by_destination(cell: Cell) -> tuple[str, str] | None:
    """Stream and code: all versions of a destination together."""
    row = cell.destination
    return (Stream(row.stream).value, row.code) if row else None


def destination_names(found: Iterable[Cell]) -> dict[tuple[str, str], Mapping[str, str]]:
    """Names of the destinations in the cells, of their latest versions."""
    latest: dict[tuple[str, str], DestinationRow] = {}
    for cell in found:
        key, row = by_destination(cell), cell.destination
        if key is not None and row is not None:
            known = latest.get(key)
            if known is None or row.version > known.version:
                latest[key] = row
    return {key: row.names for key, row in latest.items()}
