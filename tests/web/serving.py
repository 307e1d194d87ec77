"""Servers in processes of their own, and clients that call them at the same time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final, TypeVar

import uvicorn

from store.engine import Database
from tests.nursery import PATIENCE_S, ROOT, Nursery, is_there, kill
from web.app import create_app

API: Final = "/api/v1"

_HANDED: Final = """
import os, sys
given = int(sys.argv[1])
os.dup2(given, 3)
if given != 3:
    os.close(given)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
from web.cli import main
main(sys.argv[2:])
"""
T = TypeVar("T")


def started_on(
    line: socket.socket, *arguments: str, environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """`stofstroom serve` with a socket handed over that listens already, as systemd does it."""
    return subprocess.Popen(
        [sys.executable, "-c", _HANDED, str(line.fileno()), "serve", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        pass_fds=(line.fileno(),),
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(slots=True)
class Server:
    """A server at a port of this machine, which can be killed and started again."""

    nursery: Nursery
    url: str
    keys: Path
    port: int
    pid: int = 0

    def start(self) -> None:
        """Start it; `is_up` says when it answers."""
        self.live("tests.web.serving:serve", port=self.port)

    def live(self, do: str, **wanted: Any) -> None:
        """Do this in a new process, over its database and with its keys."""
        self.pid = self.fork(do, **wanted)

    def fork(self, do: str, *, keys: Path | None = None, **wanted: Any) -> int:
        """Do something else beside it, over the same database; the number of the process."""
        environment = {
            "STOFSTROOM_DATABASE_URL": self.url,
            "STOFSTROOM_KEYS": str(keys or self.keys),
        }
        return self.nursery.fork(do, environment=environment, **wanted)

    def is_up(self, path: str = "/healthz", *, patience_s: float = PATIENCE_S) -> bool:
        """Whether it answers there before it ends or the patience does."""
        begin, client = time.monotonic(), Client(self.port, "")
        while is_there(self.pid) and time.monotonic() < begin + patience_s:
            try:
                if client.get(path).status == 200:
                    client.close()
                    return True
            except (OSError, HTTPException):
                time.sleep(0.01)
        return False

    def wait(self) -> None:
        """Return when it answers."""
        assert self.is_up(), "the server ended by itself, or did not come up"

    def kill(self) -> None:
        """`kill -9`: it gets no chance to finish anything."""
        kill(self.pid)
        self.pid = 0


def serve(port: int) -> None:
    """Serve as `stofstroom serve` would, in a process that was forked."""
    uvicorn.run(create_app(), host="127.0.0.1", port=port, log_level="critical")


@contextmanager
def servers(nursery: Nursery, database: Database, keys: Path, count: int) -> Iterator[list[Server]]:
    """So many servers over one database, all of them gone in the end."""
    url = database.url.render_as_string(hide_password=False)
    # The ports are held together, so that no two are the same.
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = [Server(nursery, url, keys, int(one.getsockname()[1])) for one in held]
    for one in held:
        one.close()
    try:
        for server in found:
            server.start()
        for server in found:
            server.wait()
        yield found
    finally:
        for server in found:
            server.kill()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said, and after how long."""

    status: int
    said: Any
    took_s: float


@dataclass(slots=True)
class Client:
    """Somebody with a token and one connection that stays open."""

    port: int
    token: str
    _line: HTTPConnection | None = field(default=None)

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        return self._ask("POST", f"{API}{path}", json.dumps(body))

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ask(self, method: str, path: str, body: str | None) -> Reply:
        """Raises OSError or HTTPException when the server is not there, or goes away."""
        if self._line is None:
            self._line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        begin = time.perf_counter()
        try:
            self._line.request(method, path, body, headers)
            response = self._line.getresponse()
            text = response.read()
        except (OSError, HTTPException):
            self.close()
            raise
        return Reply(response.status, json.loads(text), time.perf_counter() - begin)


def all_at_once(ways: Sequence[Callable[[], T]]) -> list[T]:
    """Run everything in threads, together; the results in order. Raises what any raised."""
    with ThreadPoolExecutor(len(ways)) as pool:
        return [running.result() for running in [pool.submit(way) for way in ways]]
