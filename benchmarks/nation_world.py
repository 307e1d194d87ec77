"""A country to scan in: sites with their batches, on SQLite or on a PostgreSQL of its own, and the
processes that serve it, with what they cost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from accounts.actions import create_person, make_token, open_session
from benchmarks.nation_load import Site
from catalogue.actions import define
from catalogue.kinds import Role
from migrations.metadata import every_table
from migrations.steps import upgrade
from store.engine import Database
from tests import postgres
from tests.builders import Depot
from tests.cast import BEGIN, take_the_stage
from web.deps import SESSION_COOKIE

BATCHES: Final = 12
"""Of a site, that are being sorted."""
BATCH_G: Final = 39_000_000
DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Country:
    """A database with sites. cluster: where its PostgreSQL is, if it is one."""

    database: Database
    folder: Path
    cluster: Path | None
    sites: Sequence[Site]

    def environment(self) -> dict[str, str]:
        """What a server of it is told."""
        return {
            "STOFSTROOM_DATABASE_URL": self.database.url.render_as_string(hide_password=False),
            "STOFSTROOM_KEYS": f"{self.folder}/keys",
            # One caller asks for all halls here.
            "STOFSTROOM_CALLS_A_MINUTE": "1000000000",
            "STOFSTROOM_STRANGERS_A_MINUTE": "1000000000",
            "PYTHONPYCACHEPREFIX": f"{self.folder}/compiled",
        }

    def size_bytes(self) -> int:
        """What the database takes on the disk when it has come to rest."""
        if self.cluster is None:
            file = self.database.url.database or ""
            with sqlite3.connect(file) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            return Path(file).stat().st_size
        with self.database.engine.connect() as connected:
            found: int = connected.scalar(text("SELECT pg_database_size(current_database())"))
        return found

    def database_cpu_s(self) -> float:
        """Processor time of PostgreSQL; SQLite works in the server itself."""
        if self.cluster is None:
            return 0.0
        postmaster = int((self.cluster / "data" / "postmaster.pid").read_text().split()[0])
        return cpu_s(postmaster)


@contextmanager
def country(dialect: str, count: int) -> Iterator[Country]:
    """So many sites, with full durability; gone afterwards."""
    every_table()
    with TemporaryDirectory(prefix="stofstroom-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster = folder / "postgresql" if dialect == "postgresql" else None
        if cluster is not None:
            postgres.start(cluster, **DURABLE)
        url = postgres.url(cluster, "postgres") if cluster else f"sqlite:///{folder}/bench.sqlite3"
        database = Database(url)
        try:
            upgrade(database)
            yield Country(database, folder, cluster, _sites(database, count))
        finally:
            database.dispose()
            if cluster is not None:
                postgres.stop(cluster)


def _sites(database: Database, count: int) -> list[Site]:
    with database.write() as session:
        take_the_stage(session)
        for number in range(3, count + 1):
            _define_site(session, f"S{number}")
        desk = _cookie(session, "desk", Role.MANAGER, "WATERKANT")
        portal = _cookie(session, "portal", Role.SUPPLIER, "DUINRAND")
        tokens = {
            code: make_token(
                session, role=Role.WORKER, organisation="WATERKANT", site=code, name="bench",
                now=BEGIN,
            )
            for code in (f"S{number}" for number in range(1, count + 1))
        }  # fmt: skip
    depot = Depot(database)
    return [
        Site(code, token, [_batch(depot, code) for _ in range(BATCHES)], desk, portal)
        for code, token in tokens.items()
    ]


def _define_site(session: Session, site: str) -> None:
    data = {"name": site, "timezone": "Europe/Amsterdam"}
    define(session, "WATERKANT", "site", site, data, now=BEGIN)
    for end, kind in (("IN", "intake"), ("A", "sorting")):
        data = {"site": site, "kind": kind, "name": end}
        define(session, "WATERKANT", "station", f"{site}-{end}", data, now=BEGIN)


def _cookie(session: Session, name: str, role: Role, organisation: str) -> str:
    now = datetime.now(UTC)
    person = create_person(
        session, email=f"{name}@bench.example", name=name, password="a long word of nobody",
        role=role, organisation=organisation, now=now,
    )  # fmt: skip
    return f"{SESSION_COOKIE}={open_session(session, person, now=now, methods='password totp')}"


def _batch(depot: Depot, site: str) -> str:
    said = depot.log(
        BATCH_G, supplier="DUINRAND", article_group="uniform", site=site, station=f"{site}-IN"
    )
    return str(said["code"])


@contextmanager
def served(whole: Country, port: int, processes: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server of so many processes, that may still be starting."""
    environment = {**os.environ, **whole.environment()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    server = subprocess.Popen(
        [sys.executable, "-c", "from web.start import main; main()", "serve",
         "--port", str(port), "--workers", str(processes)],
        cwd=Path(__file__).parent.parent, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=40)


def family(pid: int) -> list[int]:
    """A process and all that it began."""
    parents = dict[int, int]()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(folder.name)] = int(_stat(int(folder.name))[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def cpu_s(pid: int) -> float:
    """Processor time of a process and of all that it began, those that ended too."""
    ticks = 0
    for one in family(pid):
        with suppress(OSError):
            ticks += sum(int(said) for said in _stat(one)[11:15])
    return ticks / TICKS


def memory_mb(pid: int) -> int:
    """Resident memory of the largest process of a server."""
    largest = 0
    for one in family(pid):
        with suppress(OSError, StopIteration):
            lines = Path(f"/proc/{one}/status").read_text().splitlines()
            said = next(line for line in lines if line.startswith("VmRSS"))
            largest = max(largest, int(said.split()[1]) // 1024)
    return largest


def _stat(pid: int) -> list[str]:
    """From the state of a process on, as proc(5) has it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
