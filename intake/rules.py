"""Rules at the door in, pure: what a delivery promises, and what a new weight means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from catalogue.errors import BatchHeld, LossLimit, Malformed, MassExceeded, StateForbids
from catalogue.kinds import Security
from streams.mass import Grams, checked_g

PIECES_MAX = 10_000_000
_NUMBER = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9.-]{2,29}", re.ASCII)


def announced_g(masses: Sequence[int]) -> Grams:
    """The announced mass of a delivery. Raises Malformed when nothing is announced."""
    if not masses:
        raise Malformed(field="lines", problem="none")
    return Grams(sum(checked_g(mass, field="lines.mass_g") for mass in masses))


def require_count(pieces: int | None) -> None:
    """Raise Malformed when a count of pieces is below zero or beyond belief."""
    if pieces is not None and not 0 <= pieces <= PIECES_MAX:
        raise Malformed(field="pieces", problem="below zero or absurd", given=pieces)


def beyond_limit(*, announced_mass_g: int, received_g: int, limit_permille: int) -> bool:
    """Whether what arrived differs more from what was announced than the site allows."""
    return abs(received_g - announced_mass_g) * 1000 > announced_mass_g * limit_permille


def shrinkage_g(*, held_g: int, net_now_g: int) -> int:
    """Grams that a held batch lost (above zero) or gained (below) between two weighings."""
    return held_g - net_now_g


def require_within_limit(
    *, kind: str, lost_before_g: int, lost_g: int, limit_g: int, by_leader: bool
) -> None:
    """Raise LossLimit when a batch loses more of a kind than it may, but for a team leader."""
    if lost_before_g + lost_g > limit_g and not by_leader:
        raise LossLimit(kind=kind, limit_g=limit_g, loss_g=lost_before_g + lost_g)


def find_due(found_on: date, kept_days: int) -> date:
    """The last day on which a find may still lie in quarantine."""
    return found_on + timedelta(days=kept_days)


def serial_number(text: str) -> str:
    """A number of an item in its one form: upper case, without spaces. Raises Malformed."""
    number = "".join(text.split()).upper()
    if not _NUMBER.fullmatch(number):
        problem = "3 to 30 of A-Z, 0-9, hyphens and dots, with at least one digit"
        raise Malformed(field="number", problem=problem, read=text[:60])
    return number


def require_serial(code: str, security: Security) -> None:
    """Raise Malformed unless an article group is followed by serial number."""
    if security is not Security.SERIAL:
        raise Malformed(field="article_group", problem="not followed by number", read=code)


def require_held(*, mass_g: int, held_g: int) -> None:
    """Raise MassExceeded when more is asked for than stands there."""
    if mass_g > held_g:
        raise MassExceeded(held_g=held_g, sorted_g=mass_g, tolerance_g=0)


def require_not_held(code: str, *, held: bool) -> None:
    """Raise BatchHeld when it is on hold already."""
    if held:
        raise BatchHeld(batch=code)


def require_state(subject: str, state: str, *allowed: str) -> None:
    """Raise StateForbids unless the state is one of these."""
    if state not in allowed:
        raise StateForbids(subject=subject, state=state)
