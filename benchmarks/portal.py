"""The first pages: server time of the first request after ready, and of later ones, over a
demo year at scale 1.0 and over ten such years.

The year takes minutes to load, by the same actions as the API. A file that holds one already may be
named in STOFSTROOM_BENCH_YEAR; it is copied and stays as it is.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import select

from accounts.actions import open_session
from accounts.tables import Person
from benchmarks.scans import free_port, wait
from store.columns import table_of
from store.engine import Database
from web.deps import SESSION_COOKIE

LATER = 40
LIMIT_MS = 100
YEARS = 10
PEOPLE = {"/portal": "landmacht@demo.example", "/desk": "manager@demo.example"}
SHIFTED = {
    "entry": ("id", "seq", "scan_id", "reverses_id", "day", "subject"),
    "batch": ("id", "code", "received_day", "replaced_by_id"),
    "delivery": ("id", "code", "expected_on"),
    "receipt": ("id", "batch_id", "delivery_id"),
    "find": ("id", "code", "batch_id", "handover_id"),
    "movement": ("entry_id", "batch_id"),
    "balance": ("batch_id",),
    "total": ("start",),
}
"""What is another in a copied year; the rest stays as it was."""
SETTLED = {
    ("batch", "state"): "CASE WHEN state IN ('received', 'sorting') THEN 'closed' ELSE state END",
    ("batch", "held"): "0",
    ("delivery", "state"): "CASE state WHEN 'announced' THEN 'reversed' ELSE state END",
    ("find", "reversed"): "CASE WHEN handover_id IS NULL THEN 1 ELSE reversed END",
}
"""Nothing waits any more of what came in years ago."""


def run() -> None:
    """Print the times of both pages over one year and over ten."""
    with TemporaryDirectory(prefix="stofstroom-bench-") as name:
        folder = Path(name)
        file = folder / "year.sqlite3"
        _year(file, folder)
        for years in (1, YEARS):
            if years > 1:
                _repeat(file, years)
            for path, email in PEOPLE.items():
                _measure(file, folder, years, path, email)


def _year(file: Path, folder: Path) -> None:
    ready = os.environ.get("STOFSTROOM_BENCH_YEAR")
    if ready:
        with sqlite3.connect(ready) as source, sqlite3.connect(file) as target:
            source.backup(target)
        for commands in (["init"],):
            _command(file, folder, commands)
        return
    for commands in (["init"], ["demo", "--scale", "1.0"]):
        _command(file, folder, commands)


def _command(file: Path, folder: Path, words: Sequence[str]) -> None:
    subprocess.run(
        [Path(sys.executable).parent / "stofstroom", *words],
        env=_environment(file, folder),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _environment(file: Path, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "STOFSTROOM_DATABASE_URL": f"sqlite:///{file}",
        "STOFSTROOM_KEYS": f"{folder}/keys",
    }


def _repeat(file: Path, years: int) -> None:
    """The same year again and again, each time a year earlier: for what reads, not for what keeps.

    The copies are no links of a chain; keys of entries move on by the size of the largest chain.
    """
    with sqlite3.connect(file) as connection:
        (size,) = connection.execute("SELECT max(size) FROM chain").fetchone()
        for number in range(1, years):
            for table, shifted in SHIFTED.items():
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                cells = ", ".join(
                    _shifted(column, number, size)
                    if column in shifted
                    else SETTLED.get((table, column), f'"{column}"')
                    for column in columns
                )
                names = ", ".join(f'"{column}"' for column in columns)
                connection.execute(
                    f"INSERT OR IGNORE INTO {table} ({names}) SELECT {cells} FROM {table}"
                    f" WHERE {_of_first_year(table, size)}"
                )
        connection.execute("ANALYZE")
    shutil.copystat(file, file)


def _shifted(column: str, number: int, size: int) -> str:
    if column in ("day", "received_day", "expected_on", "start"):
        return f"date({column}, '-{number} years')"
    if column in ("code", "subject"):
        return f"{column} || '-{number}'"
    if column == "scan_id":
        return f"substr(scan_id, 1, 34) || printf('%02d', {number}) || rowid"
    return f"{column} + {number * size}"


def _of_first_year(table: str, size: int) -> str:
    key = {"movement": "entry_id", "total": "''"}.get(table, "id")
    if table == "balance":
        waits = "SELECT id FROM place WHERE pool IN ('HOLDING', 'QUARANTINE', 'BIN', 'SHIPPED')"
        return f"batch_id % (1 << 40) <= {size} AND place_id NOT IN ({waits})"
    if table == "total":
        return "start >= (SELECT date(max(start), 'start of year') FROM total)"
    return f"{key} % (1 << 40) <= {size}"


def _measure(file: Path, folder: Path, years: int, path: str, email: str) -> None:
    cookie = _session(file, email)
    port = free_port()
    server = subprocess.Popen(
        [
            Path(sys.executable).parent / "stofstroom",
            "serve",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ],
        env=_environment(file, folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait(port)
        first, size = _asked_ms(port, path, cookie)
        later = sorted(_asked_ms(port, path, cookie)[0] for _ in range(LATER))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
    print(
        f"{path:8s}{first:6.1f} ms the first time, {median(later):.1f} ms later"
        f" (slowest of {LATER}: {later[-1]:.1f} ms), {size // 1000} kB,"
        f" over {years} {'year' if years == 1 else 'years'} (at most {LIMIT_MS} ms)"
    )


def _session(file: Path, email: str) -> str:
    database = Database(f"sqlite:///{file}")
    person = table_of(Person)
    with database.write() as session:
        own = session.execute(select(person.c.id).where(person.c.email == email)).scalar_one()
        token = open_session(session, own, now=datetime.now(UTC))
    database.dispose()
    return token


def _asked_ms(port: int, path: str, cookie: str) -> tuple[float, int]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.connect()
    begun = perf_counter()
    connection.request("GET", path, headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})
    response = connection.getresponse()
    content = response.read()
    took = (perf_counter() - begun) * 1000
    connection.close()
    assert response.status == 200, (response.status, content[:200])
    return took, len(content)
