"""What several commands are going to ask, asked for all of them at once.

Commands that share a transaction then find on its sheet what each of them would ask by itself: what
became of their scans, their batches with all that stands anywhere, the bins and places they fill.
What is locked is locked in the order that every writer keeps (`locks`), whoever asks first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session

from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.actions import lock
from store.columns import table_of
from store.sheet import sheet_of
from streams import places, scans
from streams.filling import lock_bins
from streams.keeping import STANDINGS
from streams.queries import read_gate_balances, standings_of_batches
from streams.rules import Standing
from streams.tables import Batch

_batch = table_of(Batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one command will ask. batch, station, destinations and bins: codes that it names."""

    scan_id: str
    batch: str | None = None
    station: str | None = None
    destinations: frozenset[str] = frozenset()
    bins: frozenset[str] = frozenset()

    def read_with(self, session: Session, others: Sequence[Wanted]) -> None:
        """Read what all of these want."""
        read_ahead(session, others)


def read_ahead(session: Session, wanted: Sequence[Wanted]) -> None:
    """Know all that these commands will ask. Eight statements for one site, whatever their number.

    What does not exist is asked again by who wants it, and refused there.
    """
    scans.read_ahead(session, sorted({one.scan_id for one in wanted}))
    book = rulebook(session)
    batch_ids = lock_batches(session, {one.batch for one in wanted if one.batch})
    gated = [
        site
        for site, commands in _by_site(book, wanted).items()
        if _bins_and_places(session, book, site, commands)
    ]
    if gated and batch_ids:
        for site in gated:
            # A bin shares its batches with others: what is free is counted with the head in hand.
            lock(session, site.chain)
        read_gate_balances(session, batch_ids)


def _by_site(book: Rulebook, wanted: Iterable[Wanted]) -> dict[SiteRow, list[Wanted]]:
    """The commands of each site, the sites in one order."""
    by_site: dict[SiteRow, list[Wanted]] = defaultdict(list)
    for one in wanted:
        station = book.stations.get(one.station or "")
        if station is not None:
            by_site[book.sites_by_id[station.site_id]].append(one)
    return dict(sorted(by_site.items(), key=lambda site: site[0].id))


def _bins_and_places(
    session: Session, book: Rulebook, site: SiteRow, commands: Collection[Wanted]
) -> bool:
    """Know the bins and places that these commands fill; whether there are gates before any."""
    named = {code for one in commands for code in one.destinations}
    wanted = [d for d in book.operator(site).destinations if d.code in named]
    codes = {code for one in commands for code in one.bins}
    if not wanted and not codes:
        return False
    found = lock_bins(session, book, site, codes, {row.id for row in wanted})
    names = [
        places.in_bin(site, row.ref, row.destination.ref if row.destination else None)
        for row in found
        if row.site.id == site.id
    ]
    places.read_ahead(session, [places.holding(site), *names])
    return any(row.destination and row.destination.gates for row in found)


def lock_batches(session: Session, codes: Collection[str]) -> list[int]:
    """Lock the batches of these codes in the order of their keys, and know them, with everything of
    them that stands anywhere; their keys. Two statements."""
    sheet = sheet_of(session)
    assert sheet is not None, "what is read ahead is known on a sheet"
    rows = session.connection().execute(_batches_of_codes(), {"codes": list(codes)}).all()
    standing: dict[int, list[Standing]] = {row.id: [] for row in rows}
    for one in standings_of_batches(session, standing):
        standing[one.batch.id].append(one)
    for row in rows:
        sheet.know((_batch.name, row.code), row)
        sheet.know((STANDINGS, row.id), standing[row.id])
    return list(standing)


@cache
def _batches_of_codes() -> Select[Any]:
    named = _batch.c.code.in_(bindparam("codes", expanding=True))
    return select(_batch).where(named).order_by(_batch.c.id).with_for_update(key_share=True)
