"""The talk with a label printer that understands ZPL, over one connection a label.

A printer prints a label when the last two characters of its job, `^XZ`, have come in. So they go
last and alone: what breaks before them is certainly not printed and may be sent again, and the
half that did arrive is cancelled first (`~JX`). After them the printer is asked how it is (`~HS`):
any answer means that it has the whole job. Without an answer nobody can tell from here whether the
label is there.
"""

from __future__ import annotations

import fcntl
import re
import select
import socket
import struct
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from catalogue.rules import may_be_addressed

CANCEL: Final = b"~JX\n"
STATUS: Final = b"~HS\n"
_END: Final = b"^XZ"
_STRING: Final = re.compile(rb"\x02([^\x02\x03]*)\x03")
_STRINGS: Final = 3
_ANSWER_MAX: Final = 4096


class Ending(StrEnum):
    """How a talk ended. LEFT: somebody else took the job over before its last characters went."""

    SENT = "sent"
    DOUBTFUL = "doubtful"
    NOT_PRINTED = "not_printed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Told:
    """The end of a talk, and what is the matter: "" when nothing is."""

    ending: Ending
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds. settle_s: for a printer that hangs up to say so, before the
    last characters go; rest_s: for the rest of an answer that began."""

    connect_s: float = 4.0
    send_s: float = 20.0
    settle_s: float = 0.4
    answer_s: float = 10.0
    rest_s: float = 0.5


def send(
    host: str,
    port: int,
    job: bytes,
    *,
    begin_end: Callable[[], bool],
    patience: Patience | None = None,
    may_reach: Callable[[str, int], bool] | None = None,
) -> Told:
    """Bring one job to a printer.

    begin_end: called when all but the last characters have arrived; notes down that the label may
    be printed from here on, and says whether it is still ours to print. may_reach: whether an IP
    address and a port may be called.
    """
    waits = patience or Patience()
    try:
        connection = _connected(host, port, waits, may_reach or _may_be_anywhere)
    except OSError:
        return Told(Ending.NOT_PRINTED, "unreachable")
    head, end = _parted(job)
    with connection:
        try:
            _bring(connection, CANCEL + head, waits)
        except OSError:
            return Told(Ending.NOT_PRINTED, "broken")
        if not begin_end():
            return Told(Ending.LEFT)
        try:
            connection.settimeout(waits.send_s)
            connection.sendall(end + STATUS)
            answer = _answer(connection, waits)
        except OSError:
            answer = b""
    strings = _STRING.findall(answer)
    return Told(Ending.SENT, problem_in(strings)) if strings else Told(Ending.DOUBTFUL, "no_answer")


def _may_be_anywhere(number: str, _port: int) -> bool:
    return may_be_addressed(number)


def _connected(
    host: str, port: int, waits: Patience, may_reach: Callable[[str, int], bool]
) -> socket.socket:
    """A connection, but never to where no printer can be. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [str(place[0]) for *_, place in found if may_reach(str(place[0]), port)]
    for number in numbers:
        try:
            return socket.create_connection((number, port), timeout=waits.connect_s)
        except OSError:
            if number == numbers[-1]:
                raise
    raise ConnectionRefusedError("no printer can have this address")


def problem_in(strings: list[bytes]) -> str:
    """What the strings of a `~HS` answer say is the matter; "" when nothing is."""
    first, second = ([*(text.split(b",") for text in strings), [], []])[:2]
    flags = (
        ("paper_out", first, 1),
        ("head_open", second, 2),
        ("ribbon_out", second, 3),
        ("paused", first, 2),
    )
    for problem, fields, place in flags:
        if len(fields) > place and fields[place].strip() == b"1":
            return problem
    return ""


def _parted(job: bytes) -> tuple[bytes, bytes]:
    """A job of one label without the characters that print it, and those."""
    cut = job.rindex(_END)
    assert job.count(_END) == 1, "a job is one label"
    return job[:cut], _END + b"\n"


def _bring(connection: socket.socket, data: bytes, waits: Patience) -> None:
    """Send, and wait until the other side has it and has not hung up. Raises OSError."""
    connection.settimeout(waits.send_s)
    connection.sendall(data)
    patience = time.monotonic() + waits.send_s
    while _under_way(connection):
        if time.monotonic() > patience:
            raise TimeoutError
        _listen(connection, 0.01)
    patience = time.monotonic() + waits.settle_s
    while (left := patience - time.monotonic()) > 0:
        _listen(connection, left)


def _listen(connection: socket.socket, seconds: float) -> None:
    """Wait, unless the other side says something. Raises OSError when it hung up."""
    readable, _, _ = select.select([connection], [], [], seconds)
    if readable and not connection.recv(_ANSWER_MAX):
        raise ConnectionResetError


def _under_way(connection: socket.socket) -> int:
    """Bytes that the other side has not acknowledged; 0 where the system does not tell."""
    try:
        told = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
    except OSError:
        return 0
    return int(struct.unpack("i", told)[0])


def _answer(connection: socket.socket, waits: Patience) -> bytes:
    """What the printer says: all its strings, or what came of them in time."""
    answer = b""
    patience = time.monotonic() + waits.answer_s
    while answer.count(b"\x03") < _STRINGS and len(answer) < _ANSWER_MAX:
        if b"\x03" in answer:
            patience = min(patience, time.monotonic() + waits.rest_s)
        left = patience - time.monotonic()
        if left <= 0:
            break
        connection.settimeout(left)
        try:
            more = connection.recv(_ANSWER_MAX)
        except OSError:
            break
        if not more:
            break
        answer += more
    return answer
