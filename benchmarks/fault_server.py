"""Servers and commands that start in a fraction of a second, because what they are made of is
loaded already: one process loads it once and forks. Each of them is a whole process of its own,
with its own threads and connections, that can be killed like any other.

`python -m benchmarks.fault_server` is that one process; it does what it is told, line by line.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from tests.web.serving import Client

ROOT: Final = Path(__file__).parents[1]
PATIENCE_S: Final = 60.0
_NEW_MOUNTS: Final = 0x00020000
_READ_ONLY: Final = 1 | 32 | 4096
"""MS_RDONLY | MS_REMOUNT | MS_BIND, as mount(2) has them."""
_PRIVATE: Final = (1 << 18) | 16384
"""MS_PRIVATE | MS_REC."""


@dataclass(slots=True)
class Nursery:
    """The process that forks the others."""

    process: subprocess.Popen[str] = field(
        default_factory=lambda: subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fault_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    )

    def fork(self, **wanted: Any) -> int:
        """Start a process; its number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(wanted) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)


@dataclass(slots=True)
class ForkedServer:
    """A server at a port of this machine, which can be killed and started again.

    read_only: a folder that it cannot write to, whoever it is.
    """

    nursery: Nursery
    url: str
    folder: Path
    port: int
    pid: int = 0

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def start(self, *, read_only: Path | None = None) -> None:
        self.pid = self.nursery.fork(
            url=self.url,
            keys=str(self.keys),
            port=self.port,
            clock=str(self.folder / "clock"),
            read_only=str(read_only) if read_only else None,
        )

    def wait(self, path: str = "/healthz", *, patience_s: float = PATIENCE_S) -> bool:
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

    def kill(self) -> None:
        """`kill -9`: it gets no chance to finish anything."""
        kill(self.pid)
        self.pid = 0

    def set_clock(self, by: timedelta) -> None:
        """Let its clock differ by so much from this moment on."""
        with (self.folder / "clock").open("r+b") as file:
            file.write(struct.pack("d", by.total_seconds()))

    def let_files_grow_to(self, size: int) -> None:
        """As a full disk: writing beyond it fails. From 0 on nothing can be written at all."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def is_there(pid: int) -> bool:
    """Whether a process that was forked still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    """End a forked process at once, and return when it is gone."""
    if pid and is_there(pid):
        os.kill(pid, signal.SIGKILL)
        await_end(pid)


def await_end(pid: int) -> None:
    begin = time.monotonic()
    while is_there(pid):
        assert time.monotonic() < begin + PATIENCE_S, "a process does not end"
        time.sleep(0.005)


def main() -> None:
    """Load everything, then fork for each line that comes."""
    from web import app, cli  # noqa: F401 (loaded once, for all that are forked)

    # Nobody waits for those that end: the kernel forgets them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(json.loads(line))
        print(pid, flush=True)


def _live(wanted: dict[str, Any]) -> None:
    """What a forked process does until it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.environ["STOFSTROOM_DATABASE_URL"] = wanted["url"]
    os.environ["STOFSTROOM_KEYS"] = wanted["keys"]
    code = 1
    try:
        if wanted.get("read_only"):
            _see_read_only(wanted["read_only"])
        if "arguments" in wanted:
            _command(wanted["arguments"])
        else:
            _serve(wanted["port"], Path(wanted["clock"]))
        code = 0
    finally:
        os._exit(code)


def _command(arguments: list[str]) -> None:
    from web.cli import main as stofstroom

    stofstroom(arguments)


def _serve(port: int, offset: Path) -> None:
    import uvicorn

    from web.app import create_app

    app = create_app()
    with offset.open("rb") as file:
        seen = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", seen[:8])[0])

    app.state.clock = clock
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")


def _see_read_only(folder: str) -> None:
    """See a folder as on a disk that cannot be written, in this process alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    where = folder.encode()
    calls: tuple[Callable[[], int], ...] = (
        lambda: libc.unshare(_NEW_MOUNTS),
        lambda: libc.mount(b"none", b"/", None, _PRIVATE, None),
        lambda: libc.mount(where, where, None, 4096, None),
        lambda: libc.mount(where, where, None, _READ_ONLY, None),
    )
    for call in calls:
        if call() != 0:
            raise OSError(ctypes.get_errno(), "this process cannot be given a read-only disk")


if __name__ == "__main__":
    main()
