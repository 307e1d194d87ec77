"""Take things back that an outlet did not want."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import Malformed
from catalogue.kinds import BinState, Pool, ShipmentState
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import Ref, RowChange
from dispatch import queries, rules
from dispatch.bins import difference_flags, weighed_anew
from streams import places
from streams.acts import Act, Command
from streams.bins import open_bin
from streams.changes import bin_change, to_place
from streams.ledger import Booked, book, require_reason
from streams.mass import checked_g
from streams.queries import BinRow, bins_by_code, by_label, contents_of_shipment
from streams.rules import Line, Standing, after, mass_in, share
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """A whole bin that came back, or a mass of the shipment (into a bin, or a new work bin)."""

    bin: str | None
    mass_g: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Command):
    """What an outlet refused or sent back. rest_g: what is still to come back of what the outlet
    refused; when it is said, anything else that lacks is a weighing difference."""

    lines: tuple[ReturnLine, ...]
    reason: str
    rest_g: int | None = None


@dataclass(frozen=True, slots=True)
class Unloaded:
    """What a return comes to: lines, changed rows, and what is left under way."""

    lines: list[Line]
    rows: list[RowChange]
    left: list[Standing]


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
    operator = reference.operator(shipment.site)
    require_reason(operator, command.reason, "return")
    rules.require_under_way(code, shipment.state)
    if not command.lines:
        raise Malformed(field="lines", problem="none")
    contents = contents_of_shipment(session, code)
    under_way_g = mass_in(contents, Pool.SHIPPED)
    done, back_g = _unload(session, reference, shipment, command, contents, viewer, now)
    refused_g = shipment.refused_g or 0
    expected_g = refused_g or under_way_g
    waiting_g = rules.still_refused_g(refused_g, back_g=back_g, rest_g=command.rest_g)
    flags = []
    if command.rest_g is not None:
        whole_g = back_g + command.rest_g
        asked = share(contents, expected_g)
        flags = difference_flags(operator, code, asked, summed_g=expected_g, weighed_g=whole_g)
    state = _state_after(shipment, done.left)
    act = Act(
        kind="return",
        site=shipment.site,
        command=command,
        target=code,
        subject=code,
        lines=done.lines,
        rows=[
            *done.rows,
            queries.shipment_change(
                shipment,
                state=state.value,
                refused_g=waiting_g,
                returned_g=(shipment.returned_g or 0) + back_g,
            ),
        ],
        flags=flags,
        facts={"reason": command.reason}
        | ({} if command.rest_g is None else {"rest_g": command.rest_g}),
        answer={
            "code": code,
            "mass_g": back_g,
            "in_transit_g": mass_in(done.left, Pool.SHIPPED),
            "treatments": list(shipment.treatments),
            "state": state.value,
            "flags": [flag.code for flag in flags],
        },
    )
    return book(session, act, now=now)


def _state_after(shipment: queries.ShipmentRow, left: Sequence[Standing]) -> ShipmentState:
    if left:
        return ShipmentState.SHIPPED
    return ShipmentState.CONFIRMED if shipment.confirmed_g else ShipmentState.RETURNED


def _unload(
    session: Session,
    reference: Rulebook,
    shipment: queries.ShipmentRow,
    command: TakeBack,
    contents: Sequence[Standing],
    viewer: Viewer,
    now: datetime,
) -> tuple[Unloaded, int]:
    """What the lines come to, with the difference to what should have come; and what came back."""
    with_it = {row.code: row for row in queries.bins_of_shipment(session, reference, shipment.id)}
    named = sorted(line.bin for line in command.lines if line.bin)
    into = by_label(session, bins_by_code(session, reference, named, viewer), named)
    require(all(row.site.id == shipment.site.id for row in into.values()))
    came = [replace(line, bin=into[line.bin].code) if line.bin else line for line in command.lines]
    loose = [line for line in came if line.bin not in with_it or line.mass_g is not None]
    _require_loose(loose)
    if any(line.bin is None for line in loose):
        into[""] = open_bin(session, shipment.site, None, command, now=now)
    whole = [with_it[line.bin or ""] for line in came if line not in loose]
    back = {row.code: queries.rows_of_bin(session, shipment.id, row.id) for row in whole}
    back_g = sum(line.mass_g or 0 for line in loose)
    back_g += sum(line.mass_g for lines in back.values() for line in lines)
    over_g = 0
    if command.rest_g is not None:
        expected_g = shipment.refused_g or mass_in(contents, Pool.SHIPPED)
        over_g = rules.not_owed(command.rest_g, "rest_g") + back_g - expected_g

    def weighed(standings: Sequence[Standing], change_g: int) -> list[Line]:
        whole_g = mass_in(standings, Pool.SHIPPED) + change_g
        return weighed_anew(session, reference, shipment.site, standings, whole_g, None)

    lines = weighed(contents, over_g) if over_g > 0 else []
    done = Unloaded(lines, [], _under_way(contents, lines))
    for wanted in came:
        if wanted in loose:
            moved = _loose(session, shipment.site, wanted, into[wanted.bin or ""], done.left)
        else:
            row = with_it.pop(wanted.bin or "")
            moved = _whole_bin(back[row.code], done.left)
            done.rows.extend(_bin_is_back(shipment, row))
        done.lines.extend(moved)
        done.left[:] = _under_way(done.left, moved)
    if over_g < 0:
        lost = weighed(done.left, over_g)
        done.lines.extend(lost)
        done.left[:] = _under_way(done.left, lost)
    return done, back_g


def _under_way(standings: Sequence[Standing], lines: Sequence[Line]) -> list[Standing]:
    return [s for s in after(standings, lines) if s.spot.place.pool is Pool.SHIPPED]


def _whole_bin(left_by: Sequence[Line], left: Sequence[Standing]) -> list[Line]:
    stands: Mapping[object, int] = {(s.batch.id, s.spot): s.mass_g for s in left}
    lines = [line.mirrored() for line in left_by]
    for line in lines:
        # Loose mass came back or was treated: nobody can say any more what this bin still holds.
        rules.require_enough(line.mass_g, stands.get((line.batch.id, line.source), 0))
    return lines


def _bin_is_back(shipment: queries.ShipmentRow, row: BinRow) -> list[RowChange]:
    back = bin_change(row, was={"state": row.state.value}, now={"state": BinState.CLOSED.value})
    named = {"shipment": Ref(shipment.id, shipment.code), "bin": row.ref}
    returned = RowChange(
        table="shipment_bin",
        key=f"{shipment.code}/{row.code}",
        was={**named, "returned": False},
        values={**named, "returned": True},
    )
    return [back, returned]


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
