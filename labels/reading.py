"""Pictures that a camera took: whether they are what they say, and the codes in them."""

from __future__ import annotations

import io
from threading import BoundedSemaphore
from typing import Final

import zxingcpp
from PIL import Image, UnidentifiedImageError

FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
"""The kinds of pictures that are taken, and what Pillow calls them."""
SIDE_MIN, SIDE_MAX = 16, 8_000
PIXELS_MAX: Final = 24_000_000
"""A small file can hold a picture that fills the memory."""
SCANS_MAX: Final = 30
"""A progressive JPEG has some ten. Each goes over the whole picture, so a file of one megabyte
with thousands of empty ones would be read for minutes."""
CODES_MAX: Final = 20

_SCAN_BEGINS: Final = b"\xff\xda"
# One picture takes up to a hundred megabytes, so a crowd with cameras may not fill the memory.
_few_at_once = BoundedSemaphore(2)
_BROKEN: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    OverflowError,
)
"""What Pillow's readers raise for files that are broken, cut off, or no picture at all."""


class NoPicture(ValueError):
    """The bytes are no picture of the type that they claim, or of a size that nobody shows."""


def check_picture(content: bytes, media_type: str) -> None:
    """Raise NoPicture unless this is a whole picture of this type and of a sane size."""
    with _few_at_once:
        _opened(content, media_type)


def texts_in(content: bytes, media_type: str) -> list[str]:
    """What the codes in a picture say, each once, as a scanner would. Raises NoPicture."""
    with _few_at_once:
        picture = _opened(content, media_type).convert("L")
        found = zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)
    texts = [_as_scanned(one) for one in found if one.valid and one.text]
    return list(dict.fromkeys(texts))[:CODES_MAX]


def _as_scanned(found: zxingcpp.Barcode) -> str:
    """With its AIM identifier where that is what tells a GS1 code from any other digits."""
    is_gs1 = found.content_type == zxingcpp.ContentType.GS1
    return f"{found.symbology_identifier}{found.text}" if is_gs1 else str(found.text)


def _opened(content: bytes, media_type: str) -> Image.Image:
    if media_type not in FORMATS:
        raise NoPicture(f"{media_type} is not a kind of picture that is taken.")
    if media_type == "image/jpeg" and content.count(_SCAN_BEGINS) > SCANS_MAX:
        raise NoPicture("It is written in more parts than any camera writes.")
    try:
        picture = Image.open(io.BytesIO(content), formats=[FORMATS[media_type]])
        width, height = picture.size
        if not (SIDE_MIN <= width <= SIDE_MAX and SIDE_MIN <= height <= SIDE_MAX):
            raise NoPicture(f"{width} by {height} is too small or too large.")
        if width * height > PIXELS_MAX:
            raise NoPicture(f"{width} by {height} is too large.")
        picture.load()
    except _BROKEN as error:
        if isinstance(error, NoPicture):
            raise
        raise NoPicture("It is broken, or of another type.") from error
    return picture
