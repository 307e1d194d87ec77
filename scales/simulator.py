"""A scale that is not there: it speaks MT-SICS over TCP or a pseudo-terminal, for trying out.

What stands on it, how long it moves, whether it is too much, and whether the line is up: all of it
is for somebody else to say, while tablets read it.
"""

from __future__ import annotations

import os
import pty
import select
import socket
import threading
import time
import tty
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

SETTLE_S: Final = 0.8
STABLE_WAIT_S: Final = 0.5
"""So long `S` waits for a stable weight before it says that it cannot."""
_POLL_S: Final = 0.05


@dataclass
class SoftScale:
    """What stands on a plate, and what the scale says of it. Mass in whole grams.

    division_g: it shows whole divisions. settle_s: after a change it moves for so long.
    """

    division_g: int = 100
    max_g: int = 150_000
    settle_s: float = SETTLE_S
    _load_g: int = 0
    _still_at: float = 0.0
    _is_silent: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self, mass_g: int, *, settle_s: float | None = None) -> None:
        """Put this on the plate, in place of what stood there."""
        with self._lock:
            self._load_g = mass_g
            self._still_at = time.monotonic() + (self.settle_s if settle_s is None else settle_s)

    def wobble(self, seconds: float) -> None:
        """Let it move for so long."""
        with self._lock:
            self._still_at = time.monotonic() + seconds

    def silence(self, silent: bool) -> None:
        """Whether it answers nothing any more, as when its cable is out."""
        with self._lock:
            self._is_silent = silent

    @property
    def load_g(self) -> int:
        return self._load_g

    def answer(self, said: str) -> str | None:
        """What it says to a command; None: nothing at all."""
        with self._lock:
            if self._is_silent:
                return None
            is_still = time.monotonic() >= self._still_at
            load_g = self._load_g
        if said == "SI":
            return self._weight(load_g, is_still=is_still)
        if said == "S":
            return self._when_still()
        if said == "@":
            return 'I4 A "0000000000"'
        return "ES"

    def _when_still(self) -> str:
        until = time.monotonic() + STABLE_WAIT_S
        while time.monotonic() < min(until, self._still_at):
            time.sleep(_POLL_S)
        if time.monotonic() < self._still_at:
            return "S I"
        return self._weight(self._load_g, is_still=True)

    def _weight(self, load_g: int, *, is_still: bool) -> str:
        if load_g > self.max_g + 9 * self.division_g:
            return "S +"
        if load_g < -20 * self.division_g:
            return "S -"
        half = self.division_g // 2
        shown_g = (load_g + half) // self.division_g * self.division_g
        sign = "-" if shown_g < 0 else ""
        kilograms = f"{sign}{abs(shown_g) // 1000}.{abs(shown_g) % 1000:03}"
        return f"S {'S' if is_still else 'D'} {kilograms:>10} kg"


class _Played(ABC):
    """A soft scale that somebody can reach, served by a thread of its own."""

    def __init__(self, scale: SoftScale | None) -> None:
        self.scale = scale or SoftScale()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="scale", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._close()

    @abstractmethod
    def _serve(self) -> None:
        """Answer whoever asks, until `_stop` is set."""

    @abstractmethod
    def _close(self) -> None:
        """Let go of the port or the terminal."""

    def _answers(self, heard: bytearray) -> bytes:
        """Answers to the whole lines that were heard; the rest stays."""
        said = b""
        while (end := heard.find(b"\n")) >= 0:
            line = bytes(heard[:end]).decode("ascii", "replace").strip()
            del heard[: end + 1]
            answer = self.scale.answer(line)
            if answer is not None:
                said += answer.encode() + b"\r\n"
        return said


class TcpScale(_Played):
    """A soft scale behind a port of this machine, as a serial-to-Ethernet box would be."""

    def __init__(
        self, scale: SoftScale | None = None, *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        super().__init__(scale)
        self._door: socket.socket | None = socket.create_server((host, port))
        self.host, self.port = self._door.getsockname()[:2]
        self._callers: dict[socket.socket, bytearray] = {}
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"tcp://{self.host}:{self.port}"

    @property
    def callers(self) -> int:
        """How many lines are open."""
        with self._lock:
            return len(self._callers)

    def disconnect(self) -> None:
        """Hang up, and answer nobody until `connect`."""
        with self._lock:
            if self._door is not None:
                self._door.close()
                self._door = None
            for caller in self._callers:
                caller.close()
            self._callers.clear()

    def connect(self) -> None:
        with self._lock:
            if self._door is None:
                self._door = socket.create_server((self.host, self.port))

    def _serve(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                waiting = [*self._callers, *([self._door] if self._door else [])]
            if not waiting:
                time.sleep(_POLL_S)
                continue
            try:
                ready, _, _ = select.select(waiting, [], [], _POLL_S)
            except (OSError, ValueError):
                # Hung up by `disconnect` while we waited.
                continue
            for each in ready:
                self._hear(each)

    def _hear(self, ready: socket.socket) -> None:
        try:
            if ready is self._door:
                caller, _ = ready.accept()
                with self._lock:
                    self._callers[caller] = bytearray()
                return
            came = ready.recv(1024)
            heard = self._callers.get(ready)
            if came and heard is not None:
                heard += came
                ready.sendall(self._answers(heard))
                return
        except OSError:
            # The caller is gone, or `disconnect` was quicker.
            pass
        with self._lock:
            self._callers.pop(ready, None)
        ready.close()

    def _close(self) -> None:
        self.disconnect()


class PtyScale(_Played):
    """A soft scale at the end of a pseudo-terminal: a serial port without a cable."""

    def __init__(self, scale: SoftScale | None = None) -> None:
        super().__init__(scale)
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)

    def _serve(self) -> None:
        heard = bytearray()
        while not self._stop.is_set():
            ready, _, _ = select.select([self._master], [], [], _POLL_S)
            if ready:
                heard += os.read(self._master, 1024)
                os.write(self._master, self._answers(heard))

    def _close(self) -> None:
        os.close(self._slave)
        os.close(self._master)
