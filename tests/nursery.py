"""Processes that start in a fraction of a second, because what they are made of is loaded already:
one process loads it once and forks. Each of them is a whole process of its own, with its own
threads and connections, that can be killed like any other.

`python -m tests.nursery` is that one process; it does what it is told, line by line.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PATIENCE_S: Final = 60.0


@dataclass(slots=True)
class Nursery:
    """The process that forks the others. quiet: whether what they say of their errors is thrown
    away."""

    quiet: bool = False
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if self.quiet else None,
            text=True,
        )

    def fork(self, do: str, *, environment: dict[str, str], **wanted: Any) -> int:
        """Start a process; its number. do: the function that it lives for, as `module:name`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([do, environment, wanted]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()


def is_there(pid: int) -> bool:
    """Whether a process that was forked still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    """`kill -9`: it gets no chance to finish anything. Returns when it is gone."""
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
            _live(*json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _live(do: str, environment: dict[str, str], wanted: dict[str, Any]) -> None:
    """What a forked process does until it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    os.environ.update(environment)
    module, name = do.split(":")
    code = 1
    try:
        getattr(importlib.import_module(module), name)(**wanted)
        code = 0
    finally:
        if code:
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
