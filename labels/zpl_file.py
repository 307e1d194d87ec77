"""A ZPL II job that prints a black and white picture dot for dot.

The printer's own fonts and symbols are left alone: what was read back is what is printed. The
picture travels as the `^GFA` field, in hex with ZPL's own shortening: a letter before a digit says
how often it stands (G to Y for 1 to 19, g to z for 20 to 400), a comma fills the row with white, an
exclamation mark with black, and a colon repeats the row above.
"""

from __future__ import annotations

from itertools import groupby

from PIL import Image

_ONES = " GHIJKLMNOPQRSTUVWXY"
_TWENTIES = " ghijklmnopqrstuvwxyz"
_MOST = 419


def job(picture: Image.Image) -> bytes:
    """One label, once. `picture` is in mode "1", with white as 255."""
    row_bytes = (picture.width + 7) // 8
    data = _shortened(_rows(picture, row_bytes))
    total = row_bytes * picture.height
    return (
        f"^XA\n^PW{picture.width}\n^LL{picture.height}\n^LH0,0\n"
        f"^FO0,0^GFA,{total},{total},{row_bytes},{data}^FS\n^PQ1\n^XZ\n"
    ).encode("ascii")


def _rows(picture: Image.Image, row_bytes: int) -> list[str]:
    """Rows in hex; a set bit is black, and the bits past the right edge are white."""
    spare = row_bytes * 8 - picture.width
    clear = ~((1 << spare) - 1)
    packed = picture.tobytes()
    rows = []
    for start in range(0, len(packed), row_bytes):
        white = int.from_bytes(packed[start : start + row_bytes], "big")
        black = (white ^ ((1 << row_bytes * 8) - 1)) & clear
        rows.append(f"{black:0{row_bytes * 2}X}")
    return rows


def _shortened(rows: list[str]) -> str:
    parts, above = [], None
    for row in rows:
        parts.append(":" if row == above else _short_row(row))
        above = row
    return "".join(parts)


def _short_row(row: str) -> str:
    for fill, sign in (("0", ","), ("F", "!")):
        kept = row.rstrip(fill)
        if len(row) - len(kept) > 1:
            return _counted(kept) + sign
    return _counted(row)


def _counted(digits: str) -> str:
    parts = []
    for digit, run in groupby(digits):
        left = len(list(run))
        while left:
            count = min(left, _MOST)
            parts.append(_count(count) + digit)
            left -= count
    return "".join(parts)


def _count(count: int) -> str:
    """The letters for a count; none for one."""
    if count == 1:
        return ""
    return (_TWENTIES[count // 20] + _ONES[count % 20]).replace(" ", "")
