"""What every layout does: choosing symbols that can be printed, and putting lines of words down."""

from __future__ import annotations

from math import ceil

from catalogue.codes import MisreadCode, parse
from labels.fonts import CAP_HEIGHT, width_of
from labels.label import Label, LabelTooSmall
from labels.lines import Lines
from labels.sheet import Sheet, Text
from labels.symbols import QUIET_BARS, QUIET_QR, Bars, Squares, code_128, gs1_128, qr

GS1_MODULE_MM = 0.495
"""The narrowest module of an SSCC on a logistic label (GS1 General Specifications)."""

SMALLEST_MODULE_MM = 0.24
"""Narrower bars and squares than this do not survive a worn print head."""


LINE_HEIGHT = 1.08
"""From baseline to baseline, in em."""


def printed_code(code: str) -> str:
    """A code as people read it: label codes in fours, chosen codes as they are."""
    try:
        return parse(code).grouped
    except MisreadCode:
        return code


def choose_bars(sheet: Sheet, label: Label, edge: int) -> tuple[Bars, int]:
    """The symbol and its module in dots: the SSCC where it fits at GS1's width, else the code."""
    room = sheet.width - 2 * edge
    if label.sscc is not None:
        bars = gs1_128(label.sscc)
        module = room // (len(bars.pattern) + 2 * QUIET_BARS)
        if module >= GS1_MODULE_MM * sheet.dots_per_mm:
            return bars, min(module, round(0.52 * sheet.dots_per_mm))
    bars = code_128(label.code)
    module = room // (len(bars.pattern) + 2 * QUIET_BARS)
    if module < SMALLEST_MODULE_MM * sheet.dots_per_mm:
        raise LabelTooSmall(f"The bars of {label.code} are too wide for this label.")
    return bars, min(module, round(0.52 * sheet.dots_per_mm))


def choose_squares(sheet: Sheet, text: str, side: int, side_max: int) -> tuple[Squares, int]:
    """The QR symbol and its module in dots: at most `side` wide with its quiet zone, and more
    only where its modules would be too fine to read, up to `side_max`."""
    squares = qr(text)
    count = len(squares.rows) + 2 * QUIET_QR
    module = max(min(side, side_max) // count, ceil(SMALLEST_MODULE_MM * sheet.dots_per_mm))
    if module * count > side_max:
        raise LabelTooSmall(f"A QR symbol with {len(text)} characters is too fine for this label.")
    return squares, module


def middle(height: int, size: int) -> int:
    """Baseline that puts capitals of `size` in the middle of `height`."""
    return (height + round(size * CAP_HEIGHT)) // 2


def put(sheet: Sheet, words: Lines, x: int, baseline: int, *, white: bool = False) -> int:
    """Put lines below one another, the first on `baseline`. Returns the baseline of the last."""
    step = round(words.size * LINE_HEIGHT)
    for number, line in enumerate(words.lines):
        if line:
            y = baseline + number * step
            sheet.texts.append(Text(x, y, words.size, words.weight, line, white))
    return baseline + (len(words.lines) - 1) * step


def put_centred(sheet: Sheet, words: Lines, x: int, width: int, baseline: int) -> None:
    """Put one line in the middle between `x` and `x + width`."""
    taken = round(width_of(words.lines[0], words.weight, words.size))
    put(sheet, words, x + (width - taken) // 2, baseline)
