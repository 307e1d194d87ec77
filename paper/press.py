"""Sets a sheet of Typst with its data as PDF/A-3 (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).

The same sheet with the same data at the same moment gives the same bytes, so a PDF can be made
again instead of kept. The press knows no word of the domain: words come with the data.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import typst

from paper.signs import printable

STANDARDS: Final = ("a-3a", "ua-1")
AUTHOR: Final = "Stofstroom"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF: what the sheet says, for machines. content: text."""

    name: str
    media_type: str
    content: str
    description: str


def press(
    sheet: str,
    data: Mapping[str, Any],
    *,
    title: str,
    language: str,
    at: datetime,
    foot: str = "",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """A PDF of a sheet, with its attachments. at: the moment that it carries, aware.

    sheet: Typst that begins with `#show: paper` and uses the functions of `house.typ`; it finds
    what it says in `data`, with a question mark for each sign that the typeface lacks. Nothing
    outside is read: no file, no package, no font of the machine.
    """
    words = {"title": title, "language": language, "foot": foot, "author": AUTHOR}
    said = printable(dict(data) | words)
    said["attachments"] = [asdict(one) for one in attachments]
    source = f"{_house()}\n{sheet}"
    with tempfile.TemporaryDirectory(prefix="stofstroom-paper-") as nothing:
        compiler = typst.Compiler(
            source.encode(), root=nothing, font_paths=_fonts(), ignore_system_fonts=True
        )
        made = compiler.compile(
            format="pdf",
            sys_inputs={"data": json.dumps(said, ensure_ascii=False)},
            pdf_standards=list(STANDARDS),
            timestamp=at.replace(microsecond=0),
        )
    assert isinstance(made, bytes), "one document is one file"
    return made


@cache
def _house() -> str:
    return (Path(__file__).parent / "house.typ").read_text(encoding="utf-8")


@cache
def _fonts() -> typst.Fonts:
    """The typeface of the labels too, from the package font-source-sans-pro."""
    with as_file(files("font_source_sans_pro") / "files") as folder:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
        )
