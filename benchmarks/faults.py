"""What was acknowledged is never lost and never doubled, whatever happens in the midst of work:
`benchmarks.fault_kinds` says what does. Clients scan on and on, by calls and by /sync; after each
fault all that is open comes again, doubled and out of order, and then the register adds up.

So many faults for each kind of database as STOFSTROOM_BENCH_FAULTS says, from the seed that
STOFSTROOM_SEED says, or a new one; STOFSTROOM_BENCH_ENGINE names one kind of database, and
STOFSTROOM_BENCH_FAULT one kind of fault. What goes wrong stops the bench with the seed and the
number of the fault; the database stays for looking at.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from multiprocessing import get_context
from pathlib import Path
from random import Random
from socket import create_server
from threading import Event, Lock
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from accounts.actions import make_token
from benchmarks.fault_kinds import KINDS, Way, on_cluster
from benchmarks.fault_server import ForkedServer
from catalogue.kinds import Role
from migrations.metadata import every_table
from migrations.steps import upgrade
from store.engine import Database
from streams.verify import audit
from tests import postgres
from tests.builders import Depot
from tests.cast import take_the_stage
from tests.nursery import Nursery
from tests.web.serving import Client, Reply, all_at_once

FAULTS: Final = 20
CLIENTS: Final = 6
FAULTS_A_DEPOT: Final = 10
"""A new depot after so many faults, or the audits would take longer than the faults."""
AT_WORK_S: Final = (0.02, 0.4)
BREATH_S: Final = 0.02
BATCH_G: Final = 900_000
PORTION_G: Final = 1_000
AT: Final = "2026-03-02T09:00:00+01:00"
TRIED_AGAIN: Final = frozenset({429, 500, 502, 503, 507})
ONLY: Final = os.environ.get("STOFSTROOM_BENCH_FAULT")
ENGINES: Final = ("sqlite", "postgresql")

Command = dict[str, Any]


class WentWrong(AssertionError):
    """What was acknowledged is not what stands there."""


def run() -> None:
    """Print how many faults there were, of what kind, and what was lost or doubled by them."""
    count = int(os.environ.get("STOFSTROOM_BENCH_FAULTS") or FAULTS)
    seed = int(os.environ.get("STOFSTROOM_SEED") or secrets.randbelow(1_000_000))
    only = os.environ.get("STOFSTROOM_BENCH_ENGINE")
    chosen = (only,) if only else ENGINES
    # Both kinds of database side by side, each in a process of its own.
    with ProcessPoolExecutor(len(chosen), mp_context=get_context("spawn")) as pool:
        running = [pool.submit(suffer_all, dialect, count, seed) for dialect in chosen]
        wrong = [said for one in running for said in one.result()]
    if wrong:
        sys.exit("\n".join(wrong))


def suffer_all(dialect: str, count: int, seed: int) -> list[str]:
    """So many faults on one kind of database; what went wrong, if anything did."""
    every_table()
    told, begin = Counter[str](), time.monotonic()
    nursery = Nursery(quiet=True)
    folder = Path(tempfile.mkdtemp(prefix=f"stofstroom-faults-{dialect}-"))
    folder.chmod(0o755)
    try:
        with _ground(dialect, folder) as new_database:
            for begun in range(0, count, FAULTS_A_DEPOT):
                floor = _depot(nursery, new_database, folder, begun)
                done = min(count, begun + FAULTS_A_DEPOT)
                for number in range(begun, done):
                    dice = Random(f"{dialect} {seed} {number}")
                    kind = ONLY or dice.choice(KINDS[dialect])
                    try:
                        floor.suffer(kind, dice)
                    except Exception as error:  # noqa: BLE001 (told with the seed, to look again)
                        floor.server.kill()
                        what = f"{dialect}: fault {number} ({kind}) of seed {seed} went wrong"
                        return [f"{what}: {error!r}; the database stays in {folder}"]
                    told[kind] += 1
                floor.close()
                told += floor.told
                _tell(dialect, done, count, time.monotonic() - begin)
    finally:
        nursery.close()
    shutil.rmtree(folder)
    _report(dialect, count, seed, told, time.monotonic() - begin)
    return []


def _tell(dialect: str, done: int, count: int, took_s: float) -> None:
    print(f"{dialect}: {done} of {count} faults, {took_s / done:.1f} s each", file=sys.stderr)


def _report(dialect: str, count: int, seed: int, told: Counter[str], took_s: float) -> None:
    kinds = ", ".join(f"{told[kind]} {kind}" for kind in dict.fromkeys(KINDS[dialect]))
    print(
        f"{dialect:11s}{count} faults (seed {seed}, {took_s / count:.1f} s each): {kinds};"
        f" {told['acknowledged']} scans acknowledged, {told['lost']} lost,"
        f" {told['doubled']} doubled, {told['again']} sent again, {told['other']} answered"
        f" otherwise the second time; whole after {told['whole']} of {count}",
        flush=True,
    )


@dataclass(slots=True)
class Floor:
    """Clients at a server that scan on and on."""

    depot: Depot
    server: ForkedServer
    token: str
    cluster: Path | None
    told: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, tuple[Command, Any]] = field(default_factory=dict)
    open: dict[str, Command] = field(default_factory=dict)
    batches: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def folder(self) -> Path:
        return self.server.folder

    def suffer(self, kind: str, dice: Random) -> None:
        """One fault in the midst of work; then everything that is open is sent again."""
        over, way = Event(), Way(kind, dice)
        self.batches = [self.depot.log(BATCH_G)["code"] for _ in range(CLIENTS // 2)]
        # A connection that looks on would keep the log of SQLite from what a power cut does to it.
        self.depot.database.dispose()
        works: list[Callable[[], None]] = [
            partial(self._work, self.batches[number // 2], over, Random(dice.random()), way)
            for number in range(CLIENTS)
        ]
        after_s = dice.uniform(*AT_WORK_S)

        def strike() -> None:
            time.sleep(after_s)
            try:
                way.strike(self)
            finally:
                over.set()

        all_at_once([*works, strike])
        way.mend(self)
        self._send_again(dice)
        self._judge()

    def close(self) -> None:
        self.server.kill()
        self.depot.database.dispose()

    # ------------------------------------------------------------------ who works

    def _work(self, batch: str, over: Event, dice: Random, way: Way) -> None:
        client = Client(self.server.port, self.token)
        for _ in range(BATCH_G // PORTION_G // 40):
            if over.is_set():
                break
            commands = [_sorting(batch, dice) for _ in range(dice.choice((1, 1, 1, 3, 20)))]
            with self.lock:
                self.open |= {one["scan_id"]: one for one in commands}
            if not way.send(self, client, commands, dice):
                time.sleep(BREATH_S)
        client.close()

    def send(self, client: Client, commands: list[Command]) -> bool:
        """By a call, or by /sync when there are several; whether there was an answer."""
        if len(commands) == 1:
            return self.call(client, commands[0])
        return self.sync(client, commands)

    def call(self, client: Client, command: Command) -> bool:
        """Send one scan; what is acknowledged is open no more."""
        body = {**command["body"], "scan_id": command["scan_id"]}
        reply = _asked(partial(client.post, f"/batches/{command['target']}/sortings", body))
        if reply is None:
            return False
        if reply.status in (200, 201):
            self._acknowledge(command, reply.said)
        elif reply.status not in TRIED_AGAIN:
            raise WentWrong(f"{command} is answered {reply}")
        return True

    def sync(self, client: Client, commands: list[Command]) -> bool:
        """Send several as a tablet does; each has an answer of its own."""
        said = {"device": "tablet", "app_version": "1", "sent_at": AT, "commands": commands}
        reply = _asked(partial(client.post, "/sync", said))
        if reply is None:
            return False
        if reply.status in TRIED_AGAIN:
            return True
        if reply.status != 200:
            raise WentWrong(f"/sync is answered {reply}")
        for command, one in zip(commands, reply.said["results"], strict=True):
            if one["status"] not in ("accepted", "repeated"):
                raise WentWrong(f"{command} is {one}")
            self._acknowledge(command, one["answer"])
        return True

    def _acknowledge(self, command: Command, answer: Mapping[str, Any]) -> None:
        with self.lock:
            known = self.acknowledged.setdefault(command["scan_id"], (command, answer))
            self.told["other"] += known[1] != answer
            self.open.pop(command["scan_id"], None)

    # ------------------------------------------------------------------ what is left of it

    def _send_again(self, dice: Random) -> None:
        """All that is open, and some of the rest, doubled and out of order, until all is said."""
        client = Client(self.server.port, self.token)
        known = [command for command, _ in self.acknowledged.values()]
        again = dice.sample(known, min(15, len(known)))
        for _ in range(100):
            sent = [*self.open.values(), *self.open.values(), *again]
            dice.shuffle(sent)
            while sent:
                some = [sent.pop() for _ in range(min(len(sent), dice.choice((1, 5, 30))))]
                self.told["again"] += len(some)
                self.send(client, some)
            if not self.open:
                break
            time.sleep(0.1)
        client.close()
        if self.open:
            raise WentWrong(f"{len(self.open)} scans are never acknowledged")

    def _judge(self) -> None:
        """Every acknowledged scan stands there once, with its grams, and all adds up."""
        statement = """SELECT e.scan_id, sum(m.mass_g) FROM entry e
            JOIN movement m ON m.entry_id = e.id WHERE e.kind = 'sort' GROUP BY e.scan_id"""
        with self.depot.database.read() as session:
            rows = session.connection().execute(text(statement))
            booked = {str(scan_id): int(mass_g) for scan_id, mass_g in rows}
            breach = next(audit(session), None)
        lost = sum(scan_id not in booked for scan_id in self.acknowledged)
        doubled = sum(mass_g != PORTION_G for mass_g in booked.values())
        doubled += sum(scan_id not in self.acknowledged for scan_id in booked)
        self.told["lost"] += lost
        self.told["doubled"] += doubled
        self.told["whole"] += breach is None
        self.told["acknowledged"] = len(self.acknowledged)
        if breach is not None or lost or doubled or self.told["other"]:
            said = f"{lost} lost, {doubled} doubled, {self.told['other']} answered otherwise"
            raise WentWrong(f"{said}; the first breach: {breach}")


def _asked(ask: Callable[[], Reply]) -> Reply | None:
    """The answer; None when the line broke."""
    try:
        return ask()
    except (OSError, HTTPException, json.JSONDecodeError):
        return None


def _sorting(batch: str, dice: Random) -> Command:
    to = dice.choice(("reuse", "recycle", "burn"))
    parts = [{"destination": to, "mass_g": PORTION_G}]
    return {
        "scan_id": str(UUID(int=dice.getrandbits(128), version=4)),
        "kind": "sort",
        "target": batch,
        "body": {"station": "S1-A", "scanned_at": AT, "parts": parts},
    }


NewDatabase = Callable[[int], tuple[Database, Path | None]]


@contextmanager
def _ground(dialect: str, folder: Path) -> Iterator[NewDatabase]:
    """Makes databases with the cast on stage, with full durability, each a copy of the first."""
    cluster = folder / "postgresql" if dialect == "postgresql" else None
    if cluster is not None:
        postgres.start(cluster, synchronous_commit="on")
        url = postgres.url(cluster, "postgres")
    else:
        url = f"sqlite:///{folder}/cast.sqlite3"
    first = Database(url)
    upgrade(first)
    with first.write() as session:
        take_the_stage(session)
    first.dispose()

    def new_database(number: int) -> tuple[Database, Path | None]:
        if cluster is None:
            own = folder / f"depot_{number}"
            own.mkdir()
            shutil.copy(folder / "cast.sqlite3", own / "depot.sqlite3")
            return Database(f"sqlite:///{own}/depot.sqlite3"), None
        name = f"depot_{number}"
        on_cluster(cluster, f"CREATE DATABASE {name} TEMPLATE postgres")
        return Database(postgres.url(cluster, name)), cluster

    try:
        yield new_database
    finally:
        if cluster is not None:
            postgres.stop(cluster)


def _depot(nursery: Nursery, new_database: NewDatabase, folder: Path, number: int) -> Floor:
    """A depot, and a server in front of it."""
    database, cluster = new_database(number)
    depot = Depot(database)
    with database.write() as session:
        token = make_token(
            session,
            role=Role.TEAM_LEADER,
            organisation="WATERKANT",
            site=None,
            name="tablet",
            now=depot.now,
        )
    own = folder / f"depot_{number}"
    own.mkdir(exist_ok=True)
    (own / "clock").write_bytes(bytes(8))
    with create_server(("127.0.0.1", 0)) as held:
        port = int(held.getsockname()[1])
    url = database.url.render_as_string(hide_password=False)
    server = ForkedServer(nursery, url, own / "keys", port)
    server.start()
    server.wait()
    return Floor(depot, server, token, cluster)
