"""Files that are half written when their process is killed: each has a name only once it is whole,
or is known for a half."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from proof.signing import load_or_create_ring
from store import backup_postgresql
from store.archive import extract
from store.engine import Database
from streams.verify import audit
from tests.nursery import await_end, is_there, kill
from tests.web.api.goods import picture_of
from tests.web.serving import API

if TYPE_CHECKING:
    from benchmarks.faults import Floor

KILLED_WITHIN_S: Final = 0.9
COMMAND: Final = "benchmarks.fault_server:command"
EXPORT: Final = (
    *("export", "movements", "--operator", "WATERKANT"),
    *("--from", "2026-01-01", "--to", "2027-01-01", "--out"),
)


class TakenForWhole(AssertionError):
    """A half file goes by the name of the whole one."""


def backup(floor: Floor, dice: Random) -> None:
    """What goes by the name of a backup can be brought back, and adds up."""
    file = _new(floor, "backup", dice)
    _killed(floor, dice, "backup", str(file))
    if not file.exists():
        return
    data = file.with_suffix(".data")
    extract(file, data)
    if floor.cluster is not None:
        backup_postgresql.require_readable(data)
        return
    database = Database(f"sqlite:///{data}")
    with database.read() as session:
        breach = next(audit(session), None)
    database.dispose()
    if breach is not None:
        raise TakenForWhole(f"a backup does not add up: {breach}")


def export(floor: Floor, dice: Random) -> None:
    """What goes by the name of an export ends where it should, and is what is said beside it."""
    file = _new(floor, "export.csv", dice)
    _killed(floor, dice, *EXPORT, str(file))
    beside = file.with_name(f"{file.name}.meta.json")
    if beside.exists():
        said = json.loads(beside.read_bytes())
        if hashlib.sha256(file.read_bytes()).hexdigest() != said["sha256"]:
            raise TakenForWhole("an export is not what is said of it")
    if file.exists():
        lines = file.read_bytes().split(b"\n")
        if lines[-1] or {line.count(b",") for line in lines[1:-1]} > {lines[0].count(b",")}:
            raise TakenForWhole("an export ends in the midst of a line")


def keys(floor: Floor, dice: Random) -> None:
    """A key file that is there can be read, and stays as it is."""
    file = _new(floor, "keys", dice)
    pid = floor.server.fork(COMMAND, keys=file, arguments=[*EXPORT, f"{file}.csv"])
    begin = time.monotonic()
    # The file is made at some time within this; look closely, so that some are hit in the midst.
    while is_there(pid) and time.monotonic() < begin + 2 * KILLED_WITHIN_S:
        if any(file.parent.glob(f".{file.name}.*")) or file.exists():
            break
    kill(pid)
    was = file.read_bytes() if file.exists() else None
    ring = load_or_create_ring(file, now=datetime.now(UTC))
    if was not in (None, file.read_bytes()):
        raise TakenForWhole("a key file changed")
    assert ring.current.seed


def photo(floor: Floor, dice: Random) -> None:
    """A photo that is cut off is not kept; one that is kept is what its name says."""
    content = picture_of(f"K{dice.getrandbits(50):012d}"[:12])
    head = (
        f"POST {API}/photos HTTP/1.1\r\nHost: 127.0.0.1:{floor.server.port}\r\n"
        f"Authorization: Bearer {floor.token}\r\nContent-Type: image/png\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", floor.server.port), timeout=5) as line:
        line.sendall(head.encode() + content[: dice.randrange(len(content))])
    if dice.random() < 0.5:
        with socket.create_connection(("127.0.0.1", floor.server.port), timeout=5) as line:
            line.sendall(head.encode() + content)
            time.sleep(dice.uniform(0, 0.05))
            floor.server.kill()
    with floor.depot.database.read() as session:
        rows = session.connection().execute(text("SELECT hash, content FROM photo")).all()
    floor.depot.database.dispose()
    for row in rows:
        if hashlib.sha256(bytes(row.content)).hexdigest() != row.hash:
            raise TakenForWhole("a photo is not what its name says")


FILES: Final[tuple[Callable[[Floor, Random], None], ...]] = (backup, export, keys, photo)


def _new(floor: Floor, name: str, dice: Random) -> Path:
    return floor.folder / f"{dice.getrandbits(40):x}-{name}"


def _killed(floor: Floor, dice: Random, *arguments: str) -> None:
    """Run a command and kill it within its work, mostly before it is done."""
    pid = floor.server.fork(COMMAND, arguments=list(arguments))
    until = time.monotonic() + dice.uniform(0.02, KILLED_WITHIN_S)
    while is_there(pid) and time.monotonic() < until:
        time.sleep(0.002)
    kill(pid)
    await_end(pid)
