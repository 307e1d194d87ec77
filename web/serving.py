"""The web server around the application: how it starts, takes over a socket, and stops without
anybody noticing.

Whoever starts it may hand over a socket that listens already, as systemd does. Then callers wait in
the kernel's line while one process goes and the next one comes, and nobody is refused.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors.multiprocess import Multiprocess

from web import tls
from web.health import STOPPING

FIRST_HANDED: Final = 3
"""Where systemd puts the first socket."""
LINGER_S: Final = 1.0
"""How long a line that says nothing is kept open when the server stops."""
STOP_WITHIN_S: Final = 25
"""How long calls may go on that were being answered when the server was told to stop."""
ALIVE_EVERY_S: Final = 30
ARENA_MAX: Final = -8
"""What `malloc.h` calls M_ARENA_MAX."""
ARENAS: Final = 2
METERS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
log = logging.getLogger("stofstroom")


class Lingering(HttpToolsProtocol):
    """A line to a caller, which is not cut when the server stops.

    A caller who is about to ask on a line that was open a moment ago would see an error. So the
    line stays open for a moment, and the next answer on it says that it is the last one.
    """

    _leaves = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.app_state.get(STOPPING):
            self.shutdown()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._leaves:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Leave soon: called by the server when it stops."""
        self.app_state[STOPPING] = True
        self._leaves = True
        if not getattr(self.cycle, "response_started", True):
            self.cycle.keep_alive = False
        self.loop.call_later(LINGER_S, super().shutdown)


def serve(
    *,
    host: str,
    port: int,
    workers: int,
    certificate: Path | None,
    key: Path | None,
    said: dict[str, Any],
) -> bool:
    """Serve until told to stop; whether it ever began. said: how the log is kept."""
    handed = handed_over(os.environ)
    config = uvicorn.Config(
        "web.serving:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http=Lingering,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_context_factory=tls.context if certificate else None,
        # An outlet's address holds its key, and nobody needs to know who looked at what.
        access_log=False,
        server_header=False,
        log_config=said,
        # A process that begins on a busy machine is slow, and not dead.
        timeout_worker_healthcheck=60,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        callback_notify=say_alive,
        timeout_notify=ALIVE_EVERY_S,
    )
    if handed:
        log.info("serving on %s sockets that were handed over", len(handed))
    if workers == 1:
        server = uvicorn.Server(config)
        with suppress(KeyboardInterrupt):
            server.run(sockets=handed or None)
        return server.started
    with TemporaryDirectory(prefix="stofstroom-figures-") as folder:
        os.environ[METERS_FOLDER] = folder
        Multiprocess(config, sockets=handed or [config.bind_socket()]).run()
    return True


def application() -> FastAPI:
    """The application of one process. Nothing of what it loads is ever rubbish, and looking for
    rubbish in it takes a quarter of the start: that begins again when the server is ready."""
    gc.disable()
    _share_memory()
    from web.app import create_app

    return create_app()


def _share_memory() -> None:
    """Have all threads take their memory from two heaps. The GNU library makes up to eight for each
    processor, and what is freed in one of them serves no other: a tenth of what a process holds."""
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose is not None:
        choose(ARENA_MAX, ARENAS)


def handed_over(environment: MutableMapping[str, str]) -> list[socket.socket]:
    """Sockets that whoever started us listens on already (sd_listen_fds of systemd)."""
    count, meant_for = environment.pop("LISTEN_FDS", ""), environment.pop("LISTEN_PID", "")
    if not count.isdigit() or meant_for != str(os.getpid()):
        return []
    found = [socket.socket(fileno=FIRST_HANDED + number) for number in range(int(count))]
    for one in found:
        one.set_inheritable(False)
    return found


async def say_alive() -> None:
    """Tell whoever started us that we serve; once at first, then every half minute."""
    tell_starter("READY=1\nWATCHDOG=1")


def tell_starter(message: str) -> None:
    """Say something to systemd, if it asked for it (sd_notify)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.sendto(message.encode(), address.replace("@", "\0", 1))
        except OSError as error:
            log.warning("systemd could not be told: %s", error)
