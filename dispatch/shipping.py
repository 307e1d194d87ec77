"""Ship closed bins to an outlet that may take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.codes import CodeKind, mint
from catalogue.errors import Malformed, WaybillTaken
from catalogue.kinds import BinState, PartnerRole, Pool, ShipmentState
from catalogue.rows import PartnerRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import THIS_ENTRY, Ref, RowChange
from dispatch import queries, rules
from dispatch.legs import Travel, leg_change
from streams import places
from streams.acts import Act, Command
from streams.changes import bin_change, to_place
from streams.ledger import Booked, book, site_day
from streams.queries import BinRow, bins_by_code, contents_of_bins
from streams.rules import Line, Standing, mass_in
from streams.scans import answered

BINS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship(Command):
    """Closed bins that leave together for one outlet.

    waybill: its number, if the paper has one of its own; else it is the shipment's code. The rest
    is of the first leg: who drives, with what, to where (none: the outlet), ordered by whom (none:
    the operator).
    """

    outlet: str
    bins: tuple[str, ...]
    waybill: str | None
    carrier: str | None
    vehicle: str | None = None
    to_place: str | None = None
    ordered_by: str | None = None


def ship(session: Session, command: Ship, *, viewer: Viewer, now: datetime) -> Booked:
    """Ship bins to one outlet. Their weighed masses are the mass of the shipment.

    Raises NotFound, Malformed, BinOpen, BinClosed, BinEmpty, DestinationForbidden (outlet,
    work_bin), PermitMissing, PermitExpired, WaybillTaken, ScanReused.
    """
    if before := answered(session, "shipment", None, command):
        return before
    reference = rulebook(session)
    if not 1 <= len(command.bins) <= BINS_MAX or len(set(command.bins)) != len(command.bins):
        raise Malformed(field="bins", problem="1 to 500, each once", given=len(command.bins))
    rows = bins_by_code(session, reference, command.bins, viewer)
    site = rows[0].site
    require(all(row.site.id == site.id for row in rows))
    day = site_day(command.scanned_at, site)
    operator = reference.operator(site)
    outlet = reference.organisation(command.outlet)
    partner = operator.partner(outlet.id, PartnerRole.OUTLET)
    code = mint(CodeKind.SHIPMENT)
    leg = _first_leg(reference, site, code, command, day)
    _require_taken_by(rows, partner, outlet.code, day)
    waybill = (command.waybill or "").strip()
    _require_number_free(session, reference, site, waybill)
    contents = contents_of_bins(session, [row.id for row in rows])
    _require_filled(rows, contents)
    shipment = RowChange(
        table="shipment",
        key=code,
        values={
            "code": code,
            "site": site.ref,
            "outlet": outlet.ref,
            "carrier": reference.organisation(command.carrier).ref if command.carrier else None,
            "waybill": waybill or code,
            "shipped_on": day,
            "treatments": ",".join(partner.treatments),
            "state": ShipmentState.SHIPPED.value,
            "permit": partner.permit or None,
        },
    )
    act = Act(
        kind="shipment",
        site=site,
        command=command,
        subject=code,
        lines=_shipped(session, site, code, rows, contents),
        rows=[shipment, *leg, *_left(code, rows)],
        answer={
            "code": code,
            "mass_g": mass_in(contents, Pool.BIN),
            "waybill": waybill or code,
            "treatments": list(partner.treatments),
            "state": ShipmentState.SHIPPED.value,
        },
    )
    return book(session, act, now=now)


def _first_leg(
    reference: Rulebook, site: SiteRow, code: str, command: Ship, day: date
) -> list[RowChange]:
    rules.require_carrier(
        command.carrier,
        vehicle=command.vehicle,
        to_place=command.to_place,
        ordered_by=command.ordered_by,
    )
    if command.carrier is None:
        return []
    travel = Travel(
        carrier=command.carrier,
        vehicle=command.vehicle,
        from_place=None,
        to_place=command.to_place,
        ordered_by=command.ordered_by,
    )
    return [leg_change(reference, site, Ref(THIS_ENTRY, code), 1, travel, day)]


def _require_taken_by(rows: Sequence[BinRow], partner: PartnerRow, outlet: str, day: date) -> None:
    """Every bin is ready, and may go to this outlet on this day."""
    for row in rows:
        destination = row.destination.code if row.destination else None
        rules.require_ready(row.code, row.state, destination=destination)
        assert row.destination is not None, "a work bin was refused before"
        rules.require_permitted(row.destination.code, partner.treatments)
        rules.require_permit(row.destination, partner, outlet=outlet, on=day)


def _require_number_free(
    session: Session, reference: Rulebook, site: SiteRow, waybill: str
) -> None:
    """Raise WaybillTaken when the operator gave this number to another shipment."""
    if not waybill:
        return
    queries.lock_operator(session, site.operator_id)
    own = [row.id for row in reference.sites.values() if row.operator_id == site.operator_id]
    if other := queries.shipment_of_waybill(session, own, waybill):
        raise WaybillTaken(waybill=waybill, shipment=other)


def _require_filled(rows: Sequence[BinRow], contents: Sequence[Standing]) -> None:
    """A bin that was weighed, and sorted out again since, has nothing to send."""
    filled = {standing.spot.place.code.rsplit("/", 1)[-1] for standing in contents}
    for row in rows:
        rules.require_filled(row.code, 1 if row.code in filled else 0)


def _shipped(
    session: Session,
    site: SiteRow,
    code: str,
    rows: Sequence[BinRow],
    contents: Sequence[Standing],
) -> list[Line]:
    filled = {standing.spot.place.destination_id for standing in contents}
    refs = {
        row.destination.id: row.destination.ref
        for row in rows
        if row.destination and row.destination.id in filled
    }
    found = places.places(session, [places.shipped(site, code, ref) for ref in refs.values()])
    by_destination = dict(zip(refs, found, strict=True))
    lines = []
    for standing in contents:
        destination_id = standing.spot.place.destination_id
        assert destination_id is not None, "a work bin does not leave"
        lines += to_place([standing], by_destination[destination_id])
    return lines


def _left(shipment: str, rows: Sequence[BinRow]) -> list[RowChange]:
    changes = []
    for row in rows:
        shipped = {"state": BinState.SHIPPED.value}
        changes.append(bin_change(row, was={"state": row.state.value}, now=shipped))
        changes.append(
            RowChange(
                table="shipment_bin",
                key=f"{shipment}/{row.code}",
                values={
                    "shipment": Ref(THIS_ENTRY, shipment),
                    "bin": row.ref,
                    "returned": False,
                },
            )
        )
    return changes
