"""What a waybill says of a shipment: everybody who has to do with it, and what is in it.

It says what left, also after some of it came back; and never whose it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Quality, Stream
from catalogue.rows import DestinationRow, OrganisationRow, SiteRow
from catalogue.rulebook import OperatorBook, Rulebook
from dispatch import queries
from streams.queries import BinRow, lines_of_entry
from streams.rules import Line

STREAMS: Final = tuple(Stream)
WAYBILLS: Final = UUID("9d1f4c0a-5f0e-5b57-9a53-6a1b7d2c8e41")
"""In which codes of shipments are names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A part of the way. vihb: the carrier's number on that day, or none that is known."""

    number: int
    carrier: OrganisationRow
    vihb: str | None
    vehicle: str | None
    from_place: str
    to_place: str
    ordered_by: OrganisationRow
    departed_at: datetime


@dataclass(frozen=True, slots=True)
class StreamNumber:
    """The number under which the receiver notifies this waste, and what it is called there.

    route_collection, collector_scheme: how it is fetched, as it stands behind the number.
    """

    number: str
    usual_name: str
    processing_code: str
    route_collection: bool = False
    collector_scheme: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What goes to one destination. packing: how many bins stand in which kind of container.

    estimated_g: of mass_g. stream_number: what the receiver calls it, if that is known.
    """

    destination: DestinationRow
    packing: Mapping[str, int]
    bins: Sequence[str]
    mass_g: int
    estimated_g: int
    stream_number: StreamNumber | None = None

    @property
    def usual_name(self) -> str | None:
        """What everybody calls it: as the receiver notifies it, else as the operator says."""
        own = self.destination.usual_name
        return self.stream_number.usual_name if self.stream_number else own

    @property
    def processing_code(self) -> str:
        own = self.destination.processing_code
        return self.stream_number.processing_code if self.stream_number else own


@dataclass(frozen=True, slots=True, kw_only=True)
class Waybill:
    """number: unique at the operator. uuid: unique everywhere, and of no scan, whose number nobody
    is told outside of the floor.

    permit: the receiver's, as it was on the day.
    """

    number: str
    shipment: str
    uuid: str
    site: SiteRow
    operator: OrganisationRow
    receiver: OrganisationRow
    permit: str | None
    delivery: str
    shipped_on: date
    departed_at: datetime
    state: str
    legs: Sequence[Leg]
    goods: Sequence[Goods]

    @property
    def mass_g(self) -> int:
        return sum(one.mass_g for one in self.goods)

    @property
    def estimated_g(self) -> int:
        return sum(one.estimated_g for one in self.goods)

    @property
    def bins(self) -> int:
        return sum(len(one.bins) for one in self.goods)

    @property
    def is_waste(self) -> bool:
        return any(one.destination.is_waste for one in self.goods)


Numbers: TypeAlias = Callable[[SiteRow, OrganisationRow, str, date], StreamNumber | None]
"""Whoever knows waste stream numbers: site, outlet, Eural code and day in, a number out."""


def waybill_of(
    session: Session, book: Rulebook, code: str, viewer: Viewer, *, numbers: Numbers | None = None
) -> Waybill:
    """The waybill of a shipment, for its site's staff and its outlet. Seven statements, and what
    `numbers` asks per Eural code. Raises NotFound."""
    shipment = queries.shipment_by_code(session, book, code, viewer)
    operator = book.operator(shipment.site)
    receiver = book.organisations_by_id[shipment.outlet_id]
    left_at = queries.left_at(session, shipment.id)
    legs = legs_of(session, book, shipment, left_at)
    bins = queries.bins_of_shipment(session, book, shipment.id, as_it_left=True)
    kinds = {row.code: book.containers[row.container.code].kind for row in bins if row.container}
    goods = _goods(operator, lines_of_entry(session, shipment.id), bins, kinds)
    if numbers is not None:
        goods = [
            replace(one, stream_number=numbers(shipment.site, receiver, eural, shipment.shipped_on))
            if (eural := one.destination.eural)
            else one
            for one in goods
        ]
    return Waybill(
        number=shipment.waybill or shipment.code,
        shipment=shipment.code,
        uuid=str(uuid5(WAYBILLS, shipment.code)),
        site=shipment.site,
        operator=operator.organisation,
        receiver=receiver,
        permit=shipment.permit,
        delivery=legs[-1].to_place if legs else receiver.address,
        shipped_on=shipment.shipped_on,
        departed_at=left_at,
        state=shipment.state,
        legs=legs,
        goods=goods,
    )


def legs_of(
    session: Session, book: Rulebook, shipment: queries.ShipmentRow, left_at: datetime
) -> list[Leg]:
    """How a shipment travelled, in order; legs that were undone are left out. One statement.

    A leg begins where the one before it ended, and the last one ends at the outlet, unless it says
    otherwise.
    """
    known = book.organisations_by_id
    operator = book.operator(shipment.site).organisation
    rows = queries.legs_of_shipment(session, shipment.id)
    if not rows and shipment.carrier_id is not None:
        # It left before there were legs.
        carrier = known[shipment.carrier_id]
        rows = [queries.LegRow(1, carrier.id, carrier.vihb, None, None, None, None, left_at)]
    legs: list[Leg] = []
    at = shipment.site.address or shipment.site.name
    end = known[shipment.outlet_id].address or known[shipment.outlet_id].name
    for row in rows:
        if row.reversed:
            continue
        leg = Leg(
            number=len(legs) + 1,
            carrier=known[row.carrier_id],
            vihb=row.vihb,
            vehicle=row.vehicle,
            from_place=row.from_place or at,
            to_place=row.to_place or end,
            ordered_by=known[row.ordered_by_id] if row.ordered_by_id else operator,
            departed_at=row.departed_at,
        )
        legs.append(leg)
        at = leg.to_place
    return legs


def _goods(
    operator: OperatorBook, lines: Sequence[Line], bins: Sequence[BinRow], kinds: Mapping[str, str]
) -> list[Goods]:
    """By destination as it was when the bins were opened: reuse first, incineration last. kinds:
    of container, by the code of the bin that stands in one."""
    mass_g: Counter[int] = Counter()
    estimated_g: Counter[int] = Counter()
    for line in lines:
        destination_id = line.target.place.destination_id
        assert destination_id is not None, "a work bin does not leave"
        mass_g[destination_id] += line.mass_g
        if line.target.quality is Quality.ESTIMATED:
            estimated_g[destination_id] += line.mass_g
    found = []
    for destination_id, whole_g in mass_g.items():
        own = [row for row in bins if row.destination and row.destination.id == destination_id]
        packing = Counter(kinds.get(row.code, "") for row in own)
        found.append(
            Goods(
                destination=operator.destinations_by_id[destination_id],
                packing=dict(sorted(packing.items())),
                bins=[row.code for row in own],
                mass_g=whole_g,
                estimated_g=estimated_g[destination_id],
            )
        )
    return sorted(found, key=_place_on_paper)


def _place_on_paper(one: Goods) -> tuple[int, str]:
    return STREAMS.index(one.destination.stream), one.destination.label
