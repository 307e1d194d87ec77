"""Take things back that an outlet did not want, and book what it confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import Malformed
from catalogue.kinds import BinState, Pool, Quality, ShipmentState
from catalogue.rows import DestinationRow, SiteRow
from catalogue.rulebook import rulebook
from chain.rows import Ref, RowChange
from dispatch import queries, rules
from dispatch.bins import difference_flags, weighed_anew
from streams import places
from streams.acts import Act, Command
from streams.bins import open_bin
from streams.changes import after, bin_change, to_place
from streams.ledger import Booked, book, require_reason, site_day
from streams.mass import Grams, checked_g
from streams.queries import (
    BinRow,
    bins_by_code,
    by_label,
    contents_of_shipment,
)
from streams.rules import Line, Spot, Standing, divide, in_order, mass_in, share
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """A whole bin that came back, or a mass of the shipment (into a bin, or a new work bin)."""

    bin: str | None
    mass_g: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Command):
    """What an outlet refused or sent back."""

    lines: tuple[ReturnLine, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedLine:
    """So much was treated so. treatment: a destination code."""

    treatment: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """What the outlet did with a shipment. document: hash or name of its own paper."""

    lines: tuple[TreatedLine, ...]
    document: str | None


def take_back(
    session: Session, code: str, command: TakeBack, *, viewer: Viewer, now: datetime
) -> Booked:
    """Book what came back: whole bins as they left, or a mass into a bin or a new work bin.

    Raises NotFound, Malformed, StateForbids, MassExceeded, BinClosed, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "return", code, command):
        return before
    reference = rulebook(session)
    shipment = queries.shipment_by_code(session, reference, code, viewer, lock=True)
    require(viewer.is_staff)
    require_reason(reference.operator(shipment.site), command.reason, "return")
    rules.require_under_way(code, shipment.state)
    if not command.lines:
        raise Malformed(field="lines", problem="none")
    with_it = {row.code: row for row in queries.bins_of_shipment(session, reference, shipment.id)}
    named = sorted(line.bin for line in command.lines if line.bin)
    into = by_label(session, bins_by_code(session, reference, named, viewer), named)
    require(all(row.site.id == shipment.site.id for row in into.values()))
    came = [replace(line, bin=into[line.bin].code) if line.bin else line for line in command.lines]
    loose = [line for line in came if line.bin not in with_it or line.mass_g is not None]
    _require_loose(loose)
    if any(line.bin is None for line in loose):
        into[""] = open_bin(session, shipment.site, None, command, now=now)
    left: list[Standing] = contents_of_shipment(session, code)
    lines: list[Line] = []
    rows: list[RowChange] = []
    for wanted in came:
        if wanted in loose:
            moved = _loose(session, shipment.site, wanted, into[wanted.bin or ""], left)
        else:
            moved, changes = _whole_bin(session, shipment, with_it.pop(wanted.bin or ""), left)
            rows += changes
        lines += moved
        left = [s for s in after(left, moved) if s.spot.place.pool is Pool.SHIPPED]
    back_g = sum(line.mass_g for line in lines)
    if not left:
        rows.append(_ended(shipment, ShipmentState.RETURNED))
    act = Act(
        kind="return",
        site=shipment.site,
        command=command,
        target=code,
        subject=code,
        lines=lines,
        rows=rows,
        facts={"reason": command.reason},
        answer={
            "code": code,
            "mass_g": back_g,
            "in_transit_g": mass_in(left, Pool.SHIPPED),
            "treatments": list(shipment.treatments),
            "state": (ShipmentState.SHIPPED if left else ShipmentState.RETURNED).value,
        },
    )
    return book(session, act, now=now)


def _whole_bin(
    session: Session,
    shipment: queries.ShipmentRow,
    row: BinRow,
    left: Sequence[Standing],
) -> tuple[list[Line], list[RowChange]]:
    stands = {(s.batch.id, s.spot): s.mass_g for s in left}
    lines = [line.mirrored() for line in queries.rows_of_bin(session, shipment.id, row.id)]
    for line in lines:
        # Loose mass came back before: nobody can say any more what this bin still holds.
        rules.require_enough(line.mass_g, stands.get((line.batch.id, line.source), 0))
    back = bin_change(row, was={"state": row.state.value}, now={"state": BinState.CLOSED.value})
    returned = RowChange(
        table="shipment_bin",
        key=f"{shipment.code}/{row.code}",
        was={
            "shipment": Ref(shipment.id, shipment.code),
            "bin": row.ref,
            "returned": False,
        },
        values={
            "shipment": Ref(shipment.id, shipment.code),
            "bin": row.ref,
            "returned": True,
        },
    )
    return lines, [back, returned]


def _require_loose(lines: Sequence[ReturnLine]) -> None:
    """Each loose line weighs something."""
    for line in lines:
        checked_g(line.mass_g or 0, field="lines.mass_g")


def _loose(
    session: Session,
    site: SiteRow,
    wanted: ReturnLine,
    into: BinRow,
    left: Sequence[Standing],
) -> list[Line]:
    mass_g = wanted.mass_g or 0
    rules.require_enough(mass_g, mass_in(left, Pool.SHIPPED))
    rules.require_open(into.code, into.state)
    destination = into.destination.ref if into.destination else None
    rules.require_same_route(
        into.destination.id if into.destination else None,
        [s.spot.place.destination_id for s in left],
    )
    (place,) = places.places(session, [places.in_bin(site, into.ref, destination)])
    return to_place(share(left, mass_g), place)


def confirm(
    session: Session, code: str, command: Confirm, *, viewer: Viewer, now: datetime
) -> Booked:
    """Book what an outlet confirms of all that it still has of a shipment.

    More or less than was shipped is a weighing difference, divided and (beyond tolerance)
    flagged; then each treatment is divided over the rows by largest remainder.
    Raises NotFound, Malformed, MassExceeded (nothing left), DestinationForbidden, ScanReused.
    """
    if before := answered(session, "confirm", code, command):
        return before
    reference = rulebook(session)
    shipment = queries.shipment_by_code(session, reference, code, viewer, lock=True)
    operator = reference.operator(shipment.site)
    contents = contents_of_shipment(session, code)
    shipped_g = mass_in(contents, Pool.SHIPPED)
    total_g = rules.confirmed_g([line.mass_g for line in command.lines], shipped_g=shipped_g)
    day = site_day(command.scanned_at, shipment.site)
    treatments: dict[str, int] = {}
    for line in command.lines:
        rules.require_permitted(line.treatment, shipment.treatments)
        treatments[line.treatment] = treatments.get(line.treatment, 0) + line.mass_g
    ends = [(operator.destination(code, day), mass_g) for code, mass_g in treatments.items()]
    lines = weighed_anew(session, reference, shipment.site, contents, total_g, Quality.MEASURED)
    lines += _treated(session, shipment.site, after(contents, lines), ends)
    flags = difference_flags(operator, code, contents, summed_g=shipped_g, weighed_g=total_g)
    act = Act(
        kind="confirm",
        site=shipment.site,
        command=command,
        target=code,
        subject=code,
        lines=lines,
        rows=[_ended(shipment, ShipmentState.CONFIRMED)],
        flags=flags,
        facts={"document": command.document} if command.document else {},
        answer={
            "code": code,
            "mass_g": total_g,
            "shipped_g": shipped_g,
            "difference_g": total_g - shipped_g,
            "state": ShipmentState.CONFIRMED.value,
            "flags": [flag.code for flag in flags],
        },
    )
    return book(session, act, now=now)


def _treated(
    session: Session,
    site: SiteRow,
    contents: Sequence[Standing],
    treatments: Sequence[tuple[DestinationRow, int]],
) -> list[Line]:
    rows = in_order(s for s in contents if s.spot.place.pool is Pool.SHIPPED)
    ends = places.places(session, [places.confirmed(site, row) for row, _ in treatments])
    parts = rules.split_treatments(
        [row.mass_g for row in rows], [mass_g for _, mass_g in treatments]
    )
    lines = []
    for index, row in enumerate(rows):
        masses = [part[index] for part in parts]
        pieces = divide(max(0, row.pieces), masses)
        for place, mass_g, count in zip(ends, masses, pieces, strict=True):
            if mass_g:
                spot = Spot(place, row.spot.group, Quality.MEASURED)
                lines.append(Line(row.batch, row.spot, spot, Grams(mass_g), count or None))
    return lines


def _ended(shipment: queries.ShipmentRow, state: ShipmentState) -> RowChange:
    return RowChange(
        table="shipment",
        key=shipment.code,
        row_id=shipment.id,
        was={"state": shipment.state},
        values={"state": state.value},
    )
