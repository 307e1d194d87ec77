"""A socket that plays a label printer: it keeps what it was sent, and prints what is whole.

It understands as much of ZPL as our jobs use: a format is printed when its `^XZ` comes in, `~JX`
throws away a half one, and `~HS` is answered in the three strings of a Zebra.
"""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass, field
from typing import Self

from PIL import Image

ALL_WELL = (
    b"\x02030,0,0,1225,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
    b"\x021234,0\x03\r\n"
)
NO_PAPER = ALL_WELL.replace(b"\x02030,0,0", b"\x02030,1,0")
HEAD_OPEN = ALL_WELL.replace(b"\x02000,0,0,0", b"\x02000,0,1,0")
NO_RIBBON = ALL_WELL.replace(b"\x02000,0,0,0", b"\x02000,0,0,1")
PAUSED = ALL_WELL.replace(b"\x02030,0,0", b"\x02030,0,1")
_COMMAND = re.compile(rb"~JX|~HS|\^XZ")
_GRAPHIC = re.compile(r"\^GFA,(\d+),(\d+),(\d+),([^\^]*)\^FS")


@dataclass(slots=True)
class Manner:
    """How one connection is treated. hang_up_after: bytes that are read before it is dropped.
    answer: what `~HS` hears; None for nothing, and then the connection is dropped."""

    hang_up_after: int | None = None
    answer: bytes | None = ALL_WELL


@dataclass(slots=True)
class Printer:
    """Listens on a port of this machine. manners: of the connections to come, in order; those
    after them are treated well."""

    manners: list[Manner] = field(default_factory=list)
    printed: list[bytes] = field(default_factory=list)
    connections: int = 0
    answered: threading.Event = field(default_factory=threading.Event)
    _half: bytes = b""
    _socket: socket.socket = field(default_factory=socket.socket)

    def __enter__(self) -> Self:
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # A listener that waits is woken by the end of its socket, not by its closing.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def pictures(self) -> list[Image.Image]:
        return [picture_of(job) for job in self.printed]

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            manner = self.manners.pop(0) if self.manners else Manner()
            with connection:
                self._serve(connection, manner)

    def _serve(self, connection: socket.socket, manner: Manner) -> None:
        seen = 0
        unread = self._half
        self._half = b""
        while True:
            wanted = 4096 if manner.hang_up_after is None else manner.hang_up_after - seen
            try:
                data = connection.recv(min(4096, wanted)) if wanted else b""
            except OSError:
                data = b""
            seen += len(data)
            unread = self._understood(connection, unread + data, manner)
            if not data:
                self._half = unread
                return

    def _understood(self, connection: socket.socket, unread: bytes, manner: Manner) -> bytes:
        """Do what stands in the bytes that came. Returns those of a format that is not whole."""
        while found := _COMMAND.search(unread):
            before, unread = unread[: found.start()], unread[found.end() :]
            if found[0] == b"^XZ":
                self.printed.append(before[before.index(b"^XA") :] + b"^XZ")
            elif found[0] == b"~HS":
                unread = before + unread
                if manner.answer is None:
                    connection.shutdown(socket.SHUT_RDWR)
                else:
                    connection.sendall(manner.answer)
                self.answered.set()
        return unread


def picture_of(job: bytes) -> Image.Image:
    """The raster of a job, as the printer burns it: from the hex and its shortening alone."""
    found = _GRAPHIC.search(job.decode("ascii"))
    assert found is not None, job[:80]
    total, row_bytes, data = int(found[1]), int(found[3]), found[4]
    rows: list[str] = []
    row, count = "", 0
    for sign in data:
        if "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            count += (ord(sign) - ord("f")) * 20
        elif sign == ":":
            rows.append(rows[-1])
        elif sign in ",!":
            rows.append(row + ("0" if sign == "," else "F") * (row_bytes * 2 - len(row)))
            row = ""
        else:
            row += sign * (count or 1)
            count = 0
        if len(row) == row_bytes * 2:
            rows.append(row)
            row = ""
    bits = bytes.fromhex("".join(rows))
    assert len(bits) == total
    white = bytes(byte ^ 0xFF for byte in bits)
    return Image.frombytes("1", (row_bytes * 8, len(rows)), white)
