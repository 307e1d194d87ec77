"""People of the cast at their browsers, in front of a real application."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from accounts.actions import create_person, open_session
from accounts.second_factor_rules import ask_nobody
from accounts.tables import Person
from catalogue.kinds import Role
from store.engine import Database
from tests.builders import Depot
from tests.web.id_provider import IdProvider, serving
from web.app import create_app, settle
from web.deps import SESSION_COOKIE
from web.settings import from_environment

PASSWORD = "a long pass phrase for tests"
PEOPLE: Mapping[str, tuple[Role, str, str | None]] = {
    "worker": (Role.WORKER, "WATERKANT", "S1"),
    "leader": (Role.TEAM_LEADER, "WATERKANT", None),
    "manager": (Role.MANAGER, "WATERKANT", None),
    "auditor": (Role.AUDITOR, "WATERKANT", None),
    "administrator": (Role.ADMINISTRATOR, "WATERKANT", None),
    "supplier": (Role.SUPPLIER, "NOORDERHAVEN", None),
    "outlet": (Role.OUTLET, "VEZELHOF", None),
    "outsider": (Role.TEAM_LEADER, "BUITENPOST", None),
}


@dataclass
class Browser:
    """One person's browser: it keeps cookies, follows where it is sent, and fills in forms."""

    client: TestClient

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def text(self, path: str) -> str:
        """What a person reads on a page: words without marks, and one space between them."""
        return words(self.get(path))

    def send(self, path: str, *, form: str | None = None, **typed: Any) -> Any:
        """Fill in the form at a path and send it, with the fields that it brings itself."""
        page = self.get(form or path)
        assert page.status_code == 200, page.text
        return self.client.post(path, data={**hidden(page.text), **typed})


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def words(response: Any) -> str:
    """The text of a page's content."""
    content = response.text.partition("<main")[2].partition("</main>")[0]
    content = re.sub(r"<script.*?</script>", " ", content, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", content)))


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
        for name, (role, organisation, site) in PEOPLE.items():
            create_person(
                session,
                email=f"{name}@example.org",
                name=name.title(),
                password=PASSWORD,
                role=role,
                organisation=organisation,
                site=site,
                now=depot.now,
            )
        ask_nobody(session, now=depot.now)
    database.dispose()
    return file


@pytest.fixture
def hall(peopled_template: Path, tmp_path: Path) -> Iterator[Depot]:
    """A depot whose database the application uses too."""
    file = tmp_path / "hall.sqlite"
    shutil.copy(peopled_template, file)
    database = Database(f"sqlite:///{file}")
    yield Depot(database)
    database.dispose()


@pytest.fixture(scope="session")
def served() -> FastAPI:
    """One application for all tests: building its routes takes longer than most of them."""
    return create_app(from_environment({}), database=Database("sqlite://"))


@pytest.fixture
def browser_of(served: FastAPI, hall: Depot) -> Iterator[Callable[[str], Browser]]:
    """Opens the browser of somebody of PEOPLE, signed in; or of a stranger."""
    settle(served, from_environment({}), hall.database)
    served.state.clock = lambda: hall.now
    opened: list[TestClient] = []

    def open_browser(name: str) -> Browser:
        client = TestClient(
            served, headers={"accept-language": "nl", "origin": "http://testserver"}
        )
        opened.append(client)
        if name != "stranger":
            client.cookies.set(SESSION_COOKIE, session_of(hall.database, name, hall.now))
        return Browser(client)

    yield open_browser
    for client in opened:
        client.close()


def session_of(database: Database, name: str, now: datetime) -> str:
    """A session of somebody of PEOPLE."""
    with database.write() as session:
        known = select(Person.id).where(col(Person.email) == f"{name}@example.org")
        return open_session(session, session.exec(known).one(), now=now)


def code_in(response: Any) -> str:
    """The code at the end of the address that a browser arrived at."""
    return str(response.url.path).rsplit("/", 1)[-1]


@pytest.fixture(scope="module")
def running_provider() -> Iterator[IdProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def id_provider(running_provider: IdProvider, hall: Depot) -> IdProvider:
    """A provider of single sign-on that is honest, until a test lets it lie."""
    running_provider.be_honest(int(hall.now.timestamp()))
    return running_provider
