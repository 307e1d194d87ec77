"""Reads of items that are followed by number."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, and_, or_, select
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer
from catalogue.errors import NotFound
from catalogue.rulebook import Rulebook
from intake.tables import SerialItem
from store.columns import table_of
from streams.paging import Asked, newest_first
from streams.views import at_site, sites_of

_item = table_of(SerialItem)

STATES: Final = ("noted", "destroyed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """An item: where it was noted, and how it ended. Stations and methods by code.

    batch: the one that holds it now; where a correction put another in its place, that one.
    entry, destruction_entry: `chain#seq`. document: SHA-256 of a paper that shows the destruction.
    """

    code: str
    number: str
    batch: str
    batch_id: int
    site: str
    group: str
    noted_on: date
    noted_at: str
    entry: str
    scan_id: str
    destroyed_on: date | None = None
    destroyed_at: str | None = None
    method: str | None = None
    step: str | None = None
    document: str | None = None
    photos: tuple[str, ...] = ()
    destruction_entry: str | None = None
    destruction_scan_id: str | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class StandingItem:
    """An item that stands, as acts need it."""

    id: int
    code: str
    number: str
    batch: str
    site_id: int
    noted_on: date
    destruction_id: int | None


@dataclass(frozen=True, slots=True)
class Noted:
    """How often an operator noted a number, and the item that stands of it."""

    times: int
    standing: StandingItem | None


def times_noted(session: Session, operator_id: int, number: str) -> Noted:
    """What is known of a number. One statement."""
    rows = session.execute(_standing(operator_id, number)).all()
    standing = [_standing_item(row) for row in rows if not row.reversed]
    return Noted(len(rows), standing[0] if standing else None)


def standing_item(
    session: Session, operator_id: int, number: str, *, lock: bool = False
) -> StandingItem:
    """The item of a number. One statement. Raises NotFound."""
    statement = _standing(operator_id, number).where(_item.c.reversed.is_(False))
    if lock:
        statement = statement.with_for_update(of=_item, key_share=True)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return _standing_item(row)


def _standing(operator_id: int, number: str) -> Select[Any]:
    batch, entry = (SQLModel.metadata.tables[name] for name in ("batch", "entry"))
    return (
        select(_item, batch.c.code.label("batch"), batch.c.site_id, entry.c.day)
        .select_from(
            _item.join(batch, batch.c.id == _item.c.batch_id).join(entry, entry.c.id == _item.c.id)
        )
        .where(_item.c.operator_id == operator_id, _item.c.number == number)
    )


def _standing_item(row: Any) -> StandingItem:
    return StandingItem(
        row.id, row.code, row.number, row.batch, row.site_id, row.day, row.destruction_id
    )


def items_of_batches(
    session: Session, book: Rulebook, batch_ids: Collection[int]
) -> list[ListedItem]:
    """The items that stand in some batches, by number. Whoever asks may see the batches.

    A correction that put another batch in the place of one left its items to that other. At most
    three statements, and one for each time that this happened to one of the batches.
    """
    held_by = {batch_id: batch_id for batch_id in batch_ids}
    batch = SQLModel.metadata.tables["batch"]
    below = set(held_by)
    while below:
        replaced = session.execute(
            select(batch.c.id, batch.c.replaced_by_id).where(batch.c.replaced_by_id.in_(below))
        ).all()
        below = {row.id for row in replaced} - held_by.keys()
        held_by |= {row.id: held_by[row.replaced_by_id] for row in replaced if row.id in below}
    statement = _listed().where(_item.c.batch_id.in_(held_by), _item.c.reversed.is_(False))
    rows = session.execute(statement.order_by(_item.c.number)).all()
    codes = (
        dict(session.execute(select(batch.c.id, batch.c.code).where(batch.c.id.in_(held_by))).all())
        if rows
        else {}
    )
    return [_item_of(book, row, codes, held_by) for row in rows]


def list_items(session: Session, book: Rulebook, viewer: Viewer, asked: Asked) -> list[ListedItem]:
    """Items of the sites that the viewer works at, the last noted first. One statement.

    asked.state: `noted` or `destroyed`; asked.after: the code of the last item seen.
    """
    batch, entry = (SQLModel.metadata.tables[name] for name in ("batch", "entry"))
    # A sum is in no index: so the items are gone through in their order, until the page is full.
    exists = (batch.c.site_id + 0).in_(sites_of(book, viewer))
    statement = _listed().where(at_site(book, asked, batch))
    if asked.text:
        wanted = "".join(asked.text.split()).upper()
        statement = statement.where(
            or_(
                _item.c.number.contains(wanted, autoescape=True),
                batch.c.code.contains(wanted, autoescape=True),
            )
        )
    if asked.day:
        statement = statement.where(entry.c.day == asked.day)
    if asked.state:
        wanted_state = {
            "noted": and_(_item.c.destruction_id.is_(None), _item.c.reversed.is_(False)),
            "destroyed": _item.c.destruction_id.is_not(None),
        }
        statement = statement.where(wanted_state.get(asked.state, _item.c.id.is_(None)))
    if asked.supplier:
        supplier = book.organisations.get(asked.supplier)
        ids = book.children(supplier.id) if supplier else frozenset()
        statement = statement.where(batch.c.supplier_id.in_(sorted(ids)))
    own = _item.c.batch_id.in_(
        select(batch.c.id).where(batch.c.site_id.in_(sites_of(book, viewer)))
    )
    rows = session.execute(newest_first(statement, _item, asked, None, exists=own, among=[exists]))
    return [_item_of(book, row, {}, {}) for row in rows]


def _listed() -> Select[Any]:
    batch, entry, chain = (SQLModel.metadata.tables[name] for name in ("batch", "entry", "chain"))
    ending = entry.alias("ending")
    joined = (
        _item.join(batch, batch.c.id == _item.c.batch_id)
        .join(entry, entry.c.id == _item.c.id)
        .join(chain, chain.c.id == entry.c.chain_id)
        .outerjoin(ending, ending.c.id == _item.c.destruction_id)
    )
    return select(
        _item,
        batch.c.code.label("batch"),
        batch.c.site_id,
        entry.c.day,
        entry.c.seq,
        entry.c.scan_id,
        entry.c.payload,
        chain.c.code.label("chain"),
        ending.c.day.label("ended_on"),
        ending.c.seq.label("ended_seq"),
        ending.c.scan_id.label("ended_scan_id"),
        ending.c.payload.label("ended"),
    ).select_from(joined)


def _item_of(
    book: Rulebook, row: Any, codes: Mapping[int, str], held_by: Mapping[int, int]
) -> ListedItem:
    site = book.sites_by_id[row.site_id]
    noted = json.loads(row.payload)["body"]
    holder = held_by.get(row.batch_id, row.batch_id)
    ended: Mapping[str, Any] = json.loads(row.ended)["body"] if row.ended else {}
    return ListedItem(
        code=row.code,
        number=row.number,
        batch=codes.get(holder, row.batch),
        batch_id=holder,
        site=site.code,
        group=book.operator(site).groups_by_id[row.group_id].code,
        noted_on=row.day,
        noted_at=noted["station"],
        entry=f"{row.chain}#{row.seq}",
        scan_id=row.scan_id,
        destroyed_on=row.ended_on,
        destroyed_at=ended.get("station"),
        method=ended.get("reason"),
        step=ended.get("gate"),
        document=ended.get("document"),
        photos=tuple(ended.get("photos", ())),
        destruction_entry=f"{row.chain}#{row.ended_seq}" if row.ended else None,
        destruction_scan_id=row.ended_scan_id,
        reversed=row.reversed,
    )
