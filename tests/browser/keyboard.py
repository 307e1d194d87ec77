"""Somebody who works without a mouse: every stop of the Tab key must be seen."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Locator, Page

STOPS_MAX: Final = 120
"""More than any page has; who presses Tab so often has been around it."""
STOP: Final = """(wanted) => {
    const it = document.activeElement;
    if (it === wanted) return "arrived";
    if (it === document.body) return "";
    const look = getComputedStyle(it), box = it.getBoundingClientRect();
    const ring = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
    return ring && box.bottom > 0 && box.top < innerHeight ? "" : it.outerHTML.slice(0, 200);
}"""
"""Whether the focus is there; else nothing, or what has a focus that cannot be seen."""


class Keyboard:
    """The keyboard of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, wanted: Locator) -> None:
        """Go on with Tab until the focus is there."""
        # Looked up once: the look-up by what somebody hears takes longer than all the stops.
        place = wanted.element_handle()
        for _ in range(STOPS_MAX):
            found = self.page.evaluate(STOP, place)
            if found == "arrived":
                return
            assert not found, f"the focus is not seen at {found}"
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {wanted}")

    def fill(self, label: str, text: str) -> None:
        """Type into a field over what stands in it, or choose in a list by the first letters."""
        field = self.page.get_by_label(label, exact=True)
        self.reach(field)
        if field.evaluate("it => it.tagName") == "INPUT":
            self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, label: str) -> None:
        self.reach(self.page.get_by_label(label))
        self.page.keyboard.press("Space")

    def follow(self, text: str) -> None:
        """Go where a link of the content leads."""
        self._enter(self.page.get_by_role("main").get_by_role("link", name=text, exact=True))

    def send(self, text: str) -> None:
        """Press the button of a form."""
        self._enter(self.page.get_by_role("button", name=text, exact=True))

    def _enter(self, wanted: Locator) -> None:
        self.reach(wanted.first)
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.keyboard.press("Enter")
