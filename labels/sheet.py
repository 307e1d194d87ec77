"""What is placed on a label: whole dots, no picture yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from labels.fonts import Weight
from labels.marks import Mark
from labels.symbols import Bars, Squares


class Box(NamedTuple):
    """A part of the sheet in dots."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Text:
    """One line: `x` is its left edge, `y` its baseline, `size` its em, all in dots."""

    x: int
    y: int
    size: int
    weight: Weight
    words: str
    white: bool = False


@dataclass(frozen=True, slots=True)
class PlacedBars:
    """Bars from (x, y); each module is `module` dots wide."""

    x: int
    y: int
    module: int
    height: int
    bars: Bars


@dataclass(frozen=True, slots=True)
class PlacedSquares:
    """A QR symbol from (x, y), without its quiet zone; each module is `module` dots square."""

    x: int
    y: int
    module: int
    squares: Squares


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """The shape of a mark in the square of `side` dots from (x, y)."""

    x: int
    y: int
    side: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Block:
    """A black rectangle."""

    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A label laid out on `width` by `height` dots."""

    width: int
    height: int
    dots_per_mm: float
    blocks: list[Block] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    marks: list[PlacedMark] = field(default_factory=list)
    bars: list[PlacedBars] = field(default_factory=list)
    squares: list[PlacedSquares] = field(default_factory=list)

    def dots(self, millimetres: float) -> int:
        return round(millimetres * self.dots_per_mm)
