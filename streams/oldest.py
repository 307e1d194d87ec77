"""Batches that wait, the oldest first, and those that were refused lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Label, and_, case, func, or_, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import BatchState, Pool
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from store.columns import table_of
from streams.tables import Balance, Batch, Place
from streams.views import sites_of

_batch = table_of(Batch)
_place = table_of(Place)
_balance = table_of(Balance)

WAITING_MAX: Final = 2000
OPEN: Final = (BatchState.RECEIVED.value, BatchState.SORTING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingBatch:
    """A batch that is not closed, or was refused. net_g: as it came in; held_g: still to be
    sorted; apart_g: in quarantine."""

    code: str
    site: SiteRow
    supplier: str
    group: str
    received_day: date
    net_g: int
    held_g: int
    apart_g: int
    state: str
    is_held: bool

    @property
    def is_refused(self) -> bool:
        return self.state == BatchState.REFUSED.value

    @property
    def waiting_g(self) -> int:
        return self.held_g + self.apart_g


def waiting_batches(
    session: Session, book: Rulebook, viewer: Viewer, *, refused_since: date | None = None
) -> list[WaitingBatch]:
    """Every open batch, and what was refused of what came in since a day. One statement."""
    refused = BatchState.REFUSED.value
    wanted: ColumnElement[bool] = _batch.c.state.in_(OPEN)
    if refused_since is not None:
        # The states first, as one list: the index knows them.
        wanted = and_(
            _batch.c.state.in_((*OPEN, refused)),
            or_(_batch.c.state != refused, _batch.c.received_day >= refused_since),
        )
    # Chosen before they are weighed: else every batch of the register is gone through.
    chosen = (
        select(_batch)
        .where(_batch.c.site_id.in_(sites_of(book, viewer)), wanted)
        .order_by(_batch.c.received_day, _batch.c.id)
        .limit(WAITING_MAX)
        .subquery()
    )
    rows = session.execute(
        select(*chosen.c, _mass_in(Pool.HOLDING), _mass_in(Pool.QUARANTINE))
        .select_from(
            chosen.outerjoin(_balance, _balance.c.batch_id == chosen.c.id).outerjoin(
                _place, _place.c.id == _balance.c.place_id
            )
        )
        .group_by(*chosen.c)
        .order_by(chosen.c.received_day, chosen.c.id)
    )
    groups = {row.id: row.code for each in book.operators.values() for row in each.groups.values()}
    return [
        WaitingBatch(
            code=row.code,
            site=book.sites_by_id[row.site_id],
            supplier=book.organisations_by_id[row.supplier_id].code,
            group=groups[row.group_id],
            received_day=row.received_day,
            net_g=row.gross_g - row.tare_g,
            held_g=int(row.HOLDING),
            apart_g=int(row.QUARANTINE),
            state=row.state,
            is_held=row.held,
        )
        for row in rows
    ]


def _mass_in(pool: Pool) -> Label[int]:
    standing = case((_place.c.pool == pool.value, _balance.c.mass_g), else_=0)
    return func.coalesce(func.sum(standing), 0).label(pool.value)
