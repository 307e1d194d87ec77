"""`make pictures`: every screen of the floor and its desk pages, as people see them.

A small made-up year is played into a throw-away database and served; a browser walks through the
screens at three sizes; what can be printed is set on paper. The pictures and a contact sheet per
size go to `pictures/`, which git does not keep: they are there to be looked at.
"""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, Final

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from uvicorn import Config, Server

from accounts.devices import issue_code
from accounts.queries import viewer_as
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from demo.actions import load
from labels.fonts import Weight, font
from migrations.steps import upgrade
from proof.signing import load_or_create_ring
from store.engine import Database
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.floor.scanner import Scanner
from tests.browser.papers import on_paper
from web.app import create_app
from web.settings import from_environment

FOLDER: Final = Path("pictures")
SIZES: Final[Mapping[str, tuple[int, int]]] = {
    "tablet": (1280, 800),
    "upright": (800, 1280),
    "phone": (390, 844),
}
SHAPES: Final = {**SIZES, "paper": (210, 297)}
SHEET_COLUMNS: Final = {"tablet": 4, "upright": 6, "phone": 9, "paper": 3}
THUMB_WIDTH: Final = {"tablet": 480, "upright": 320, "phone": 220, "paper": 640}
CAPTION: Final = 30
LEADER: Final = ("leiding@demo.example", "stofstroom-leiding")
SETTLED_MS: Final = 450
"""Long enough for a screen to be drawn whole on a slow machine."""


@dataclass(slots=True)
class Stage:
    """A tablet in somebody's hands."""

    page: Page

    def go(self, screen: str, **params: Any) -> None:
        self.page.evaluate("([name, params]) => window.floor.go(name, params)", [screen, params])
        self.rest()

    def scan(self, *texts: str) -> None:
        for text in texts:
            Scanner(self.page).scan(text)
            self.rest()

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.rest()

    def rest(self) -> None:
        self.page.wait_for_timeout(SETTLED_MS)

    def ask(self, work: str) -> Any:
        return self.page.evaluate(f"({work})(window.floor)")

    @property
    def batch(self) -> str:
        """A batch with something left."""
        return self._first("batches", "row.held_g > 0 && !row.held")

    @property
    def bin(self) -> str:
        """An open bin with something in it."""
        return self._first("bins", "row.mass_g && row.state === 'open'")

    def _first(self, of: str, where: str) -> str:
        rows = f"[...floor.world.{of}.values()]"
        return str(self.ask(f"(floor) => {rows}.find((row) => {where}).code"))


Act = Callable[[Stage], None]
SIMPLE: Final = (
    "found",
    "hold",
    "undo",
    "wrong_supplier",
    "attention",
    "outbox",
    "practice",
    "shift_end",
    "settings",
    "scales",
    "labels",
    "code",
    "more",
    "stolen",
)
"""Screens that are looked at as they open."""


def walk() -> Iterator[tuple[str, str, Act]]:
    """Every scene: its name, the kind of station, and how to come there from its first screen."""
    for kind in ("intake", "inspection", "sorting", "dispatch"):
        yield f"home_{kind}", kind, lambda stage: stage.ask("(floor) => floor.home()")
    yield "intake", "intake", lambda stage: stage.go("intake")
    yield "intake_supplier", "intake", _intake_supplier
    yield "sort", "sorting", lambda stage: stage.go("sort")
    yield "sort_question", "sorting", lambda stage: stage.go("sort", batch=stage.batch)
    yield "sort_destinations", "sorting", _sort_destinations
    yield "answer_unknown", "sorting", lambda stage: stage.scan("RUBBISH-1234-?")
    yield "answer_practice", "sorting", lambda stage: stage.scan("PQ2VK84MX7LJ")
    yield "inspect", "inspection", lambda stage: stage.go("inspect")
    yield "dispatch", "dispatch", lambda stage: stage.go("dispatch")
    yield "dispatch_bin", "dispatch", lambda stage: stage.scan(stage.bin)
    for screen in SIMPLE:
        yield screen, "sorting", partial(_open, screen)
    yield "found_count", "sorting", lambda stage: stage.scan("SS:FIND:wallet")
    yield "found_knife", "sorting", _found_knife
    yield "hold_why", "sorting", lambda stage: stage.go("hold", batch=stage.batch)
    yield "inspect_step", "inspection", _inspect_step
    yield "practice_labels", "intake", _practice_labels
    yield "where_batch", "inspection", lambda stage: stage.scan(stage.batch)
    yield "offline", "sorting", lambda stage: stage.page.context.set_offline(True)


def _open(screen: str, stage: Stage) -> None:
    stage.go(screen)


def _found_knife(stage: Stage) -> None:
    stage.scan("SS:FIND:knife", "SS:OK", "SS:NO")


def _inspect_step(stage: Stage) -> None:
    stage.go("inspect")
    stage.press("1")


def _practice_labels(stage: Stage) -> None:
    stage.go("practice")
    stage.scan("SS:OK")
    stage.press("Escape")
    stage.go("practice")


def _intake_supplier(stage: Stage) -> None:
    stage.go("intake")
    stage.press("1")


def _sort_destinations(stage: Stage) -> None:
    stage.ask("(floor) => floor.keep({ guidance: 'straight' })")
    stage.go("sort", batch=stage.batch)


DESK: Final = (
    *("/desk", "/today", "/desk/waiting", "/desk/unproven", "/desk/kept", "/desk/trend"),
    *("/compare", "/compare/factors", "/attention", "/announce", "/announce/file", "/search"),
    *("/stations", "/badges"),
    "/labels",
    "/waste-register",
    "/stream-numbers",
    "/notifications",
    "/notices",
    "/notices/settings",
    "/checkpoints",
    "/certificates",
    "/verify",
    "/finds/kept",
    "/items",
    "/reference",
    "/reference/destination/whole_sale",
    "/reference/sorting_guide/main",
)


@contextmanager
def served() -> Iterator[tuple[Database, str]]:
    """A server over a small demo year."""
    with tempfile.TemporaryDirectory(prefix="stofstroom-pictures-") as folder:
        url = f"sqlite:///{folder}/demo.sqlite3"
        database = Database(url)
        upgrade(database)
        now = datetime.now(UTC)
        settings = from_environment({"STOFSTROOM_DATABASE_URL": url})
        ring = load_or_create_ring(settings.keys, now=now)
        load(
            database,
            year=None,
            scale=0.03,
            seed=1,
            years=2,
            now=now,
            progress=lambda *_: None,
            ring=ring,
            verify_at=f"{settings.public_url}/verify",
        )
        server = Server(Config(create_app(settings, database=database), log_level="warning"))
        with socket.create_server(("127.0.0.1", 0)) as door:
            thread = Thread(target=server.run, kwargs={"sockets": [door]})
            thread.start()
            while not server.started:
                time.sleep(0.01)
            try:
                yield database, f"http://127.0.0.1:{door.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()
        database.dispose()


def enrolled(database: Database, context: BrowserContext, kind: str) -> Page:
    """A tablet at the first station of a kind."""
    with database.write() as session:
        book = rulebook(session)
        station = next(row for row in book.stations.values() if row.kind == kind)
        operator_id = book.sites_by_id[station.site_id].operator_id
        leader = viewer_as(book, Role.TEAM_LEADER, operator_id)
        code = issue_code(session, station.code, "Tablet", viewer=leader, now=datetime.now(UTC))
    page = context.new_page()
    page.goto(f"/floor#code={code}")
    page.wait_for_selector("#screen *")
    page.wait_for_timeout(SETTLED_MS * 3)
    page.keyboard.press("Enter")
    page.wait_for_function("() => Boolean(window.floor.world?.reference.find_kinds)")
    page.wait_for_timeout(SETTLED_MS * 2)
    page.keyboard.press("Enter")
    return page


def of_the_floor(database: Database, browser: Browser, address: str, size: str) -> list[Path]:
    width, height = SIZES[size]
    found, pages = list[Path](), dict[str, Page]()
    for name, kind, act in walk():
        if kind not in pages:
            context = browser.new_context(
                base_url=address,
                viewport={"width": width, "height": height},
                locale="nl-NL",
                reduced_motion="reduce",
            )
            pages[kind] = enrolled(database, context, kind)
        stage = Stage(pages[kind])
        act(stage)
        stage.rest()
        found.append(FOLDER / size / f"{len(found):02d}_{name}.png")
        stage.page.screenshot(path=found[-1])
        stage.ask("(floor) => { floor.answered(); floor.home(); }")
        if stage.page.locator(".answer [data-command=ok]").count():
            stage.press("Enter")
    for page in pages.values():
        page.context.close()
    return found


def of_the_desk(browser: Browser, address: str, size: str) -> list[Path]:
    page = at_the_desk(browser, address, *SIZES[size])
    found = []
    for path in DESK:
        page.goto(path)
        found.append(FOLDER / size / f"desk{path.replace('/', '_')}.png")
        page.screenshot(path=found[-1], full_page=True)
    found += certificate_pictures(page, size)
    found += waybill_pictures(page, size)
    found += proof_pictures(page, size)
    found += outlet_pictures(page, size)
    page.context.close()
    return found


def at_the_desk(browser: Browser, address: str, width: int, height: int) -> Page:
    """Where a team leader begins."""
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="nl-NL"
    )
    page = context.new_page()
    page.goto("/login")
    email, password = LEADER
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    return page


def proof_pictures(page: Page, size: str) -> list[Path]:
    """The proof chain of a delivery that came, and of what was found: one find, one hand-over."""
    page.goto("/deliveries?state=received")
    delivery = page.locator("tbody th a").last.get_attribute("href")
    page.goto("/finds")
    find = page.locator("tbody th a").first.get_attribute("href")
    found = []
    for path, name in ((f"{delivery}/proof", "proof"), (str(find), "find")):
        page.goto(path)
        found.append(FOLDER / size / f"desk_{name}.png")
        page.screenshot(path=found[-1], full_page=True)
    return found


def certificate_pictures(page: Page, size: str) -> list[Path]:
    """The newest certificate, and what anybody with its code reads."""
    page.goto("/certificates")
    code = page.locator("tbody th a.code").first.inner_text()
    found = []
    for noun in ("certificates", "verify"):
        page.goto(f"/{noun}/{code}")
        found.append(FOLDER / size / f"desk_{noun}_one.png")
        page.screenshot(path=found[-1], full_page=True)
    return found


def waybill_pictures(page: Page, size: str) -> list[Path]:
    """Sending a shipment, the newest one, how it went on, and its waybill."""
    page.goto("/shipments")
    code = page.locator("tbody th a.code").first.inner_text()
    found = []
    paths = {"new": "new", "one": code, "leg": f"{code}/leg", "waybill": f"{code}/waybill"}
    for name, path in paths.items():
        page.goto(f"/shipments/{path}")
        found.append(FOLDER / size / f"desk_shipments_{name}.png")
        page.screenshot(path=found[-1], full_page=True)
    return found


def outlet_pictures(page: Page, size: str) -> list[Path]:
    """A link that was made, and what an outlet sees by it: the form, the look over, a link that
    lets nobody in."""
    page.goto("/shipments?state=shipped")
    code = page.locator("tbody th a.code").first.inner_text()
    found = []

    def picture(name: str) -> None:
        found.append(FOLDER / size / f"desk_outlet_{name}.png")
        page.screenshot(path=found[-1], full_page=True)

    page.goto(f"/shipments/{code}/link")
    page.get_by_role("button", name="Link maken").click()
    picture("link")
    page.goto("/outlet/" + page.locator("[data-link]").inner_text().rpartition("/")[2])
    picture("form")
    page.locator(".part input").first.fill("100")
    page.get_by_label("Komt nog").fill("20,5")
    page.get_by_role("button", name="Nakijken").click()
    picture("look_over")
    page.goto("/outlet/nobody")
    picture("gone")
    return found


def sheet(pictures: list[Path], size: str) -> Path:
    """All pictures of one size on one sheet, with their names."""
    columns, width = SHEET_COLUMNS[size], THUMB_WIDTH[size]
    height = width * SHAPES[size][1] // SHAPES[size][0]
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * (width + 8), rows * (height + CAPTION + 8)), "white")
    pen = ImageDraw.Draw(whole)
    for number, path in enumerate(pictures):
        x = number % columns * (width + 8)
        y = number // columns * (height + CAPTION + 8)
        with Image.open(path) as picture:
            scaled = picture.resize((width, picture.height * width // picture.width))
        whole.paste(scaled.crop((0, 0, width, min(height, scaled.height))), (x, y))
        pen.text((x, y + height + 2), path.stem, "black", font=font(Weight.REGULAR, 20))
    made = FOLDER / f"{size}.png"
    whole.save(made)
    return made


def main() -> None:
    for size in SIZES:
        (FOLDER / size).mkdir(parents=True, exist_ok=True)
    with served() as (database, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for size in SIZES:
            pictures = of_the_floor(database, browser, address, size)
            pictures += of_the_desk(browser, address, size)
            sys.stdout.write(f"{sheet(pictures, size)}\n")
        page = at_the_desk(browser, address, *SIZES["tablet"])
        sys.stdout.write(f"{sheet(on_paper(page, FOLDER / 'paper'), 'paper')}\n")
        browser.close()


if __name__ == "__main__":
    main()
