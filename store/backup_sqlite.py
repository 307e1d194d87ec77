"""A SQLite file: copied while it is in use, and put in the place of another."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlmodel import Session

from store.archive import IN_USE, BackupUnusable, put_in_place
from store.engine import Database


def dump(session: Session, target: Path) -> None:
    """Copy what the session sees, in one step: writers go on, and the copy is of one moment."""
    source = session.connection().connection.driver_connection
    assert isinstance(source, sqlite3.Connection)
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def require_sound(file: Path) -> None:
    """Raise BackupUnusable unless SQLite finds the file whole and every reference kept."""
    with closing(sqlite3.connect(file)) as copy:
        (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        astray = copy.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok":
        raise BackupUnusable(f"The database is damaged: {found}.")
    if astray is not None:
        raise BackupUnusable(f"The database is damaged: a row of {astray[0]} points nowhere.")


def exists(url: URL) -> bool:
    """Whether there is a file with anything in it."""
    file = _file(url)
    return file.exists() and file.stat().st_size > 0


def require_alone(url: URL) -> None:
    """Raise BackupUnusable while anybody else has the file open."""
    with _held(_file(url)):
        pass


@contextmanager
def loaded(url: URL, unpack: Callable[[Path], None]) -> Iterator[Database]:
    """The data as a database beside its place, which it takes at the end unless that raises."""
    target = _file(url)
    if not target.parent.is_dir():
        raise BackupUnusable(f"There is no folder {target.parent}.")
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        draft = Path(folder, "draft.sqlite")
        unpack(draft)
        require_sound(draft)
        database = Database(f"sqlite:///{draft}")
        try:
            yield database
        finally:
            database.dispose()
        _settle(draft)
        with _held(target):
            _dress_as(draft, target)
            put_in_place(draft, target)


def _file(url: URL) -> Path:
    if url.database in (None, "", ":memory:"):
        raise BackupUnusable("A database in memory has no file.")
    return Path(url.database)


def _settle(file: Path) -> None:
    """Everything into the one file: nothing may be left in a log beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    with file.open("rb") as written:
        os.fsync(written.fileno())


@contextmanager
def _held(file: Path) -> Iterator[None]:
    """Hold the old file alone while it is replaced: a log of it must not meet the new one.

    Raises BackupUnusable when somebody has it open.
    """
    if not exists(URL.create("sqlite", database=str(file))):
        yield
        return
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        try:
            # Leaving the log behind is only granted to the last connection, and removes it.
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise BackupUnusable(IN_USE) from error
        except sqlite3.DatabaseError:
            # It is no database any more, and its log is worth nothing either.
            for rest in ("-wal", "-shm", "-journal"):
                file.with_name(file.name + rest).unlink(missing_ok=True)
        yield


def _dress_as(draft: Path, target: Path) -> None:
    """Owner and permissions of the file that is replaced, so that its server may open it."""
    if target.exists():
        was = target.stat()
        draft.chmod(stat.S_IMODE(was.st_mode))
        if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(draft, was.st_uid, was.st_gid)
