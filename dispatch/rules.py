"""Rules at the door out, pure: a bin that weighs differently, and what an outlet confirms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from catalogue.errors import (
    BinClosed,
    BinEmpty,
    BinOpen,
    DestinationForbidden,
    Malformed,
    MassExceeded,
    PermitExpired,
    PermitMissing,
    RuleBroken,
    StateForbids,
)
from catalogue.kinds import BinState, Quality
from catalogue.rows import DestinationRow, PartnerRow
from streams.mass import Grams, checked_g
from streams.rules import Standing, divide, in_order

WARN_BEFORE: Final = timedelta(days=30)
"""So long before a permit runs out somebody should ask for the next one."""


@dataclass(frozen=True, slots=True)
class Change:
    """How much one standing gains (above zero) or loses when a whole is weighed anew."""

    standing: Standing
    gain_g: int


def spread_difference(standings: Sequence[Standing], whole_g: int) -> list[Change]:
    """Divide over what stands somewhere the difference to what it weighs as a whole.

    Estimates take it first, in proportion to their grams; what they cannot lose the measured rows
    take. A gain goes to the estimates when there are any. By largest remainder, ties by batch code.
    """
    rows = in_order(s for s in standings if s.mass_g > 0)
    difference_g = whole_g - sum(row.mass_g for row in rows)
    estimates = [row for row in rows if row.spot.quality is Quality.ESTIMATED]
    measured = [row for row in rows if row.spot.quality is Quality.MEASURED]
    if difference_g >= 0:
        takers = estimates or measured
        shares = divide(difference_g, [row.mass_g for row in takers])
        return [Change(row, gain) for row, gain in zip(takers, shares, strict=True) if gain]
    lost_g = -difference_g
    by_estimates = min(lost_g, sum(row.mass_g for row in estimates))
    changes = []
    for takers, loss_g in ((estimates, by_estimates), (measured, lost_g - by_estimates)):
        shares = divide(loss_g, [row.mass_g for row in takers])
        changes += [Change(row, -loss) for row, loss in zip(takers, shares, strict=True) if loss]
    return changes


def split_treatments(masses_g: Sequence[int], treatments_g: Sequence[int]) -> list[list[int]]:
    """Divide what each row weighs over treatments whose masses add up to the same whole.

    One list per treatment, a number per row; treatments are served in order, each by largest
    remainder over what the rows have left, so every row and every treatment comes out exactly.
    """
    left = list(masses_g)
    assert sum(left) == sum(treatments_g), "the whole is what was confirmed"
    parts = []
    for treatment_g in treatments_g:
        part = divide(treatment_g, left)
        left = [mass - taken for mass, taken in zip(left, part, strict=True)]
        parts.append(part)
    return parts


def require_open(code: str, state: BinState) -> None:
    """Raise BinClosed unless the bin is open."""
    if state is not BinState.OPEN:
        raise BinClosed(bin=code, state=state.value)


def require_filled(code: str, mass_g: int) -> None:
    """Raise BinEmpty when there is nothing in the bin."""
    if mass_g == 0:
        raise BinEmpty(bin=code)


def require_ready(code: str, state: BinState, *, destination: str | None) -> None:
    """Raise unless the bin may leave: closed (BinOpen, BinClosed), with a destination."""
    if state is BinState.OPEN:
        raise BinOpen(bin=code)
    if state is not BinState.CLOSED:
        raise BinClosed(bin=code, state=state.value)
    if destination is None:
        raise DestinationForbidden(rule="work_bin", destination="", article_group="")


def require_permitted(destination: str, treatments: Sequence[str]) -> None:
    """Raise DestinationForbidden unless the outlet may treat what goes to this destination."""
    if destination not in treatments:
        raise DestinationForbidden(rule="outlet", destination=destination, article_group="")


def require_permit(
    destination: DestinationRow, partner: PartnerRow, *, outlet: str, on: date
) -> None:
    """Raise PermitMissing or PermitExpired unless the outlet may take this waste on this day.

    outlet: its code. What is no waste needs no permit; the last day of a permit is one of it.
    """
    if not destination.is_waste:
        return
    if not partner.permit.strip():
        raise PermitMissing(outlet=outlet, destination=destination.code)
    if partner.permit_until is not None and on > partner.permit_until:
        raise PermitExpired(
            outlet=outlet,
            destination=destination.code,
            permit=partner.permit,
            until=partner.permit_until.isoformat(),
        )


def why_not(
    destination: DestinationRow, partner: PartnerRow, *, outlet: str, on: date
) -> RuleBroken | None:
    """What an outlet would be refused with for what goes there; None: it may have it."""
    try:
        require_permitted(destination.code, partner.treatments)
        require_permit(destination, partner, outlet=outlet, on=on)
    except RuleBroken as refusal:
        return refusal
    return None


def runs_out_soon(partner: PartnerRow, on: date) -> bool:
    """Whether the permit still holds, but not for long."""
    until = partner.permit_until
    return until is not None and on <= until <= on + WARN_BEFORE


def require_carrier(carrier: str | None, **travel: str | None) -> None:
    """Raise Malformed when it is said how something travels, but not with whom."""
    if carrier is None and any(travel.values()):
        raise Malformed(field="carrier", problem="missing")


def require_after(departed_at: datetime, before: datetime) -> None:
    """Raise Malformed unless a leg begins at or after the one before it."""
    if departed_at < before:
        raise Malformed(field="departed_at", problem="before the leg before it")


def confirmed_g(masses_g: Sequence[int], *, shipped_g: int) -> Grams:
    """The confirmed mass of all treatments. Raises Malformed, and MassExceeded when nothing of
    the shipment is left to confirm."""
    if not masses_g:
        raise Malformed(field="lines", problem="none")
    total = sum(checked_g(mass, field="lines.mass_g") for mass in masses_g)
    if shipped_g == 0:
        raise MassExceeded(held_g=0, sorted_g=total, tolerance_g=0)
    return Grams(total)


def require_enough(mass_g: int, left_g: int) -> None:
    """Raise MassExceeded when more comes back than the shipment still has."""
    if mass_g > left_g:
        raise MassExceeded(held_g=left_g, sorted_g=mass_g, tolerance_g=0)


def require_same_route(bin_destination: int | None, returned: Collection[int | None]) -> None:
    """Raise DestinationForbidden unless what comes back goes on as before, or into a work bin.

    Keys of destination versions. Another destination is for a sorting to decide, which asks for
    the rules of the owner and for gates.
    """
    if bin_destination is not None and set(returned) != {bin_destination}:
        raise DestinationForbidden(rule="return", destination="", article_group="")


def require_under_way(code: str, state: str) -> None:
    """Raise StateForbids unless the shipment is under way."""
    if state != "shipped":
        raise StateForbids(subject=code, state=state)
