"""One house for the whole matrix: it is set back to how it was after everything that was done."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import update

from accounts.actions import make_token, open_session
from accounts.devices import enrol, issue_code
from accounts.secret import token_hash
from accounts.tables import Person, Token
from catalogue.actions import define
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from store.columns import table_of
from store.engine import Database
from tests.access.asking import Asker, Line
from tests.access.things import things
from tests.builders import Depot
from tests.web.api.calling import CALLERS, TAKER, Hall, settings_of
from web.app import settle
from web.hygiene import Hygiene, Rates
from web.settings import Settings

Home = tuple[Role, str, str | None]
"""A role, the organisation, and the one site that somebody is tied to."""

STAFF: Final = {
    "worker": Role.WORKER,
    "leader": Role.TEAM_LEADER,
    "manager": Role.MANAGER,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
    "reader": Role.TEAM_LEADER,
}
"""Whom the matrix has a column for. A reader is a machine with a team leader's token to read, a
viewer a person of a supplier who may only read."""
OWN: Final[Mapping[str, Home]] = {
    **{name: (role, "WATERKANT", None) for name, role in STAFF.items()},
    "supplier": (Role.SUPPLIER, "NOORDERHAVEN", None),
    "viewer": (Role.SUPPLIER, "NOORDERHAVEN", None),
    "outlet": (Role.OUTLET, "VEZELHOF", None),
}
BESIDE: Final[Mapping[str, Home]] = {
    **{name: (role, "WATERKANT", "S2") for name, role in STAFF.items()},
    "supplier": (Role.SUPPLIER, "DUINRAND", None),
    "viewer": (Role.SUPPLIER, "DUINRAND", None),
    "outlet": (Role.OUTLET, "SMELTERIJ", None),
}
"""Of the same operator: staff that is tied to its other site, and another partner."""
ELSEWHERE: Final[Mapping[str, Home]] = {
    **{name: (role, "BUITENPOST", None) for name, role in STAFF.items()},
    "supplier": (Role.SUPPLIER, "VREEMD", None),
    "viewer": (Role.SUPPLIER, "VREEMD", None),
    "outlet": (Role.OUTLET, "TAKER", None),
}
HOMES: Final = {"own": OWN, "beside": BESIDE, "elsewhere": ELSEWHERE}
TABLETS: Final = {"own": "S1-A", "beside": "S2-A", "elsewhere": "X1-A", "at the door": "S1-IN"}


def patient(settings: Settings) -> Settings:
    """With no measure for how often is asked: all of the matrix is asked from one address."""
    often = 10**6
    rates = Rates(calls=often, strangers=often, costly=often, proofs=often)
    return replace(settings, hygiene=Hygiene(rates=rates))


class House(Hall):
    """The application in front of the cast, and everybody who asks it. `back` undoes all."""

    def __init__(self, app: FastAPI, template: Path, folder: Path) -> None:
        file, keys = folder / "house.sqlite", folder / "keys"
        shutil.copy(template, file)
        self._live = sqlite3.connect(file, check_same_thread=False)
        self._database = Database(f"sqlite:///{file}")
        depot = Depot(self._database)
        settle(app, settings_of(self._database, keys), self._database)
        super().__init__(app, depot, keys)
        app.state.settings = patient(app.state.settings)
        self.line = Line(app)
        self.persons: dict[tuple[str, str], int] = {}
        self._askers = {("nobody", "own"): Asker(self.line)}
        self._let_everybody_in()
        self.things = things(depot)
        self._first = _saved(self._live)
        self._kept = self._first
        self._then = self._begun = depot.now

    def close(self) -> None:
        self.line.close()
        self._first.close()
        self._live.close()
        self._database.dispose()

    def back(self) -> None:
        """As it was in the beginning."""
        self._set(self._first, self._begun)

    def keep(self) -> None:
        """From now on, this is what `again` leads to."""
        self._kept, self._then = _saved(self._live), self.depot.now

    def again(self) -> None:
        """As it was when it was kept."""
        self._set(self._kept, self._then)

    def _set(self, saved: sqlite3.Connection, now: datetime) -> None:
        saved.backup(self._live)
        self.depot.now = now
        settle(self.app, self.app.state.settings, self._database)
        self.app.state.clock = lambda: self.depot.now

    def asker(self, name: str, where: str = "own") -> Asker:
        """Somebody of a column of the matrix, or "nobody": of ours, beside us, or elsewhere."""
        return self._askers[name, where if name != "nobody" else "own"]

    def caller(self, name: str) -> Any:
        """As the good calls name people."""
        if name not in self._known:
            role, organisation, site = CALLERS[name]
            plain = self._token(name, (role, organisation, site))
            self._known[name] = Asker(self.line, plain)  # type: ignore[assignment]
        return self._known[name]

    def left(self, tables: Sequence[str]) -> list[int]:
        """How many rows there are in each."""
        asked = (f"SELECT count(*) FROM {table}" for table in tables)
        return [int(self._live.execute(each).fetchone()[0]) for each in asked]

    def _let_everybody_in(self) -> None:
        with self.depot.database.write() as session:
            for noun, data in TAKER.items():
                define(session, "BUITENPOST", noun, "TAKER", data, now=self.depot.now)
        for where, homes in HOMES.items():
            for name, home in homes.items():
                if name == "reader":
                    self._askers[name, where] = Asker(self.line, self._only_reads(home))
                    continue
                cookie = self._session(name, where, home)
                plain = cookie if name == "viewer" else self._token(name, home)
                self._askers[name, where] = Asker(self.line, plain, cookie)
        for where, station in TABLETS.items():
            self._askers["tablet", where] = Asker(self.line, self._tablet(where, station))
        for name in CALLERS:
            self.caller(name)

    def _token(self, name: str, home: Home) -> str:
        role, organisation, site = home
        with self.depot.database.write() as session:
            return make_token(
                session,
                role=role,
                organisation=organisation,
                site=site,
                name=name,
                now=self.depot.now,
            )

    def _only_reads(self, home: Home) -> str:
        token, plain = table_of(Token), self._token("reader", home)
        with self.depot.database.write() as session:
            known = token.c.hash == token_hash(plain)
            session.execute(update(token).where(known).values(scope="read"))
        return plain

    def _session(self, name: str, where: str, home: Home) -> str:
        """A person who came in by a password that nobody needs to know."""
        role, organisation, site = home
        with self.depot.database.write() as session:
            book = rulebook(session)
            person = Person(
                email=f"{name}.{where}@example.org",
                name=name,
                password_hash="",
                role=role.value,
                organisation_id=book.organisations[organisation].id,
                site_id=book.sites[site].id if site else None,
                language="nl",
                scope="read" if name == "viewer" else "write",
                created_at=self.depot.now,
            )
            session.add(person)
            session.flush()
            self.persons[name, where] = person.id
            return open_session(session, person.id, now=self.depot.now)

    def _tablet(self, where: str, station: str) -> str:
        by = "outsider" if where == "elsewhere" else "leader"
        viewer = self.depot.people[by]
        with self.depot.database.write() as session:
            code = issue_code(session, station, "Tafel", viewer=viewer, now=self.depot.now)
            return enrol(session, code, now=self.depot.now).token


def _saved(live: sqlite3.Connection) -> sqlite3.Connection:
    """A copy in memory."""
    saved = sqlite3.connect(":memory:", check_same_thread=False)
    live.backup(saved)
    return saved
