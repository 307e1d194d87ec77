"""Places: their codes, and making them on first use. A code says everything that a place is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, bindparam, insert, select
from sqlmodel import Session

from catalogue.kinds import WEIGHING_DIFFERENCE, Pool
from catalogue.rows import DestinationRow, NamedRow, SiteRow
from chain.actions import lock
from chain.rows import Ref
from store.columns import table_of
from store.sheet import sheet_of
from streams.rules import PlaceRef
from streams.tables import Place

PLACE: Final = "place"
"""The kind of what a sheet knows of places."""

_place = table_of(Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """A place before it has a key. within: the place that its totals are kept for."""

    code: str
    pool: Pool
    site_id: int
    destination_id: int | None = None
    loss_kind_id: int | None = None
    bin_id: int | None = None
    shipment: str | None = None
    within: PlaceName | None = None

    @property
    def site(self) -> str:
        """Code of the site, which every place begins with after its pool."""
        return self.code.split("/")[1]


def supplier(site: SiteRow) -> PlaceName:
    """Where everything comes from."""
    return PlaceName(code=f"SUPPLIER/{site.code}", pool=Pool.SUPPLIER, site_id=site.id)


def returned(site: SiteRow) -> PlaceName:
    """What was refused or sent back: at the supplier again, and shown as such."""
    return PlaceName(code=f"SUPPLIER/{site.code}/returned", pool=Pool.SUPPLIER, site_id=site.id)


def holding(site: SiteRow) -> PlaceName:
    return PlaceName(code=f"HOLDING/{site.code}", pool=Pool.HOLDING, site_id=site.id)


def quarantine(site: SiteRow) -> PlaceName:
    return PlaceName(code=f"QUARANTINE/{site.code}", pool=Pool.QUARANTINE, site_id=site.id)


def finds(site: SiteRow) -> PlaceName:
    return PlaceName(code=f"FINDS/{site.code}", pool=Pool.FINDS, site_id=site.id)


def loss(site: SiteRow, kind: NamedRow) -> PlaceName:
    return PlaceName(
        code=f"LOSS/{site.code}/{kind.code}",
        pool=Pool.LOSS,
        site_id=site.id,
        loss_kind_id=kind.id,
    )


def confirmed(site: SiteRow, treatment: DestinationRow) -> PlaceName:
    return PlaceName(
        code=f"CONFIRMED/{site.code}/{treatment.label}",
        pool=Pool.CONFIRMED,
        site_id=site.id,
        destination_id=treatment.id,
    )


def in_bin(site: SiteRow, bin: Ref, destination: Ref | None) -> PlaceName:
    """A bin, within all bins of its site for its destination; a work bin has none."""
    destination_id = destination.id if destination else None
    all_bins = PlaceName(
        code=f"BIN/{site.code}/={destination.code if destination else 'work'}",
        pool=Pool.BIN,
        site_id=site.id,
        destination_id=destination_id,
    )
    return PlaceName(
        code=f"BIN/{site.code}/{bin.code}",
        pool=Pool.BIN,
        site_id=site.id,
        destination_id=destination_id,
        bin_id=bin.id,
        within=all_bins,
    )


def shipped(site: SiteRow, shipment: str, destination: Ref) -> PlaceName:
    """A shipment's part for one destination, within all that is under way to it."""
    all_shipped = PlaceName(
        code=f"SHIPPED/{site.code}/={destination.code}",
        pool=Pool.SHIPPED,
        site_id=site.id,
        destination_id=destination.id,
    )
    return PlaceName(
        code=f"SHIPPED/{site.code}/{shipment}/{destination.code}",
        pool=Pool.SHIPPED,
        site_id=site.id,
        destination_id=destination.id,
        shipment=shipment,
        within=all_shipped,
    )


def read_ahead(session: Session, names: Iterable[PlaceName]) -> None:
    """Know those of these places that exist, with the ones that they lie within. One statement."""
    wanted = list(names)
    within = {name.within.code for name in wanted if name.within}
    _known(session, sorted({name.code for name in wanted} | within))


def places(session: Session, names: Iterable[PlaceName]) -> list[PlaceRef]:
    """The places of these names, made where they are new. One statement when all exist."""
    wanted = list(names)
    every = {name.code: name for name in wanted}
    every |= {name.within.code: name.within for name in wanted if name.within}
    known = _known(session, every)
    new = [name for name in every.values() if name.code not in known]
    if new:
        # Two stations may need the same new place; with the head in hand one makes it.
        lock(session, f"site:{new[0].site}")
        known = _known(session, every)
        new = [name for name in every.values() if name.code not in known]
        for name in sorted(new, key=lambda name: name.within is not None):
            within_id = known[name.within.code].id if name.within else None
            session.execute(insert(_place).values(_columns(name, within_id)))
            known |= _known(session, [name.code])
    return [known[name.code] for name in wanted]


def _columns(name: PlaceName, within_id: int | None) -> dict[str, object]:
    return {
        "code": name.code,
        "pool": name.pool.value,
        "site_id": name.site_id,
        "destination_id": name.destination_id,
        "loss_kind_id": name.loss_kind_id,
        "bin_id": name.bin_id,
        "shipment": name.shipment,
        "within_id": within_id,
    }


_KNOWN = select(
    _place.c.id, _place.c.code, _place.c.pool, _place.c.within_id, _place.c.destination_id
).where(_place.c.code.in_(bindparam("codes", expanding=True)))


def _known(session: Session, codes: Iterable[str]) -> dict[str, PlaceRef]:
    """Those that exist. One statement, none where all of them are known."""
    sheet = sheet_of(session)
    wanted = list(codes)
    found = {code: sheet.recall((PLACE, code)) for code in wanted} if sheet else {}
    unknown = [code for code in wanted if found.get(code) is None]
    if not unknown:
        return found
    rows = session.connection().execute(_KNOWN, {"codes": unknown})
    read = {row.code: place_ref(row) for row in rows}
    if sheet:
        for code, place in read.items():
            sheet.know((PLACE, code), place)
    return {code: place for code, place in found.items() if place is not None} | read


def place_ref(
    row: Row[Any] | tuple[int, str, str, int | None, int | None],
) -> PlaceRef:
    """A PlaceRef from id, code, pool, within_id and destination_id."""
    key, code, pool, within_id, destination_id = tuple(row)
    return PlaceRef(
        id=key,
        code=code,
        pool=Pool(pool),
        total_id=within_id or key,
        may_owe=may_owe(code),
        destination_id=destination_id,
    )


def may_owe(code: str) -> bool:
    """Whether a place may stand below zero: SUPPLIER, and the weighing difference."""
    return code.startswith("SUPPLIER/") or code.endswith(f"/{WEIGHING_DIFFERENCE}")
