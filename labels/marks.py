"""The signs of the streams: each has one colour and one shape, here and on every screen.

The shape alone tells the signs apart, so a label reads as well in grey, in black and white, and to
an eye that does not see colour.
"""

from __future__ import annotations

from enum import StrEnum
from math import cos, hypot, pi, sin


class Mark(StrEnum):
    """The sign of a stream, or of what may not be touched."""

    REUSE = "reuse"
    RECYCLE = "recycle"
    INCINERATION = "incineration"
    HELD = "held"


COLOURS = {
    Mark.REUSE: (0x1E, 0x8E, 0x3E),
    Mark.RECYCLE: (0x1A, 0x5F, 0xB4),
    Mark.INCINERATION: (0xF2, 0xA1, 0x00),
    Mark.HELD: (0xC6, 0x28, 0x28),
}
"""Red, green and blue of the filled shape."""


LINE = 0.085
"""Width of the black line round a shape, with the shape's side as 1."""

Corners = tuple[tuple[float, float], ...]


def outline(mark: Mark) -> Corners:
    """Corners of the shape in a square of side 1 with its origin top left; none for the circle."""
    if mark is Mark.REUSE:
        return ()
    if mark is Mark.RECYCLE:
        return ((0.5, 0.04), (1.0, 0.94), (0.0, 0.94))
    if mark is Mark.INCINERATION:
        return ((0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95))
    turns = [pi / 8 + turn * pi / 4 for turn in range(8)]
    reach = 0.5 / cos(pi / 8)
    return tuple((0.5 + reach * cos(turn), 0.5 + reach * sin(turn)) for turn in turns)


def inside(mark: Mark) -> Corners:
    """Corners of the coloured part: the outline moved inwards by the line on every side."""
    # Each shape has a circle that touches all its sides; shrinking the shape towards the middle of
    # that circle moves every side by the same distance.
    x0, y0, radius = _TOUCHING_CIRCLES[mark]
    share = (radius - LINE) / radius
    return tuple((x0 + (x - x0) * share, y0 + (y - y0) * share) for x, y in outline(mark))


_LEG = hypot(0.5, 0.9)
_TRIANGLE_RADIUS = 0.9 / (1 + 2 * _LEG)  # Twice the area over the way round.
_TOUCHING_CIRCLES = {
    Mark.REUSE: (0.5, 0.5, 0.5),
    Mark.RECYCLE: (0.5, 0.94 - _TRIANGLE_RADIUS, _TRIANGLE_RADIUS),
    Mark.INCINERATION: (0.5, 0.5, 0.45),
    Mark.HELD: (0.5, 0.5, 0.5),
}
