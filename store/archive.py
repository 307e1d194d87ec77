"""One file that holds the data of a database and a manifest that says what it is."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

FORMAT: Final = "stofstroom-backup/1"
MANIFEST: Final = "manifest.json"
DATA: Final = "data"
CHUNK: Final = 1 << 20
IN_USE: Final = "The database is in use: stop the server, then try again."


_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    # What zipfile calls a method of packing or locking that it does not know.
    RuntimeError,
)


class BackupUnusable(Exception):
    """A backup cannot be made, read or brought back; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says about itself. facts: what must be found again in its data.

    made_at: ISO 8601. size: bytes of the data.
    """

    version: str
    dialect: str
    made_at: str
    facts: Mapping[str, str]
    size: int
    sha256: str


def write(
    file: Path,
    data: Path,
    *,
    version: str,
    dialect: str,
    now: datetime,
    facts: Mapping[str, str],
) -> Manifest:
    """Write a whole archive to `file` and onto the disk; only its owner may read it."""
    with data.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    manifest = Manifest(
        version=version,
        dialect=dialect,
        made_at=now.isoformat(),
        facts=dict(facts),
        size=data.stat().st_size,
        sha256=digest,
    )
    # A dump of PostgreSQL is compressed already.
    packing = zipfile.ZIP_STORED if dialect == "postgresql" else zipfile.ZIP_DEFLATED
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        with zipfile.ZipFile(target, "w", packing, compresslevel=1) as archive:
            said = {"format": FORMAT, **asdict(manifest)}
            archive.writestr(MANIFEST, json.dumps(said, indent=1, sort_keys=True) + "\n")
            archive.write(data, DATA)
        target.flush()
        os.fsync(target.fileno())
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What a backup says about itself. Raises BackupUnusable."""
    try:
        with zipfile.ZipFile(file) as archive:
            said = json.loads(archive.read(MANIFEST))
        if said.pop("format") != FORMAT:
            raise BackupUnusable(f"{file} is not of the format {FORMAT}.")
        return Manifest(**said)
    except OSError as error:
        raise BackupUnusable(f"{file} cannot be read: {error.strerror}.") from error
    except _DAMAGE as error:
        raise BackupUnusable(f"{file} is not a backup, or a damaged one.") from error


def extract(file: Path, target: Path) -> None:
    """Write the data of a backup to `target`, checked. Raises BackupUnusable."""
    manifest = read_manifest(file)
    try:
        with zipfile.ZipFile(file) as archive, archive.open(DATA) as source:
            found = _copy(source, target)
    except _DAMAGE as error:
        raise BackupUnusable(f"{file} is damaged.") from error
    if found != (manifest.size, manifest.sha256):
        raise BackupUnusable(f"{file} is damaged: its data is not what its manifest says.")


def put_in_place(draft: Path, file: Path) -> None:
    """Let `draft` take the place of `file` in one step that a power cut cannot halve."""
    draft.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: IO[bytes], target: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with target.open("xb") as written:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    return size, digest.hexdigest()
