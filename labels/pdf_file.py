"""A PDF of pages that are one picture each, pixel for pixel and at their physical size.

Pillow's own PDF writer packs pictures as JPEG, which smears the edges of bars; here the pixels are
deflated, so nothing is lost. Source: ISO 32000-1, sections 7.5 (file), 8.9 (images), 12.2 (viewer).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from decimal import Decimal

from PIL import Image

_POINTS_PER_MM = Decimal(72) / Decimal("25.4")
_FIRST_PAGE = 5
_COLOUR_SPACES = {"L": "DeviceGray", "RGB": "DeviceRGB"}


def page(picture: Image.Image, millimetres: tuple[int, int], *, title: str, language: str) -> bytes:
    """The file. It asks the viewer not to scale when printing: a scaled bar is a wrong bar."""
    return document([picture], millimetres, title=title, language=language)


def document(
    pictures: Iterable[Image.Image], millimetres: tuple[int, int], *, title: str, language: str
) -> bytes:
    """A file of pages of one size, each of them one picture. Pictures are asked for one by one."""
    width, height = (round(side * _POINTS_PER_MM, 3) for side in millimetres)
    drawing = f"{width} 0 0 {height} 0 0 cm /P Do".encode("ascii")
    pages: list[bytes] = []
    names: list[str] = []
    for picture in pictures:
        name = _FIRST_PAGE + len(pages)
        names.append(f"{name} 0 R")
        pages += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Resources "
            f"<< /XObject << /P {name + 1} 0 R >> >> /Contents 4 0 R >>".encode("ascii"),
            _image(picture),
        ]
    return _file(
        [
            f"<< /Type /Catalog /Pages 2 0 R /Lang {_text(language)} "
            "/ViewerPreferences << /PrintScaling /None /DisplayDocTitle true >> >>".encode("ascii"),
            f"<< /Type /Pages /Kids [{' '.join(names)}] /Count {len(names)} >>".encode("ascii"),
            f"<< /Title {_text(title)} /Producer {_text('Stofstroom')} >>".encode("ascii"),
            _stream(f"<< /Length {len(drawing)} >>", drawing),
            *pages,
        ]
    )


def _image(picture: Image.Image) -> bytes:
    pixels = zlib.compress(picture.tobytes(), 6)
    return _stream(
        f"<< /Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} "
        f"/ColorSpace /{_COLOUR_SPACES[picture.mode]} /BitsPerComponent 8 "
        f"/Filter /FlateDecode /Length {len(pixels)} >>",
        pixels,
    )


def _file(objects: list[bytes]) -> bytes:
    """Objects numbered from 1: the catalogue, the list of pages, the information, what is drawn on
    each page; then the pages, each with its picture."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def _stream(head: str, body: bytes) -> bytes:
    return head.encode("ascii") + b"\nstream\n" + body + b"\nendstream"


def _text(words: str) -> str:
    """A text string in hex: UTF-16 with its byte order mark, so that nothing needs escaping."""
    return "<" + ("\ufeff" + words).encode("utf-16-be").hex() + ">"
