"""Callers that ask the application without a server, a thread or a socket of their own.

A matrix is thousands of calls; what each costs beside the application is what the whole costs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI

API: Final = "/api/v1"
BOUNDARY: Final = "a-line-between-parts"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered, whole."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        return json.loads(self.content)


class Line:
    """The way to one application: a loop and threads that are kept from call to call."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._open = ExitStack()
        self._portal = self._open.enter_context(start_blocking_portal())

    def close(self) -> None:
        self._open.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        bare, _, said = path.partition("?")
        said = "&".join(filter(None, (said, urlencode(dict(query or {}), doseq=True))))
        known = {"host": "testserver", **{k.lower(): v for k, v in (headers or {}).items()}}
        if body:
            known["content-length"] = str(len(body))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": bare,
            "raw_path": quote(bare).encode(),
            "query_string": said.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in known.items()],
            "client": ("testclient", 50_000),
            "server": ("testserver", 80),
            "state": {},
        }
        answer: Answer = self._portal.call(self._run, scope, body)
        return answer

    async def _run(self, scope: dict[str, Any], body: bytes) -> Answer:
        came = [{"type": "http.request", "body": body, "more_body": False}]
        begun: dict[str, Any] = {}
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            if came:
                return came.pop()
            await asyncio.Event().wait()
            raise AssertionError("nobody hangs up")

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)
        headers = {name.decode().lower(): value.decode() for name, value in begun["headers"]}
        return Answer(begun["status"], headers, b"".join(parts))


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks: with a token for calls, and with a cookie for pages. As `Caller`."""

    line: Line
    token: str | None = None
    cookie: str | None = None

    def headers(self, more: Mapping[str, str]) -> dict[str, str]:
        own = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return {"accept-language": "en", **own, **more}

    def get(self, path: str, **query: Any) -> Answer:
        return self.line.ask("GET", f"{API}{path}", query=query, headers=self.headers({}))

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self.post_bytes(path, json.dumps(body).encode(), **headers)

    def put(self, path: str, body: Any) -> Answer:
        said = self.headers({"content-type": "application/json"})
        sent = json.dumps(body).encode()
        return self.line.ask("PUT", f"{API}{path}", headers=said, body=sent)

    def post_bytes(self, path: str, content: bytes, **headers: str) -> Answer:
        said = self.headers({"Content-Type": "application/json", **headers})
        return self.line.ask("POST", f"{API}{path}", headers=said, body=content)

    def open(self, path: str) -> Answer:
        """A page; where it leads is not followed."""
        return self.line.ask("GET", path, headers=self._of_a_browser())

    def fill_in(self, path: str, form: Mapping[str, Any]) -> Answer:
        """Send a form; a file in it is bytes."""
        if any(isinstance(value, bytes) for value in form.values()):
            kind, body = f"multipart/form-data; boundary={BOUNDARY}", _multipart(form)
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(form, doseq=True).encode()
        return self.line.ask("POST", path, headers=self._of_a_browser(kind), body=body)

    def _of_a_browser(self, kind: str | None = None) -> dict[str, str]:
        said = {"accept-language": "nl", "origin": "http://testserver"}
        if self.cookie:
            said["cookie"] = f"stofstroom={self.cookie}"
        elif self.token:
            said["authorization"] = f"Bearer {self.token}"
        return said | ({"content-type": kind} if kind else {})


def _multipart(form: Mapping[str, Any]) -> bytes:
    parts = []
    for name, value in form.items():
        is_file = isinstance(value, bytes)
        file = '; filename="a.csv"\r\nContent-Type: text/csv' if is_file else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        parts.append(head.encode() + (value if is_file else str(value).encode()) + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
