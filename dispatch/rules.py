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
    LegTooEarly,
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
CONFIRM_DAYS: Final = 14
"""So many days after it left an outlet should have confirmed, unless other days were agreed on."""


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


def require_after(shipment: str, departed_at: datetime, left_at: datetime) -> None:
    """Raise LegTooEarly unless a leg begins at or after the one before it. left_at: when that one
    did, as the clock at the site says it."""
    if departed_at < left_at:
        raise LegTooEarly(shipment=shipment, left_at=left_at.isoformat(timespec="minutes"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an outlet says of all that it was sent and had not answered for: open_g."""

    treated_g: int
    refused_g: int
    rest_g: int
    open_g: int

    @property
    def difference_g(self) -> int:
        """More (above zero) or less than it was sent."""
        return self.treated_g + self.refused_g + self.rest_g - self.open_g


def answered(
    masses_g: Sequence[int], *, refused_g: int | None, rest_g: int | None, open_g: int
) -> Answered:
    """What an outlet says, by treatment and as refused or still to come. Raises Malformed, and
    MassExceeded when nothing of the shipment is left to answer for."""
    refused = not_owed(refused_g, "refused_g")
    rest = not_owed(rest_g, "rest_g")
    if not masses_g and not refused:
        raise Malformed(field="lines", problem="none")
    treated = sum(checked_g(mass, field="lines.mass_g") for mass in masses_g)
    if open_g <= 0:
        raise MassExceeded(held_g=0, sorted_g=treated + refused, tolerance_g=0)
    return Answered(treated_g=treated, refused_g=refused, rest_g=rest, open_g=open_g)


def not_owed(mass_g: int | None, field: str) -> Grams:
    """A mass that may be nothing at all. Raises Malformed."""
    return checked_g(mass_g or 0, field=field, zero=True)


def still_refused_g(refused_g: int, *, back_g: int, rest_g: int | None) -> int:
    """What an outlet refused and still has to come back, after so much came back.

    rest_g: what is said to be still to come; without it, what was refused less what came.
    """
    return max(0, refused_g - back_g) if rest_g is None else rest_g


def due_on(shipped_on: date, partner: PartnerRow | None) -> date:
    """The last day on which an outlet's confirmation is in time."""
    days = partner.confirm_days if partner else None
    return shipped_on + timedelta(days=CONFIRM_DAYS if days is None else days)


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
