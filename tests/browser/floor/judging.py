"""What every screen of the floor is held to: nothing keeps people out, and fingers fit."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TARGET_MIN_PX: Final = 64
SIZES: Final = (("tablet", 1280, 800), ("upright", 800, 1280), ("phone", 390, 844))
SMALL: Final = """(least) => [
  ...document.querySelectorAll("button, a[href], input, select, summary")
].filter((it) => it.checkVisibility() && !it.closest("[inert]") && !it.matches(".away"))
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([it, box]) => Math.min(box.width, box.height) < least - 0.5)
  .map(([it, box]) => `${box.width} x ${box.height}: ${it.outerHTML.slice(0, 160)}`)"""
JUDGED: Final = """axe.run({ resultTypes: ["violations"] })
  .then((found) => found.violations)"""
"""What is in order is not described: that would take longer than finding what is not."""
WIDER: Final = "document.documentElement.scrollWidth - innerWidth"


def breaches(page: Page) -> list[str]:
    """What axe finds on a page, targets that are too small, and what sticks out at the side."""
    if not page.evaluate("'axe' in window"):
        # Within the page's own policy, which lets in no script from elsewhere.
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(JUDGED)
    said = [f"{rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]]
    said += [f"too small: {each}" for each in page.evaluate(SMALL, TARGET_MIN_PX)]
    wider = page.evaluate(WIDER)
    return [*said, f"{wider} px too wide"] if wider > 0 else said


def breaches_at_all_sizes(page: Page) -> list[str]:
    """The same at the three sizes that the floor is used at."""
    said = []
    for name, width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        said += [f"{name}: {each}" for each in breaches(page)]
    return said
