"""What is inside the symbols, as modules: bars of Code 128 and squares of QR.

python-barcode and segno say which modules are dark; painting them on whole dots is ours, because
their own picture writers round a module to different widths within one symbol.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import segno
from barcode.codex import Code128, Gs1_128
from barcode.errors import BarcodeError

from labels import gs1

QUIET_BARS = 10
"""Modules of white on either side of the bars (GS1 General Specifications 5.4)."""

QUIET_QR = 4
"""Modules of white all round a QR symbol (ISO/IEC 18004)."""

_REMEMBERED = 64  # Layout asks for the symbols of one label again at every size it tries.


class NotEncodable(ValueError):
    """The text cannot stand in this symbol."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A Code 128 symbol: `pattern` is one character a module, "1" for dark.

    `payload` is what a scanner must read back, `symbology` the AIM identifier it must report.
    """

    pattern: str
    payload: str
    symbology: str


@dataclass(frozen=True, slots=True)
class Squares:
    """A QR symbol: rows of modules, 1 for dark, without the quiet zone."""

    rows: tuple[bytes, ...]
    payload: str


@lru_cache(maxsize=_REMEMBERED)
def code_128(text: str) -> Bars:
    """Plain Code 128 without FNC1: a private code, which GS1 readers leave alone."""
    return Bars(_pattern(_Code128, text), text, "]C0")


@lru_cache(maxsize=_REMEMBERED)
def gs1_128(sscc: str) -> Bars:
    """GS1-128 with the identifier 00. Raises NotGs1 for anything but a right SSCC."""
    text = gs1.element_string(sscc)
    return Bars(_pattern(Gs1_128, text), text, "]C1")


@lru_cache(maxsize=_REMEMBERED)
def qr(text: str) -> Squares:
    """A QR symbol of the smallest size that holds `text` and mends 15 % damage or more."""
    if not text:
        raise NotEncodable("A QR symbol needs a text.")
    try:
        symbol = segno.make_qr(text, error="m")
    except segno.DataOverflowError as error:
        raise NotEncodable(f"{len(text)} characters are too many for a QR symbol.") from error
    return Squares(tuple(bytes(row) for row in symbol.matrix), text)


class _Code128(Code128):  # type: ignore[misc]  # The library carries no types.
    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        # The pair 99 has the number of the change into set C. python-barcode 0.16.1 takes a
        # leading pair 99 for such a change and drops it; there is nothing to shorten then.
        if self.code.startswith("99"):
            return encoded
        return list(super()._try_to_optimize(encoded))


def _pattern(symbology: type[Code128], text: str) -> str:
    # A second build() of the same object can give another symbol, so each call has a fresh one.
    if not text:
        raise NotEncodable("A bar code needs a text.")
    try:
        return str(symbology(text).build()[0])
    except BarcodeError as error:
        raise NotEncodable(f"Code 128 cannot hold {text!r}.") from error
