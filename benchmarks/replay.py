"""Offline queues sent by `/sync`, beside raw SQLite that writes such rows, 100 a transaction.

A raw row is as heavy as the entry of a scan: its columns, its keys, a payload of its length. All is
sent a second time, and exactly once is what came of it. How many queues are sent in a slice says
STOFSTROOM_BENCH_QUEUES.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from benchmarks.depot import fresh_depot, large_batches, worker_token
from benchmarks.scans import free_port, serve, stop, wait
from chain.tables import Entry
from store.columns import table_of
from streams.verify import audit
from tests.builders import Depot

SLICES = 4
QUEUES = int(os.environ.get("STOFSTROOM_BENCH_QUEUES") or 6)
COMMANDS = 500
"""Of one queue: as many as a tablet sends at once."""
BATCHES = 64
AT_ONCE = 100
PAYLOAD = 900
"""Characters of the payload of such a scan."""
LIMIT = 0.05


def run() -> None:
    """Print both rates and their ratio, and how many came twice or not at all."""
    with fresh_depot() as (depot, folder):
        codes = large_batches(depot, BATCHES)
        token = worker_token(depot)
        before = _entries(depot)
        depot.database.dispose()
        port = free_port()
        server = serve(folder, port)
        try:
            wait(port)
            tablet = _Tablet(port, token, codes)
            rates = _measure(tablet, _Raw(folder))
        finally:
            stop(server)
        came = _entries(depot) - before
        with depot.database.read() as session:
            whole = next(audit(session), None) is None
    ratio = median(rates["replay"]) / median(rates["raw"])
    print(
        f"replay  {median(rates['replay']):.0f} scans a second,"
        f" {median(rates['raw']):.0f} raw rows: ratio {ratio:.3f} (at least {LIMIT});"
        f" {tablet.sent} scans sent, {tablet.again} of them twice: {came} booked,"
        f" the register is {'whole' if whole else 'BROKEN'}"
    )


def _measure(tablet: _Tablet, raw: _Raw) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {"raw": [], "replay": []}
    tablet.send_queue()
    for _ in range(SLICES):
        rates["raw"].append(raw.rows_a_second(QUEUES * COMMANDS))
        begun, sent = perf_counter(), tablet.sent
        for _ in range(QUEUES):
            tablet.send_queue()
        rates["replay"].append((tablet.sent - sent) / (perf_counter() - begun))
        tablet.send_again()
    return rates


class _Tablet:
    """What was done without a network, sent 500 commands at a time."""

    def __init__(self, port: int, token: str, codes: list[str]) -> None:
        self._line = HTTPConnection("127.0.0.1", port, timeout=120)
        self._token = token
        self._now = datetime.now(UTC).isoformat()
        self._codes = codes
        self._dice = Random(1)
        self._last: list[dict[str, Any]] = []
        self.sent = 0
        self.again = 0

    def send_queue(self) -> None:
        """New commands; every one has to be accepted."""
        self._last = [self._command() for _ in range(COMMANDS)]
        self._send("accepted")
        self.sent += COMMANDS

    def send_again(self) -> None:
        """The last ones once more, as a tablet does that heard no answer."""
        self._send("repeated")
        self.again += COMMANDS

    def _command(self) -> dict[str, Any]:
        part = {"destination": "reuse", "mass_g": self._dice.randint(1, 900)}
        return {
            "scan_id": str(UUID(int=self._dice.getrandbits(128), version=4)),
            "kind": "sort",
            "target": self._dice.choice(self._codes),
            "body": {"station": "S1-A", "scanned_at": self._now, "parts": [part]},
        }

    def _send(self, expected: str) -> None:
        body = {
            "device": "bench",
            "app_version": "1+bench",
            "sent_at": self._now,
            "commands": self._last,
        }
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        self._line.request("POST", "/api/v1/sync", dumps(body), headers)
        answer = loads(self._line.getresponse().read())
        statuses = {result["status"] for result in answer["results"]}
        assert statuses == {expected}, statuses


_RAW = """
CREATE TABLE raw (id INTEGER PRIMARY KEY, chain_id INTEGER, seq INTEGER, kind TEXT,
                  scan_id TEXT UNIQUE, subject TEXT, at TEXT, recorded_at TEXT, day TEXT,
                  payload TEXT, hash TEXT, UNIQUE (chain_id, seq))
"""


class _Raw:
    """A table as heavy as that of entries, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
        self._number = 0
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            _RAW,
            "CREATE INDEX raw_subject ON raw (subject)",
            "CREATE INDEX raw_day ON raw (chain_id, day)",
        ):
            self._connection.execute(statement)

    def rows_a_second(self, count: int) -> float:
        """So many rows, 100 a transaction."""
        rows = [self._row() for _ in range(count)]
        begun = perf_counter()
        for first in range(0, count, AT_ONCE):
            self._connection.execute("BEGIN IMMEDIATE")
            for row in rows[first : first + AT_ONCE]:
                self._connection.execute(f"INSERT INTO raw VALUES ({','.join('?' * 11)})", row)
            self._connection.execute("COMMIT")
        return count / (perf_counter() - begun)

    def _row(self) -> tuple[Any, ...]:
        self._number += 1
        moment = "2026-03-02 08:00:00.000000"
        return (
            self._number,
            1,
            self._number,
            "sort",
            str(uuid4()),
            f"B{self._number % BATCHES:011d}",
            moment,
            moment,
            "2026-03-02",
            "x" * PAYLOAD,
            "0" * 64,
        )


def _entries(depot: Depot) -> int:
    with depot.database.read() as session:
        booked = select(func.count()).where(table_of(Entry).c.kind == "sort")
        return int(session.execute(booked).scalar_one())
