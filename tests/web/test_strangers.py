"""What the application answers to whoever comes by: types, files, errors, broken messages."""

from __future__ import annotations

import re
import socket
from threading import Thread
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from uvicorn import Config, Server

from accounts import secret
from store.engine import Database
from web.app import create_app
from web.pages import announcing_file
from web.settings import from_environment


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(from_environment({}), database=Database("sqlite://"))


@pytest.fixture(scope="module")
def stranger(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


def test_there_is_no_web_socket(app: FastAPI) -> None:
    assert [route for route in app.routes if isinstance(route, WebSocketRoute)] == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/login", "text/html; charset=utf-8"),
        ("/nowhere", "text/html; charset=utf-8"),
        ("/static/style.css", "text/css; charset=utf-8"),
        ("/static/charts.js", "text/javascript; charset=utf-8"),
        ("/floor", "text/html; charset=utf-8"),
        # JSON is UTF-8, and knows no other letters (RFC 8259).
        ("/openapi.json", "application/json"),
        ("/api/v1/batches", "application/problem+json"),
        ("/static/favicon.svg", "image/svg+xml"),
    ],
)
def test_every_kind_of_answer_says_its_type_and_its_letters(
    stranger: TestClient, path: str, said: str
) -> None:
    assert stranger.get(path).headers["content-type"] == said


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/floor/",
        "/static/floor/..%2f..%2fapp.js",
        "/.git/config",
        "/.env",
        "/web/app.py",
        "/docs",
        "/redoc",
        "/metrics",
        "/server-status",
    ],
)
def test_nothing_beside_the_static_files_is_served(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code in {307, 404}
    assert stranger.get(path, follow_redirects=True).status_code == 404


def test_debugging_is_off_and_errors_say_nothing(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    assert app.debug is False
    good = app.state.database
    app.state.database = Database("sqlite:////nowhere/at/all.sqlite3")
    client = TestClient(app, raise_server_exceptions=False)
    try:
        call = client.get(
            "/api/v1/batches", headers={"authorization": f"Bearer {secret.new_token()}"}
        )
        page = client.get("/readyz")
    finally:
        app.state.database = good
    for answer in (call, page):
        assert answer.status_code in {500, 503}
        assert not re.search(r"(?i)traceback|sqlite|sqlalchemy|nowhere|\.py", answer.text)
    assert [one for one in caplog.records if one.levelname == "ERROR"], "it stands in the log"


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "a\r\nSet-Cookie: x=y", "é\u202e/..\\x", ""]
)
def test_a_name_of_a_file_cannot_break_its_header(name: str) -> None:
    said = announcing_file._file(b"", name, "text/csv").headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+"', said)


async def _anything(scope: Any, _receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -5\r\n",
    ],
)
def test_a_message_with_two_lengths_is_refused(lengths: bytes) -> None:
    server = Server(Config(_anything, log_level="critical", ws="none", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            with socket.create_connection(door.getsockname(), timeout=10) as line:
                line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n0\r\n\r\nGET / X")
                assert line.recv(100).startswith(b"HTTP/1.1 400")
        finally:
            server.should_exit = True
            thread.join()
