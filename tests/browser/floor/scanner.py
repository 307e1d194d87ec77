"""A scanner that types, as a keyboard wedge does: real keys, at a pace of its own."""

from __future__ import annotations

import re
import time
from typing import Final

from playwright.sync_api import Page

FNC1: Final = "\x1d"
AS_TYPED: Final = str.maketrans({"\r": "\n"})


class Scanner:
    """Types codes into a page, faster than hands can, whatever has the focus there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def scan(self, *texts: str, gap_ms: int = 0, pause_ms: int = 70, end: str = "\r") -> None:
        """Scan codes one after the other. end: what comes after each; pause_ms: between them.

        Without a pause all keys go in one piece, so that nothing but the browser sets their pace.
        """
        if not pause_ms:
            self._type("".join(text + end for text in texts), gap_ms)
            return
        for at, text in enumerate(texts):
            if at:
                time.sleep(pause_ms / 1000)
            self._type(text + end, gap_ms)

    def _type(self, text: str, gap_ms: int) -> None:
        for piece in re.split(f"({FNC1})", text):
            if piece == FNC1:
                self.page.keyboard.press("Control+]")
            elif piece:
                self.page.keyboard.type(piece.translate(AS_TYPED), delay=gap_ms)
