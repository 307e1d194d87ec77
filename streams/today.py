"""What stands and waits at a site now, and what was flagged about one thing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session

from catalogue.kinds import BatchState, Pool
from catalogue.rows import SiteRow
from chain.queries import CHAIN
from chain.tables import Entry
from store.columns import table_of
from streams.tables import Balance, Batch, Flag, Place
from streams.views import Flagging

_batch = table_of(Batch)
_place = table_of(Place)
_balance = table_of(Balance)
_flag = table_of(Flag)
_entry = table_of(Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNow:
    """came: batches received on the day, as they were weighed. waiting_g: what is in HOLDING.
    travelling_g: what left and is neither confirmed nor back."""

    came_count: int
    came_g: int
    sorting_count: int
    waiting_g: int
    travelling_g: int


def site_now(session: Session, site: SiteRow, day: date) -> SiteNow:
    """The site in numbers. Three statements."""
    came = session.execute(
        select(func.count(), func.coalesce(func.sum(_batch.c.gross_g - _batch.c.tare_g), 0)).where(
            _batch.c.site_id == site.id,
            _batch.c.received_day == day,
            _batch.c.state.not_in((BatchState.REVERSED.value, BatchState.REPLACED.value)),
        )
    ).one()
    sorting = session.execute(
        select(func.count()).where(
            _batch.c.site_id == site.id, _batch.c.state == BatchState.SORTING.value
        )
    ).scalar_one()
    pools = session.execute(
        select(_place.c.pool, func.sum(_balance.c.mass_g))
        .select_from(_balance.join(_place, _place.c.id == _balance.c.place_id))
        .where(
            _place.c.site_id == site.id,
            _place.c.pool.in_((Pool.HOLDING.value, Pool.SHIPPED.value)),
        )
        .group_by(_place.c.pool)
    )
    standing_g = {pool: int(mass_g) for pool, mass_g in pools}
    return SiteNow(
        came_count=came[0],
        came_g=int(came[1]),
        sorting_count=sorting,
        waiting_g=standing_g.get(Pool.HOLDING.value, 0),
        travelling_g=standing_g.get(Pool.SHIPPED.value, 0),
    )


def flags_of(session: Session, subject: str) -> list[Flagging]:
    """What was flagged about one thing and stands, the oldest first. One statement."""
    undone = select(_entry.c.reverses_id).where(_entry.c.reverses_id.is_not(None))
    rows = session.execute(
        select(_flag, _entry.c.day, _entry.c.seq, _entry.c.scan_id, CHAIN.c.code.label("at"))
        .select_from(
            _flag.join(_entry, _entry.c.id == _flag.c.entry_id).join(
                CHAIN, CHAIN.c.id == _entry.c.chain_id
            )
        )
        .where(_flag.c.subject == subject, _flag.c.entry_id.not_in(undone))
        .order_by(_entry.c.id)
    )
    return [
        Flagging(
            row.code,
            row.subject,
            json.loads(row.figures),
            f"{row.at}#{row.seq}",
            row.day,
            row.scan_id,
        )
        for row in rows
    ]
