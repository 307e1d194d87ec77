"""A server that is forked from what is loaded already, with a clock, a disk and a limit of its own
that a benchmark can change."""

from __future__ import annotations

import ctypes
import mmap
import resource
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import uvicorn

from tests.web.serving import Server
from web.app import create_app
from web.cli import main

_NEW_MOUNTS: Final = 0x00020000
_READ_ONLY: Final = 1 | 32 | 4096
"""MS_RDONLY | MS_REMOUNT | MS_BIND, as mount(2) has them."""
_PRIVATE: Final = (1 << 18) | 16384
"""MS_PRIVATE | MS_REC."""


@dataclass(slots=True)
class ForkedServer(Server):
    """A server whose clock can be set; the clock lies beside its keys."""

    @property
    def folder(self) -> Path:
        return self.keys.parent

    def start(self, *, read_only: Path | None = None) -> None:
        """read_only: a folder that it cannot write to, whoever it is."""
        self.live(
            "benchmarks.fault_server:serve",
            port=self.port,
            clock=str(self.folder / "clock"),
            read_only=str(read_only) if read_only else None,
        )

    def set_clock(self, by: timedelta) -> None:
        """Let its clock differ by so much from this moment on."""
        with (self.folder / "clock").open("r+b") as file:
            file.write(struct.pack("d", by.total_seconds()))

    def let_files_grow_to(self, size: int) -> None:
        """As a full disk: writing beyond it fails. From 0 on nothing can be written at all."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def command(arguments: list[str]) -> None:
    """`stofstroom` with these arguments, in a process that was forked."""
    main(arguments)


def serve(port: int, clock: str, read_only: str | None) -> None:
    """Serve in a process that was forked, with the clock that a file tells."""
    if read_only:
        _see_read_only(read_only)
    app = create_app()
    with Path(clock).open("rb") as file:
        seen = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", seen[:8])[0])

    app.state.clock = now
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
