"""What stands beside the figures of a report: objects that were found, and what was announced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from catalogue.rulebook import Rulebook
from chain.tables import Entry
from intake.tables import Delivery, Find, Receipt
from reporting.access import Scope
from reporting.queries import asked_for
from reporting.questions import Question
from store.columns import table_of
from streams.tables import Batch

_find = table_of(Find)
_batch = table_of(Batch)
_entry = table_of(Entry)
_delivery = table_of(Delivery)
_receipt = table_of(Receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundThings:
    """Objects of one kind. batches: in so many they were found."""

    kind: str
    names: Mapping[str, str]
    count: int
    batches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Deliveries that came in a period: what was announced of them, and what came. unannounced_g:
    what came without."""

    deliveries: int
    announced_g: int
    received_g: int
    unannounced_g: int


def found_things(
    session: Session, book: Rulebook, seen: Scope, asked: Question
) -> list[FoundThings]:
    """What was found in the batches of a report, the most first. One statement."""
    joined = _find.join(_batch, _batch.c.id == _find.c.batch_id).join(
        _entry, _entry.c.id == _find.c.id
    )
    found = session.execute(
        select(
            _find.c.kind_id,
            func.sum(_find.c["count"]).label("pieces"),
            func.count(_batch.c.id.distinct()).label("batches"),
        )
        .select_from(joined)
        .where(
            # From few finds to their batches, not the other way about.
            _find.c.site_id.in_(seen.site_ids),
            _find.c.reversed.is_(False),
            *asked_for(seen, asked, by_index=False),
        )
        .group_by(_find.c.kind_id)
    )
    kinds = {row.id: row for one in book.operators.values() for row in one.find_kinds.values()}
    things = [
        FoundThings(
            kind=kinds[row.kind_id].code,
            names=kinds[row.kind_id].names,
            count=int(row.pieces),
            batches=int(row.batches),
        )
        for row in found
    ]
    return sorted(things, key=lambda one: (-one.count, one.kind))


def announced(session: Session, seen: Scope, asked: Question) -> Announced:
    """Announced against received, of the batches that came in during the period. One statement."""
    where = [
        _batch.c.site_id.in_(seen.site_ids),
        _batch.c.received_day >= asked.period.first,
        _batch.c.received_day < asked.period.end,
        _batch.c.state.not_in(("reversed", "replaced")),
    ]
    if seen.supplier_ids is not None:
        where.append(_batch.c.supplier_id.in_(sorted(seen.supplier_ids)))
    came = (
        select(
            _delivery.c.id,
            _delivery.c.announced_g,
            func.sum(_batch.c.gross_g - _batch.c.tare_g).label("mass_g"),
        )
        .select_from(
            _batch.join(_receipt, _receipt.c.batch_id == _batch.c.id).outerjoin(
                _delivery, _delivery.c.id == _receipt.c.delivery_id
            )
        )
        .where(*where)
        .group_by(_delivery.c.id, _delivery.c.announced_g)
        .subquery()
    )
    announced_too = came.c.id.is_not(None)
    row = session.execute(
        select(
            func.count(came.c.id),
            func.coalesce(func.sum(came.c.announced_g), 0),
            func.coalesce(func.sum(came.c.mass_g).filter(announced_too), 0),
            func.coalesce(func.sum(came.c.mass_g).filter(~announced_too), 0),
        ).select_from(came)
    ).one()
    deliveries, announced_g, received_g, unannounced_g = (int(value) for value in row)
    return Announced(
        deliveries=deliveries,
        announced_g=announced_g,
        received_g=received_g,
        unannounced_g=unannounced_g,
    )
