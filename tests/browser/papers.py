"""What can be had on paper, as pictures of its first page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2
from playwright.sync_api import Page

DPI: Final = 110
LISTS: Final = ("/certificates", "/shipments", "/deliveries?state=received", "/finds")


def on_paper(page: Page, folder: Path) -> list[Path]:
    """The first page of every kind of paper that a team leader can ask for."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Path] = {}
    for place in _places(page):
        page.goto(place)
        for link in page.locator("a[href*=pdf]").all():
            href = link.get_attribute("href") or ""
            name = href.partition("?")[0].strip("/").split("/")[-1].removesuffix(".pdf")
            kind = f"{place.split('/')[1].partition('?')[0]}_{name if name.islower() else 'one'}"
            if kind not in found:
                found[kind] = _drawn(page.request.get(href).body(), folder / f"{kind}.png")
    return list(found.values())


def _places(page: Page) -> Iterator[str]:
    """One thing of each list, its proof chain or waybill, and the register."""
    for path in LISTS:
        page.goto(path)
        one = page.locator("tbody th a").last.get_attribute("href") or ""
        yield one
        if path.startswith("/deliveries"):
            yield f"{one}/proof"
        if path == "/shipments":
            yield f"{one}/waybill"
    yield "/waste-register"


def _drawn(content: bytes, file: Path) -> Path:
    document = pypdfium2.PdfDocument(content)
    try:
        document[0].render(scale=DPI / 72).to_pil().save(file)
    finally:
        document.close()
    return file
