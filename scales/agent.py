"""A small server on a tablet's own machine: what the scale on its serial line weighs now.

It answers one address, to one origin, from this machine alone. A page of another site that calls
it hears nothing, and neither does one that reaches it under another name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from scales.link import Link

HOST: Final = "127.0.0.1"
PORT: Final = 7531
PATH: Final = "/reading"


class Agent(ThreadingHTTPServer):
    """Serves what a link reads. origin: of the floor, such as `https://stof.example.org`."""

    daemon_threads = True

    def __init__(
        self, link: Link, *, origin: str, clock: Callable[[], datetime], port: int = PORT
    ) -> None:
        super().__init__((HOST, port), _Handler)
        self.link = link
        self.origin = origin.rstrip("/")
        self.clock = clock
        self.names = {f"{name}:{self.server_port}" for name in (HOST, "localhost")}

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server_port}{PATH}"


class _Handler(BaseHTTPRequestHandler):
    server: Agent
    timeout = 10

    def do_GET(self) -> None:
        """The reading, or a refusal without one."""
        if self._is_refused():
            return
        read = self.server.link.read()
        self._answer(
            HTTPStatus.OK,
            {
                "state": read.state.value,
                "mass_g": read.mass_g,
                "raw": read.raw,
                "net": read.net,
                "at": self.server.clock().isoformat(),
            },
        )

    def do_OPTIONS(self) -> None:
        """A browser asks first whether a page of a public site may call this machine."""
        if not self._is_refused():
            self._answer(HTTPStatus.NO_CONTENT, None)

    def _is_refused(self) -> bool:
        origin = self.headers.get("Origin")
        status = None
        if self.headers.get("Host") not in self.server.names:
            status = HTTPStatus.MISDIRECTED_REQUEST
        elif origin not in (None, self.server.origin):
            status = HTTPStatus.FORBIDDEN
        elif self.path != PATH:
            status = HTTPStatus.NOT_FOUND
        if status is not None:
            self._answer(status, None)
        return status is not None

    def _answer(self, status: HTTPStatus, said: dict[str, Any] | None) -> None:
        body = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Vary", "Origin")
        if self.headers.get("Origin") == self.server.origin:
            self.send_header("Access-Control-Allow-Origin", self.server.origin)
            self.send_header("Access-Control-Allow-Methods", "GET")
            if self.headers.get("Access-Control-Request-Private-Network") == "true":
                self.send_header("Access-Control-Allow-Private-Network", "true")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "stofstroom"

    def log_message(self, format: str, *arguments: Any) -> None:
        """Four times a second is not worth a line."""
