"""A hall whose clock goes on, and tablets that are let in at its stations."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config, Server

from accounts.devices import issue_code
from tests.browser.floor.modules import wait_until
from tests.builders import Depot
from web.app import create_app
from web.floor_files import floor_version
from web.settings import from_environment

TABLET: Final = {"width": 1280, "height": 800}
OF_A_VERSION: Final = frozenset({"/floor/sw.js", "/floor/pack.json"})


class Release:
    """The application as it is, or (once `newer` is set) as a later version of it.

    sent_bytes: what it sent, headers included.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.newer = ""
        self.sent_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            self.sent_bytes += len(message.get("body", b""))
            for name, value in message.get("headers", ()):
                self.sent_bytes += len(name) + len(value) + len(": \r\n")
            await send(message)

        if scope["type"] == "http" and self.newer and scope["path"] in OF_A_VERSION:
            await self._later(scope, receive, counted)
        else:
            await self._app(scope, receive, counted)

    async def _later(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Asked for plainly, so that the version in it can be changed.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        plain = [(name, value) for name, value in plain if name != b"if-none-match"]

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.body":
                before, after = floor_version().encode(), self.newer.encode()
                message = {**message, "body": message["body"].replace(before, after)}
            elif message["type"] == "http.response.start":
                kept = [each for each in message["headers"] if each[0] != b"content-length"]
                message = {**message, "headers": kept}
            await send(message)

        await self._app({**scope, "headers": plain}, receive, changed)


@dataclass(slots=True)
class House:
    """A served hall: where it answers, and what a test does to its server."""

    hall: Depot
    address: str
    release: Release
    server: Server

    def code_for(self, station: str = "S1-A", name: str = "Tablet 1") -> str:
        """A one-time code with which a tablet is let in."""
        viewer = self.hall.people["leader"]
        with self.hall.database.write() as session:
            return issue_code(session, station, name, viewer=viewer, now=datetime.now(UTC))


@pytest.fixture(scope="module")
def house(hall: Depot) -> Iterator[House]:
    """The hall on a free port, with the time as it is: a tablet has a clock of its own."""
    hall.now = datetime.now(UTC)
    app = create_app(from_environment({}), database=hall.database)
    release = Release(app)
    server = Server(Config(release, log_level="warning", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        yield House(hall, address, release, server)
        server.should_exit = True
        thread.join()


class Tablet:
    """A browser with storage of its own. What it complains about is kept for the end."""

    def __init__(self, house: House, context: BrowserContext) -> None:
        self.house = house
        self.context = context
        self.complaints = list[str]()
        self.page = self.open_tab()

    def open_tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        # What does not answer, because a test cut the network, is no mistake of the page.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.text} at {message.location}")

    def enrol(self, station: str = "S1-A", name: str = "Tablet 1") -> Page:
        """Let it in by a typed code, and wait until it could do without a network."""
        self.page.goto("/floor")
        self.page.get_by_label("Code", exact=True).fill(self.house.code_for(station, name))
        self.page.keyboard.press("Enter")
        expect(self.page.locator("[data-answer=accepted]")).to_be_attached()
        self.page.keyboard.press("Enter")
        self.ready()
        return self.page

    def ready(self) -> None:
        """Its service worker is in charge and holds everything."""
        wait_until(self.page, "navigator.serviceWorker.controller !== null")

    def ask(self, work: str, given: Any = None) -> Any:
        """Run a function of the floor in the page."""
        # The app comes after its page: with the service worker, in one piece.
        wait_until(self.page, "Boolean(window.floor?.view)")
        return self.page.evaluate(f"async (given) => ({work})(window.floor, given)", given)


@pytest.fixture
def tablet_of(house: House, chromium: Browser) -> Iterator[Callable[..., Tablet]]:
    """Makes tablets. Whatever their browsers complain about fails the test."""
    tablets = list[Tablet]()

    def new(**how: Any) -> Tablet:
        look = {"viewport": TABLET, "locale": "nl-NL", "reduced_motion": "reduce"} | how
        context = chromium.new_context(base_url=house.address, **look)
        tablets.append(Tablet(house, context))
        return tablets[-1]

    yield new
    for tablet in tablets:
        tablet.context.close()
    assert [complaint for tablet in tablets for complaint in tablet.complaints] == []


@pytest.fixture
def tablet(tablet_of: Callable[..., Tablet]) -> Tablet:
    """A tablet that is let in at a sorting station."""
    made = tablet_of()
    made.enrol()
    return made
