from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from catalogue.codes import CodeKind
from labels import render
from labels.fonts import CAP_HEIGHT, font
from labels.label import Label, LabelTooSmall, Size
from labels.layout import lay_out
from labels.marks import Mark
from labels.sheet import Sheet
from tests.labels.samples import CONTAINER, PALLET, SAMPLES

DPIS = (203, 300)
LABELS = pytest.mark.parametrize("name", SAMPLES)
SIZES = pytest.mark.parametrize("size", Size)
RESOLUTIONS = pytest.mark.parametrize("dpi", DPIS)


@LABELS
@SIZES
@RESOLUTIONS
def test_every_bar_is_whole_dots_wide_with_its_quiet_zone_on_the_label(
    name: str, size: Size, dpi: int
) -> None:
    sheet = lay_out(SAMPLES[name], size, dpi)
    picture = render._painted(sheet).convert("L")
    for bars in sheet.bars:
        assert bars.module / sheet.dots_per_mm >= 0.24
        right = bars.x + bars.module * len(bars.bars.pattern)
        assert bars.x >= 10 * bars.module
        assert right + 10 * bars.module <= sheet.width
        for y in (bars.y, bars.y + bars.height - 1):
            row = [picture.getpixel((x, y)) for x in range(sheet.width)]
            inside = [v for m in bars.bars.pattern for v in [255 * (m == "0")] * bars.module]
            assert row[bars.x : right] == inside


@LABELS
@SIZES
@RESOLUTIONS
def test_nothing_is_clipped_and_nothing_lies_over_anything_else(
    name: str, size: Size, dpi: int
) -> None:
    assert_parts_stand_apart(lay_out(SAMPLES[name], size, dpi))


Edges = tuple[int, int, int, int]


def assert_parts_stand_apart(sheet: Sheet) -> None:
    """Everything lies on the label; no words on symbols, marks or rules, and none on other words.

    Between two lines of words only the capitals count: the accent of one may reach up between the
    tails of the other, as in any book.
    """
    solid, words, capitals = solid_parts(sheet), [], []
    for text in sheet.texts:
        if not text.white:
            box = font(text.weight, text.size).getbbox(text.words, anchor="ls")
            left, top, right, bottom = (round(n) for n in box)
            words.append((text.x + left, text.y + top, text.x + right, text.y + bottom))
            cap = round(text.size * CAP_HEIGHT)
            capitals.append((text.x + left, text.y - cap, text.x + right, text.y))
    for left, top, right, bottom in solid + words:
        assert left >= 0
        assert top >= 0
        assert right <= sheet.width
        assert bottom <= sheet.height
    pairs = [*combinations(solid, 2), *product(solid, words), *combinations(capitals, 2)]
    assert [pair for pair in pairs if overlap(*pair)] == []


def overlap(one: Edges, other: Edges) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


WORDS = st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Zs"]), max_size=40)
SENTENCES = st.lists(WORDS, max_size=8).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        Label,
        kind=st.just(CodeKind.BATCH),
        heading=SENTENCES,
        code=st.sampled_from(["BK4M7RXP3FQP", "S1", "BAK-0017"]),
        qr_text=st.text(st.characters(codec="ascii"), min_size=1, max_size=60),
        title=st.lists(SENTENCES, max_size=5).map(tuple),
        mark=st.none() | st.sampled_from(Mark),
        mark_word=WORDS,
        facts=st.lists(st.tuples(WORDS, SENTENCES), max_size=12).map(tuple),
        sscc=st.none() | st.just(PALLET.sscc),
        part=st.none() | st.just((10, 12)),
    ),
    st.sampled_from(Size),
    st.sampled_from(DPIS),
)
def test_whatever_people_write_nothing_is_clipped_or_covered(
    label: Label, size: Size, dpi: int
) -> None:
    note(repr(label))
    assert_parts_stand_apart(lay_out(label, size, dpi))
    render.zpl(label, size, dpi)


def solid_parts(sheet: Sheet) -> list[Edges]:
    """Left, top, right and bottom of blocks, marks, and symbols with their quiet zones."""
    boxes = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in sheet.blocks]
    boxes += [(m.x, m.y, m.x + m.side, m.y + m.side) for m in sheet.marks]
    for bars in sheet.bars:
        quiet = 10 * bars.module
        right = bars.x + bars.module * len(bars.bars.pattern)
        boxes.append((bars.x - quiet, bars.y, right + quiet, bars.y + bars.height))
    for squares in sheet.squares:
        side, quiet = squares.module * len(squares.squares.rows), 4 * squares.module
        x, y = squares.x - quiet, squares.y - quiet
        boxes.append((x, y, x + side + 2 * quiet, y + side + 2 * quiet))
    return boxes


def test_a_code_too_long_for_the_size_is_refused() -> None:
    with pytest.raises(LabelTooSmall, match="ABCDEFGHIJ-KLMNOPQRS"):
        lay_out(replace(CONTAINER, code="ABCDEFGHIJ-KLMNOPQRS"), Size.SMALL, 203)
    with pytest.raises(LabelTooSmall, match="400 characters"):
        lay_out(replace(CONTAINER, qr_text="x" * 400), Size.SMALL, 203)
