import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter
from pyzbar import pyzbar

from labels import render
from labels.gs1 import NotGs1, element_string
from labels.label import Label, Size
from labels.layout import lay_out
from labels.marks import COLOURS, Mark
from labels.render import LabelUnreadable
from labels.symbols import NotEncodable, Squares
from tests.labels.samples import BATCH, BIN, CONTAINER, PALLET, SAMPLES, STATION

DPIS = (203, 300)
LABELS = pytest.mark.parametrize("name", SAMPLES)
SIZES = pytest.mark.parametrize("size", Size)
RESOLUTIONS = pytest.mark.parametrize("dpi", DPIS)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def expected(label: Label, size: Size) -> set[str]:
    """What the bars and the QR symbol have to say."""
    if label.sscc is not None and size in (Size.LARGE, Size.A6):
        return {element_string(label.sscc), label.qr_text}
    return {label.code, label.qr_text}


def read_by_zxing(picture: Image.Image) -> set[str]:
    return {one.text for one in zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)}


def read_by_zbar(picture: Image.Image) -> set[str]:
    symbols = [pyzbar.ZBarSymbol.CODE128, pyzbar.ZBarSymbol.QRCODE]
    found = pyzbar.decode(picture.convert("L"), symbols=symbols)
    return {one.data.decode().removeprefix("\x1d") for one in found}


def handled(picture: Image.Image) -> Iterable[Image.Image]:
    """The label as it is, out of focus, and held askew to either side, on a table around it.

    A large picture is looked at from twice as far: nearer than that no camera comes, and it saves
    the tests half their time.
    """
    grey = picture.convert("L")
    if grey.width > 1000:
        grey = grey.reduce(2)
    framed = Image.new("L", (grey.width + 120, grey.height + 120), 255)
    framed.paste(grey, (60, 60))
    yield framed
    yield framed.filter(ImageFilter.GaussianBlur(1.0))
    for degrees in (-3, 3):
        yield framed.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)


@LABELS
@SIZES
@RESOLUTIONS
def test_a_png_is_read_by_two_readers_also_blurred_and_askew(
    name: str, size: Size, dpi: int
) -> None:
    label = SAMPLES[name]
    for picture in handled(opened(render.png(label, size, dpi))):
        assert read_by_zxing(picture) == expected(label, size)
        assert read_by_zbar(picture) == expected(label, size)


@LABELS
@SIZES
@RESOLUTIONS
def test_a_pdf_is_one_page_of_the_right_size_and_is_read_by_two_readers(
    name: str, size: Size, dpi: int
) -> None:
    label = SAMPLES[name]
    document = pypdfium2.PdfDocument(render.pdf(label, size, dpi))
    assert len(document) == 1
    page = document[0]
    for points, millimetres in zip(page.get_size(), size.millimetres, strict=True):
        assert points / 72 * 25.4 == pytest.approx(millimetres, abs=0.01)
    picture = page.render(scale=300 / 72).to_pil()
    document.close()
    assert read_by_zxing(picture) == expected(label, size)
    assert read_by_zbar(picture) == expected(label, size)


@LABELS
@SIZES
@RESOLUTIONS
def test_a_print_job_holds_the_picture_dot_for_dot_and_is_read(
    name: str, size: Size, dpi: int
) -> None:
    label = SAMPLES[name]
    picture = unpacked(render.zpl(label, size, dpi).decode("ascii"))
    drawn = render._painted(lay_out(label, size, dpi), two_tone=True)
    assert picture.tobytes() == drawn.tobytes()
    assert read_by_zxing(picture.convert("L")) == expected(label, size)


@LABELS
@SIZES
def test_an_svg_has_the_right_size_and_its_modules_are_read(name: str, size: Size) -> None:
    label = SAMPLES[name]
    root = ET.fromstring(render.svg(label, size))
    width, height = size.millimetres
    assert (root.get("width"), root.get("height")) == (f"{width}mm", f"{height}mm")
    assert read_by_zxing(painted_from(root)) == expected(label, size)


def painted_from(root: ET.Element) -> Image.Image:
    """The black rectangles of the SVG, painted by code of our own."""
    width, height = (int(n) for n in str(root.get("viewBox")).split()[2:])
    picture = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(picture)
    path = root.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    boxes = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z", path.get("d", ""))
    assert "".join("M{} {}h{}v{}h-{}z".format(*box) for box in boxes) == path.get("d")
    for x, y, across, down, back in ([int(n) for n in box] for box in boxes):
        assert across == back
        draw.rectangle((x, y, x + across - 1, y + down - 1), fill=0)
    return picture


def unpacked(job: str) -> Image.Image:
    """Reads a ZPL job back as the printer's handbook tells it."""
    width = int(re.search(r"\^PW(\d+)", job)[1])  # type: ignore[index]
    height = int(re.search(r"\^LL(\d+)", job)[1])  # type: ignore[index]
    field = re.search(r"\^GFA,(\d+),(\d+),(\d+),(.*)\^FS", job)
    assert field is not None
    total, again, row_bytes = (int(field[n]) for n in (1, 2, 3))
    assert total == again == row_bytes * height
    rows: list[str] = []
    row, count = "", 0
    for sign in field[4]:
        if sign in "GHIJKLMNOPQRSTUVWXY":
            count += ord(sign) - ord("G") + 1
        elif sign in "ghijklmnopqrstuvwxyz":
            count += 20 * (ord(sign) - ord("g") + 1)
        elif sign == ":":
            assert not row
            row = rows[-1]
        elif sign in ",!":
            row += ("0" if sign == "," else "F") * (row_bytes * 2 - len(row))
        else:
            row, count = row + sign * (count or 1), 0
        if len(row) == row_bytes * 2:
            rows.append(row)
            row = ""
    assert not row
    assert len(rows) == height
    black = bytes.fromhex("".join(rows))
    return Image.frombytes("1", (width, height), black, "raw", "1;I")


@SIZES
@RESOLUTIONS
def test_a_png_knows_its_physical_size(size: Size, dpi: int) -> None:
    picture = opened(render.png(BIN, size, dpi))
    for dots, per_inch, millimetres in zip(
        picture.size, picture.info["dpi"], size.millimetres, strict=True
    ):
        assert dots / per_inch * 25.4 == pytest.approx(millimetres, abs=0.05)


@pytest.mark.parametrize("size", [Size.LARGE, Size.A6])
def test_an_sscc_is_gs1_128_at_the_width_that_gs1_wants(size: Size) -> None:
    for dpi in DPIS:
        sheet = lay_out(PALLET, size, dpi)
        bars = sheet.bars[0]
        assert bars.bars.symbology == "]C1"
        assert 0.495 <= bars.module / sheet.dots_per_mm <= 1.016
        assert bars.height / sheet.dots_per_mm >= 31.75
        read = zxingcpp.read_barcodes(opened(render.png(PALLET, size, dpi)))
        assert "]C1" in [one.symbology_identifier for one in read]


@pytest.mark.parametrize("size", [Size.ROLL, Size.SMALL])
def test_where_an_sscc_has_no_room_the_bars_hold_the_code_and_do_not_pose_as_gs1(
    size: Size,
) -> None:
    read = zxingcpp.read_barcodes(opened(render.png(PALLET, size)))
    assert (PALLET.code, "]C0") in [(one.text, one.symbology_identifier) for one in read]


@pytest.mark.parametrize("mark", Mark)
def test_a_mark_shows_its_colour_and_stays_an_outline_in_black_and_white(mark: Mark) -> None:
    label = replace(BIN, mark=mark)
    placed = lay_out(label, Size.LARGE, 203).marks[0]
    middle = (placed.x + placed.side // 2, placed.y + placed.side * 6 // 10)
    assert opened(render.png(label, Size.LARGE)).getpixel(middle) == COLOURS[mark]
    outline = unpacked(render.zpl(label, Size.LARGE).decode("ascii"))
    assert outline.getpixel(middle) == 255
    area = outline.crop((placed.x, placed.y, placed.x + placed.side, placed.y + placed.side))
    black = area.histogram()[0] / placed.side**2
    assert 0.1 < black < 0.45


def test_the_four_marks_have_four_shapes() -> None:
    shapes = [render._mark_picture(mark, 100, "1").tobytes() for mark in Mark]
    assert len(set(shapes)) == 4


def test_a_symbol_that_reads_as_something_else_is_withheld(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sheet = lay_out(BATCH, Size.LARGE, 203)
    other = lay_out(BIN, Size.LARGE, 203)
    picture = render._painted(sheet)
    assert render._verified(sheet, picture) is picture
    sheet.bars[0] = replace(sheet.bars[0], bars=other.bars[0].bars)
    with pytest.raises(LabelUnreadable, match="K6R77QX2J5KV"):
        render._verified(sheet, picture)
    sheet = lay_out(BATCH, Size.LARGE, 203)
    squares = sheet.squares[0]
    sheet.squares[0] = replace(squares, squares=Squares(squares.squares.rows, "something else"))
    with pytest.raises(LabelUnreadable, match="something else"):
        render._verified(sheet, picture)


@pytest.mark.parametrize("part", ["bars", "squares"])
def test_a_symbol_that_is_smudged_is_withheld(part: str) -> None:
    sheet = lay_out(BATCH, Size.LARGE, 203)
    picture = render._painted(sheet)
    draw = ImageDraw.Draw(picture)
    placed = getattr(sheet, part)[0]
    draw.rectangle((placed.x + 40, placed.y, placed.x + 140, placed.y + 300), fill=255)
    with pytest.raises(LabelUnreadable):
        render._verified(sheet, picture)


def test_plain_code_128_does_not_pass_for_gs1_128() -> None:
    sheet = lay_out(PALLET, Size.LARGE, 203)
    plain = lay_out(
        replace(PALLET, sscc=None, code=element_string(str(PALLET.sscc))), Size.LARGE, 203
    )
    plain.bars[0] = replace(
        plain.bars[0], bars=replace(plain.bars[0].bars, symbology=sheet.bars[0].bars.symbology)
    )
    with pytest.raises(LabelUnreadable, match="]C1"):
        render._verified(plain, render._painted(plain))


@pytest.mark.parametrize("code", ["99", "9912", "99AB", "999", "9999999", "1", "12A34", "A-1"])
def test_chosen_codes_of_every_make_up_are_read_back(code: str) -> None:
    label = replace(CONTAINER, code=code, qr_text=code)
    assert read_by_zbar(opened(render.png(label, Size.SMALL))) == {code}
    assert read_by_zxing(opened(render.png(label, Size.SMALL))) == {code}


@pytest.mark.parametrize("size", [Size.LARGE, Size.A6])
def test_the_longest_chosen_code_fits_on_a_large_label(size: Size) -> None:
    label = replace(CONTAINER, code="ABCDEFGHIJ-KLMNOPQRS", qr_text="X")
    assert label.code in read_by_zxing(opened(render.png(label, size)))


def test_what_a_symbol_cannot_hold_is_refused() -> None:
    with pytest.raises(NotEncodable, match="Code 128"):
        render.png(replace(CONTAINER, code="\u20ac"), Size.LARGE)
    with pytest.raises(NotEncodable, match="needs a text"):
        render.png(replace(CONTAINER, code=""), Size.LARGE)
    with pytest.raises(NotEncodable, match="needs a text"):
        render.png(replace(CONTAINER, qr_text=""), Size.LARGE)
    with pytest.raises(NotEncodable, match="too many"):
        render.png(replace(CONTAINER, qr_text="x" * 4000), Size.LARGE)
    with pytest.raises(NotGs1, match="check digit"):
        render.png(replace(PALLET, sscc="040123450000003339"), Size.LARGE)


def test_words_that_mean_something_to_a_file_format_are_only_words() -> None:
    title = ('<b>"&^XZ', "tab\tand\x00zero\u2028line")
    label = replace(BATCH, heading="A&B <i>", title=title, language='n"l')
    root = ET.fromstring(render.svg(label, Size.LARGE))
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert title[0] in words
    assert "tab and zero line" in words
    assert render.zpl(label, Size.LARGE).count(b"^XZ") == 1
    document = pypdfium2.PdfDocument(render.pdf(label, Size.LARGE))
    assert document.get_metadata_dict()["Title"] == "A&B <i> BK4M7RXP3FQP"
    document.close()


def test_the_pdf_asks_not_to_be_scaled() -> None:
    data = render.pdf(STATION, Size.SMALL)
    assert b"/PrintScaling /None" in data
    assert data.startswith(b"%PDF-1.7")


def test_the_same_label_is_the_same_file() -> None:
    assert render.png(BATCH, Size.ROLL) == render.png(BATCH, Size.ROLL)
    assert render.pdf(BATCH, Size.ROLL) == render.pdf(BATCH, Size.ROLL)
    assert render.zpl(BATCH, Size.ROLL) == render.zpl(BATCH, Size.ROLL)
    assert render.svg(BATCH, Size.ROLL) == render.svg(BATCH, Size.ROLL)
