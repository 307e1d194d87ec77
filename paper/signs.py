"""Which signs the typeface has. A sheet that names another cannot be archive-proof at all."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

FONTS: Final = ("SourceSansPro-Regular", "SourceSansPro-Bold", "SourceSansPro-It")
UNKNOWN: Final = "?"
BREAKS: Final = "\n\t"


def printable(value: Any) -> Any:
    """A text, or all texts of data, with a question mark for each sign that cannot be printed.

    Where plainer signs mean the same (two letters for one that joins them) these stand there; what
    has no shape of its own (a control sign, a joiner) is left out.
    """
    if isinstance(value, str):
        if _all_known(value):
            return value
        return "".join(map(_printable, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {name: printable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [printable(inner) for inner in value]
    return value


def _all_known(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _printable(sign: str) -> str:
    if ord(sign) in _signs() or sign in BREAKS:
        return sign
    plainer = unicodedata.normalize("NFKC", sign)
    if all(ord(each) in _signs() for each in plainer):
        return plainer
    return "" if unicodedata.category(sign)[0] in "CM" else UNKNOWN


@cache
def _signs() -> frozenset[int]:
    """Code points that every cut of the typeface has."""
    folder = files("font_source_sans_pro") / "files"
    cuts = [frozenset(_mapped((folder / f"{name}.otf").read_bytes())) for name in FONTS]
    return frozenset.intersection(*cuts)


def _mapped(font: bytes) -> Iterator[int]:
    """Code points that a font maps to a sign: format 4 of its table `cmap` (OpenType)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * at) for at in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for at in range(count):
        _, _, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * at)
        (kind,) = struct.unpack_from(">H", font, start + offset)
        if kind == 4:
            yield from _segments(font, start + offset)


def _segments(font: bytes, at: int) -> Iterable[int]:
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * doubled)
    ranges = struct.unpack_from(f">{count}H", font, at + 16 + 3 * doubled)
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for sign in range(first, last + 1):
            glyph = (sign + deltas[number]) & 0xFFFF
            if ranges[number]:
                where = at + 16 + 3 * doubled + 2 * number + ranges[number] + 2 * (sign - first)
                (glyph,) = struct.unpack_from(">H", font, where)
            if glyph and sign != 0xFFFF:
                yield sign
