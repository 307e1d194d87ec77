"""Sort out of a batch or out of a bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import BinClosed, Malformed
from catalogue.kinds import WEIGHING_DIFFERENCE, BinState, Pool, Quality
from catalogue.rows import DestinationRow, GroupRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import Ref
from sorting import rules
from sorting.gates import gate_uses, what_is_free
from streams import places
from streams.acts import Act, Command, GateUse
from streams.bins import bin_for
from streams.changes import state_change
from streams.filling import bins_to_fill
from streams.ledger import Booked, book, site_day
from streams.mass import Grams
from streams.queries import (
    BatchRow,
    BinRow,
    batch_by_code,
    bin_by_code,
    by_label,
    contents_of_bin,
    standings_of_batch,
)
from streams.rules import (
    Line,
    PlaceRef,
    Spot,
    Standing,
    after,
    divide,
    excess_g,
    input_g,
    mass_in,
    require_active,
    share,
    state_by_balance,
    take,
    tolerance_g,
)
from streams.scans import answered
from streams.weights import frames_of, overdue_flags, quality_of

PARTS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One weighed part: into a bin, or into the open bin of a destination."""

    destination: str | None
    bin: str | None
    mass_g: int
    article_group: str | None
    pieces: int | None
    quality: str | None
    scale: str | None
    frame: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort(Command):
    """What came out of a batch or a bin at a station."""

    station: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part goes: its bin, as a place."""

    bin: BinRow
    place: PlaceRef
    group: GroupRow | None
    quality: Quality
    part: Part


def sort_batch(
    session: Session, code: str, command: Sort, *, viewer: Viewer, now: datetime
) -> Booked:
    """Book one weighing at a station: parts of a batch go into bins.

    More than is held is refused beyond the batch's tolerance; within it the excess is a weighing
    difference. Raises NotFound, Malformed, BatchClosed, BatchHeld, BinClosed, DestinationForbidden,
    GateMissing, MassExceeded, ScanReused.
    """
    if before := answered(session, "sort", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    said, code = code, batch.code
    require_active(code, batch.state, held=batch.held)
    site = batch.site
    station = reference.station(command.station, site)
    standings = standings_of_batch(session, batch.id)
    held_g = mass_in(standings, Pool.HOLDING)
    sorted_g = _checked_parts(command.parts)
    difference_g = sum(
        s.mass_g for s in standings if s.spot.place.code.endswith(f"/{WEIGHING_DIFFERENCE}")
    )
    over_g = excess_g(
        held_g=held_g,
        sorted_g=sorted_g,
        gained_g=-difference_g,
        tolerated_g=tolerance_g(input_g(standings), batch.group.tolerance_permille),
    )
    locked = _locked_bins(session, reference, site, command, viewer)
    into = _bins_of(session, reference, site, command, locked, now=now)
    lines = _gain(session, reference, batch, over_g) if over_g else []
    held = [s for s in after(standings, lines) if s.spot.place.pool is Pool.HOLDING]
    free = what_is_free(session, site, [t.bin.destination for t in into], {batch.id})
    uses: list[GateUse] = []
    for target in into:
        group = target.group or batch.group
        _require_may_go(reference, batch.supplier.id, target.bin.destination, group, site)
        taken = take(held, target.part.mass_g, measured_first=True)
        moved = _into(taken, target, group.ref)
        uses += gate_uses(reference, target.bin.destination, None, moved, free)
        held = [s for s in after(held, moved) if s.spot.place.pool is Pool.HOLDING]
        lines += moved
    then = after(standings, lines)
    state = state_by_balance(then)
    act = Act(
        kind="sort",
        site=site,
        command=command,
        target=said,
        subject=code,
        lines=lines,
        gate_uses=uses,
        rows=state_change(batch, state),
        flags=overdue_flags(
            reference,
            site,
            [part.scale for part in command.parts],
            day=site_day(command.scanned_at, site),
        ),
        facts={"station": station.code, **frames_of(command.parts)},
        answer={
            "code": code,
            "held_g": mass_in(then, Pool.HOLDING),
            "state": state.value,
            "bins": [target.bin.code for target in into],
            "weighing_difference_g": -over_g,
        },
    )
    return book(session, act, now=now)


def sort_bin(
    session: Session, code: str, command: Sort, *, viewer: Viewer, now: datetime
) -> Booked:
    """Sort out of a bin: what comes out is divided over the batches and groups that it holds.

    Raises NotFound, Malformed, BinClosed (gone), DestinationForbidden, GateMissing, MassExceeded,
    ScanReused.
    """
    if before := answered(session, "sort", code, command):
        return before
    reference = rulebook(session)
    seen = bin_by_code(session, reference, code, viewer)
    site, said, code = seen.site, code, seen.code
    station = reference.station(command.station, site)
    sorted_g = _checked_parts(command.parts)
    locked = _locked_bins(session, reference, site, command, viewer, code)
    source = next(row for row in locked if row.code == code)
    if source.state not in (BinState.OPEN, BinState.CLOSED):
        raise BinClosed(bin=code, state=source.state.value)
    contents = contents_of_bin(session, source.id)
    held_g = mass_in(contents, Pool.BIN)
    # A bin has no tolerance of its own: what it weighs differently is booked when it is closed.
    excess_g(held_g=held_g, sorted_g=sorted_g, gained_g=0, tolerated_g=0)
    into = _bins_of(session, reference, site, command, locked, now=now)
    if any(target.bin.id == source.id for target in into):
        raise Malformed(field="parts.bin", problem="the bin itself")
    free = what_is_free(
        session, site, [t.bin.destination for t in into], {s.batch.id for s in contents}
    )
    lines: list[Line] = []
    uses: list[GateUse] = []
    left: Sequence[Standing] = contents
    for target in into:
        taken = share(left, target.part.mass_g)
        for each in taken:
            found = target.group or reference.operator(site).groups[each.spot.group.code]
            _require_may_go(reference, each.batch.supplier_id, target.bin.destination, found, site)
        moved = _into(taken, target, target.group.ref if target.group else None)
        uses += gate_uses(reference, target.bin.destination, source.destination, moved, free)
        left = [s for s in after(left, moved) if s.spot.place.code == taken[0].spot.place.code]
        lines += moved
    act = Act(
        kind="sort",
        site=site,
        command=command,
        target=said,
        subject=code,
        lines=lines,
        gate_uses=uses,
        flags=overdue_flags(
            reference,
            site,
            [part.scale for part in command.parts],
            day=site_day(command.scanned_at, site),
        ),
        facts={"station": station.code, **frames_of(command.parts)},
        answer={
            "code": code,
            "held_g": held_g - sorted_g,
            "state": source.state.value,
            "bins": [target.bin.code for target in into],
        },
    )
    return book(session, act, now=now)


def _checked_parts(parts: Sequence[Part]) -> Grams:
    if not 1 <= len(parts) <= PARTS_MAX:
        raise Malformed(field="parts", problem="1 to 50", given=len(parts))
    for part in parts:
        rules.one_target(part.destination, part.bin)
    return Grams(sum(rules.checked_part(part.mass_g, part.pieces) for part in parts))


def _locked_bins(
    session: Session,
    reference: Rulebook,
    site: SiteRow,
    command: Sort,
    viewer: Viewer,
    *sources: str,
) -> list[BinRow]:
    """Every bin that the parts may go into, and where they come from, locked at once."""
    day = site_day(command.scanned_at, site)
    operator = reference.operator(site)
    wanted = {operator.destination(p.destination, day).id for p in command.parts if p.destination}
    codes = {part.bin for part in command.parts if part.bin} | set(sources)
    locked = bins_to_fill(session, reference, site, codes, wanted, viewer)
    require(all(row.site.id == site.id for row in locked))
    return locked


def _bins_of(
    session: Session,
    reference: Rulebook,
    site: SiteRow,
    command: Sort,
    locked: Sequence[BinRow],
    *,
    now: datetime,
) -> list[Place]:
    day = site_day(command.scanned_at, site)
    operator = reference.operator(site)
    by_code = by_label(session, locked, {part.bin for part in command.parts if part.bin})
    in_use = {r.destination.id: r for r in reversed(locked) if r.destination and r.is_open}
    found: list[tuple[BinRow, Part]] = []
    for part in command.parts:
        if part.bin is not None:
            row = by_code[part.bin]
        else:
            assert part.destination is not None
            destination = operator.destination(part.destination, day)
            if destination.id not in in_use:
                new = bin_for(session, reference, site, destination, command, now=now)
                in_use[destination.id] = new
            row = in_use[destination.id]
        if not row.is_open:
            raise BinClosed(bin=row.code, state=row.state.value)
        found.append((row, part))
    names = [
        places.in_bin(site, row.ref, row.destination.ref if row.destination else None)
        for row, _ in found
    ]
    return [
        Place(
            row,
            place,
            operator.group(part.article_group) if part.article_group else None,
            quality_of(reference, site, part.quality, part.scale, day),
            part,
        )
        for (row, part), place in zip(found, places.places(session, names), strict=True)
    ]


def _gain(session: Session, reference: Rulebook, batch: BatchRow, over_g: int) -> list[Line]:
    """The batch turned out to hold more than was weighed: the difference comes in, named."""
    operator = reference.operator(batch.site)
    loss, home = places.places(
        session,
        [
            places.loss(batch.site, operator.loss_kinds[WEIGHING_DIFFERENCE]),
            places.holding(batch.site),
        ],
    )
    unknown = operator.unknown.ref
    return [
        Line(
            batch.ref,
            Spot(loss, unknown, Quality.MEASURED),
            Spot(home, unknown, Quality.MEASURED),
            Grams(over_g),
        )
    ]


def _into(taken: Sequence[Standing], target: Place, group: Ref | None) -> list[Line]:
    """Lines into the bin. Counted pieces of the part go with its grams, by largest remainder."""
    counted = target.part.pieces
    pieces: Sequence[int | None] = [s.pieces or None for s in taken]
    if counted is not None:
        weights = [s.mass_g for s in taken]
        pieces = list(divide(counted, weights))
    return [
        Line(
            s.batch,
            s.spot,
            Spot(target.place, group or s.spot.group, target.quality),
            s.mass_g,
            count,
        )
        for s, count in zip(taken, pieces, strict=True)
    ]


def _require_may_go(
    reference: Rulebook,
    supplier_id: int,
    destination: DestinationRow | None,
    group: GroupRow,
    site: SiteRow,
) -> None:
    if destination is None:
        return
    operator = reference.operator(site)
    rules.may_go(
        destination,
        group,
        unknown=group.id == operator.unknown.id,
        of_supplier={
            group_id: codes
            for (owner, group_id), codes in operator.owner_rules.items()
            if owner == supplier_id
        },
        all_groups=[row for row in operator.groups.values() if row.id != operator.unknown.id],
    )
