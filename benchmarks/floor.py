"""What one box costs at the stations: scans, taps, and the seconds that the screen takes.

A real browser at a real server. Lifting and walking are people's own time and are not in it: the
seconds are those between the last key of a scan and its answer on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.floor.scanner import Scanner
from tests.browser.pictures import enrolled, served

TABLET: Final[ViewportSize] = {"width": 1280, "height": 800}
SLOWER: Final = 6
"""How many times slower than this machine the processor of a cheap tablet is taken to be."""

WATCH: Final = """() => {
  if (!window.watched) {
    const watched = { count: 0, took: 0, key: 0 };
    addEventListener("keydown", () => { watched.key = performance.now(); }, true);
    new MutationObserver(() => requestAnimationFrame(() => {
      watched.count += 1;
      watched.took = performance.now() - watched.key;
    })).observe(document.querySelector("[data-answer]"), { attributes: true });
    window.watched = watched;
  }
  return window.watched.count;
}"""
"""Looks at the clock of the browser itself when a key comes and when an answer is drawn."""


@dataclass(slots=True)
class Worker:
    """Somebody at a station. Counts what is done, and the time until each answer."""

    page: Page
    scans: int = 0
    taps: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def ask(self, work: str, given: object = None) -> Any:
        return self.page.evaluate(f"async (given) => ({work})(window.floor, given)", given)

    def load(self, mass_g: int) -> None:
        """Put it on the scale: the one for trying out, which stands still at once."""
        self.ask("(floor, mass_g) => floor.weight.software.set(mass_g, 'stable')", mass_g)

    def scan(self, text: str) -> None:
        self.scans += 1
        self._until_answered(lambda: Scanner(self.page).scan(text))

    def tap(self, selector: str) -> None:
        self.taps += 1
        self.page.locator(selector).first.click()

    def _until_answered(self, act: Callable[[], None]) -> None:
        before = self.page.evaluate(WATCH)
        act()
        self.page.wait_for_function("(before) => window.watched.count > before", arg=before)
        self.milliseconds.append(float(self.page.evaluate("() => window.watched.took")))

    def told(self, what: str) -> str:
        """What was counted since the last time."""
        waited, slowest = sum(self.milliseconds) / 1000, max(self.milliseconds)
        line = f"{self.scans} scans, {self.taps} taps, {waited:4.2f} s of waiting"
        self.scans, self.taps, self.milliseconds = 0, 0, []
        return f"{what}: {line}, the slowest answer {slowest:3.0f} ms"


def run() -> None:
    """Take in a box and the next, and sort three parts of one, on a fast and on a slow tablet."""
    with served() as (database, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for slower in (1, SLOWER):
            context = browser.new_context(
                base_url=address, viewport=TABLET, locale="nl-NL", reduced_motion="reduce"
            )
            pages = {kind: enrolled(database, context, kind) for kind in ("intake", "sorting")}
            for page in pages.values():
                context.new_cdp_session(page).send(
                    "Emulation.setCPUThrottlingRate", {"rate": slower}
                )
            speed = "as fast as this machine" if slower == 1 else f"{slower} times slower"
            label = _intake(Worker(pages["intake"]), speed)
            _sort(Worker(pages["sorting"]), label, speed)
            context.close()
        browser.close()


def _blank(worker: Worker, kind: str) -> str:
    """A label that was printed in advance for this station."""
    worker.page.wait_for_function("(kind) => window.floor.world.codes[kind].length > 0", arg=kind)
    return str(worker.ask("(floor, kind) => floor.world.codes[kind][0]", kind))


def _intake(worker: Worker, speed: str) -> str:
    worker.page.bring_to_front()
    worker.ask("(floor) => floor.weight.choose({ kind: 'software' })")
    worker.ask("(floor) => floor.keep({ blank_labels: true })")
    supplier, group, boxes = worker.ask(
        """(floor) => [
          floor.world.reference.organisations.find((row) => row.roles.includes("supplier")).code,
          floor.world.reference.article_groups.find((row) => row.code !== "unknown").code,
          floor.world.reference.containers
            .filter((row) => row.site === floor.station.site).map((row) => row.code),
        ]"""
    )
    first = _blank(worker, "batch")
    worker.load(346_500)
    for text in (f"SS:SUPPLIER:{supplier}", f"SS:GROUP:{group}", boxes[0], first):
        worker.scan(text)
    print(worker.told(f"floor   intake of the first box, {speed}"))
    worker.load(0)
    worker.load(312_000)
    for text in (boxes[1], _blank(worker, "batch")):
        worker.scan(text)
    print(worker.told(f"floor   intake of the next box, {speed}"))
    expect(worker.page.locator("[data-outbox='0']")).to_be_visible(timeout=30_000)
    return first


def _sort(worker: Worker, label: str, speed: str) -> None:
    worker.page.bring_to_front()
    worker.ask("(floor) => floor.weight.choose({ kind: 'software' })")
    worker.ask("(floor) => floor.keep({ guidance: 'straight', method: 'part' })")
    worker.ask("(floor) => floor.world.refresh()")
    bins = worker.ask(
        """(floor) => [...floor.world.bins.values()]
          .filter((row) => row.state === "open" && row.stream === "incineration")
          .map((row) => row.code)"""
    )
    worker.scan(label)
    for mass_g in (20_000, 31_500, 12_000):
        worker.load(0)
        worker.load(mass_g)
        worker.scan(bins[0])
    print(worker.told(f"floor   sort of three parts of a box, {speed}"))
