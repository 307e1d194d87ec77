"""Pictures of a camera: what is none is refused, and the codes in the others are read."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from labels import gs1_reading
from labels.gs1 import check_digit, sscc
from labels.label import Size
from labels.reading import FORMATS, NoPicture, check_picture, texts_in
from labels.render import png
from tests.labels.samples import BATCH


def picture(format: str, width: int = 64, height: int = 48) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 10, 10)).save(out, format)
    return out.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + body + b"\x00\x00\x00\x00IEND\xaeB`\x82"


@pytest.mark.parametrize("media_type", FORMATS)
def test_a_picture_passes_as_what_it_is_and_as_nothing_else(media_type: str) -> None:
    content = picture(FORMATS[media_type])
    check_picture(content, media_type)
    for other in {*FORMATS, "image/svg+xml", "text/html"} - {media_type}:
        with pytest.raises(NoPicture):
            check_picture(content, other)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload=alert(1)>",
        picture("PNG")[:60],
        picture("PNG", 8, 8),
        claiming(60_000, 60_000),
        claiming(7_000, 7_000),
    ],
)
def test_what_is_broken_cut_off_tiny_or_enormous_is_no_picture(content: bytes) -> None:
    with pytest.raises(NoPicture):
        check_picture(content, "image/png")


def test_a_file_that_draws_its_picture_thousands_of_times_is_not_read() -> None:
    out = io.BytesIO()
    Image.new("RGB", (6_000, 4_000), (128, 128, 128)).save(out, "JPEG", progressive=True)
    honest = out.getvalue()
    check_picture(honest, "image/jpeg")
    last, end = honest.rindex(b"\xff\xda"), honest.rindex(b"\xff\xd9")
    endless = honest[:end] + honest[last:end] * 5_000 + honest[end:]
    begun = time.process_time()
    for look in (check_picture, texts_in):
        with pytest.raises(NoPicture):
            look(endless, "image/jpeg")
    assert time.process_time() - begun < 1


@given(st.binary(max_size=200), st.sampled_from(sorted(FORMATS)))
def test_no_bytes_break_the_reading(content: bytes, media_type: str) -> None:
    with pytest.raises(NoPicture):
        check_picture(content, media_type)


def test_a_photo_of_a_label_says_its_code() -> None:
    label = Image.open(io.BytesIO(png(BATCH, Size.ROLL))).convert("RGB").rotate(7, expand=True)
    out = io.BytesIO()
    label.save(out, "JPEG", quality=70)
    assert BATCH.code in " ".join(texts_in(out.getvalue(), "image/jpeg"))
    assert texts_in(picture("JPEG", 200, 200), "image/jpeg") == []


SSCC = sscc("8712345", 3, 123456789)
GTIN = "0950600013435" + check_digit("0950600013435")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (f"]C100{SSCC}", {"00": SSCC}),
        (f"00{SSCC}", {"00": SSCC}),
        (f"(00){SSCC}", {"00": SSCC}),
        (f"(01){GTIN}(10)ABC-1", {"01": GTIN, "10": "ABC-1"}),
        (f"]d201{GTIN}10ABC\x1d17270101", {"01": GTIN, "10": "ABC", "17": "270101"}),
        (f"https://id.gs1.org/01/{GTIN}/10/A%2FB?17=270101&x=1", {"01": GTIN, "10": "A/B"}),
        ("]C1400ORDER-7", {"400": "ORDER-7"}),
        ("]C13102001250", {"3102": "001250"}),
        ("400ORDER-7", None),
        ("00" + SSCC[:-1] + str((int(SSCC[-1]) + 1) % 10), None),
        ("(01)1234", None),
        ("BK4M7RXP3FQP", None),
        ("https://example.org/batches/x", None),
        ("]C1zz", None),
        ("", None),
    ],
)
def test_a_gs1_code_of_others_is_read_into_its_parts(
    text: str, fields: dict[str, str] | None
) -> None:
    read = gs1_reading.parts(text)
    if fields and "A/B" in fields.values():
        fields = fields | {"17": "270101"}
    assert read == fields


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_gs1(text: str) -> None:
    for wrapped in (text, f"]C1{text}", f"(10){text}", f"https://x/01/{text}"):
        gs1_reading.parts(wrapped)
