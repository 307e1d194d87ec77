"""The way of a shipment: one leg per carrier, each in the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import StateForbids
from catalogue.kinds import PartnerRole, ShipmentState
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import Ref, RowChange
from dispatch import queries, rules
from streams.acts import Act, Command
from streams.ledger import Booked, book, site_day
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """Who carries, with what, from where to where, ordered by whom. None: as `tables.Leg` says."""

    carrier: str
    vehicle: str | None
    from_place: str | None
    to_place: str | None
    ordered_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLeg(Command):
    """A shipment goes on with another vehicle, or another carrier. scanned_at: when it left."""

    carrier: str
    vehicle: str | None
    from_place: str | None
    to_place: str | None
    ordered_by: str | None


def add_leg(
    session: Session, code: str, command: AddLeg, *, viewer: Viewer, now: datetime
) -> Booked:
    """Book a further leg of a shipment; a first one where nobody said how it left.

    Raises NotFound, LegTooEarly, StateForbids, ScanReused.
    """
    if before := answered(session, "leg", code, command):
        return before
    reference = rulebook(session)
    shipment = queries.shipment_by_code(session, reference, code, viewer, lock=True)
    require(viewer.is_staff)
    if shipment.state == ShipmentState.REVERSED:
        raise StateForbids(subject=code, state=shipment.state)
    legs = queries.legs_of_shipment(session, shipment.id)
    standing = [leg.departed_at for leg in legs if not leg.reversed]
    left_at = max([queries.left_at(session, shipment.id), *standing])
    zone = ZoneInfo(shipment.site.timezone)
    rules.require_after(code, command.scanned_at, left_at.astimezone(zone))
    # A carrier that was named before there were legs drove the first one.
    number = max(len(legs), 1 if shipment.carrier_id else 0) + 1
    day = site_day(command.scanned_at, shipment.site)
    travel = Travel(
        carrier=command.carrier,
        vehicle=command.vehicle,
        from_place=command.from_place,
        to_place=command.to_place,
        ordered_by=command.ordered_by,
    )
    change = leg_change(
        reference, shipment.site, Ref(shipment.id, shipment.code), number, travel, day
    )
    act = Act(
        kind="leg",
        site=shipment.site,
        command=command,
        target=code,
        subject=code,
        rows=[change],
        answer={"code": code, "leg": number, "state": shipment.state},
    )
    return book(session, act, now=now)


def leg_change(
    reference: Rulebook, site: SiteRow, shipment: Ref, number: int, travel: Travel, day: date
) -> RowChange:
    """The row of a leg. Raises NotFound unless the carrier carries for this operator, and whoever
    ordered it has to do with the operator."""
    operator = reference.operator(site)
    carrier = reference.organisation(travel.carrier)
    operator.partner(carrier.id, PartnerRole.CARRIER)
    client = reference.organisation(travel.ordered_by) if travel.ordered_by else None
    require(client is None or client.id in {operator.organisation.id, *operator.partners})
    code = f"{shipment.code}/{number}"
    return RowChange(
        table="leg",
        key=code,
        values={
            "code": code,
            "shipment": shipment,
            "number": number,
            "carrier": carrier.ref,
            "vihb": carrier.vihb,
            "vehicle": travel.vehicle,
            "from_place": travel.from_place,
            "to_place": travel.to_place,
            "ordered_by": client.ref if client else None,
            "departed_on": day,
            "reversed": False,
        },
    )
