"""The small label, for a shelf or a crate: bars below, QR left, code and title beside it."""

from __future__ import annotations

from labels.fonts import CAP_HEIGHT, Weight
from labels.label import Label
from labels.lines import Lines, fit
from labels.placing import choose_bars, choose_squares, printed_code, put
from labels.sheet import Box, PlacedBars, PlacedMark, PlacedSquares, Sheet
from labels.symbols import QUIET_QR


def place_small(sheet: Sheet, label: Label) -> None:
    """The small label: bars below, QR left, and the code with one line of title beside it."""
    edge = sheet.dots(1.5)
    bars, module = choose_bars(sheet, label, sheet.dots(0.5))
    height = sheet.dots(6.5)
    foot = sheet.height - edge
    x = (sheet.width - module * len(bars.pattern)) // 2
    sheet.bars.append(PlacedBars(x, foot - height, module, height, bars))
    room = foot - height
    squares, dot = choose_squares(sheet, label.qr_text, room, room)
    side, quiet = dot * len(squares.rows), dot * QUIET_QR
    top = (room - side) // 2
    sheet.squares.append(PlacedSquares(max(edge, quiet), top, dot, squares))
    left = max(edge, quiet) + side + quiet + sheet.dots(0.4)
    box = Box(left, edge, sheet.width - edge - left, room - sheet.dots(1.6) - edge)
    _place_small_words(sheet, label, box)


def _place_small_words(sheet: Sheet, label: Label, box: Box) -> None:
    """The code below; above it the kind and a line or two of title, and the mark to the right."""
    x, y, width, height = box
    code = fit(
        printed_code(label.code),
        width=width,
        weight=Weight.BOLD,
        largest=round(height * 0.42),
        smallest=1,
    )
    put(sheet, code, x, y + height)
    height -= round(code.size * CAP_HEIGHT) + sheet.dots(1.2)
    if label.mark is not None:
        side = min(height, width // 3)
        sheet.marks.append(PlacedMark(x + width - side, y, side, label.mark))
        width -= side + sheet.dots(1.5)
    part = "" if label.part is None else f" {label.part[0]}/{label.part[1]}"
    heading = fit(
        label.heading + part,
        width=width,
        weight=Weight.BOLD,
        largest=sheet.dots(4),
        smallest=sheet.dots(2.4),
    )
    baseline = y + round(heading.size * CAP_HEIGHT)
    put(sheet, heading, x, baseline)
    title = _fit_title(
        sheet, label.title[0] if label.title else label.mark_word, width, y + height - baseline
    )
    put(sheet, title, x, baseline + round(title.size * 1.2))


def _fit_title(sheet: Sheet, words: str, width: int, height: int) -> Lines:
    """One line while it stays easy to read, else two smaller ones."""
    one = fit(
        words,
        width=width,
        weight=Weight.REGULAR,
        largest=min(sheet.dots(3.4), round(height / 1.3)),
        smallest=sheet.dots(2.7),
    )
    if one.whole:
        return one
    return fit(
        words,
        width=width,
        weight=Weight.REGULAR,
        largest=min(sheet.dots(2.8), round(height / 2.35)),
        smallest=sheet.dots(1.9),
        lines_max=2,
    )
