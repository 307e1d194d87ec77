"""A hall whose server can be stopped, started again, and brought back to where it was."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import text
from uvicorn import Config, Server

from accounts.devices import issue_code
from migrations.steps import upgrade
from store.backup import restore, save
from store.engine import Database
from tests.builders import Depot
from web.app import create_app
from web.settings import from_environment
from web.upkeep import begin_anew, said_by_heads


class RestartingHouse:
    """A served hall at one address, whatever happens to its server."""

    def __init__(self, hall: Depot, folder: Path) -> None:
        self.hall = hall
        self._folder = folder
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._database = hall.database
        self._server: Server | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        self._database = Database(self.hall.database.url)
        app = create_app(from_environment({}), database=self._database)
        self._server = Server(
            Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=2)
        )
        door = self._door.dup()
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [door]})
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        """Nobody answers from now on."""
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join()
        self._database.dispose()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        self._door.close()

    def code_for(self, station: str = "S1-A", name: str = "Tablet 1") -> str:
        """A one-time code with which a tablet is let in."""
        viewer = self.hall.people["leader"]
        with self.hall.database.write() as session:
            return issue_code(session, station, name, viewer=viewer, now=datetime.now(UTC))

    def back_up(self) -> Path:
        file = self._folder / f"backup-{time.monotonic_ns()}.zip"
        save(self.hall.database, file, version="1", now=datetime.now(UTC), facts=said_by_heads)
        return file

    def bring_back(self, file: Path) -> None:
        """As `stofstroom restore`: everything since the backup is gone, and an epoch begins."""
        self.stop()
        self.hall.database.dispose()
        restore(
            self.hall.database,
            file,
            replace=True,
            upgrade=upgrade,
            facts=said_by_heads,
            accept=lambda loaded: begin_anew(loaded, now=datetime.now(UTC)),
        )
        self.start()

    def entries(self, *kinds: str) -> list[str]:
        """`scan_id` of the entries of these kinds, in the order of the chain of the site."""
        with self.hall.database.read() as session:
            rows: list[Any] = list(
                session.connection().execute(
                    text(
                        "SELECT entry.scan_id, entry.kind FROM entry JOIN chain"
                        " ON chain.id = entry.chain_id WHERE chain.code = 'site:S1'"
                        " ORDER BY entry.seq"
                    )
                )
            )
        return [row.scan_id for row in rows if row.kind in kinds]


@contextmanager
def restarting_house(hall: Depot, folder: Path) -> Iterator[RestartingHouse]:
    """The hall on a port of its own, with the time as it is."""
    hall.now = datetime.now(UTC)
    house = RestartingHouse(hall, folder)
    house.start()
    try:
        yield house
    finally:
        house.close()
