"""Locks for acts that touch many rows at once: a reversal, a correction.

Every writer locks in one order, so that no two of them wait for each other for ever: shipments,
deliveries, finds, serial items, batches, bins, each by their keys, and the head of the site's chain
last. They lock against other writers of the row only (NO KEY UPDATE): a line that points to it may
be booked meanwhile. SQLite has one writer at a time and needs none of this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from catalogue.rows import SiteRow
from chain.actions import lock
from store.columns import table_of
from streams.tables import Bin, Place

ORDER: Final = ("shipment", "delivery", "find", "serial_item", "batch", "bin")

_place = table_of(Place)
_bin = table_of(Bin)


def lock_all(
    session: Session,
    site: SiteRow,
    *,
    rows: Iterable[tuple[str, str]],
    place_ids: Collection[int],
) -> None:
    """Lock rows, the bins and shipments of places, and the head of the site's chain.

    rows: table and code of each; tables without an order of their own are left out.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    codes: dict[str, set[str]] = defaultdict(set)
    for name, code in rows:
        codes[name].add(code)
    found = session.execute(
        select(_bin.c.code, _place.c.shipment)
        .select_from(_place.outerjoin(_bin, _bin.c.id == _place.c.bin_id))
        .where(_place.c.id.in_(place_ids))
    )
    for row in found:
        codes["bin"].update({row.code} - {None})
        codes["shipment"].update({row.shipment} - {None})
    for name in ORDER:
        if codes[name]:
            table = SQLModel.metadata.tables[name]
            session.execute(
                select(table.c.id)
                .where(table.c.code.in_(sorted(codes[name])))
                .order_by(table.c.id)
                .with_for_update(key_share=True)
            )
    lock(session, site.chain)


def lock_batch(
    session: Session, site: SiteRow, code: str, standing_at: Callable[[], set[int]]
) -> None:
    """Lock a batch with every bin and shipment that it stands in.

    standing_at: asks anew at which places it stands. A station may move it to another place
    between the asking and the locking; then the locks are given back and taken again.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    place_ids = standing_at()
    while not _locked_where_it_stands(session, site, code, place_ids, standing_at):
        place_ids |= standing_at()


class _MovedMeanwhile(Exception):
    """A station brought something to another place before it was locked."""


def _locked_where_it_stands(
    session: Session,
    site: SiteRow,
    code: str,
    place_ids: set[int],
    standing_at: Callable[[], set[int]],
) -> bool:
    try:
        with session.begin_nested():
            lock_all(session, site, rows=[("batch", code)], place_ids=place_ids)
            if not standing_at() <= place_ids:
                raise _MovedMeanwhile
    except _MovedMeanwhile:
        return False
    return True
