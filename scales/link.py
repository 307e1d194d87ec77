"""A conversation with one scale: asks what it weighs now, over the network or a serial line.

The line stays open between questions, because many serial-to-Ethernet boxes serve one caller at a
time and are slow to take the next. Several tablets that ask at once share one answer. After a
silence nothing is tried for a second, so that a scale that is switched off costs nobody time.
"""

from __future__ import annotations

import socket
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final, Protocol

import serial

from catalogue.rules import Address, may_be_addressed, scale_address
from scales.frames import FRAME_MAX, SILENCE, Reading, State, read_frame

ANSWER_S: Final = 1.0
CONNECT_S: Final = 1.0
SHARED_S: Final = 0.12
"""So long one answer serves everybody: KERN asks for 100 ms between two questions."""
REST_S: Final = 1.0
IDLE_S: Final = 10.0
"""After so long without a question the line is opened anew: what stands in it is old."""
BAUD: Final = 9600
_LINE_MAX: Final = 4 * FRAME_MAX
_DRAINS_MAX: Final = 1000
_ASK: Final = b"SI\r\n"


MayReach = Callable[[str, int], bool]
"""Whether an IP address and a port may be called."""


class Wire(Protocol):
    """An open line to a scale. What goes wrong on it is an OSError."""

    def send(self, said: bytes) -> None: ...

    def receive(self, wait_s: float) -> bytes:
        """What has come, waiting for the first byte; nothing after that time."""

    def close(self) -> None: ...


class TcpWire:
    """A line through a serial-to-Ethernet box."""

    def __init__(self, address: Address, may_reach: MayReach | None = None) -> None:
        self._socket = _connected(address, may_reach or _may_be_anywhere)

    def send(self, said: bytes) -> None:
        self._socket.settimeout(ANSWER_S)
        self._socket.sendall(said)

    def receive(self, wait_s: float) -> bytes:
        # Without waiting at all an empty line would be an error, not nothing.
        self._socket.settimeout(max(wait_s, 0.001))
        try:
            came = self._socket.recv(1024)
        except TimeoutError:
            return b""
        if not came:
            raise ConnectionResetError("the box hung up")
        return came

    def close(self) -> None:
        self._socket.close()


def _may_be_anywhere(number: str, _port: int) -> bool:
    return may_be_addressed(number)


def _connected(address: Address, may_reach: MayReach) -> socket.socket:
    """A connection, but never to where no scale can be. Raises OSError."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, place = found[0]
    if not may_reach(str(place[0]), address.port):
        raise ConnectionRefusedError("no scale can have this address")
    opened = socket.socket(family, kind, protocol)
    try:
        opened.settimeout(CONNECT_S)
        opened.connect(place)
    except OSError:
        opened.close()
        raise
    return opened


class SerialWire:
    """A line through a serial port of this machine."""

    def __init__(self, port: str, baud: int = BAUD) -> None:
        self._serial = serial.Serial(port, baud, timeout=ANSWER_S, write_timeout=ANSWER_S)

    def send(self, said: bytes) -> None:
        self._serial.write(said)

    def receive(self, wait_s: float) -> bytes:
        self._serial.timeout = wait_s
        first: bytes = self._serial.read(1)
        return first + self._serial.read(self._serial.in_waiting) if first else b""

    def close(self) -> None:
        self._serial.close()


class Link:
    """One scale. Threads may ask at the same time: one of them asks, all get the answer."""

    def __init__(self, open_wire: Callable[[], Wire]) -> None:
        self._open = open_wire
        self._wire: Wire | None = None
        self._lock = threading.Lock()
        self._last = SILENCE
        self._good_until = float("-inf")
        self._asked_at = float("-inf")

    def read(self) -> Reading:
        """What the scale says now; `disconnected` when it does not answer. Never raises."""
        if not self._lock.acquire(timeout=2 * (ANSWER_S + CONNECT_S)):
            return SILENCE
        try:
            if time.monotonic() >= self._good_until:
                self._last = self._asked()
                rest = REST_S if self._last is SILENCE else SHARED_S
                self._good_until = time.monotonic() + rest
            return self._last
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _asked(self) -> Reading:
        if time.monotonic() - self._asked_at > IDLE_S:
            self._hang_up()
        self._asked_at = time.monotonic()
        try:
            if self._wire is None:
                self._wire = self._open()
            answer = _answer(self._wire)
        except OSError:
            answer = None
        if answer is None:
            # What it may still say would be taken for the answer to the next question.
            self._hang_up()
            return SILENCE
        return answer

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


def _answer(wire: Wire) -> Reading | None:
    """Ask, and read until a line speaks of weight. None: it did not answer in time."""
    # A scale that talks by itself may be in the middle of a line: its rest is no line.
    old = _drained(wire)
    is_partial = bool(old) and not old.endswith((b"\r", b"\n"))
    wire.send(_ASK)
    until = time.monotonic() + ANSWER_S
    said = b""
    strange = None
    while (left := until - time.monotonic()) > 0:
        said += wire.receive(left)
        *lines, said = said.replace(b"\r", b"\n").split(b"\n")
        if len(said) > _LINE_MAX:
            return read_frame(said)
        for line in filter(None, lines):
            if is_partial:
                is_partial = False
                continue
            read = read_frame(line)
            if read.state is not State.GARBLED:
                return read
            strange = read
        if strange is not None and not said:
            # Something else, such as its name after a reset: one more line may follow.
            until = min(until, time.monotonic() + SHARED_S)
    return strange


def _drained(wire: Wire) -> bytes:
    """The end of what was said before it was asked for. Raises OSError when it never ends."""
    old = b""
    for _ in range(_DRAINS_MAX):
        came = wire.receive(0)
        if not came:
            return old
        old = came
    raise ConnectionError("it never stops talking")


class Links:
    """The scales of an installation that have an address of their own."""

    def __init__(self, may_reach: MayReach | None = None) -> None:
        self._may_reach = may_reach
        self._lock = threading.Lock()
        self._links: dict[str, Link] = {}
        self._finalizer = weakref.finalize(self, _close_all, self._links)

    def read(self, address: str) -> Reading:
        """What the scale at an address of the register says now."""
        with self._lock:
            link = self._links.get(address)
            if link is None:
                place, may_reach = scale_address(address), self._may_reach
                link = self._links[address] = Link(lambda: TcpWire(place, may_reach))
        return link.read()

    def close(self) -> None:
        with self._lock:
            _close_all(self._links)


def _close_all(links: dict[str, Link]) -> None:
    while links:
        _, link = links.popitem()
        link.close()
