"""Gates: what passed them, and what leaves through them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed
from catalogue.kinds import Pool
from catalogue.rows import DestinationRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.actions import lock
from chain.rows import Ref
from sorting import rules
from streams.acts import Act, Command, GateUse, shown
from streams.ledger import Booked, book
from streams.mass import checked_g
from streams.queries import (
    batch_by_code,
    bin_by_code,
    contents_of_bin,
    gate_balances,
    standings_of_batch,
)
from streams.rules import Line, Standing, divide, in_order, mass_in, require_active
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class PassGate(Command):
    """A mass, or a number of pieces, that passed a gate at a station."""

    station: str
    gate: str
    mass_g: int | None
    pieces: int | None
    evidence: str | None
    photos: tuple[str, ...] = ()


class Free:
    """What passed each gate and has not left yet, used up part by part within one act."""

    def __init__(self, balances: Mapping[tuple[int, int], Sequence[int]]) -> None:
        self._left = {key: list(free) for key, free in balances.items()}

    def left(self, batch_id: int, gate_id: int) -> list[int]:
        """Grams and pieces left, to be changed in place."""
        return self._left.setdefault((batch_id, gate_id), [0, 0])


def what_is_free(
    session: Session,
    site: SiteRow,
    targets: Sequence[DestinationRow | None],
    batch_ids: Collection[int],
) -> Free:
    """What passed the gates before these targets. A bin shares its batches with other bins, so
    what is free is counted with the head of the site's chain in hand."""
    if not any(target and target.gates for target in targets):
        return Free({})
    lock(session, site.chain)
    return Free(gate_balances(session, batch_ids))


def gate_uses(
    reference: Rulebook,
    target: DestinationRow | None,
    source: DestinationRow | None,
    lines: Sequence[Line],
    free: Free,
) -> list[GateUse]:
    """What these lines use up of each gate before the target. Raises GateMissing."""
    uses: list[GateUse] = []
    if target is None:
        return uses
    operator = next(
        book for book in reference.operators.values() if target.id in book.destinations_by_id
    )
    for code in rules.missing_gates(target, source):
        gate = operator.gate(code)
        for line in lines:
            left = free.left(line.batch.id, gate.id)
            drawn = rules.draw(code, target.code, mass_g=line.mass_g, pieces=line.pieces, free=left)
            left[0] += drawn.mass_g
            left[1] += drawn.pieces
            uses.append(GateUse(line.batch, gate.ref, drawn.mass_g, drawn.pieces))
    return uses


def pass_batch(
    session: Session, code: str, command: PassGate, *, viewer: Viewer, now: datetime
) -> Booked:
    """Record that so much of a batch passed a gate.

    Raises NotFound, Malformed, BatchClosed, BatchHeld, MassExceeded, ScanReused.
    """
    if before := answered(session, "gate", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    said, code = code, batch.code
    require_active(code, batch.state, held=batch.held)
    station = reference.station(command.station, batch.site)
    gate = reference.operator(batch.site).gate(command.gate)
    mass_g, pieces = _measure(command)
    rules.require_within(mass_g, mass_in(standings_of_batch(session, batch.id), *OWN_POOLS))
    use = GateUse(batch.ref, gate.ref, mass_g, pieces)
    act = Act(
        kind="gate",
        site=batch.site,
        command=command,
        target=said,
        subject=code,
        gate_uses=[use],
        facts=_facts(command, station.code),
        answer={"code": code, "gate": gate.code, "mass_g": mass_g, "pieces": pieces},
    )
    return book(session, act, now=now)


def pass_bin(
    session: Session, code: str, command: PassGate, *, viewer: Viewer, now: datetime
) -> Booked:
    """Record that so much of a bin passed a gate: divided over the batches in it.

    Raises NotFound, Malformed, BinEmpty, MassExceeded, ScanReused.
    """
    if before := answered(session, "gate", code, command):
        return before
    reference = rulebook(session)
    source = bin_by_code(session, reference, code, viewer, lock=True)
    said, code = code, source.code
    station = reference.station(command.station, source.site)
    gate = reference.operator(source.site).gate(command.gate)
    mass_g, pieces = _measure(command)
    contents = contents_of_bin(session, source.id)
    rules.require_filled(code, mass_in(contents, Pool.BIN))
    rules.require_within(mass_g, mass_in(contents, Pool.BIN))
    act = Act(
        kind="gate",
        site=source.site,
        command=command,
        target=said,
        subject=code,
        gate_uses=_divided(contents, gate.ref, mass_g, pieces),
        facts=_facts(command, station.code),
        answer={"code": code, "gate": gate.code, "mass_g": mass_g, "pieces": pieces},
    )
    return book(session, act, now=now)


OWN_POOLS = (Pool.HOLDING, Pool.QUARANTINE, Pool.BIN)


def _measure(command: PassGate) -> tuple[int, int]:
    if (command.mass_g is None) == (command.pieces is None):
        raise Malformed(field="mass_g", problem="either mass_g or pieces")
    if command.mass_g is not None:
        return checked_g(command.mass_g, field="mass_g"), 0
    assert command.pieces is not None
    if not 1 <= command.pieces <= 10_000_000:
        raise Malformed(field="pieces", problem="not above zero", given=command.pieces)
    return 0, command.pieces


def _facts(command: PassGate, station: str) -> dict[str, Any]:
    evidence = {"evidence": command.evidence} if command.evidence else {}
    return {"station": station, "gate": command.gate, **evidence, **shown(command.photos)}


def _divided(contents: Sequence[Standing], gate: Ref, mass_g: int, pieces: int) -> list[GateUse]:
    rows = in_order(contents)
    weights = [row.mass_g for row in rows]
    masses, counts = divide(mass_g, weights), divide(pieces, weights)
    return [
        GateUse(row.batch, gate, mass, count)
        for row, mass, count in zip(rows, masses, counts, strict=True)
        if mass or count
    ]
