"""What others send and we keep is shown to a virus scanner first, where an installation names one.

It is asked in the way of clamd (`INSTREAM`). A scanner that is named and does not answer lets
nothing through: who sent it hears that we are busy, and sends it again.
"""

from __future__ import annotations

import logging
import socket
from typing import Final

from fastapi import Request

from catalogue.errors import Malformed
from store.gate import Busy
from web import logs

ANSWER_S: Final = 20.0
ANSWER_MAX: Final = 4096
CHUNK: Final = 1 << 16
UNIX: Final = "unix:"
log = logging.getLogger("stofstroom")


def require_harmless(request: Request, content: bytes, *, field: str = "file") -> None:
    """Raise Malformed for bytes that the scanner warns of; Busy when it does not answer."""
    scanner = request.app.state.settings.hygiene.scanner
    if scanner is None:
        return
    try:
        found = _asked(scanner, content)
    except OSError as error:
        log.warning("the virus scanner did not answer: %s", type(error).__name__)
        raise Busy from error
    if found == b"stream: OK":
        return
    if found.endswith(b" FOUND"):
        logs.note(request, "harmful_file", found=found.decode("ascii", "replace")[:100])
        raise Malformed(field=field, problem="harmful")
    log.warning("the virus scanner could not judge a file")
    raise Busy


def _asked(scanner: str, content: bytes) -> bytes:
    """What the scanner says of these bytes. Raises OSError."""
    with _connected(scanner) as line:
        line.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), CHUNK):
            part = content[at : at + CHUNK]
            line.sendall(len(part).to_bytes(4, "big") + part)
        line.sendall(bytes(4))
        said = b""
        while not said.endswith(b"\0") and len(said) < ANSWER_MAX:
            came = line.recv(1024)
            if not came:
                break
            said += came
    return said.rstrip(b"\0\n")


def _connected(scanner: str) -> socket.socket:
    if scanner.startswith(UNIX):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.settimeout(ANSWER_S)
            line.connect(scanner.removeprefix(UNIX))
        except OSError:
            line.close()
            raise
        return line
    host, _, port = scanner.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_S)
