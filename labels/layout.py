"""Which text and symbol stands where on a label: whole dots in, whole dots out, no picture yet.

The same sheet is painted as PNG, PDF and ZPL and written as SVG, so all four agree to the dot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labels.fonts import ACCENT_HEIGHT, CAP_HEIGHT, DESCENT, Weight, width_of
from labels.gs1 import human_readable
from labels.label import DOTS_PER_MM, Label, Size
from labels.lines import fit
from labels.marks import Mark
from labels.placing import (
    LINE_HEIGHT,
    choose_bars,
    choose_squares,
    middle,
    printed_code,
    put,
    put_centred,
)
from labels.sheet import Block, Box, PlacedBars, PlacedMark, PlacedSquares, Sheet
from labels.small import place_small
from labels.symbols import QUIET_QR


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """Measures of a tall label in millimetres; text sizes are ems."""

    margin: float
    band: float
    title: tuple[float, float]
    subtitle: tuple[float, float]
    caption: float
    value: tuple[float, float]
    qr: float
    code: float
    bars: float
    gap: float

    def scaled(self, scale: float) -> _Style:
        """The same label with its words and the QR larger or smaller."""
        return replace(
            self,
            title=(self.title[0] * scale, self.title[1] * min(scale, 1)),
            subtitle=(self.subtitle[0] * scale, self.subtitle[1] * min(scale, 1)),
            caption=self.caption * (1 + scale) / 2,
            value=(self.value[0] * scale, self.value[1] * min(scale, 1)),
            qr=self.qr * scale,
            bars=self.bars * min(scale, 1),
        )


_WIDE = _Style(
    margin=5,
    band=12,
    title=(12, 7),
    subtitle=(6, 4.2),
    caption=3.5,
    value=(6, 4),
    qr=46,
    code=14.2,
    bars=24,
    gap=3,
)
_NARROW = _Style(
    margin=3,
    band=8,
    title=(7.6, 4.6),
    subtitle=(4.2, 3),
    caption=2.6,
    value=(4, 2.8),
    qr=32,
    code=9,
    bars=15,
    gap=2,
)
_SCALES = (1.25, 1.15, 1.05, 1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64)
"""A label that says little says it large: the first of these at which everything fits is taken."""

_COLUMNS = 2
_QR_SHARE = 0.6  # Of the label's width, at most.
_TITLE_LINES = 3
_GS1_BARS_MM = 32
_GS1_TEXT_MM = 4.6
_LEAD = 1.3  # From the title down to the line under it, in em of that line.


def lay_out(label: Label, size: Size, dpi: int) -> Sheet:
    """Place every part of `label` on a sheet of `size` at `dpi` (203 or 300).

    Raises LabelTooSmall when a symbol cannot be printed wide enough to be read, NotGs1 for a wrong
    SSCC, NotEncodable for a text that a symbol cannot hold.
    """
    sheet = _blank(size, dpi)
    if size is Size.SMALL:
        place_small(sheet, label)
        return sheet
    style = _NARROW if size is Size.ROLL else _WIDE
    for scale in _SCALES:
        sheet = _blank(size, dpi)
        if _place_tall(sheet, label, style.scaled(scale)):
            break
    return sheet


def _blank(size: Size, dpi: int) -> Sheet:
    per_mm = DOTS_PER_MM[dpi]
    width, height = (round(side * per_mm) for side in size.millimetres)
    return Sheet(width=width, height=height, dots_per_mm=per_mm)


def _place_tall(sheet: Sheet, label: Label, style: _Style) -> bool:
    """Band, title, facts, QR with the mark, code, bars. Returns whether all of it had room."""
    margin = sheet.dots(style.margin)
    inner = sheet.width - 2 * margin
    bottom = _place_bars(sheet, label, style, sheet.height - margin)
    code = fit(
        printed_code(label.code),
        width=inner,
        weight=Weight.BOLD,
        largest=sheet.dots(style.code),
        smallest=1,
    )
    baseline = bottom - sheet.dots(style.gap)
    put_centred(sheet, code, margin, inner, baseline)
    # Round capitals rise a little above straight ones.
    bottom = baseline - round(code.size * (CAP_HEIGHT + 0.02))
    facts = list(label.facts)
    bottom = _place_qr_row(sheet, label, style, bottom, facts)
    band = _place_band(sheet, label, style)
    top, whole = _place_title(sheet, label, style, band, bottom)
    placed = _place_facts(sheet, style, facts, top, bottom)
    return whole and placed == len(facts)


def _place_band(sheet: Sheet, label: Label, style: _Style) -> int:
    """The black band with the kind, and which of how many containers. Returns where it ends."""
    margin, height = sheet.dots(style.margin), sheet.dots(style.band)
    inner = sheet.width - 2 * margin
    sheet.blocks.append(Block(margin, margin, inner, height))
    pad = height // 3
    largest = round(height * 0.72)
    room = inner - 2 * pad
    if label.part:
        words = f"{label.part[0]}/{label.part[1]}"
        count = fit(words, width=room // 3, weight=Weight.BOLD, largest=largest, smallest=1)
        taken = round(width_of(words, Weight.BOLD, count.size))
        x = margin + inner - pad - taken
        put(sheet, count, x, margin + middle(height, count.size), white=True)
        room -= taken + pad
    heading = fit(
        label.heading, width=room, weight=Weight.BOLD, largest=largest, smallest=largest // 2
    )
    baseline = margin + middle(height, heading.size)
    put(sheet, heading, margin + pad, baseline, white=True)
    return margin + height


def _place_title(
    sheet: Sheet, label: Label, style: _Style, top: int, bottom: int
) -> tuple[int, bool]:
    """Whose or whereto, the first line as large as it fits; lines without room above `bottom` are
    left out. Returns where it ends, and whether nothing had to be cut."""
    margin, gap = sheet.dots(style.margin), sheet.dots(style.gap)
    inner = sheet.width - 2 * margin
    y, whole, tail = top + gap, True, gap
    for place, words in enumerate(label.title):
        largest, smallest = style.subtitle if place else style.title
        lines = fit(
            words,
            width=inner,
            weight=Weight.REGULAR if place else Weight.BOLD,
            largest=sheet.dots(largest),
            smallest=sheet.dots(smallest),
            lines_max=2 if place else _TITLE_LINES,
        )
        baseline = y + round(lines.size * (_LEAD if place else CAP_HEIGHT))
        baseline = max(baseline, top + round(lines.size * ACCENT_HEIGHT) + 1)
        depth = round(lines.size * ((len(lines.lines) - 1) * LINE_HEIGHT + DESCENT))
        if baseline + depth > bottom:
            return y + tail, False
        whole = whole and lines.whole
        y = put(sheet, lines, margin, baseline)
        tail = max(gap, round(lines.size * DESCENT) + 2)
    return y + tail, whole


def _place_bars(sheet: Sheet, label: Label, style: _Style, bottom: int) -> int:
    """The bars, lowest on the label as GS1 wants them. Returns where they begin."""
    height = sheet.dots(style.bars)
    bars, module = choose_bars(sheet, label, sheet.dots(1))
    if label.sscc is not None and bars.symbology == "]C1":
        height = sheet.dots(_GS1_BARS_MM)
        words = fit(
            human_readable(label.sscc),
            width=sheet.width,
            weight=Weight.REGULAR,
            largest=sheet.dots(_GS1_TEXT_MM),
            smallest=1,
        )
        put_centred(sheet, words, 0, sheet.width, bottom)
        bottom -= round(words.size * CAP_HEIGHT) + sheet.dots(1.2)
    x = (sheet.width - module * len(bars.pattern)) // 2
    sheet.bars.append(PlacedBars(x, bottom - height, module, height, bars))
    return bottom - height


def _place_qr_row(
    sheet: Sheet, label: Label, style: _Style, bottom: int, facts: list[tuple[str, str]]
) -> int:
    """The QR symbol, and beside it the mark, or else the first facts, which are taken out of
    `facts`. Returns where the row begins, with its quiet zone."""
    margin = sheet.dots(style.margin)
    squares, module = choose_squares(
        sheet, label.qr_text, sheet.dots(style.qr), round(sheet.width * _QR_SHARE)
    )
    side, quiet = module * len(squares.rows), module * QUIET_QR
    x, y = max(margin, quiet), bottom - max(quiet, sheet.dots(style.gap)) - side
    sheet.squares.append(PlacedSquares(x, y, module, squares))
    left = x + side + quiet + sheet.dots(0.5)
    room = sheet.width - margin - left
    if label.mark is None:
        taken = _place_stack(sheet, style, facts, Box(left, y, room, side))
        del facts[:taken]
    else:
        _place_mark(sheet, label.mark, label.mark_word, Box(left, y, room, side))
    return y - quiet


def _place_mark(sheet: Sheet, mark: Mark, word: str, box: Box) -> None:
    """The shape, as large as the box allows, and its word below."""
    x, y, width, height = box
    words = fit(
        word,
        width=width,
        weight=Weight.BOLD,
        largest=round(height * 0.24),
        smallest=round(height * 0.1),
    )
    gap = round(height * 0.07)
    side = min(width, height - gap - round(words.size * CAP_HEIGHT))
    sheet.marks.append(PlacedMark(x + (width - side) // 2, y, side, mark))
    put_centred(sheet, words, x, width, y + height)


def _place_stack(
    sheet: Sheet,
    style: _Style,
    facts: Sequence[tuple[str, str]],
    box: Box,
) -> int:
    """Facts below one another in the box, spread over its height. Returns how many."""
    x, y, width, height = box
    row = _fact_height(sheet, style)
    count = min(len(facts), (height + row // 4) // row)
    if not count:
        return 0
    step = min((height + row // 4) // count, round(row * 1.3))
    for place, fact in enumerate(facts[:count]):
        _place_fact(sheet, style, fact, Box(x, y + place * step, width, row))
    return count


def _place_facts(
    sheet: Sheet, style: _Style, facts: Sequence[tuple[str, str]], top: int, bottom: int
) -> int:
    """Facts in columns under a rule between `top` and `bottom`. Returns how many had room."""
    margin, gap = sheet.dots(style.margin), sheet.dots(style.gap)
    row = _fact_height(sheet, style)
    rows = min((bottom - top - gap) // row, -(-len(facts) // _COLUMNS))
    if rows < 1:
        return 0
    inner = sheet.width - 2 * margin
    sheet.blocks.append(Block(margin, top, inner, max(2, sheet.dots(0.3))))
    step = min((bottom - top - gap) // rows, round(row * 1.25))
    column = (inner - (_COLUMNS - 1) * gap) // _COLUMNS
    shown = facts[: rows * _COLUMNS]
    for place, fact in enumerate(shown):
        x = margin + place % _COLUMNS * (column + gap)
        y = top + gap + place // _COLUMNS * step
        _place_fact(sheet, style, fact, Box(x, y, column, row))
    return len(shown)


def _fact_height(sheet: Sheet, style: _Style) -> int:
    return sheet.dots(style.caption) + round(sheet.dots(style.value[0]) * 1.16)


def _place_fact(sheet: Sheet, style: _Style, fact: tuple[str, str], box: Box) -> None:
    caption = fit(
        fact[0],
        width=box.width,
        weight=Weight.REGULAR,
        largest=sheet.dots(style.caption),
        smallest=sheet.dots(style.caption),
    )
    value = fit(
        fact[1],
        width=box.width,
        weight=Weight.BOLD,
        largest=sheet.dots(style.value[0]),
        smallest=sheet.dots(style.value[1]),
    )
    baseline = box.y + round(caption.size * CAP_HEIGHT)
    put(sheet, caption, box.x, baseline)
    below = baseline + sheet.dots(style.value[0] * 0.92)
    put(sheet, value, box.x, below)
