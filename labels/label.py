"""What a label says and on which stock it is printed: plain values, no place and no picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from catalogue.codes import CodeKind
from labels.marks import Mark

DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4}
"""Print heads sold as 203 dpi have exactly 8 dots a millimetre."""


class LabelTooSmall(ValueError):
    """The symbols do not fit on this size: choose a larger one, or a shorter code."""


class Size(StrEnum):
    """The stock that labels are printed on, width by height in millimetres."""

    LARGE = "100x150"
    A6 = "a6"
    ROLL = "62x100"
    SMALL = "50x25"

    @property
    def millimetres(self) -> tuple[int, int]:
        return _MILLIMETRES[self]


_MILLIMETRES = {
    Size.LARGE: (100, 150),
    Size.A6: (105, 148),
    Size.ROLL: (62, 100),
    Size.SMALL: (50, 25),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The words and codes of one label, in the language of its reader.

    kind: what it hangs on. heading: that kind in words ("Partij"). code: a label code or a chosen
    code. title: whose or whereto, most important line first. mark, mark_word: the stream and its
    name. facts: caption and value, most important first; as many are printed as the size holds.
    qr_text: what the QR says. sscc: 18 digits, printed as GS1-128 where the size allows it;
    otherwise the bars hold the code. part: (1, 2) for the first of two containers.
    """

    kind: CodeKind
    heading: str
    code: str
    qr_text: str
    title: tuple[str, ...] = ()
    mark: Mark | None = None
    mark_word: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    sscc: str | None = None
    part: tuple[int, int] | None = None
    language: str = "nl"
