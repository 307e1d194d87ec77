"""The bins that something goes into: locked at once, and known while works share a sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import BinState
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from chain.register import LIST
from store.columns import table_of
from store.sheet import change, known
from streams.queries import BinRow, bin_row, require_bins
from streams.relabellings import own_codes
from streams.tables import Bin

_bin = table_of(Bin)


def bins_to_fill(
    session: Session,
    book: Rulebook,
    site: SiteRow,
    codes: Collection[str],
    destination_ids: Collection[int],
    viewer: Viewer,
) -> list[BinRow]:
    """The bins of these codes and the open ones of a site for these destination versions.

    Locked at once and in the order of their keys, so that no two stations wait for each other.
    One statement, and two more for the code of a second label; none where they are known. Raises
    NotFound.
    """
    found = lock_bins(session, book, site, codes, destination_ids)
    named = [row for row in found if row.code in codes]
    if len(named) < len(set(codes)):
        own = own_codes(session, codes)
        if own.keys() != set(own.values()):
            return bins_to_fill(session, book, site, {*own.values()}, destination_ids, viewer)
    require_bins(named, len(set(codes)), viewer)
    return found


def lock_bins(
    session: Session,
    book: Rulebook,
    site: SiteRow,
    codes: Collection[str],
    destination_ids: Collection[int],
) -> list[BinRow]:
    """As `bins_to_fill`, whoever asks, and without those that do not exist."""
    seen = known(session, (LIST, _bin.name), _BinsSeen)
    found = seen.find(site, codes, destination_ids)
    if found is None:
        wanted = {
            "codes": list(codes),
            "site_id": site.id,
            "destination_ids": list(destination_ids),
            "state": BinState.OPEN.value,
        }
        rows = session.connection().execute(_bins_to_fill(), wanted)
        found = [bin_row(book, row) for row in rows]
        seen = seen.with_more(site, destination_ids, found)
        change(session, (LIST, _bin.name), lambda _before: seen)
    return found


@dataclass(frozen=True, slots=True)
class _BinsSeen:
    """Bins that a transaction locked: by code, and the open ones by site and destination."""

    by_code: Mapping[str, BinRow] = field(default_factory=dict)
    open_for: Mapping[tuple[int, int], Sequence[BinRow]] = field(default_factory=dict)

    def find(
        self, site: SiteRow, codes: Collection[str], destination_ids: Collection[int]
    ) -> list[BinRow] | None:
        """Those of these codes and for these destinations; None unless all of them are known."""
        wanted = [(site.id, destination_id) for destination_id in destination_ids]
        if not (self.by_code.keys() >= set(codes) and self.open_for.keys() >= set(wanted)):
            return None
        named = [self.by_code[code] for code in codes]
        found = {row.id: row for one in wanted for row in self.open_for[one]}
        found |= {row.id: row for row in named}
        return [found[key] for key in sorted(found)]

    def with_more(
        self, site: SiteRow, destination_ids: Collection[int], found: Sequence[BinRow]
    ) -> _BinsSeen:
        """These and those that were just found."""
        open_rows = [row for row in found if row.is_open and row.site.id == site.id]
        open_for = {
            (site.id, wanted): [
                row for row in open_rows if row.destination and row.destination.id == wanted
            ]
            for wanted in destination_ids
        }
        by_code = {row.code: row for row in found}
        return _BinsSeen({**self.by_code, **by_code}, {**self.open_for, **open_for})


@cache
def _bins_to_fill() -> Select[Any]:
    open_for = and_(
        _bin.c.site_id == bindparam("site_id"),
        _bin.c.destination_id.in_(bindparam("destination_ids", expanding=True)),
        _bin.c.state == bindparam("state"),
    )
    named = _bin.c.code.in_(bindparam("codes", expanding=True))
    chosen = select(_bin).where(or_(named, open_for)).order_by(_bin.c.id)
    return chosen.with_for_update(key_share=True)
