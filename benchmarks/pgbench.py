"""Full scans over HTTP, at two processes over one PostgreSQL, beside pgbench on the same cluster.

In the same run a scan is listened to, and pgbench gets a script with as many statements of the same
kinds, on tables of its own: its selects, its locks, its inserts and additions with as many rows,
and its commit. Both have as many clients and as many sites, and nothing is acknowledged before the
disk has it.
STOFSTROOM_BENCH_SITES says at how many sites is scanned (1 and 8: at one site all write at the same
chain, and so does pgbench), STOFSTROOM_BENCH_SECONDS how long a slice takes (5).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import event
from sqlalchemy.pool import NullPool
from sqlmodel import Session, create_engine
from starlette.testclient import TestClient

from accounts.actions import make_token
from benchmarks.scans import free_port, wait
from catalogue.actions import define
from catalogue.kinds import Role
from migrations.metadata import every_table
from migrations.steps import upgrade
from store.engine import Database
from streams.verify import audit
from tests import postgres
from tests.builders import Depot
from tests.cast import BEGIN, take_the_stage

SLICES: Final = 4
CLIENTS: Final = 32
PROCESSES: Final = 2
BATCHES: Final = 64
LIMIT: Final = 0.15
HERE: Final = Path(__file__).parent
DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

TABLES: Final = """
CREATE TABLE raw_head (id BIGINT PRIMARY KEY, size BIGINT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE raw_row (id BIGINT PRIMARY KEY, mass_g BIGINT NOT NULL, words TEXT NOT NULL);
CREATE TABLE raw_sum (id BIGINT, part INTEGER, mass_g BIGINT NOT NULL, PRIMARY KEY (id, part));
CREATE TABLE raw_entry (id BIGINT PRIMARY KEY, head_id BIGINT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE raw_line (entry_id BIGINT, line INTEGER, row_id BIGINT NOT NULL,
  mass_g BIGINT NOT NULL, PRIMARY KEY (entry_id, line));
CREATE INDEX raw_entry_head ON raw_entry (head_id, id);
CREATE INDEX raw_line_row ON raw_line (row_id);
INSERT INTO raw_head SELECT n, 0, repeat('0', 64) FROM generate_series(1, {sites}) AS n;
INSERT INTO raw_row SELECT n, 0, repeat('x', 100) FROM generate_series(1, {batches}) AS n;
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as the application sent it. rows: how many it had values for."""

    words: str
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Floor:
    """A cluster with sites. batches: each as CODE@STATION@TOKEN, where the token is its site's."""

    database: Database
    folder: Path
    cluster: Path
    batches: tuple[str, ...]
    sites: int


def run() -> None:
    """Print the scans and pgbench's transactions a second, and their ratio."""
    if shutil.which("wrk") is None or shutil.which("pgbench") is None:
        print("postgresql  needs wrk and pgbench (Debian: wrk, postgresql-contrib)")
        return
    every_table()
    seconds = int(os.environ.get("STOFSTROOM_BENCH_SECONDS") or 5)
    for sites in (os.environ.get("STOFSTROOM_BENCH_SITES") or "1,8").split(","):
        with _floor(int(sites)) as floor:
            _side_by_side(floor, seconds)


def _side_by_side(floor: Floor, seconds: int) -> None:
    """Serve, scan and measure; in the end everything has to add up."""
    said = _one_scan(floor)
    script = floor.folder / "scan.sql"
    script.write_text(_script(said, floor.sites))
    script.chmod(0o644)
    _raw(floor, TABLES.format(sites=floor.sites, batches=BATCHES))
    port = free_port()
    server = _serve(floor, port)
    try:
        wait(port)
        _measure(floor, port, script, len(said), seconds)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    with floor.database.read() as session:
        breach = next(audit(session), None)
    assert breach is None, breach


def _measure(floor: Floor, port: int, script: Path, statements: int, seconds: int) -> None:
    scans, slowest, raw = list[float](), list[float](), list[float]()
    # The first pages are made and the large libraries loaded beside the first scans.
    _scans(port, floor, seconds)
    for _ in range(SLICES):
        rate, p99_ms = _scans(port, floor, seconds)
        scans.append(rate)
        slowest.append(p99_ms)
        raw.append(_transactions(floor, script, seconds))
    scan, bench = median(scans), median(raw)
    print(
        f"postgresql  {scan:.1f} full scans a second at {PROCESSES} processes, {bench:.1f} of"
        f" pgbench's transactions of {statements} statements: ratio {scan / bench:.2f}"
        f" (at least {LIMIT}); 99th percentile {median(slowest):.0f} ms ({CLIENTS} clients,"
        f" {floor.sites} sites, {SLICES} slices of {seconds} s each)"
    )


def _one_scan(floor: Floor) -> list[Said]:
    """The statements of one scan over HTTP, in order, with its BEGIN and its COMMIT."""
    from web.app import create_app
    from web.settings import from_environment

    code, station, token = floor.batches[0].split("@")
    app = create_app(from_environment(_environment(floor)), database=floor.database)
    client = TestClient(app, headers={"Authorization": f"Bearer {token}"})
    said = list[Said]()

    def scan() -> None:
        body = {
            "scan_id": str(uuid4()),
            "station": station,
            "scanned_at": datetime.now(UTC).isoformat(),
            "parts": [{"destination": "reuse", "mass_g": 100}],
        }
        answer = client.post(f"/api/v1/batches/{code}/sortings", json=body)
        assert answer.status_code == 201, answer.text

    def executed(*args: Any) -> None:
        _connection, _cursor, statement, values, _context, many = args
        said.append(Said(statement, len(values) if many else 1))

    # The first of them opens a bin and reads the reference data.
    for _ in range(2):
        scan()
    engine = floor.database.engine
    event.listen(engine, "begin", lambda _: said.append(Said("BEGIN")))
    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", lambda _: said.append(Said("COMMIT")))
    scan()
    floor.database.dispose()
    return said


def _script(said: Sequence[Said], sites: int) -> str:
    """A script for pgbench with as many statements, each of the same kind."""
    lines = [
        "\\set scan random(1, 9000000000000000000)",
        f"\\set site random(1, {sites})",
        f"\\set batch random(1, {BATCHES})",
        f"\\set other random(1, {BATCHES})",
        "\\set mass_g random(1, 900)",
    ]
    number = count()
    lines += [f"{_same_kind(one, next(number))};" for one in said]
    return "\n".join(lines) + "\n"


def _same_kind(said: Said, number: int) -> str:
    words = " ".join(said.words.split()).upper()
    if words in ("BEGIN", "COMMIT"):
        return words
    return _read(words) if words.startswith("SELECT") else _written(words, said.rows, number)


def _read(words: str) -> str:
    if "PG_ADVISORY_XACT_LOCK" in words:
        return "SELECT pg_advisory_xact_lock(:scan)"
    lock = found[0] if (found := re.search(r"FOR (NO KEY )?UPDATE", words)) else ""
    if lock and " FROM CHAIN" in words:
        return f"SELECT id, size, hash FROM raw_head WHERE id = :site {lock}"
    if " FROM BATCH" in words:
        return f"SELECT id, mass_g, words FROM raw_row WHERE id = :batch {lock}"
    # Other rows that a scan locks are locked where the batch is: nobody waits for them twice.
    return "SELECT id, mass_g, words FROM raw_row WHERE id = :other"


def _written(words: str, rows: int, number: int) -> str:
    if "ON CONFLICT" in words:
        values = ", ".join(f"(:site * 1000 + {number}, {n}, :mass_g)" for n in range(rows))
        return (
            f"INSERT INTO raw_sum (id, part, mass_g) VALUES {values} ON CONFLICT (id, part)"
            " DO UPDATE SET mass_g = raw_sum.mass_g + excluded.mass_g"
        )
    if words.startswith("INSERT INTO ENTRY "):
        return "INSERT INTO raw_entry VALUES (:scan, :site, repeat('x', 900))"
    if words.startswith("INSERT"):
        values = ", ".join(f"(:scan, {1000 * number + n}, :batch, :mass_g)" for n in range(rows))
        return f"INSERT INTO raw_line VALUES {values}"
    if words.startswith("UPDATE CHAIN"):
        return "UPDATE raw_head SET size = size + 1, hash = repeat('1', 64) WHERE id = :site"
    if words.startswith("UPDATE"):
        return "UPDATE raw_row SET mass_g = mass_g + :mass_g WHERE id = :batch"
    raise ValueError(f"pgbench has nothing of this kind: {words}")


def _scans(port: int, floor: Floor, seconds: int) -> tuple[float, float]:
    """Scans a second and the 99th percentile in milliseconds."""
    said = subprocess.run(
        ["wrk", "-t2", f"-c{CLIENTS}", f"-d{seconds}s", "--latency",
         "-s", str(HERE / "scan.lua"), f"http://127.0.0.1:{port}"],
        env={**os.environ, "TOKEN": "", "BATCHES": ",".join(floor.batches), "KIND": "scan"},
        capture_output=True, text=True, check=True, timeout=seconds + 30,
    ).stdout  # fmt: skip
    assert "Non-2xx" not in said, said
    lines = {line.split()[0]: line.split()[-1] for line in said.splitlines() if line.split()}
    slowest = re.fullmatch(r"([\d.]+)(us|ms|s)", lines["99%"])
    assert slowest, said
    p99_ms = float(slowest[1]) * {"us": 0.001, "ms": 1, "s": 1000}[slowest[2]]
    return float(lines["Requests/sec:"]), p99_ms


def _transactions(floor: Floor, script: Path, seconds: int) -> float:
    said = subprocess.run(
        ["pgbench", "-n", "-M", "prepared", f"-c{CLIENTS}", "-j2", f"-T{seconds}",
         "-f", str(script), "-h", str(floor.cluster), "-U", postgres.USER, "postgres"],
        capture_output=True, text=True, check=True, timeout=seconds + 30,
    ).stdout  # fmt: skip
    found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    assert found, said
    return float(found[1])


def _serve(floor: Floor, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from web.cli import main; main()", "serve",
         "--port", str(port), "--workers", str(PROCESSES)],
        cwd=HERE.parent, env={**os.environ, **_environment(floor)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _environment(floor: Floor) -> dict[str, str]:
    return {
        "STOFSTROOM_DATABASE_URL": floor.database.url.render_as_string(hide_password=False),
        "STOFSTROOM_KEYS": f"{floor.folder}/keys",
        # One caller asks for all halls here.
        "STOFSTROOM_CALLS_A_MINUTE": "1000000000",
        "STOFSTROOM_STRANGERS_A_MINUTE": "1000000000",
    }


def _raw(floor: Floor, script: str) -> None:
    engine = create_engine(floor.database.url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in filter(str.strip, script.split(";")):
            connection.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def _floor(sites: int) -> Iterator[Floor]:
    with TemporaryDirectory(prefix="stofstroom-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster = folder / "postgresql"
        postgres.start(cluster, **DURABLE)
        database = Database(postgres.url(cluster, "postgres"))
        try:
            upgrade(database)
            with database.write() as session:
                take_the_stage(session)
                _more_sites(session, sites)
                tokens = [_token(session, f"S{number}") for number in range(1, sites + 1)]
            depot = Depot(database)
            batches = tuple(
                f"{_batch(depot, number % sites + 1)}@{tokens[number % sites]}"
                for number in range(BATCHES)
            )
            yield Floor(database, folder, cluster, batches, sites)
        finally:
            database.dispose()
            postgres.stop(cluster)


def _more_sites(session: Session, sites: int) -> None:
    """The cast has two; so many there are in all."""
    for number in range(3, sites + 1):
        site = f"S{number}"
        data = {"name": site, "timezone": "Europe/Amsterdam"}
        define(session, "WATERKANT", "site", site, data, now=BEGIN)
        for end, kind in (("IN", "intake"), ("A", "sorting")):
            data = {"site": site, "kind": kind, "name": end}
            define(session, "WATERKANT", "station", f"{site}-{end}", data, now=BEGIN)


def _token(session: Session, site: str) -> str:
    return make_token(
        session, role=Role.WORKER, organisation="WATERKANT", site=site, name="bench", now=BEGIN
    )


def _batch(depot: Depot, site: int) -> str:
    said = depot.log(
        30_000_000, supplier="DUINRAND", article_group="uniform", site=f"S{site}",
        station=f"S{site}-IN",
    )  # fmt: skip
    return f"{said['code']}@S{site}-A"
