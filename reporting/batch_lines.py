"""Batches as lines of an export: what each one was, and where its grams stand now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select
from sqlmodel import Session

from catalogue.kinds import Pool, Stream
from catalogue.rulebook import Rulebook
from catalogue.tables import Destination
from chain.rows import SEQ_BITS
from chain.tables import Entry
from reporting import circularity
from reporting.access import Scope
from reporting.columnar import LINES_AT_ONCE, Cell, Column, Kind
from reporting.queries import RETURNED, asked_for
from reporting.questions import Question
from store.columns import table_of
from streams.tables import Balance, Batch, Place

_batch = table_of(Batch)
_entry = table_of(Entry)
_balance = table_of(Balance)
_place = table_of(Place)
_destination = table_of(Destination)
_later = table_of(Batch).alias("later")

COLUMNS = (
    Column("batch"),
    Column("entry"),
    Column("day", Kind.DAY),
    Column("received_day", Kind.DAY),
    Column("supplier"),
    Column("site"),
    Column("article_group"),
    Column("state"),
    Column("held", Kind.YES_NO),
    Column("quality"),
    Column("gross_g", Kind.NUMBER),
    Column("tare_g", Kind.NUMBER),
    Column("mass_g", Kind.NUMBER),
    Column("pieces", Kind.NUMBER),
    Column("eural"),
    Column("input_g", Kind.NUMBER),
    Column("reuse_g", Kind.NUMBER),
    Column("recycle_g", Kind.NUMBER),
    Column("incineration_g", Kind.NUMBER),
    Column("confirmed_g", Kind.NUMBER),
    Column("in_transit_g", Kind.NUMBER),
    Column("loss_g", Kind.NUMBER),
    Column("held_g", Kind.NUMBER),
    Column("finds_g", Kind.NUMBER),
    Column("returned_g", Kind.NUMBER),
    Column("replaced_by"),
    Column("hash"),
)


def totals(session: Session, seen: Scope, asked: Question) -> tuple[int, int]:
    """How many batches there will be, and their `mass_g` together. One statement."""
    net_g = func.coalesce(func.sum(_batch.c.gross_g - _batch.c.tare_g), 0)
    joined = _batch.join(_entry, _entry.c.id == _batch.c.id)
    rows, mass_g = session.execute(
        select(func.count(), net_g).select_from(joined).where(*asked_for(seen, asked))
    ).one()
    return int(rows), int(mass_g)


def lines(session: Session, book: Rulebook, seen: Scope, asked: Question) -> Iterator[list[Cell]]:
    """The batches, oldest first. One statement, which streams."""
    organisations = {row.id: row.code for row in book.organisations.values()}
    groups = {row.id: row.code for o in book.operators.values() for row in o.groups.values()}
    for row in session.execute(
        _statement(seen, asked), execution_options={"yield_per": LINES_AT_ONCE}
    ):
        site = book.sites_by_id[row.site_id]
        yield [
            row.code,
            f"{site.chain}#{row.id & ((1 << SEQ_BITS) - 1)}",
            row.day,
            row.received_day,
            organisations[row.supplier_id],
            site.code,
            groups[row.group_id],
            row.state,
            row.held,
            row.quality,
            row.gross_g,
            row.tare_g,
            row.gross_g - row.tare_g,
            row.pieces,
            row.eural or None,
            *_grams(row),
            row.replaced_by,
            row.hash,
        ]


def _grams(row: Row[Any]) -> list[int]:
    # PostgreSQL sums whole numbers into a decimal type.
    return [int(getattr(row, name) or 0) for name in _sums()]


def _sums() -> dict[str, ColumnElement[Any]]:
    """Where a batch's grams stand, in the terms of the circularity report."""
    pool = _place.c.pool
    routed = pool.in_(sorted(one.value for one in circularity.ROUTED_POOLS))
    held = pool.in_(sorted(one.value for one in circularity.HELD_POOLS))
    terms: dict[str, ColumnElement[bool]] = {
        **{f"{stream}_g": and_(routed, _destination.c.stream == stream) for stream in Stream},
        "confirmed_g": pool == Pool.CONFIRMED.value,
        "in_transit_g": and_(pool == Pool.SHIPPED.value, _destination.c.id.is_not(None)),
        "loss_g": pool == Pool.LOSS.value,
        "held_g": held | and_(routed, _destination.c.id.is_(None)),
        "finds_g": pool == Pool.FINDS.value,
        "returned_g": and_(pool == Pool.SUPPLIER.value, _place.c.code.endswith(RETURNED)),
    }
    mass_g = _balance.c.mass_g
    return {
        "input_g": func.sum(case((pool == Pool.SUPPLIER.value, -mass_g), else_=0)),
        **{name: func.sum(case((term, mass_g), else_=0)) for name, term in terms.items()},
    }


def _statement(seen: Scope, asked: Question) -> Select[Any]:
    told = _later.c.id == _batch.c.replaced_by_id
    if seen.supplier_ids is not None:
        # The batch that took its place may be another supplier's, whose codes are not told.
        told &= _later.c.supplier_id.in_(sorted(seen.supplier_ids))
    joined = (
        _batch.join(_entry, _entry.c.id == _batch.c.id)
        .outerjoin(_later, told)
        .outerjoin(_balance, _balance.c.batch_id == _batch.c.id)
        .outerjoin(_place, _place.c.id == _balance.c.place_id)
        .outerjoin(_destination, _destination.c.id == _place.c.destination_id)
    )
    sums = (total.label(name) for name, total in _sums().items())
    return (
        select(_batch, _entry.c.day, _entry.c.hash, _later.c.code.label("replaced_by"), *sums)
        .select_from(joined)
        .where(*asked_for(seen, asked))
        .group_by(_batch.c.id, _entry.c.id, _later.c.id)
        .order_by(_batch.c.id)
    )
