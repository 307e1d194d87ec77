"""The server is changed for another one behind a socket that stays open, and no caller notices."""

from __future__ import annotations

import asyncio
import os
import socket
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any

import pytest
import uvicorn

from web import serving
from web.serving import Lingering, handed_over, tell_starter


class Slow:
    """An application that answers who it is, and on /slow only when it may."""

    def __init__(self, name: str) -> None:
        self.name, self.begun, self.may_end = name, Event(), Event()

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/slow":
            self.begun.set()
            await asyncio.to_thread(self.may_end.wait, 30)
        said = f"{self.name} {bool(scope['state'].get('stopping'))}".encode()
        length = (b"content-length", str(len(said)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": said})


def start(app: Slow, line: socket.socket) -> tuple[uvicorn.Server, Thread]:
    config = uvicorn.Config(app, http=Lingering, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [line.dup()]})
    thread.start()
    return server, thread


def ask(line: HTTPConnection, path: str = "/") -> tuple[str, str | None]:
    """What is answered, and whether the line is kept."""
    line.request("GET", path)
    answer = line.getresponse()
    return answer.read().decode(), answer.getheader("connection")


def test_no_line_is_cut_and_nobody_is_refused_while_a_server_is_changed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
        kept, slow, late = (HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(3))
        old, new = Slow("old"), Slow("new")
        server, thread = start(old, line)
        assert ask(kept) == ("old False", None)
        answers: list[tuple[str, str | None]] = []
        asking = Thread(target=lambda: answers.append(ask(slow, "/slow")))
        asking.start()
        assert old.begun.wait(30)
        server.should_exit = True
        # Told to stop, it still answers on a line that it left open, and says that it is the last.
        while (said := ask(kept)) == ("old False", None):
            pass
        assert said == ("old True", "close")
        # Nobody takes calls now: this one waits in the line of the socket.
        late.connect()
        old.may_end.set()
        thread.join(30)
        asking.join(30)
        assert answers == [("old False", "close")]
        server, thread = start(new, line)
        assert ask(late) == ask(kept) == ("new False", None)
        server.should_exit = True
        thread.join(30)
        for one in (kept, slow, late):
            one.close()


def test_a_line_that_says_nothing_is_closed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LINGER_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as line:
        quiet = HTTPConnection("127.0.0.1", line.getsockname()[1], timeout=30)
        server, thread = start(Slow("old"), line)
        assert ask(quiet) == ("old False", None)
        server.should_exit = True
        thread.join(3)
        assert not thread.is_alive()
        quiet.close()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"LISTEN_FDS": "1"},
        {"LISTEN_FDS": "1", "LISTEN_PID": "1"},
        {"LISTEN_FDS": "-1", "LISTEN_PID": str(os.getpid())},
    ],
)
def test_sockets_that_were_handed_to_somebody_else_are_left_alone(said: dict[str, str]) -> None:
    assert handed_over(said) == []
    assert said == {}, "nor are they handed on"


def test_who_started_it_is_told_that_it_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        asyncio.run(serving.say_alive())
        assert systemd.recv(100) == b"READY=1\nWATCHDOG=1"
    tell_starter("READY=1")
