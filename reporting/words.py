"""The words of charts and documents: marked here for the catalogues, translated by who hands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

    def weight(self, mass_g: int) -> str:
        """A weight as pages write it: to the gram."""
        mark, thousands = self.signs[0], self.signs[1]
        kilograms, grams = divmod(abs(mass_g), 1000)
        whole = f"{kilograms:,}".replace(",", thousands)
        sign = "−" if mass_g < 0 else ""
        return f"{sign}{whole}{mark}{grams:03} {self.gettext(KILOGRAMS)}"

    def months(self, keys: Sequence[str]) -> list[str]:
        """Months (`2026-03`) for the foot of a chart, with the year where there are several."""
        starts = [date.fromisoformat(f"{key}-01") for key in keys]
        if len({start.year for start in starts}) <= 1:
            return [self.month(start) for start in starts]
        return [f"{self.month(start)}<br>{start.year}" for start in starts]


OUTCOME_WORDS = {
    "reuse": message("Reuse"),
    "recycle": message("Recycling"),
    "incineration": message("Incineration"),
    "held": message("Not sorted yet"),
    "finds": message("Found objects"),
    "loss": message("Lost"),
}
PROOF_WORDS = {"confirmed": message("Confirmed"), "pending": message("Proof pending")}
HANDED_IN = message("Handed in")
YEAR_EARLIER = message("Handed in a year earlier")
OTHER_SUPPLIERS = message("Other suppliers")
KILOGRAMS = message("kg")
