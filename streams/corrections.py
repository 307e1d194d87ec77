"""Corrections: a wrong supplier, group, tare or weight, put right in one entry.

An entry that takes back and books anew at once: its lines are netted per balance, and only the
end state is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require_leader
from catalogue.codes import CodeKind, mint
from catalogue.errors import BatchClosed, Malformed
from catalogue.kinds import (
    WEIGHING_DIFFERENCE,
    BatchState,
    PartnerRole,
    Pool,
    Quality,
)
from catalogue.rows import OrganisationRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import THIS_ENTRY, Ref, RowChange, Value
from streams import places
from streams.acts import Act, Command, GateUse
from streams.changes import batch_change, counted_pieces
from streams.ledger import NEW_BATCH, Booked, book, require_reason
from streams.locks import lock_batch
from streams.mass import Grams, net_g
from streams.queries import BatchRow, batch_by_code, gate_balances, standings_of_batch
from streams.rules import (
    BatchRef,
    Line,
    Spot,
    Standing,
    after,
    in_order,
    mass_in,
    state_by_balance,
    take,
)
from streams.scans import answered
from streams.weights import known_quality

GONE = frozenset({BatchState.REFUSED, BatchState.REVERSED, BatchState.REPLACED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(Command):
    """What is right: only what is given is changed."""

    reason: str
    supplier: str | None
    article_group: str | None
    gross_g: int | None
    tare_g: int | None
    quality: str | None


def correct_batch(
    session: Session, code: str, command: Correct, *, viewer: Viewer, now: datetime
) -> Booked:
    """Put a batch right. A team leader's act; closed batches too (they open when mass is left).

    A wrong supplier makes a new batch with the received day of the first, which every gram and
    everything that passed a gate follows. Raises NotAllowed, NotFound, BatchClosed (gone),
    Malformed, ReasonNeeded, ScanReused.
    """
    require_leader(viewer)
    if before := answered(session, "correct", code, command):
        return before
    reference = rulebook(session)
    batch = _locked(session, reference, batch_by_code(session, reference, code, viewer), viewer)
    said, code = code, batch.code
    operator = reference.operator(batch.site)
    require_reason(operator, command.reason, "correction")
    if batch.state in GONE:
        raise BatchClosed(batch=code, state=batch.state.value)
    now_is = _right_values(reference, batch, command)
    supplier = _right_supplier(reference, batch, command)
    if not now_is and supplier is None:
        raise Malformed(field="supplier", problem="nothing to correct")
    standings = standings_of_batch(session, batch.id)
    lines = _right_mass(session, reference, batch, standings, command)
    then = after(standings, lines)
    state = _right_state(batch, then)
    if state is not batch.state:
        now_is["state"] = state.value
    if supplier is None:
        was = _values(batch, now_is)
        rows = [batch_change(batch, was=was, now=now_is)] if now_is else []
        new_code, gate_uses = code, []
    else:
        new_code = mint(CodeKind.BATCH)
        rows = _replaced(batch, new_code, supplier, state, now_is)
        follow = BatchRef(NEW_BATCH, new_code, supplier.id, batch.received_day)
        lines += _followed(then, follow)
        gate_uses = _gates_followed(session, reference, batch, follow)
    act = Act(
        kind="correct",
        site=batch.site,
        command=command,
        target=said,
        subject=code,
        lines=lines,
        gate_uses=gate_uses,
        rows=rows,
        facts={"reason": command.reason, "new_batch": new_code},
        answer={
            "code": new_code,
            "held_g": mass_in(then, Pool.HOLDING),
            "state": state.value,
            "mass_g": right_net_g(batch, command),
        },
    )
    return book(session, act, now=now)


def _locked(session: Session, reference: Rulebook, batch: BatchRow, viewer: Viewer) -> BatchRow:
    """The batch as it is once nobody else moves it or what it is mixed with."""

    def standing_at() -> set[int]:
        return {s.spot.place.id for s in standings_of_batch(session, batch.id)}

    lock_batch(session, batch.site, batch.code, standing_at)
    return batch_by_code(session, reference, batch.code, viewer)


def right_net_g(batch: BatchRow, command: Correct) -> int:
    """What the batch weighed as it came in, as far as we know now."""
    gross_g = batch.gross_g if command.gross_g is None else command.gross_g
    return gross_g - (batch.tare_g if command.tare_g is None else command.tare_g)


def _right_values(reference: Rulebook, batch: BatchRow, command: Correct) -> dict[str, Value]:
    """The columns that change, with their right values."""
    gross_g = batch.gross_g if command.gross_g is None else command.gross_g
    tare_g = batch.tare_g if command.tare_g is None else command.tare_g
    net_g(gross_g, tare_g)
    quality = known_quality(command.quality) if command.quality else batch.quality
    group = batch.group
    if command.article_group is not None:
        group = reference.operator(batch.site).group(command.article_group)
    compared: Sequence[tuple[str, Value, Value]] = (
        ("gross_g", batch.gross_g, gross_g),
        ("tare_g", batch.tare_g, tare_g),
        ("quality", batch.quality.value, quality.value),
        ("group", batch.group.ref, group.ref),
    )
    return {name: new for name, old, new in compared if old != new}


def _values(batch: BatchRow, names: dict[str, Value]) -> dict[str, Value]:
    known: dict[str, Value] = {
        "gross_g": batch.gross_g,
        "tare_g": batch.tare_g,
        "quality": batch.quality.value,
        "group": batch.group.ref,
        "state": batch.state.value,
    }
    return {name: known[name] for name in names}


def _right_supplier(
    reference: Rulebook, batch: BatchRow, command: Correct
) -> OrganisationRow | None:
    if command.supplier is None or command.supplier == batch.supplier.code:
        return None
    supplier = reference.organisation(command.supplier)
    reference.operator(batch.site).partner(supplier.id, PartnerRole.SUPPLIER)
    return supplier


def _right_state(batch: BatchRow, then: Sequence[Standing]) -> BatchState:
    if batch.state is BatchState.CLOSED and mass_in(then, Pool.HOLDING) == 0:
        return BatchState.CLOSED
    return state_by_balance(then)


def _right_mass(
    session: Session,
    reference: Rulebook,
    batch: BatchRow,
    standings: Sequence[Standing],
    command: Correct,
) -> list[Line]:
    """Lines for another net mass or quality. What is no longer held comes off (or goes to) the
    weighing difference: that is what the wrong weight was booked as."""
    quality = known_quality(command.quality) if command.quality else batch.quality
    operator = reference.operator(batch.site)
    origin, home = places.places(session, [places.supplier(batch.site), places.holding(batch.site)])
    owed = [s for s in standings if s.spot.place.id == origin.id]
    lines: list[Line] = []
    if command.gross_g is not None or command.tare_g is not None:
        # An estimate that was weighed since came in as weighed: that is what is put right now.
        more_g = right_net_g(batch, command) + mass_in(owed, Pool.SUPPLIER)
        known = Spot(origin, operator.unknown.ref, batch.quality)
        if more_g > 0:
            held = Spot(home, operator.unknown.ref, batch.quality)
            lines.append(Line(batch.ref, known, held, Grams(more_g)))
        elif more_g < 0:
            lines += _taken_back(session, reference, batch, standings, known, Grams(-more_g))
    if quality is not batch.quality:
        lines += _right_quality(after(standings, lines), quality)
    return lines


def _taken_back(
    session: Session,
    reference: Rulebook,
    batch: BatchRow,
    standings: Sequence[Standing],
    origin: Spot,
    less_g: Grams,
) -> list[Line]:
    """What never came in goes back: what is held first, the rest off the weighing difference.

    Each gram goes back as well known as it came, as long as that much of it came so.
    """
    operator = reference.operator(batch.site)
    held = [s for s in standings if s.spot.place.pool is Pool.HOLDING]
    from_home = min(less_g, mass_in(held, Pool.HOLDING))
    parts = [
        (s.spot, int(s.mass_g), s.pieces)
        for s in take(held, from_home, measured_first=origin.quality is Quality.MEASURED)
    ]
    if less_g > from_home:
        kind = operator.loss_kinds[WEIGHING_DIFFERENCE]
        (loss,) = places.places(session, [places.loss(batch.site, kind)])
        named = Spot(loss, operator.unknown.ref, Quality.MEASURED)
        parts.append((named, less_g - from_home, 0))
    owed = {
        s.spot: -int(s.mass_g) for s in in_order(standings) if s.spot.place.id == origin.place.id
    }
    lines = []
    for spot, mass_g, pieces in parts:
        left_g, left_pieces = mass_g, pieces
        wanted = spot.quality if spot.place.pool is Pool.HOLDING else origin.quality
        for back in sorted(owed, key=lambda debt: debt.quality is not wanted):
            part_g = min(left_g, owed[back])
            if part_g > 0:
                lines.append(Line(batch.ref, spot, back, Grams(part_g), left_pieces or None))
                owed[back] -= part_g
                left_g, left_pieces = left_g - part_g, 0
    return lines


def _right_quality(standings: Sequence[Standing], quality: Quality) -> list[Line]:
    """What came in, and what of it is still held, is known as well (or badly) as this."""
    lines = []
    for s in standings:
        if s.spot.quality is quality:
            continue
        known = Spot(s.spot.place, s.spot.group, quality)
        if s.spot.place.pool is Pool.SUPPLIER and s.mass_g < 0:
            lines.append(Line(s.batch, known, s.spot, Grams(-s.mass_g)))
        elif s.spot.place.pool in (Pool.HOLDING, Pool.QUARANTINE):
            lines.append(Line(s.batch, s.spot, known, s.mass_g, counted_pieces(s)))
    return lines


def _replaced(
    batch: BatchRow,
    code: str,
    supplier: OrganisationRow,
    state: BatchState,
    right: dict[str, Value],
) -> list[RowChange]:
    values: dict[str, Value] = {
        "code": code,
        "site": batch.site.ref,
        "supplier": supplier.ref,
        "group": batch.group.ref,
        "received_day": batch.received_day,
        "gross_g": batch.gross_g,
        "tare_g": batch.tare_g,
        "quality": batch.quality.value,
        "pieces": batch.pieces,
        "eural": batch.eural,
        "held": batch.held,
        "replaced_by": None,
    }
    new = RowChange(table="batch", key=code, values=values | right | {"state": state.value})
    old = batch_change(
        batch,
        was={"state": batch.state.value, "replaced_by": None, "held": batch.held},
        now={
            "state": BatchState.REPLACED.value,
            "replaced_by": Ref(THIS_ENTRY, code),
            "held": False,
        },
    )
    return [new, old]


def _followed(standings: Sequence[Standing], follow: BatchRef) -> list[Line]:
    """Every gram leaves the old batch and stands in the new one on the same spot.

    What stands above zero is matched with what stands below (the supplier's side, and a gain), so
    that every balance of the old batch comes to zero.
    """
    rows = in_order(standings)
    owed = [[s.spot, -s.mass_g] for s in rows if s.mass_g < 0]
    lines = []
    for s in rows:
        left, pieces = int(s.mass_g), max(0, s.pieces)
        while left > 0:
            spot, room = owed[0]
            assert isinstance(spot, Spot), "pairs of a spot and what it owes"
            assert isinstance(room, int), "pairs of a spot and what it owes"
            mass = Grams(min(left, room))
            old = Line(s.batch, s.spot, spot, mass, pieces or None)
            lines += [old, Line(follow, spot, s.spot, mass, pieces or None)]
            left, pieces, owed[0][1] = left - mass, 0, room - mass
            if owed[0][1] == 0:
                owed.pop(0)
    return lines


def _gates_followed(
    session: Session, reference: Rulebook, batch: BatchRow, follow: BatchRef
) -> list[GateUse]:
    gates = {row.id: row.ref for row in reference.operator(batch.site).gates.values()}
    uses = []
    for (_, gate_id), (free_g, free_pieces) in gate_balances(session, [batch.id]).items():
        if free_g or free_pieces:
            uses.append(GateUse(batch.ref, gates[gate_id], -free_g, -free_pieces))
            uses.append(GateUse(follow, gates[gate_id], free_g, free_pieces))
    return uses
