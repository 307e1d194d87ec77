"""A real server on a free port of this machine, and Debian's Chromium to look at it with.

Everything here lives as long as one test module, so that no event loop outlives it.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright
from uvicorn import Config, Server

from accounts.actions import create_person, open_session
from accounts.second_factor_rules import ask_nobody
from catalogue.kinds import Role
from store.engine import Database
from tests.builders import Depot
from web.app import create_app
from web.deps import SESSION_COOKIE
from web.settings import from_environment

CHROMIUM: Final = "/usr/bin/chromium"
WITHOUT: Final = (
    # Each window would build lists under its address bar, in a process of their own.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright leaves out by itself; said again, since the last word counts.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
)
OURS: Final = ("127.0.0.1", "127.0.0.2", "localhost")
ARGUMENTS: Final = (
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The guard of the other tests cannot see into another process: no name leads anywhere.
    # The second address is this machine too, and for a browser another site.
    f"--host-resolver-rules=MAP * ~NOTFOUND{''.join(f', EXCLUDE {one}' for one in OURS)}",
)
PASSWORD: Final = "a long pass phrase for tests"
PEOPLE: Final[Mapping[str, tuple[Role, str]]] = {
    "worker": (Role.WORKER, "WATERKANT"),
    "leader": (Role.TEAM_LEADER, "WATERKANT"),
    "manager": (Role.MANAGER, "WATERKANT"),
    "administrator": (Role.ADMINISTRATOR, "WATERKANT"),
    "supplier": (Role.SUPPLIER, "NOORDERHAVEN"),
    "neighbour": (Role.SUPPLIER, "DUINRAND"),
    "outlet": (Role.OUTLET, "VEZELHOF"),
}


@pytest.fixture(scope="session")
def peopled_template(cast_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cast with a person for each of PEOPLE, made once: a password takes its time.

    No second factor is asked of them unless a test says so.
    """
    file = tmp_path_factory.mktemp("people") / "peopled.sqlite"
    shutil.copy(cast_template, file)
    database = Database(f"sqlite:///{file}")
    depot = Depot(database)
    with database.write() as session:
        for name, (role, organisation) in PEOPLE.items():
            create_person(
                session,
                email=f"{name}@example.org",
                name=name.title(),
                password=PASSWORD,
                role=role,
                organisation=organisation,
                now=depot.now,
            )
        ask_nobody(session, now=depot.now)
    database.dispose()
    return file


@pytest.fixture(scope="module")
def hall(peopled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    """A depot whose database the server uses too, and in which everybody can sign in."""
    file = tmp_path_factory.mktemp("browser") / "hall.sqlite"
    shutil.copy(peopled_template, file)
    database = Database(f"sqlite:///{file}")
    yield Depot(database)
    database.dispose()


@pytest.fixture(scope="module")
def address(hall: Depot) -> Iterator[str]:
    """Where the server answers."""
    app = create_app(from_environment({}), database=hall.database)
    app.state.clock = lambda: hall.now
    server = Server(Config(app, log_level="warning", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page_of(hall: Depot, address: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the browser of somebody of PEOPLE, signed in; or of a stranger.

    Whatever the browser complains about, such as a script that the policy forbids, fails the test.
    """
    contexts, complaints = [], list[str]()

    def heard(message: ConsoleMessage) -> None:
        # An answer that is no success is judged below, where it is known what was asked for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{message.text} at {message.location}")

    def answered(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            complaints.append(f"{response.status} {response.url}")

    def open_page(name: str, **how: Any) -> Page:
        look = {
            "viewport": {"width": 1280, "height": 800},
            "locale": "nl-NL",
            "reduced_motion": "reduce",
        } | how
        context = chromium.new_context(base_url=address, **look)
        contexts.append(context)
        if name != "stranger":
            token = _session_of(hall, name)
            context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", heard)
        page.on("response", answered)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _session_of(hall: Depot, name: str) -> str:
    """A session without typing a password, which takes its time on purpose."""
    with hall.database.read() as session:
        email = f"{name}@example.org"
        rows = session.connection().exec_driver_sql(
            "SELECT id FROM person WHERE email = ?", (email,)
        )
        person_id: int = rows.scalar_one()
    with hall.database.write() as session:
        return open_session(session, person_id, now=hall.now)
