"""One person at a tablet: scans, taps and keys, each of them counted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from catalogue.actions import define
from tests.browser.floor.conftest import House, Tablet
from tests.cast import named

PIECE_G: Final = 1_200
BURST: Final = """(text) => {
  const made = [...text, "Enter"].flatMap((key) => ["keydown", "keyup"].map((type) => {
    const code = key.length === 1 ? `Key${key.toUpperCase()}` : key;
    return new KeyboardEvent(type, { key, code, bubbles: true, cancelable: true });
  }));
  for (const each of made) (document.activeElement || document.body).dispatchEvent(each);
}"""
"""All keys of a code pressed at one moment, so that a busy machine does not slow the scanner down.
Scanners as they are, with real keys, are tried in test_wedge.py."""
GUIDE: Final[Mapping[str, Any]] = {
    "question": {"nl": "Is het nat?", "en": "Is it wet?"},
    "pictogram": "wet",
    "deciding": True,
    "yes": {"destination": "burn"},
    "no": {
        "question": {"nl": "Is het mooi?", "en": "Is it nice?"},
        "pictogram": "nice",
        "deciding": False,
        "yes": {"destination": "reuse"},
        "no": {"destination": "recycle"},
    },
}
"""Wet: burn. Else nice: reuse, and not nice: recycle, a question that decides little."""


def furnish(house: House) -> None:
    """What a station needs beside the cast: a guide, containers, and what a piece weighs."""
    with house.hall.database.write() as session:
        now = house.hall.now

        def say(noun: str, code: str, **data: Any) -> None:
            define(session, "WATERKANT", noun, code, data, now=now)

        say("article_group", "uniform", names=named("uniform"), security="debrand",
            tolerance_permille=20, piece_g=PIECE_G)  # fmt: skip
        say("sorting_guide", "main", tree=GUIDE)
        for code, tare_g in (("BOX2", 15_000), ("BOX3", 10_000)):
            say("container", code, site="S1", kind="box", tare_g=tare_g,
                tare_on=date(2026, 1, 1), max_g=400_000)  # fmt: skip


class Hands:
    """A person at a station. acts: how often something was scanned, tapped or pressed."""

    def __init__(self, tablet: Tablet) -> None:
        self.tablet = tablet
        self.page: Page = tablet.page
        self.acts = 0

    def scan(self, *texts: str, pause_ms: int = 70) -> None:
        for text in texts:
            self.acts += 1
            self.page.evaluate(BURST, text)
            time.sleep(pause_ms / 1000)

    def tap(self, what: str | Locator) -> None:
        self.acts += 1
        found = self.page.locator(what).first if isinstance(what, str) else what
        found.click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.acts += 1
            self.page.keyboard.press(key)
            # A hand is slower than a scanner.
            self.page.wait_for_timeout(90)

    def load(self, mass_g: int, state: str = "stable") -> None:
        """Put something on the scale: that is no act, it has to be lifted anyway."""
        given = {"mass_g": mass_g, "state": state}
        self.tablet.ask("(floor, it) => floor.weight.software.set(it.mass_g, it.state)", given)

    def scale(self, kind: str = "software") -> None:
        self.tablet.ask("(floor, kind) => floor.weight.choose({ kind })", kind)

    def sees(self, verdict: str, *words: str) -> Locator:
        """The answer on the screen."""
        panel = self.page.locator(f".answer[data-verdict={verdict}]")
        expect(panel).to_be_visible()
        for word in words:
            expect(panel).to_contain_text(word)
        return panel

    def asks(self, words: str) -> None:
        """The question of the screen now."""
        expect(self.page.locator("main .question")).to_have_text(words)

    def knows(self, what: str) -> Any:
        """Something of the world of this tablet."""
        return self.tablet.ask(f"(floor) => {what}")

    def codes(self, kind: str) -> list[str]:
        """Blank labels that lie at this station."""
        self.tablet.ask(
            """async (floor, kind) => {
              for (let tries = 0; tries < 100 && !floor.world.codes[kind].length; tries += 1) {
                await new Promise((go) => setTimeout(go, 50));
              }
            }""",
            kind,
        )
        found: list[str] = self.knows(f"floor.world.codes.{kind}")
        assert found, f"no blank labels for a {kind}"
        return found

    def catches_up(self) -> None:
        """Nothing waits any more, and this tablet knows what the server knows."""
        self.tablet.ask("(floor) => floor.outbox.flush()")
        expect(self.page.locator("[data-outbox='0']")).to_be_visible(timeout=30_000)
        self.tablet.ask("(floor) => floor.world.refresh()")

    def fetched(self, path: str) -> Any:
        """What the server says."""
        return self.tablet.ask(
            "async (floor, path) => (await floor.net.call('GET', path)).body", path
        )


def at_table(hands: Hands, guidance: str = "straight", method: str = "part") -> None:
    """The sorting screen, as this person works."""
    given = {"guidance": guidance, "method": method}
    hands.tablet.ask("async (floor, how) => (await floor.keep(how), floor.go('sort'))", given)
    hands.tablet.ask("(floor) => floor.world.refresh()")
    hands.asks("Scan de partij.")


def left(hands: Hands, mass_g: int) -> None:
    """How much is left of the batch, in figures and in the length of the bar."""
    expect(hands.page.locator(f"main .left[data-left='{mass_g}']")).to_be_attached()
