"""A new version goes in while people scan: the server is stopped and started again, or its
processes are changed one by one, behind a socket that stays open. Clients retry nothing: whatever
goes wrong on a line is counted.

So many restarts of each kind as STOFSTROOM_BENCH_RESTARTS says.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import text

from benchmarks.depot import fresh_depot, worker_token
from migrations.metadata import every_table
from streams.verify import audit
from tests.builders import Depot
from tests.web.serving import Client, all_at_once, started_on

RESTARTS: Final = 3
CLIENTS: Final = 8
PAUSE_S: Final = 0.02
PATIENCE_S: Final = 120.0
BATCH_G: Final = 30_000_000
AT: Final = "2026-03-02T09:00:00+01:00"


def run() -> None:
    """Print what was scanned during restarts, what was lost, and what callers noticed."""
    every_table()
    count = int(os.environ.get("STOFSTROOM_BENCH_RESTARTS") or RESTARTS)
    for kind, workers in (("stop and start", 1), ("one by one", 2)):
        with fresh_depot() as (depot, folder), _served(depot, folder, workers) as floor:
            floor.work_through(count, one_by_one=workers > 1)
            lost, whole = floor.judged(depot)
        slowest = max(floor.took_s)
        print(
            f"restarts   {kind}: {count} times during {len(floor.took_s)} scans, {lost} lost,"
            f" {len(floor.errors)} errors on a line, {floor.refused} answered otherwise,"
            f" the longest answer {slowest:.1f} s; the register is {'' if whole else 'NOT '}whole"
        )
        for error in sorted(set(floor.errors)):
            print(f"           {error}")


@dataclass(slots=True)
class Floor:
    """Clients at a socket, and the server behind it, which comes and goes."""

    line: socket.socket
    environment: dict[str, str]
    workers: int
    token: str
    batches: list[str]
    process: subprocess.Popen[str] | None = None
    acknowledged: list[str] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def port(self) -> int:
        return int(self.line.getsockname()[1])

    def start(self) -> None:
        self.process = started_on(
            self.line, "--workers", str(self.workers), environment=self.environment
        )

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE_S)

    def work_through(self, count: int, *, one_by_one: bool) -> None:
        """Scan all the time while the server is restarted so often."""
        over = Event()
        ways = [
            partial(self._scan_until, over, batch, stays=number % 2 == 0)
            for number, batch in enumerate(self.batches)
        ]
        restart = self._change_one_by_one if one_by_one else self._stop_and_start
        all_at_once([*ways, partial(self._restart, restart, count, over)])

    def _restart(self, restart: Any, count: int, over: Event) -> None:
        try:
            for _ in range(count):
                time.sleep(1.0)
                restart()
            time.sleep(1.0)
        finally:
            over.set()

    def _stop_and_start(self) -> None:
        self.stop()
        self.start()
        self.wait()

    def _change_one_by_one(self) -> None:
        assert self.process is not None
        before = _children(self.process.pid)
        self.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + PATIENCE_S
        while before & _children(self.process.pid):
            assert time.monotonic() < until, "the old processes do not go"
            time.sleep(0.1)

    def wait(self) -> None:
        client = Client(self.port, "")
        assert client.get("/healthz").status == 200
        client.close()

    def _scan_until(self, over: Event, batch: str, *, stays: bool) -> None:
        """stays: on one line for as long as the server leaves it open; else on a new one each."""
        client = Client(self.port, self.token)
        while not over.is_set():
            scan_id, begin = str(uuid4()), time.perf_counter()
            body = {
                "scan_id": scan_id,
                "station": "S1-A",
                "scanned_at": AT,
                "parts": [{"destination": "reuse", "mass_g": 100}],
            }
            try:
                reply = client.post(f"/batches/{batch}/sortings", body)
            except (OSError, HTTPException) as error:
                with self.lock:
                    self.errors.append(f"{type(error).__name__}: {error}")
                continue
            with self.lock:
                self.took_s.append(time.perf_counter() - begin)
                if reply.status in (200, 201):
                    self.acknowledged.append(scan_id)
                else:
                    self.refused += 1
            if not stays:
                client.close()
            time.sleep(PAUSE_S)
        client.close()

    def judged(self, depot: Depot) -> tuple[int, bool]:
        """How many acknowledged scans are missing, and whether the register adds up."""
        with depot.database.read() as session:
            rows = session.connection().execute(text("SELECT scan_id FROM entry"))
            booked = {str(row.scan_id) for row in rows}
            breach = next(audit(session), None)
        return len(set(self.acknowledged) - booked), breach is None


@contextmanager
def _served(depot: Depot, folder: Path, workers: int) -> Iterator[Floor]:
    token = worker_token(depot)
    environment = {
        "STOFSTROOM_DATABASE_URL": depot.database.url.render_as_string(hide_password=False),
        "STOFSTROOM_KEYS": str(folder / "keys"),
        "STOFSTROOM_CALLS_A_MINUTE": "1000000",
    }
    batches = [depot.log(BATCH_G)["code"] for _ in range(CLIENTS)]
    with socket.create_server(("127.0.0.1", 0), backlog=512) as line:
        floor = Floor(line, environment, workers, token, batches)
        floor.start()
        floor.wait()
        try:
            yield floor
        finally:
            floor.stop()


def _children(pid: int) -> set[int]:
    """Processes that this one started, by their keys."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return {int(child) for child in found if _serves(int(child))}


def _serves(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
