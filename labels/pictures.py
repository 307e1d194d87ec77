"""A QR symbol as one path of SVG, for pages that a camera reads from a screen."""

from __future__ import annotations

from dataclasses import dataclass

from labels.symbols import QUIET_QR, qr


@dataclass(frozen=True, slots=True)
class QrPicture:
    """A symbol in a square of `side` modules, its white edge included: `path` is what is dark."""

    side: int
    path: str


def qr_picture(text: str) -> QrPicture:
    """The picture of a QR symbol that holds the text. Raises NotEncodable."""
    rows = qr(text).rows
    dark = "".join(
        f"M{column + QUIET_QR} {line + QUIET_QR}h1v1h-1z"
        for line, row in enumerate(rows)
        for column, module in enumerate(row)
        if module
    )
    return QrPicture(len(rows) + 2 * QUIET_QR, dark)
