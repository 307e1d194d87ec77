"""The words of charts and documents: marked here for the catalogues, translated by who hands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date


def message(msgid: str) -> str:
    """Mark a sentence for the catalogues; `Words.gettext` translates it."""
    return msgid


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a chart speaks. gettext: English sentence -> this language; own: names of a row of
    reference data and its code -> its name; month: first day -> short name; signs: the decimal
    sign and the thousands mark, as `,.`."""

    gettext: Callable[[str], str]
    own: Callable[[Mapping[str, str], str], str]
    month: Callable[[date], str]
    signs: str


OUTCOME_WORDS = {
    "reuse": message("Reuse"),
    "recycle": message("Recycling"),
    "incineration": message("Incineration"),
    "held": message("Not sorted yet"),
    "finds": message("Found objects"),
    "loss": message("Lost"),
}
PROOF_WORDS = {"confirmed": message("Confirmed by the outlet"), "pending": message("Proof pending")}
HANDED_IN = message("Handed in")
OTHER_SUPPLIERS = message("Other suppliers")
KILOGRAMS = message("kg")
