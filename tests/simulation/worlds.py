"""Depots that are alike to the last letter, so that what differs between two ways of sending the
same commands is a mistake."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from accounts.badges import badge_hash, make_badge
from accounts.devices import enrol, issue_code
from chain.actions import new_epoch
from migrations.metadata import every_table
from store.engine import Database
from streams import acts
from tests.builders import Depot
from tests.simulation.outbox import Command, call_of
from tests.web.api.calling import Caller, Hall, settings_of
from web.app import create_app, settle

SECRETS: Final = frozenset({"token", "enrolment", "badge", "audit_event", "device"})
"""Tables of what each depot drew for itself before anything was sent."""
LEDGER: Final = (
    *("entry", "chain", "node", "batch", "bin", "shipment", "find", "place", "balance", "movement"),
    *("total", "gate_balance", "gate_line", "flag", "weighing", "note", "receipt", "delivery"),
    *("reserved_code", "relabelling", "serial_item", "leg", "shipment_bin"),
)
NUMBERED: Final = frozenset({"notice", "mail", "job", "print_job"})
"""Tables whose rows are numbered as they come: a try that failed leaves a gap."""


class Dice:
    """Instead of the system's random numbers: one scan draws the same ones in every depot, however
    often it is tried and whatever was tried before it."""

    def __init__(self) -> None:
        self._act: FrameType | None = None
        self._random = random.Random(0)

    def choice(self, among: str) -> str:
        return self._drawn().choice(among)

    def token_hex(self, count: int) -> str:
        return self._drawn().randbytes(count).hex()

    def forget(self) -> None:
        self._act = None

    def _drawn(self) -> random.Random:
        """Those of the action that draws, from the first one when it only begins."""
        act, frame = None, sys._getframe(2)
        while frame.f_back is not None:
            is_ours = not frame.f_globals["__name__"].startswith(("web.", "tests."))
            if is_ours and isinstance(frame.f_locals.get("command"), acts.Command):
                act = frame
            frame = frame.f_back
        assert act is not None, "something is drawn for no command"
        if act is not self._act:
            self._act, self._random = act, random.Random(act.f_locals["command"].scan_id)
        return self._random


class World:
    """A depot, the application in front of it, and an enrolled tablet with a badge."""

    def __init__(self, depot: Depot, keys: Path) -> None:
        app = create_app(settings_of(depot.database, keys), database=depot.database)
        self.depot = depot
        self.hall = Hall(app, depot, keys)
        self._keys = keys
        self._epochs = 0
        self._dice = Dice()
        for name in ("worker", "leader"):
            self.hall.caller(name)
        viewer = depot.people["leader"]
        with depot.database.write() as session:
            _, code = make_badge(session, "S1", "Anna", viewer=viewer, now=depot.now)
            enrolment = issue_code(session, "S1-A", "Table 1", viewer=viewer, now=depot.now)
        with depot.database.write() as session:
            tablet = enrol(session, enrolment, now=depot.now).token
        self.badge = badge_hash(code)
        self._tablet = Caller(self.hall.client, tablet)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Let what is random be drawn from this depot's own dice."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("catalogue.codes.secrets", self._dice)
            patch.setattr("streams.ledger.secrets", self._dice)
            yield
        self._dice.forget()

    def caller(self, name: str) -> Caller:
        return self._tablet if name == "tablet" else self.hall.caller(name)

    def sync(
        self, commands: Sequence[Command], by: str, sent_at: datetime, badge: str
    ) -> list[dict[str, Any]]:
        """The answers. badge: how the commands name the badge that is a depot's own."""
        own = [
            {**one, "badge": self.badge} if one.get("badge") == badge else one for one in commands
        ]
        said = {"device": "tablet-1", "app_version": "1+test", "sent_at": sent_at.isoformat()}
        with self.drawing():
            answer = self.caller(by).post("/sync", {**said, "commands": own})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])

    def call(self, command: Command, by: str) -> Any:
        """The answer to the single call that this command is; None where there is no such call."""
        called = call_of(command)
        if called is None:
            return None
        with self.drawing():
            return self.caller(by).post(*called)

    def back_up(self) -> None:
        """Keep how everything stands now."""
        self._copied("", "_kept")

    def restore(self) -> None:
        """Let everything stand as it was kept, begin a new epoch, and serve that."""
        self._copied("_kept", "")
        database = self.depot.database
        settle(self.hall.app, settings_of(database, self._keys), database)
        self.hall.app.state.clock = lambda: self.depot.now
        self._epochs += 1
        with pytest.MonkeyPatch.context() as patch, database.write() as session:
            patch.setattr("chain.actions.uuid4", lambda: UUID(int=self._epochs, version=4))
            new_epoch(session, "site:S1", now=self.depot.now)

    def _copied(self, source: str, target: str) -> None:
        """Copy the database; each of the two is known by what is put behind its name."""
        database, name = self.depot.database, str(self.depot.database.url.database)
        database.dispose()
        if database.dialect == "sqlite":
            shutil.copy(f"{name}{source}", f"{name}{target}")
            return
        beside = Database(database.url.set(database="template1"))
        with beside.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.execute(text(f"DROP DATABASE IF EXISTS {name}{target}"))
            alone.execute(text(f"CREATE DATABASE {name}{target} TEMPLATE {name}{source}"))
        beside.dispose()

    def rows(self, *tables: str) -> dict[str, list[str]]:
        """All rows of these tables, or of all that hold what was sent, in any order."""
        every_table()
        with self.depot.database.read() as session:
            names = tables or tuple(n for n in _tables() if n not in SECRETS)
            return {
                name: sorted(
                    str({k: v for k, v in row.items() if k != "id" or name not in NUMBERED})
                    for row in session.connection()
                    .execute(text(f"SELECT * FROM {name}"))
                    .mappings()
                )
                for name in names
            }


def _tables() -> list[str]:
    return sorted(SQLModel.metadata.tables)


def different(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> list[str]:
    """What stands in one of two depots only."""
    return [
        f"{table}: {sign} {row}"
        for table, found in one.items()
        for sign, here, there in (("-", found, other[table]), ("+", other[table], found))
        for row in here
        if row not in there
    ]
