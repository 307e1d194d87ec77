"""What goes wrong: each kind of fault strikes while clients work, and is mended afterwards.

server: killed at any instant. power: server and database killed, and what the disk was writing at
that moment is torn: rubbish behind the last commit. database: PostgreSQL, or one of its processes,
killed. disk: no file can grow. readonly: nothing can be written, or the server starts on a disk
that is read-only. line: cut in the midst of a request, or of its answer. clock: set back and
forward, while requests run. twice: every request comes several times at once and out of order, by
/sync and by single calls. files: a backup, an export, a key or a photo is half written when its
process is killed; the half is never taken for the whole.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import struct
import subprocess
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from benchmarks.fault_files import FILES
from benchmarks.fault_tails import tear_postgresql, tear_sqlite
from store.engine import Database
from tests import postgres
from tests.web.serving import API, Client, all_at_once

if TYPE_CHECKING:
    from benchmarks.faults import Command, Floor

EVERYWHERE: Final = (
    *("server", "server", "power", "power", "line", "line"),
    *("disk", "readonly", "clock", "twice", "files"),
)
KINDS: Final = {"sqlite": EVERYWHERE, "postgresql": (*EVERYWHERE, "database", "database")}
FOR_A_WHILE_S: Final = 0.15
DAYS: Final = 30


@dataclass(slots=True)
class Way:
    """One fault of a kind."""

    kind: str
    dice: Random
    variant: int = field(init=False)
    pids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.variant = self.dice.randrange(4)

    def send(self, floor: Floor, client: Client, commands: list[Command], dice: Random) -> bool:
        """Send what a client has, in the way of this kind; whether it goes on."""
        if self.kind == "line" and dice.random() < 0.3:
            _hang_up(floor, commands, dice)
            return True
        if self.kind == "twice":
            return _send_over_and_over(floor, commands, dice)
        return floor.send(client, commands)

    def strike(self, floor: Floor) -> None:
        """Let it happen; for what passes by itself, all of it."""
        match self.kind:
            case "server":
                floor.server.kill()
            case "power":
                floor.server.kill()
                if floor.cluster is not None:
                    postgres.stop(floor.cluster)
            case "database":
                self._strike_database(floor)
            case "disk":
                self._let_files_grow(floor, to=_largest(floor))
                time.sleep(FOR_A_WHILE_S)
            case "readonly":
                self._make_read_only(floor)
                time.sleep(FOR_A_WHILE_S)
            case "clock":
                for _ in range(4):
                    days = self.dice.choice((-DAYS, -1, 0, DAYS)) * self.dice.random()
                    floor.server.set_clock(timedelta(days=days))
                    time.sleep(FOR_A_WHILE_S / 4)
            case "files":
                FILES[self.variant](floor, self.dice)

    def mend(self, floor: Floor) -> None:
        """Put right what does not pass by itself, and have a server that answers."""
        cluster = floor.cluster
        if self.kind == "power":
            if cluster is None:
                tear_sqlite(Path(str(floor.depot.database.url.database)), self.dice)
            else:
                tear_postgresql(cluster, self.dice)
        if self.kind in ("disk", "readonly"):
            self._let_files_grow(floor, to=resource.RLIM_INFINITY)
        if self.kind == "readonly" and cluster is not None and self.variant % 2:
            on_cluster(cluster, "ALTER SYSTEM RESET default_transaction_read_only")
            on_cluster(cluster, "SELECT pg_reload_conf()")
        if self.kind == "readonly" and cluster is None and self.variant % 2:
            floor.server.kill()
        if self.kind == "clock":
            floor.server.set_clock(timedelta())
        if cluster is not None and not _answers(cluster):
            postgres.stop(cluster)
            postgres.start_again(cluster)
        if not floor.server.pid:
            floor.server.start()
        if not floor.server.is_up():
            raise AssertionError("the server does not come up again")

    def _strike_database(self, floor: Floor) -> None:
        assert floor.cluster is not None
        if self.variant % 2:
            postgres.stop(floor.cluster)
            return
        # One process is killed: the others of that server end themselves, and it begins anew.
        children = _processes(floor.cluster)[1:]
        if children:
            os.kill(self.dice.choice(children), signal.SIGKILL)

    def _let_files_grow(self, floor: Floor, *, to: int) -> None:
        """As a full disk, for whoever writes: the server itself, or all of PostgreSQL."""
        pids = [floor.server.pid] if floor.cluster is None else _processes(floor.cluster)
        for pid in {*pids, *self.pids} - {0}:
            _let_files_grow(pid, to)
        self.pids = pids

    def _make_read_only(self, floor: Floor) -> None:
        """Nothing can be written any more: to no file; or the server begins on a disk that is so,
        where that can be made; or PostgreSQL takes nothing but questions."""
        if self.variant % 2 == 0:
            self._let_files_grow(floor, to=0)
        elif floor.cluster is not None:
            on_cluster(floor.cluster, "ALTER SYSTEM SET default_transaction_read_only = on")
            on_cluster(floor.cluster, "SELECT pg_reload_conf()")
        else:
            floor.server.kill()
            floor.server.start(read_only=floor.folder)
            floor.server.is_up(patience_s=5.0)


def _let_files_grow(pid: int, to: int) -> None:
    """Of a process that may be gone by now, and may be of another account."""
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (to, resource.RLIM_INFINITY))
    except ProcessLookupError:
        return
    except PermissionError:
        account, said = postgres.server_account(), "unlimited" if to < 0 else str(to)
        subprocess.run(
            ["prlimit", f"--fsize={said}:unlimited", "--pid", str(pid)],
            user=account.pw_uid if account else None,
            stderr=subprocess.DEVNULL,
            check=False,
        )


def _largest(floor: Floor) -> int:
    """How large the database is, and so its largest file at most."""
    with floor.depot.database.read() as session:
        size = "pg_relation_size('entry')"
        if floor.cluster is None:
            size = "(SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)"
        found = session.connection().execute(text(f"SELECT {size}")).scalar_one()
    floor.depot.database.dispose()
    return int(found)


def _processes(cluster: Path) -> list[int]:
    """Those of a PostgreSQL, the one that began the others first."""
    try:
        first = int((cluster / "data" / "postmaster.pid").read_text().split()[0])
    except FileNotFoundError:
        return []
    found = [first]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = status.read_text()
        except OSError:
            continue
        if f"\nPPid:\t{first}\n" in said:
            found.append(int(status.parent.name))
    return found


def on_cluster(cluster: Path, statement: str) -> None:
    """Run a statement on a PostgreSQL, in no transaction."""
    database = Database(postgres.url(cluster, "template1"))
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))
    database.dispose()


def _answers(cluster: Path) -> bool:
    """Whether PostgreSQL runs, or comes back by itself within a moment."""
    for _ in range(40):
        if not _processes(cluster):
            return False
        try:
            on_cluster(cluster, "SELECT 1")
        except OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


# ---------------------------------------------------------------------- who sends, and how


def _request(floor: Floor, commands: list[Command]) -> bytes:
    if len(commands) == 1:
        (one,) = commands
        path, body = f"/batches/{one['target']}/sortings", {**one["body"]}
        body["scan_id"] = one["scan_id"]
    else:
        path = "/sync"
        at = commands[0]["body"]["scanned_at"]
        body = {"device": "tablet", "app_version": "1", "sent_at": at, "commands": commands}
    said = json.dumps(body).encode()
    head = (
        f"POST {API}{path} HTTP/1.1\r\nHost: 127.0.0.1:{floor.server.port}\r\n"
        f"Authorization: Bearer {floor.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(said)}\r\n\r\n"
    )
    return head.encode() + said


def _hang_up(floor: Floor, commands: list[Command], dice: Random) -> None:
    """Be gone in the midst of what is said, before the answer, or in the midst of it."""
    said = _request(floor, commands)
    where = dice.choice(("request", "before", "answer"))
    if where == "request":
        said = said[: dice.randrange(len(said))]
    try:
        with socket.create_connection(("127.0.0.1", floor.server.port), timeout=5) as line:
            line.sendall(said)
            if where == "answer":
                line.recv(dice.randint(1, 60))
            if dice.random() < 0.5:
                # Not a word of leave, as when a cable is drawn.
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        return


def _send_over_and_over(floor: Floor, commands: list[Command], dice: Random) -> bool:
    """All of it twice by /sync, each by a call, all at once, each in an order of its own."""
    ways = []
    for whole in (True, True, False):
        mixed = dice.sample(commands, len(commands))
        ways.append(partial(_send_by_itself, floor, mixed, whole=whole))
    return all(all_at_once(ways))


def _send_by_itself(floor: Floor, commands: list[Command], *, whole: bool) -> bool:
    client = Client(floor.server.port, floor.token)
    try:
        if whole:
            return floor.sync(client, commands)
        return all(floor.call(client, one) for one in commands)
    finally:
        client.close()
