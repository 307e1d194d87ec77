"""What one box costs at the stations: scans, taps, and the seconds that the screen takes.

A real browser at a real server. Lifting and walking are people's own time and are not in it: the
seconds are those between the last key of a scan and its answer on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from store.engine import Database
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.pictures import enrolled, served

TABLET: Final[ViewportSize] = {"width": 1280, "height": 800}
SLOWER: Final = 6
"""How many times slower than this machine the processor of a cheap tablet is taken to be."""

ANSWER_MS: Final = 100
"""A scan is to be answered within this, also on that tablet."""
PIECES: Final = 20
SCAN: Final = """(text) => {
  const answers = document.querySelector("[data-answer]");
  let key = 0;
  const answered = new Promise((done) => {
    const seen = new MutationObserver(() => {
      seen.disconnect();
      done(performance.now() - key);
    });
    seen.observe(answers, { attributeFilter: ["data-answers"] });
  });
  for (const letter of [...text, "Enter"]) {
    key = performance.now();
    const how = { key: letter, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", how));
  }
  return answered;
}"""
"""The keys of a scan, and the clock of the browser itself until the answer stands in the page."""


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
        self.milliseconds.append(float(self.page.evaluate(SCAN, text)))
        verdict = self.page.locator("[data-answers]").get_attribute("data-answer")
        said = self.page.locator("[data-answers]").text_content()
        assert verdict == "accepted", f"{text} was answered {verdict}: {said}"

    def told(self, what: str) -> str:
        """What was counted since the last time."""
        waited, slowest = sum(self.milliseconds) / 1000, max(self.milliseconds)
        middle = median(self.milliseconds)
        line = f"{self.scans} scans, {self.taps} taps, {waited:4.2f} s of waiting"
        self.scans, self.taps, self.milliseconds = 0, 0, []
        ratio = f"{middle / ANSWER_MS:4.2f} and {slowest / ANSWER_MS:4.2f} of {ANSWER_MS} ms"
        return f"floor   {what}: {line}; the middle and the slowest answer {ratio}"


def run() -> None:
    """Take in a box and the next, and sort three parts of one, on a fast and on a slow tablet."""
    with served() as (database, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for slower in (1, SLOWER):
            speed = "as fast as this machine" if slower == 1 else f"{slower} times slower"
            intake = _worker(database, browser, address, "intake", slower)
            label = _intake(intake, speed)
            intake.page.context.close()
            sorting = _worker(database, browser, address, "sorting", slower)
            _sort(sorting, label, speed)
            sorting.page.context.close()
        browser.close()


def _worker(database: Database, browser: Browser, address: str, kind: str, slower: int) -> Worker:
    """Somebody at a tablet of their own, so many times slower than this machine."""
    context = browser.new_context(
        base_url=address, viewport=TABLET, locale="nl-NL", reduced_motion="reduce"
    )
    page = enrolled(database, context, kind)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return Worker(page)


def _blank(worker: Worker, kind: str) -> str:
    """A label that was printed in advance for this station."""
    worker.page.wait_for_function("(kind) => window.floor.world.codes[kind].length > 0", arg=kind)
    return str(worker.ask("(floor, kind) => floor.world.codes[kind][0]", kind))


def _intake(worker: Worker, speed: str) -> str:
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
    print(worker.told(f"intake of the first box, {speed}"))
    worker.load(0)
    worker.load(312_000)
    for text in (boxes[1], _blank(worker, "batch")):
        worker.scan(text)
    print(worker.told(f"intake of the next box, {speed}"))
    expect(worker.page.locator("[data-outbox='0']")).to_be_visible(timeout=30_000)
    return first


def _sort(worker: Worker, label: str, speed: str) -> None:
    worker.ask("(floor) => floor.weight.choose({ kind: 'software' })")
    worker.ask("(floor) => floor.keep({ guidance: 'straight', method: 'part' })")
    worker.ask("(floor) => floor.world.refresh()")
    bins = worker.ask(
        """(floor) => [...floor.world.bins.values()]
          .filter((row) => row.state === "open" && floor.world.reference.destinations.some(
            (one) => one.code === row.destination && !one.gates.length))
          .map((row) => row.code)"""
    )
    worker.scan(label)
    for mass_g in (20_000, 31_500, 12_000):
        worker.load(0)
        worker.load(mass_g)
        worker.page.wait_for_timeout(300)
        worker.scan(bins[0])
    print(worker.told(f"sort of three parts of a box, {speed}"))
    worker.ask("(floor) => floor.keep({ method: 'pieces' })")
    worker.page.context.set_offline(True)
    worker.ask("(floor) => floor.net.probe()")
    for _ in range(PIECES):
        worker.scan(bins[0])
    print(worker.told(f"{PIECES} pieces without a network, {speed}"))
    worker.page.context.set_offline(False)
