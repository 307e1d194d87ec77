"""What stands on sheets of A4: many small labels to tear off, or cards that are scanned instead of
pressing something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from labels.fonts import CAP_HEIGHT, Weight
from labels.label import DOTS_PER_MM, Label, Size
from labels.layout import lay_out
from labels.lines import fit
from labels.marks import Mark
from labels.placing import SMALLEST_MODULE_MM, choose_squares, put
from labels.sheet import Block, Box, PlacedBars, PlacedMark, PlacedSquares, Sheet
from labels.symbols import QUIET_BARS, QUIET_QR, code_128

A4_MM = (210, 297)
DPI = 300
LABELS_ACROSS, LABELS_DOWN = 3, 8
"""24 of 70 by 37 mm, as such sheets are sold."""

CARDS_ACROSS, CARDS_DOWN = 2, 6
_LABEL_CELL_MM = (70, 37)
_CARD_CELL_MM = (105.0, 49.5)
_MARGIN_MM = 5
_BARS_MM = 9
_QR_MM = 27
_MARK_MM = 18
_LARGEST_MM, _SMALLEST_MM = 11, 4
_READ_MM = 2.8
_WIDEST_MODULE_MM = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Something to scan. text: what a scanner reads; words: what it means."""

    text: str
    words: str
    mark: Mark | None = None


def sheets_of_labels(labels: Sequence[Label]) -> Iterator[Sheet]:
    """Small labels, 24 on a sheet. Raises LabelTooSmall."""
    width, height = (_dots(side) for side in Size.SMALL.millimetres)
    for start in range(0, len(labels), LABELS_ACROSS * LABELS_DOWN):
        page = _page()
        for number, label in enumerate(labels[start : start + LABELS_ACROSS * LABELS_DOWN]):
            box = _cell(number, LABELS_ACROSS, _LABEL_CELL_MM)
            left, top = box.x + (box.width - width) // 2, box.y + (box.height - height) // 2
            _put_on(page, lay_out(label, Size.SMALL, DPI), left, top)
        yield page


def sheets_of_cards(cards: Sequence[Card]) -> Iterator[Sheet]:
    """Cards, 12 on a sheet, with lines to cut along."""
    for start in range(0, len(cards), CARDS_ACROSS * CARDS_DOWN):
        page = _page()
        for number, card in enumerate(cards[start : start + CARDS_ACROSS * CARDS_DOWN]):
            box = _cell(number, CARDS_ACROSS, _CARD_CELL_MM)
            _place_frame(page, box)
            _place_card(page, card, box)
        yield page


def _dots(millimetres: float) -> int:
    return round(millimetres * DOTS_PER_MM[DPI])


def _page() -> Sheet:
    width, height = (_dots(side) for side in A4_MM)
    return Sheet(width=width, height=height, dots_per_mm=DOTS_PER_MM[DPI])


def _cell(number: int, across: int, millimetres: tuple[float, float]) -> Box:
    row, column = divmod(number, across)
    width, height = millimetres
    x, y = _dots(column * width), _dots(row * height)
    return Box(x, y, _dots((column + 1) * width) - x, _dots((row + 1) * height) - y)


def _put_on(page: Sheet, sheet: Sheet, x: int, y: int) -> None:
    """Everything of one sheet on another, from (x, y)."""
    page.blocks += [replace(one, x=one.x + x, y=one.y + y) for one in sheet.blocks]
    page.texts += [replace(one, x=one.x + x, y=one.y + y) for one in sheet.texts]
    page.marks += [replace(one, x=one.x + x, y=one.y + y) for one in sheet.marks]
    page.bars += [replace(one, x=one.x + x, y=one.y + y) for one in sheet.bars]
    page.squares += [replace(one, x=one.x + x, y=one.y + y) for one in sheet.squares]


def _place_frame(page: Sheet, box: Box) -> None:
    x, y, width, height = box
    page.blocks += [
        Block(x, y, width, 1),
        Block(x, y + height - 1, width, 1),
        Block(x, y, 1, height),
        Block(x + width - 1, y, 1, height),
    ]


def _place_card(page: Sheet, card: Card, box: Box) -> None:
    """QR left, words and mark beside it, bars below where they are not too wide."""
    margin = _dots(_MARGIN_MM)
    bottom = _place_card_bars(page, card, box)
    squares, module = choose_squares(page, card.text, _dots(_QR_MM), _dots(_QR_MM))
    side, quiet = module * len(squares.rows), module * QUIET_QR
    left, top = box.x + max(margin, quiet), box.y + max(margin, quiet)
    page.squares.append(PlacedSquares(left, top, module, squares))
    x = left + side + quiet
    width = box.x + box.width - margin - x
    if card.mark is not None:
        mark = _dots(_MARK_MM)
        page.marks.append(PlacedMark(x + width - mark, top, mark, card.mark))
        width -= mark + margin // 2
    words = fit(
        card.words,
        width=width,
        weight=Weight.BOLD,
        largest=_dots(_LARGEST_MM),
        smallest=_dots(_SMALLEST_MM),
        lines_max=2,
    )
    put(page, words, x, top + round(words.size * CAP_HEIGHT))
    read = fit(
        card.text,
        width=box.x + box.width - margin - x,
        weight=Weight.REGULAR,
        largest=_dots(_READ_MM),
        smallest=1,
    )
    put(page, read, x, bottom - _dots(2))


def _place_card_bars(page: Sheet, card: Card, box: Box) -> int:
    """Returns where the room above the bars ends."""
    foot = box.y + box.height - _dots(_MARGIN_MM)
    bars = code_128(card.text)
    room = box.width - 2 * _dots(_MARGIN_MM)
    module = min(room // (len(bars.pattern) + 2 * QUIET_BARS), _dots(_WIDEST_MODULE_MM))
    if module < ceil(SMALLEST_MODULE_MM * page.dots_per_mm):
        return foot
    height = _dots(_BARS_MM)
    x = box.x + (box.width - module * len(bars.pattern)) // 2
    page.bars.append(PlacedBars(x, foot - height, module, height, bars))
    return foot - height
