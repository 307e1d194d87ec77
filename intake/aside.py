"""Hold, release and refuse: what is set aside, and what goes back to the supplier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require_leader
from catalogue.kinds import BatchState, Pool
from catalogue.rows import SiteRow
from catalogue.rulebook import rulebook
from chain.rows import RowChange
from intake import rules
from streams import places
from streams.acts import Act, Command, shown
from streams.changes import batch_change, follow_balance, to_place
from streams.ledger import Booked, book, require_reason
from streams.mass import checked_g
from streams.queries import BatchRow, batch_by_code, standings_of_batch
from streams.rules import (
    Line,
    Standing,
    after,
    input_g,
    mass_in,
    require_active,
    state_by_balance,
    take,
)
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside(Command):
    """Hold, release or refuse a batch: the whole of it, or a mass of it."""

    reason: str
    mass_g: int | None
    photos: tuple[str, ...] = ()


def hold_batch(
    session: Session, code: str, command: SetAside, *, viewer: Viewer, now: datetime
) -> Booked:
    """Put a whole batch on hold (which moves nothing), or set a mass of it apart.

    Raises NotFound, BatchClosed, BatchHeld, MassExceeded, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "hold", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    require_reason(reference.operator(batch.site), command.reason, "hold")
    require_active(code, batch.state, held=False)
    standings = standings_of_batch(session, batch.id)
    if command.mass_g is None:
        rules.require_not_held(code, held=batch.held)
        rows = [batch_change(batch, was={"held": False}, now={"held": True})]
        return _set_aside(
            session, "hold", batch, code, command, standings, [], rows, now=now, held=True
        )
    lines = _moved(session, batch, standings, Pool.HOLDING, places.quarantine, command.mass_g)
    rows = follow_balance(batch, standings, lines)
    return _set_aside(
        session, "hold", batch, code, command, standings, lines, rows, now=now, held=batch.held
    )


def release_batch(
    session: Session, code: str, command: SetAside, *, viewer: Viewer, now: datetime
) -> Booked:
    """Let a held batch, or a mass set apart, go on. A team leader's act.

    Raises NotAllowed, NotFound, BatchClosed, MassExceeded, StateForbids, ReasonNeeded, ScanReused.
    """
    require_leader(viewer)
    if before := answered(session, "release", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    require_reason(reference.operator(batch.site), command.reason, "release")
    require_active(code, batch.state, held=False)
    standings = standings_of_batch(session, batch.id)
    apart_g = mass_in(standings, Pool.QUARANTINE)
    whole = command.mass_g is None
    mass_g = apart_g if whole and not batch.held else command.mass_g
    if whole and not batch.held and not apart_g:
        rules.require_state(code, batch.state.value, "held")
    lines = (
        _moved(session, batch, standings, Pool.QUARANTINE, places.holding, mass_g) if mass_g else []
    )
    rows = follow_balance(batch, standings, lines)
    held = batch.held and not whole
    if batch.held and whole:
        rows.append(batch_change(batch, was={"held": True}, now={"held": False}))
    return _set_aside(
        session, "release", batch, code, command, standings, lines, rows, now=now, held=held
    )


def refuse_batch(
    session: Session, code: str, command: SetAside, *, viewer: Viewer, now: datetime
) -> Booked:
    """Send a batch, or a mass of it, back to its supplier, who sees the reason.

    Raises NotFound, BatchClosed, MassExceeded, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "refuse", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    require_reason(reference.operator(batch.site), command.reason, "refusal")
    require_active(code, batch.state, held=False)
    standings = standings_of_batch(session, batch.id)
    held_g = mass_in(standings, Pool.HOLDING)
    mass_g = held_g if command.mass_g is None else command.mass_g
    lines = _moved(session, batch, standings, Pool.HOLDING, places.returned, mass_g)
    if mass_g == input_g(standings):
        refused = {"state": BatchState.REFUSED.value}
        rows = [batch_change(batch, was={"state": batch.state.value}, now=refused)]
    else:
        rows = follow_balance(batch, standings, lines)
    return _set_aside(
        session, "refuse", batch, code, command, standings, lines, rows, now=now, held=batch.held
    )


def _moved(
    session: Session,
    batch: BatchRow,
    standings: list[Standing],
    pool: Pool,
    to: Callable[[SiteRow], places.PlaceName],
    mass_g: int,
) -> list[Line]:
    rules.require_held(mass_g=checked_g(mass_g, field="mass_g"), held_g=mass_in(standings, pool))
    (place,) = places.places(session, [to(batch.site)])
    here = [s for s in standings if s.spot.place.pool is pool]
    return to_place(take(here, mass_g, measured_first=False), place)


def _set_aside(
    session: Session,
    kind: str,
    batch: BatchRow,
    said: str,
    command: SetAside,
    standings: list[Standing],
    lines: list[Line],
    rows: list[RowChange],
    *,
    now: datetime,
    held: bool,
) -> Booked:
    then = after(standings, lines)
    refused = any(change.values.get("state") == BatchState.REFUSED.value for change in rows)
    state = BatchState.REFUSED if refused else state_by_balance(then)
    act = Act(
        kind=kind,
        site=batch.site,
        command=command,
        target=said,
        subject=batch.code,
        lines=lines,
        rows=rows,
        facts={"reason": command.reason, **shown(command.photos)},
        answer={
            "code": batch.code,
            "state": state.value,
            "held": held,
            "held_g": mass_in(then, Pool.HOLDING),
            "quarantine_g": mass_in(then, Pool.QUARANTINE),
        },
    )
    return book(session, act, now=now)
