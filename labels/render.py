"""Labels as PNG, SVG, PDF and ZPL, each read back before it is handed out.

How the self-test works: every symbol is cut out of the finished raster together with its quiet
zone, the cut-out alone is given to the decoder zxing-cpp, which knows nothing of how it was
painted, and what it reads is compared with what was meant: the text, and for bars the AIM
identifier too, so that a plain Code 128 never passes for GS1-128 or the other way round. Anything
but one exact reading raises LabelUnreadable, and no label leaves. PNG and ZPL are that raster; the
PDF holds its pixels without loss at their physical size; the SVG is written from the same sheet,
dot for dot. Other readers, blur and rotation are the business of the tests.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

import zxingcpp
from PIL import Image, ImageDraw

from labels import pdf_file, zpl_file
from labels.cards import A4_MM
from labels.fonts import FAMILY, Weight, font, width_of
from labels.label import Label, Size
from labels.layout import lay_out
from labels.marks import COLOURS, LINE, Mark, inside, outline
from labels.sheet import PlacedMark, Sheet
from labels.symbols import QUIET_BARS, QUIET_QR

Area = tuple[int, int, int, int]

_CODE_128 = zxingcpp.BarcodeFormats(zxingcpp.Code128)
_QR = zxingcpp.BarcodeFormats(zxingcpp.QRCode)
_WHITE, _BLACK = 255, 0
_SVG_DPI = 300
_MILLIMETRES_PER_INCH = 25.4


class LabelUnreadable(Exception):
    """A painted symbol did not read back as what it should say; the label is withheld."""


def png(label: Label, size: Size, dpi: int = 203) -> bytes:
    """The label as a PNG that knows its physical size. Raises LabelUnreadable, LabelTooSmall."""
    sheet = lay_out(label, size, dpi)
    picture = _verified(sheet, _painted(sheet))
    out = io.BytesIO()
    per_inch = sheet.dots_per_mm * _MILLIMETRES_PER_INCH
    picture.save(out, "PNG", dpi=(per_inch, per_inch), compress_level=2)
    return out.getvalue()


def pdf(label: Label, size: Size, dpi: int = 300) -> bytes:
    """The label as one PDF page of exactly its size. Raises LabelUnreadable, LabelTooSmall."""
    sheet = lay_out(label, size, dpi)
    picture = _verified(sheet, _painted(sheet))
    title = f"{label.heading} {label.code}"
    return pdf_file.page(picture, size.millimetres, title=title, language=label.language)


def pdf_of_many(labels: Sequence[Label], size: Size, *, title: str, dpi: int = 300) -> bytes:
    """Labels as one PDF, a page each. Raises LabelUnreadable, LabelTooSmall."""
    sheets = [lay_out(label, size, dpi) for label in labels]
    return _document(sheets, size.millimetres, title, labels[0].language)


def pdf_of_paper(sheets: Iterable[Sheet], *, title: str, language: str) -> bytes:
    """Sheets of A4 as one PDF. Raises LabelUnreadable."""
    return _document(sheets, A4_MM, title, language)


def _document(
    sheets: Iterable[Sheet], millimetres: tuple[int, int], title: str, language: str
) -> bytes:
    pictures = (_verified(sheet, _painted(sheet)) for sheet in sheets)
    return pdf_file.document(pictures, millimetres, title=title, language=language)


def zpl(label: Label, size: Size, dpi: int = 203) -> bytes:
    """The label as a ZPL II print job. Raises LabelUnreadable, LabelTooSmall."""
    sheet = lay_out(label, size, dpi)
    return zpl_file.job(_verified(sheet, _painted(sheet, two_tone=True)))


def svg(label: Label, size: Size) -> str:
    """The label as SVG in millimetres. Raises LabelUnreadable, LabelTooSmall."""
    sheet = lay_out(label, size, _SVG_DPI)
    _verified(sheet, _painted(sheet))
    width, height = size.millimetres
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {sheet.width} {sheet.height}" xml:lang={quoteattr(label.language)}>'
    )
    parts = [
        head,
        f"<title>{escape(f'{label.heading} {label.code}')}</title>",
        f'<rect width="{sheet.width}" height="{sheet.height}" fill="#fff"/>',
        f'<path d="{_dark_path(sheet)}" shape-rendering="crispEdges"/>',
        *(_svg_mark(placed) for placed in sheet.marks),
        *_svg_texts(sheet),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _painted(sheet: Sheet, *, two_tone: bool = False) -> Image.Image:
    """The sheet as a picture: grey, RGB where a mark has a colour, or black and white alone."""
    picture = Image.new("1" if two_tone else "L", (sheet.width, sheet.height), _WHITE)
    draw = ImageDraw.Draw(picture)
    for box in _dark_boxes(sheet):
        x, y, width, height = box
        draw.rectangle((x, y, x + width - 1, y + height - 1), fill=_BLACK)
    for text in sheet.texts:
        draw.text(
            (text.x, text.y),
            text.words,
            fill=_WHITE if text.white else _BLACK,
            font=font(text.weight, text.size),
            anchor="ls",
        )
    if sheet.marks and not two_tone:
        picture = picture.convert("RGB")
    for placed in sheet.marks:
        mark = _mark_picture(placed.mark, placed.side, picture.mode)
        picture.paste(mark, (placed.x, placed.y))
    return picture


@lru_cache(maxsize=32)
def _mark_picture(mark: Mark, size: int, mode: str) -> Image.Image:
    """A mark of `size` dots, painted four times as large and scaled down for smooth slants."""
    side = size * 4
    line = round(side * LINE)
    colour = (255, 255, 255) if mode == "1" else COLOURS[mark]
    picture = Image.new("RGB", (side, side), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    if corners := outline(mark):
        draw.polygon([(x * side, y * side) for x, y in corners], fill=(0, 0, 0))
        draw.polygon([(x * side, y * side) for x, y in inside(mark)], fill=colour)
    else:
        draw.ellipse((0, 0, side - 1, side - 1), fill=(0, 0, 0))
        draw.ellipse((line, line, side - 1 - line, side - 1 - line), fill=colour)
    picture = picture.resize((size, size), Image.Resampling.BOX)
    if mode == "1":
        picture = picture.convert("1", dither=Image.Dither.NONE)
    return picture


def _dark_boxes(sheet: Sheet) -> Iterator[tuple[int, int, int, int]]:
    """Every black rectangle as (x, y, width, height): blocks, bars and squares of symbols."""
    for block in sheet.blocks:
        yield block.x, block.y, block.width, block.height
    for bars in sheet.bars:
        for start, length in _runs(bars.bars.pattern.encode("ascii"), ord("1")):
            yield bars.x + start * bars.module, bars.y, length * bars.module, bars.height
    for squares in sheet.squares:
        module = squares.module
        for number, row in enumerate(squares.squares.rows):
            for start, length in _runs(row, 1):
                x, y = squares.x + start * module, squares.y + number * module
                yield x, y, length * module, module


def _runs(row: bytes, dark: int) -> Iterator[tuple[int, int]]:
    """Start and length of every run of dark modules."""
    place = 0
    for value, run in groupby(row):
        length = len(list(run))
        if value == dark:
            yield place, length
        place += length


def _verified(sheet: Sheet, picture: Image.Image) -> Image.Image:
    """The picture itself, once each of its symbols was read back alone."""
    grey = picture.convert("L")
    for bars in sheet.bars:
        width = bars.module * len(bars.bars.pattern)
        area = _with_quiet((bars.x, bars.y, width, bars.height), bars.module * QUIET_BARS, 0)
        _read_back(
            grey.crop(area),
            zxingcpp.BarcodeFormats(zxingcpp.Code128),
            bars.bars.payload,
            bars.bars.symbology,
        )
    for squares in sheet.squares:
        side, quiet = squares.module * len(squares.squares.rows), squares.module * QUIET_QR
        area = _with_quiet((squares.x, squares.y, side, side), quiet, quiet)
        _read_back(grey.crop(area), _QR, squares.squares.payload, "]Q")
    return picture


def _with_quiet(box: tuple[int, int, int, int], across: int, down: int) -> Area:
    """Left, top, right and bottom of a symbol with its quiet zone; Pillow fills what is outside
    the label with black, so a quiet zone that runs off the label makes the reading fail."""
    x, y, width, height = box
    return x - across, y - down, x + width + across, y + height + down


def _read_back(
    picture: Image.Image, symbol: zxingcpp.BarcodeFormats, payload: str, symbology: str
) -> None:
    found = zxingcpp.read_barcodes(
        picture,
        formats=symbol,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
    )
    read = [(one.text, one.symbology_identifier) for one in found]
    if len(read) != 1 or read[0][0] != payload or not read[0][1].startswith(symbology):
        raise LabelUnreadable(f"{payload!r} ({symbology}) was read back as {read}.")


def _dark_path(sheet: Sheet) -> str:
    return "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in _dark_boxes(sheet))


def _svg_mark(placed: PlacedMark) -> str:
    side, colour = placed.side, "#{:02x}{:02x}{:02x}".format(*COLOURS[placed.mark])
    if not outline(placed.mark):
        middle = side / 2
        x, y = placed.x + middle, placed.y + middle
        return (
            f'<circle cx="{x:g}" cy="{y:g}" r="{middle:g}"/>'
            f'<circle cx="{x:g}" cy="{y:g}" r="{middle - side * LINE:.2f}" fill="{colour}"/>'
        )
    outer, inner = (
        " ".join(f"{placed.x + x * side:.2f},{placed.y + y * side:.2f}" for x, y in corners)
        for corners in (outline(placed.mark), inside(placed.mark))
    )
    return f'<polygon points="{outer}"/><polygon points="{inner}" fill="{colour}"/>'


def _svg_texts(sheet: Sheet) -> Iterator[str]:
    """Texts with their measured length, so that another font than ours still stays in its place."""
    for text in sheet.texts:
        weight = "bold" if text.weight is Weight.BOLD else "normal"
        length = round(width_of(text.words, text.weight, text.size))
        fill = ' fill="#fff"' if text.white else ""
        yield (
            f'<text x="{text.x}" y="{text.y}" font-family={quoteattr(FAMILY)} '
            f'font-size="{text.size}" font-weight="{weight}" textLength="{length}" '
            f'lengthAdjust="spacingAndGlyphs"{fill}>{escape(text.words)}</text>'
        )
