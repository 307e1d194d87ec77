"""Shares in whole permille that add up, by largest remainder."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

PERMILLE = 1000


def split(masses_g: Mapping[Key, int]) -> dict[Key, int] | None:
    """Share of each mass in their sum, in permille; the shares add up to 1000.

    share_k = floor(1000 * m_k / M), with M = sum of all m; the permille that are left go one each
    to the largest remainders (1000 * m_k mod M), ties to the one that comes first in `masses_g`.
    None when M is zero or less, or a mass is below zero: then no share means anything.
    """
    if any(mass_g < 0 for mass_g in masses_g.values()):
        return None
    return split_with_gain(masses_g)


def split_with_gain(masses_g: Mapping[Key, int]) -> dict[Key, int] | None:
    """As `split`, for a sum in which a mass may be below zero (a weighing difference that gained).

    The formula is the same: floor goes down for negative masses too, so the remainders stay
    between 0 and M, and the shares still add up to 1000. None when M is zero or less.
    """
    whole_g = sum(masses_g.values())
    if whole_g <= 0:
        return None
    shares = {key: PERMILLE * mass_g // whole_g for key, mass_g in masses_g.items()}
    remainders = {key: PERMILLE * mass_g % whole_g for key, mass_g in masses_g.items()}
    by_remainder = sorted(remainders, key=lambda key: -remainders[key])
    for key in by_remainder[: PERMILLE - sum(shares.values())]:
        shares[key] += 1
    return shares


def ratio(part_g: int, whole_g: int) -> int | None:
    """One mass against another, in permille, rounded half up: floor((2000 * p + w) / (2 * w)).

    None when the whole is zero or less, or the part below zero.
    """
    if whole_g <= 0 or part_g < 0:
        return None
    return (2 * PERMILLE * part_g + whole_g) // (2 * whole_g)
