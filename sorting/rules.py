"""Rules of the work floor, pure: where something may go, and what a gate still covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalogue.errors import (
    BalanceOpen,
    BinEmpty,
    DestinationForbidden,
    GateMissing,
    LossLimit,
    Malformed,
    MassExceeded,
    StateForbids,
)
from catalogue.kinds import BatchState
from catalogue.rows import DestinationRow, GroupRow
from streams.mass import Grams, checked_g


@dataclass(frozen=True, slots=True)
class Draw:
    """What leaves through a gate: by mass, or by pieces when that is what passed."""

    mass_g: int
    pieces: int


def may_go(
    destination: DestinationRow,
    group: GroupRow,
    *,
    unknown: bool,
    of_supplier: Mapping[int, frozenset[str]],
    all_groups: Iterable[GroupRow],
) -> None:
    """Raise DestinationForbidden unless the owner lets this group go there.

    of_supplier: destination codes per group that the owner named; a group without a rule may go
    where its security class is accepted. An unknown group may go only where every group may.
    """
    groups = all_groups if unknown else (group,)
    for each in groups:
        named = of_supplier.get(each.id)
        if named is not None and destination.code not in named:
            _forbid("owner", destination, group)
        if named is None and each.security.value not in destination.accepts:
            _forbid("security", destination, group)


def _forbid(rule: str, destination: DestinationRow, group: GroupRow) -> None:
    raise DestinationForbidden(rule=rule, destination=destination.code, article_group=group.code)


def missing_gates(target: DestinationRow | None, source: DestinationRow | None) -> tuple[str, ...]:
    """Gates of the target that what stands in the source has not left through already."""
    if target is None:
        return ()
    passed = source.gates if source else ()
    return tuple(gate for gate in target.gates if gate not in passed)


def draw(
    gate: str, destination: str, *, mass_g: int, pieces: int | None, free: Sequence[int]
) -> Draw:
    """What this part uses up of what passed: its mass, else its counted pieces.

    free: grams and pieces that passed and have not left. Raises GateMissing when neither covers.
    """
    free_g, free_pieces = free
    if mass_g <= free_g:
        return Draw(-mass_g, 0)
    if pieces is not None and 0 < pieces <= free_pieces:
        return Draw(0, -pieces)
    raise GateMissing(gate=gate, destination=destination, needed_g=mass_g, passed_g=free_g)


def checked_part(mass_g: int, pieces: int | None) -> Grams:
    """A part's mass. Raises Malformed."""
    if pieces is not None and not 0 <= pieces <= 10_000_000:
        raise Malformed(field="parts.pieces", problem="below zero or absurd", given=pieces)
    return checked_g(mass_g, field="parts.mass_g")


def one_target(destination: str | None, bin_code: str | None) -> None:
    """Raise Malformed unless a part names a bin or a destination."""
    if (destination is None) == (bin_code is None):
        raise Malformed(field="parts", problem="either a destination or a bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What is left of a batch when somebody closes it.

    held_g: in HOLDING; elsewhere_g: in quarantine and work bins; difference_before_g: net weighing
    difference so far (above zero: lost).
    """

    held_g: int
    quarantine_g: int
    work_bin_g: int
    losses_g: int
    difference_before_g: int
    tolerance_g: int


def closing_difference(closing: Closing, *, by_leader_with_reason: bool) -> int:
    """What the named losses leave unexplained: above zero lost, below zero gained.

    Raises BalanceOpen when that is above the tolerance of the batch (cumulative), but for a team
    leader with a reason; always when mass waits in quarantine or in a work bin.
    """
    difference_g = closing.held_g - closing.losses_g
    beyond = abs(closing.difference_before_g + difference_g) > closing.tolerance_g
    elsewhere = closing.quarantine_g + closing.work_bin_g
    if elsewhere or (difference_g and beyond and not by_leader_with_reason):
        raise BalanceOpen(
            difference_g=difference_g + elsewhere,
            tolerance_g=closing.tolerance_g,
            quarantine_g=closing.quarantine_g,
            work_bin_g=closing.work_bin_g,
        )
    return difference_g


def require_loss_within(
    *, kind: str, before_g: int, loss_g: int, limit_g: int, by_leader_with_reason: bool
) -> None:
    """Raise LossLimit when a batch loses more of a kind than it may, but for a team leader."""
    if before_g + loss_g > limit_g and not by_leader_with_reason:
        raise LossLimit(kind=kind, limit_g=limit_g, loss_g=before_g + loss_g)


def require_within(mass_g: int, held_g: int) -> None:
    """Raise MassExceeded when more passed a gate than stands there."""
    if mass_g > held_g:
        raise MassExceeded(held_g=held_g, sorted_g=mass_g, tolerance_g=0)


def require_filled(bin_code: str, mass_g: int) -> None:
    """Raise BinEmpty when there is nothing in the bin."""
    if mass_g == 0:
        raise BinEmpty(bin=bin_code)


def require_closed(code: str, state: BatchState) -> None:
    """Raise StateForbids unless the batch is closed."""
    if state is not BatchState.CLOSED:
        raise StateForbids(subject=code, state=state.value)
