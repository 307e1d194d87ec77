"""Mass as whole grams, and the only way between grams and the words people use for them."""

from __future__ import annotations

import re
from typing import NewType

from catalogue.errors import Malformed

Grams = NewType("Grams", int)

HEAVIEST_G = Grams(40_000_000)
"""A weight of 40 t or more is a slip, not a batch."""

_KILOGRAMS = re.compile(r"\s*(\d{1,5})(?:[.,](\d{1,3}))?\s*(?:kg)?\s*", re.IGNORECASE)


def checked_g(mass_g: int, *, field: str, zero: bool = False) -> Grams:
    """The mass if a batch can weigh it: whole grams, above zero (or zero), below 40 t.

    Raises Malformed with the field.
    """
    if isinstance(mass_g, bool) or not isinstance(mass_g, int):
        raise Malformed(field=field, problem="not whole grams")
    if mass_g < 0 or (mass_g == 0 and not zero):
        raise Malformed(field=field, problem="not above zero", given_g=mass_g)
    if mass_g >= HEAVIEST_G:
        raise Malformed(field=field, problem="40 t or more", given_g=mass_g)
    return Grams(mass_g)


def net_g(gross_g: int, tare_g: int) -> Grams:
    """Gross less tare. Raises Malformed unless something is left."""
    gross = checked_g(gross_g, field="gross_g")
    tare = checked_g(tare_g, field="tare_g", zero=True)
    if tare >= gross:
        raise Malformed(field="tare_g", problem="not below gross", gross_g=gross_g, tare_g=tare_g)
    return Grams(gross - tare)


def from_kilograms(text: str, *, field: str = "mass") -> Grams:
    """Grams from what a person typed: `12,345 kg`, `12.5`, `7`. Comma and point both part the
    kilograms from the grams, so a thousands mark is refused: at most three digits may follow.

    Raises Malformed with the field and what was read.
    """
    read = _KILOGRAMS.fullmatch(text)
    if read is None:
        raise Malformed(field=field, problem="not a weight in kg", read=text[:40])
    kilograms, rest = read.groups()
    return Grams(int(kilograms) * 1000 + int((rest or "0").ljust(3, "0")))
