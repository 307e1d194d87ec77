"""The typeface of the labels, from the package font-source-sans-pro (SIL Open Font License)."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from importlib.resources import as_file, files

from PIL import ImageFont


class Weight(StrEnum):
    """How heavy a text stands; the value is the name of its font file."""

    REGULAR = "SourceSansPro-Regular"
    BOLD = "SourceSansPro-Bold"


FAMILY = "'Source Sans Pro', 'Source Sans 3', 'Helvetica Neue', Arial, sans-serif"
"""For SVG, where the viewer's own machine has to find a font."""

CAP_HEIGHT = 0.66
"""Height of a capital, in em."""

ACCENT_HEIGHT = 0.94
"""Height of a capital with its accent, in em."""

DESCENT = 0.27
"""How far a comma or a tail reaches below the line, in em."""


@lru_cache(maxsize=512)
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """The font with an em of `size` dots."""
    file = files("font_source_sans_pro") / "files" / f"{weight}.ttf"
    with as_file(file) as path:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def width_of(text: str, weight: Weight, size: int) -> float:
    """Width of one line in dots."""
    return font(weight, size).getlength(text)
