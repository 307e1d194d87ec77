"""Close a batch when its balance closes, and reopen it, visibly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed
from catalogue.kinds import WEIGHING_DIFFERENCE, BatchState, Pool, Quality
from catalogue.rulebook import OperatorBook, rulebook
from sorting import rules
from streams import places
from streams.acts import Act, Command, Flagged
from streams.changes import batch_change, to_place
from streams.ledger import Booked, book, require_reason
from streams.mass import Grams, checked_g
from streams.queries import BatchRow, batch_by_code, standings_of_batch
from streams.rules import (
    Line,
    Spot,
    Standing,
    after,
    input_g,
    mass_in,
    require_active,
    state_by_balance,
    take,
    tolerance_g,
)
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLoss:
    """Grams that went lost, and how."""

    kind: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    """Close a batch, or reopen it (then without losses)."""

    station: str
    losses: tuple[NamedLoss, ...]
    reason: str | None


def close_batch(
    session: Session, code: str, command: Close, *, viewer: Viewer, now: datetime
) -> Booked:
    """Close a batch: input = outputs + named losses, within its tolerance.

    What the losses leave unexplained becomes weighing difference. Above the tolerance, or above
    the limit of a loss kind, a team leader closes with a reason.
    Raises NotFound, BatchClosed, BatchHeld, BalanceOpen, LossLimit, Malformed, ReasonNeeded,
    ScanReused.
    """
    if before := answered(session, "close", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    said, code = code, batch.code
    require_active(code, batch.state, held=batch.held)
    station = reference.station(command.station, batch.site)
    operator = reference.operator(batch.site)
    standings = standings_of_batch(session, batch.id)
    forced = viewer.is_leader and command.reason is not None
    if command.reason is not None:
        require_reason(operator, command.reason, "close")
    losses_g = _checked_losses(operator, batch, standings, command.losses, forced=forced)
    difference_g = rules.closing_difference(
        _closing(batch, standings, command.losses), by_leader_with_reason=forced
    )
    lines = _booked_losses(session, operator, batch, standings, command.losses, difference_g)
    flags = (
        [Flagged("closed_with_difference", code, {"difference_g": difference_g})]
        if forced and difference_g
        else []
    )
    closed = batch_change(
        batch, was={"state": batch.state.value}, now={"state": BatchState.CLOSED.value}
    )
    act = Act(
        kind="close",
        site=batch.site,
        command=command,
        target=said,
        subject=code,
        lines=lines,
        rows=[closed],
        flags=flags,
        facts={"station": station.code, "reason": command.reason},
        answer={
            "code": code,
            "state": BatchState.CLOSED.value,
            "held_g": 0,
            "loss_g": losses_g,
            "difference_g": difference_g,
        },
    )
    return book(session, act, now=now)


def reopen_batch(
    session: Session, code: str, command: Close, *, viewer: Viewer, now: datetime
) -> Booked:
    """Open a closed batch again. Raises NotFound, StateForbids, ReasonNeeded, ScanReused."""
    if before := answered(session, "reopen", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    said, code = code, batch.code
    station = reference.station(command.station, batch.site)
    if command.losses:
        raise Malformed(field="losses", problem="not when reopening")
    if command.reason is not None:
        require_reason(reference.operator(batch.site), command.reason, "reopen")
    rules.require_closed(code, batch.state)
    state = state_by_balance(standings_of_batch(session, batch.id))
    opened = batch_change(batch, was={"state": batch.state.value}, now={"state": state.value})
    act = Act(
        kind="reopen",
        site=batch.site,
        command=command,
        target=said,
        subject=code,
        rows=[opened],
        facts={"station": station.code, "reason": command.reason},
        answer={"code": code, "state": state.value, "held_g": 0},
    )
    return book(session, act, now=now)


def _checked_losses(
    operator: OperatorBook,
    batch: BatchRow,
    standings: Sequence[Standing],
    losses: Sequence[NamedLoss],
    *,
    forced: bool,
) -> int:
    input_mass_g = input_g(standings)
    wanted: dict[str, int] = {}
    for loss in losses:
        checked_g(loss.mass_g, field="losses.mass_g")
        wanted[loss.kind] = wanted.get(loss.kind, 0) + loss.mass_g
    for kind, mass_g in wanted.items():
        row = operator.loss_kind(kind)
        permille = (
            batch.group.tolerance_permille
            if kind == WEIGHING_DIFFERENCE
            else row.more["limit_permille"]
        )
        rules.require_loss_within(
            kind=kind,
            before_g=_lost(standings, f"LOSS/{batch.site.code}/{kind}"),
            loss_g=mass_g,
            limit_g=tolerance_g(input_mass_g, permille),
            by_leader_with_reason=forced,
        )
    return sum(wanted.values())


def _closing(
    batch: BatchRow, standings: Sequence[Standing], losses: Sequence[NamedLoss]
) -> rules.Closing:
    """A weighing difference that is named counts like one that is not."""
    named_g = sum(loss.mass_g for loss in losses if loss.kind == WEIGHING_DIFFERENCE)
    differed_g = _lost(standings, f"LOSS/{batch.site.code}/{WEIGHING_DIFFERENCE}")
    work_bins_g = sum(
        s.mass_g
        for s in standings
        if s.spot.place.pool is Pool.BIN and s.spot.place.destination_id is None
    )
    return rules.Closing(
        held_g=mass_in(standings, Pool.HOLDING),
        quarantine_g=mass_in(standings, Pool.QUARANTINE),
        work_bin_g=work_bins_g,
        losses_g=sum(loss.mass_g for loss in losses),
        difference_before_g=differed_g + named_g,
        tolerance_g=tolerance_g(input_g(standings), batch.group.tolerance_permille),
    )


def _lost(standings: Sequence[Standing], place: str) -> int:
    return sum(s.mass_g for s in standings if s.spot.place.code == place)


def _booked_losses(
    session: Session,
    operator: OperatorBook,
    batch: BatchRow,
    standings: Sequence[Standing],
    losses: Sequence[NamedLoss],
    difference_g: int,
) -> list[Line]:
    """The difference first (a gain must be there before it can be lost), then each loss."""
    wanted = [(WEIGHING_DIFFERENCE, difference_g)] if difference_g else []
    wanted += [(loss.kind, loss.mass_g) for loss in losses]
    found = places.places(
        session, [places.loss(batch.site, operator.loss_kind(kind)) for kind, _ in wanted]
    )
    (home,) = places.places(session, [places.holding(batch.site)])
    unknown = operator.unknown.ref
    lines: list[Line] = []
    for place, (_, mass_g) in zip(found, wanted, strict=True):
        if mass_g < 0:
            owed = Spot(place, unknown, Quality.MEASURED)
            gained = Spot(home, unknown, Quality.MEASURED)
            lines.append(Line(batch.ref, owed, gained, Grams(-mass_g)))
        else:
            held = [s for s in after(standings, lines) if s.spot.place.id == home.id]
            lines += to_place(take(held, mass_g, measured_first=False), place)
    return lines
