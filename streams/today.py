"""What stands and waits at a site now, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session

from catalogue.kinds import BatchState, Pool
from catalogue.rows import SiteRow
from store.columns import table_of
from streams.tables import Balance, Batch, Place

_batch = table_of(Batch)
_place = table_of(Place)
_balance = table_of(Balance)


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
