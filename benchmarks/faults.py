"""What was acknowledged is never lost and never doubled: servers and databases are killed at any
instant, lines are cut before the answer, the disk is full for a while, and what was sent comes
again, doubled and out of order. After each fault the register adds up.

So many faults for each kind of database as STOFSTROOM_BENCH_FAULTS says, from the seed that
STOFSTROOM_SEED says, or a new one.
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Lock
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import text

from accounts.actions import make_token
from catalogue.kinds import Role
from migrations.metadata import every_table
from migrations.steps import upgrade
from store.engine import Database
from streams.verify import audit
from tests import postgres
from tests.builders import Depot
from tests.cast import take_the_stage
from tests.web.serving import Client, Server, all_at_once

FAULTS: Final = 20
CLIENTS: Final = 8
ROUNDS_A_DEPOT: Final = 25
"""A new depot after so many faults, or the audits would take longer than the faults."""
AT_WORK_S: Final = (0.05, 0.8)
BATCH_G: Final = 900_000
PORTION_G: Final = 1_000
AT: Final = "2026-03-02T09:00:00+01:00"
KINDS: Final = {
    "sqlite": ("server", "server", "line", "disk"),
    "postgresql": ("server", "server", "line", "database"),
}
TRIED_AGAIN: Final = frozenset({429, 500, 502, 503, 507})


def run() -> None:
    """Print how many faults there were, of what kind, and what was lost or doubled by them."""
    every_table()
    count = int(os.environ.get("STOFSTROOM_BENCH_FAULTS") or FAULTS)
    seed = int(os.environ.get("STOFSTROOM_SEED") or secrets.randbelow(1_000_000))
    for dialect, kinds in KINDS.items():
        dice, told = Random(f"{dialect} {seed}"), Counter[str]()
        left = count
        while left > 0:
            rounds = min(left, ROUNDS_A_DEPOT)
            with _depot(dialect) as floor:
                for _ in range(rounds):
                    kind = dice.choice(kinds)
                    floor.suffer(kind, dice)
                    told[kind] += 1
                told += floor.told
            left -= rounds
        kinds_told = ", ".join(f"{told[kind]} of the {kind}" for kind in dict.fromkeys(kinds))
        print(
            f"{dialect:11s}{count} faults (seed {seed}): {kinds_told};"
            f" {told['acknowledged']} scans acknowledged, {told['lost']} lost,"
            f" {told['doubled']} doubled, {told['again']} sent again, {told['other']} answered"
            f" otherwise the second time; whole after {told['whole']} of {count}"
        )


@dataclass(slots=True)
class Floor:
    """Clients at a server that scan on and on, each at its own batch."""

    depot: Depot
    server: Server
    token: str
    cluster: Path | None
    told: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, tuple[str, dict[str, Any], Any]] = field(default_factory=dict)
    open: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def suffer(self, kind: str, dice: Random) -> None:
        """One fault in the midst of work; then everything that is open is sent again."""
        over = Event()
        self.batches = [self.depot.log(BATCH_G)["code"] for _ in range(CLIENTS)]
        ways = [partial(self._work, batch, over, Random(dice.random())) for batch in self.batches]
        cut = kind == "line"
        if cut:
            ways = [partial(way, cut=0.2) for way in ways]
        all_at_once([*ways, partial(self._strike, kind, dice.uniform(*AT_WORK_S), over)])
        self._mend(kind)
        self._send_again(dice)
        self._judge()

    def _work(self, batch: str, over: Event, dice: Random, *, cut: float = 0.0) -> None:
        client = Client(self.server.port, self.token)
        for _ in range(BATCH_G // PORTION_G):
            if over.is_set():
                break
            body = {
                "scan_id": str(uuid4()),
                "station": "S1-A",
                "scanned_at": AT,
                "parts": [{"destination": "reuse", "mass_g": PORTION_G}],
            }
            path = f"/batches/{batch}/sortings"
            with self.lock:
                self.open.append((path, body))
            if dice.random() < cut:
                self._send_and_hang_up(path, body)
            elif not self._send(client, path, body):
                break
        client.close()

    def _send(self, client: Client, path: str, body: dict[str, Any]) -> bool:
        """Whether there was an answer; what is acknowledged is open no more."""
        try:
            reply = client.post(path, body)
        except (OSError, HTTPException, ValueError):
            return False
        if reply.status in TRIED_AGAIN:
            return True
        assert reply.status in (200, 201), reply
        with self.lock:
            known = self.acknowledged.get(body["scan_id"])
            if known is None:
                self.acknowledged[body["scan_id"]] = (path, body, reply.said)
                self.open.remove((path, body))
            elif known[2] != reply.said:
                self.told["other"] += 1
        return True

    def _send_and_hang_up(self, path: str, body: dict[str, Any]) -> None:
        """Send a scan and be gone before the answer."""
        said = json.dumps(body).encode()
        head = (
            f"POST /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(said)}\r\n\r\n"
        )
        try:
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as line:
                line.sendall(head.encode() + said)
        except OSError:
            return

    def _strike(self, kind: str, after_s: float, over: Event) -> None:
        time.sleep(after_s)
        if kind == "server":
            self.server.kill()
        elif kind == "database":
            assert self.cluster is not None
            postgres.stop(self.cluster)
        elif kind == "disk":
            self._let_files_grow_to(Path(str(self.depot.database.url.database)).stat().st_size)
            time.sleep(0.3)
        over.set()

    def _mend(self, kind: str) -> None:
        if kind == "server":
            self.server.start()
            self.server.wait()
        elif kind == "database":
            assert self.cluster is not None
            self.depot.database.dispose()
            postgres.start_again(self.cluster)
        elif kind == "disk":
            self._let_files_grow_to(resource.RLIM_INFINITY)

    def _let_files_grow_to(self, size: int) -> None:
        """As a full disk: writing beyond it fails."""
        assert self.server.process is not None
        hard = resource.RLIM_INFINITY
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _send_again(self, dice: Random) -> None:
        """All that is open, and some of the rest, doubled and out of order, until all is said."""
        client = Client(self.server.port, self.token)
        known = list(self.acknowledged.values())
        again = [(path, body) for path, body, _ in dice.sample(known, min(40, len(known)))]
        for _ in range(100):
            sent = [*self.open, *self.open, *again]
            dice.shuffle(sent)
            for path, body in sent:
                self.told["again"] += 1
                self._send(client, path, body)
            if not self.open:
                break
            time.sleep(0.1)
        client.close()
        assert not self.open, f"{len(self.open)} scans are never acknowledged"

    def _judge(self) -> None:
        with self.depot.database.read() as session:
            rows = session.connection().execute(
                text("SELECT scan_id, count(*) FROM entry GROUP BY scan_id")
            )
            booked = {str(scan_id): int(count) for scan_id, count in rows}
            breach = next(audit(session), None)
        self.told["lost"] += sum(scan_id not in booked for scan_id in self.acknowledged)
        self.told["doubled"] += sum(booked.get(one, 0) > 1 for one in self.acknowledged)
        self.told["whole"] += breach is None
        self.told["acknowledged"] = len(self.acknowledged)
        if breach is not None:
            print(f"does not add up: {breach}")


@contextmanager
def _depot(dialect: str) -> Iterator[Floor]:
    """A depot on a database with full durability, and a server in front of it."""
    with TemporaryDirectory(prefix="stofstroom-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster = folder / "postgresql" if dialect == "postgresql" else None
        if cluster is not None:
            postgres.start(cluster, synchronous_commit="on")
        url = postgres.url(cluster, "postgres") if cluster else f"sqlite:///{folder}/depot.sqlite3"
        database = Database(url)
        upgrade(database)
        with database.write() as session:
            take_the_stage(session)
        depot = Depot(database)
        with database.write() as session:
            token = make_token(
                session,
                role=Role.WORKER,
                organisation="WATERKANT",
                site=None,
                name="tablet",
                now=depot.now,
            )
        with socket.create_server(("127.0.0.1", 0)) as held:
            port = int(held.getsockname()[1])
        server = Server(database, folder / "keys", port, quiet=True)
        server.start()
        server.wait()
        try:
            yield Floor(depot, server, token, cluster)
        finally:
            server.kill()
            database.dispose()
            if cluster is not None:
                postgres.stop(cluster)
