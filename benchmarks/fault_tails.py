"""What a power cut leaves of a log that was being written: all that was committed, and rubbish
behind it. Nothing before the end of the last commit is touched, as the disk had confirmed that."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path
from random import Random
from typing import Final

from tests import postgres

HEADER_BYTES: Final = 32
FRAME_HEADER_BYTES: Final = 24
RUBBISH_MAX_BYTES: Final = 20_000
END: Final = re.compile(r"at ([0-9A-F]+)/([0-9A-F]+)")


def tear_sqlite(file: Path, dice: Random) -> None:
    """Behind the last commit of the log: cut it, or leave half a frame, or whole ones of rubbish.
    The index beside it, which is only memory, may be gone or rubbish too."""
    log, index = file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")
    if log.exists():
        written = log.read_bytes()
        end = end_of_commits(written)
        kept, rest = written[:end], written[end:]
        match dice.randrange(4):
            case 0:
                rest = rest[: dice.randrange(len(rest) + 1)]
            case 1:
                rest = dice.randbytes(dice.randrange(1, RUBBISH_MAX_BYTES))
            case 2:
                rest = _a_frame_again(kept, dice) + rest[: dice.randrange(len(rest) + 1)]
            case _:
                rest = bytes(dice.randrange(1, RUBBISH_MAX_BYTES))
        log.write_bytes(kept + rest)
    match dice.randrange(3):
        case 0:
            index.unlink(missing_ok=True)
        case 1:
            index.write_bytes(dice.randbytes(32_768))


def end_of_commits(log: bytes) -> int:
    """Where the last commit of a write-ahead log ends, as SQLite itself finds it: by its salts and
    its running sums (https://www.sqlite.org/fileformat2.html#walformat)."""
    if len(log) < HEADER_BYTES:
        return len(log)
    magic, _, page_bytes = struct.unpack(">III", log[:12])
    order = ">" if magic & 1 else "<"
    sums = _summed(log[:24], (0, 0), order)
    if sums != struct.unpack(">II", log[24:32]):
        return 0
    end, at = HEADER_BYTES, HEADER_BYTES
    while at + FRAME_HEADER_BYTES + page_bytes <= len(log):
        head = log[at : at + FRAME_HEADER_BYTES]
        page = log[at + FRAME_HEADER_BYTES : at + FRAME_HEADER_BYTES + page_bytes]
        sums = _summed(page, _summed(head[:8], sums, order), order)
        if head[8:16] != log[16:24] or sums != struct.unpack(">II", head[16:24]):
            break
        at += FRAME_HEADER_BYTES + page_bytes
        if struct.unpack(">I", head[4:8])[0]:
            end = at
    return end


def _summed(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _a_frame_again(kept: bytes, dice: Random) -> bytes:
    """A frame of before in another place: its salts are right and its sums are not."""
    if len(kept) <= HEADER_BYTES:
        return b""
    size = FRAME_HEADER_BYTES + struct.unpack(">I", kept[8:12])[0]
    frames = (len(kept) - HEADER_BYTES) // size
    at = HEADER_BYTES + dice.randrange(frames) * size
    return kept[at : at + size]


def tear_postgresql(cluster: Path, dice: Random) -> None:
    """Rubbish behind the last record of the log that can be read; the server is down."""
    folder = cluster / "data" / "pg_wal"
    segments = sorted(one for one in folder.iterdir() if len(one.name) == 24)
    end = _end_of_log(segments)
    if end is None:
        return
    segment, at = end
    room = segment.stat().st_size - at
    rubbish = dice.randbytes(min(room, dice.randrange(1, RUBBISH_MAX_BYTES)))
    with segment.open("r+b") as file:
        file.seek(at)
        file.write(rubbish)


def _end_of_log(segments: list[Path]) -> tuple[Path, int] | None:
    """The segment in which the log ends, and where."""
    program = postgres.binary("pg_waldump")
    said = subprocess.run(
        [program, "--quiet", str(segments[0])], capture_output=True, text=True, check=False
    )
    found = END.findall(said.stderr)
    if not found:
        return None
    size = segments[0].stat().st_size
    number = int(found[-1][1], 16)
    name = f"{segments[0].name[:16]}{number // size:08X}"
    segment = segments[0].with_name(name)
    return (segment, number % size) if segment.exists() else None
