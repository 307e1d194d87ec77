"""A PostgreSQL database: dumped and brought back by PostgreSQL's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, text
from sqlmodel import Session

from store.archive import IN_USE, BackupUnusable
from store.engine import Database

BEFORE: Final = "before_restore"
"""The schema that keeps what was there until what was loaded has been audited."""
LEAVING_S: Final = 1
"""For so long a line that was closed may still be listed, on a machine that is busy."""


def dump(session: Session, url: URL, target: Path) -> None:
    """Dump what the session sees: the other program looks through the same snapshot."""
    snapshot = session.connection().execute(text("SELECT pg_export_snapshot()")).scalar_one()
    _run(
        url,
        "pg_dump",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--exclude-schema={BEFORE}",
        f"--snapshot={snapshot}",
        f"--file={target}",
        f"--dbname={_address(url)}",
    )


def require_readable(file: Path) -> None:
    """Raise BackupUnusable unless the dump can be read to its end."""
    _run(None, "pg_restore", f"--file={os.devnull}", str(file))


@contextmanager
def loaded(database: Database, unpack: Callable[[Path], None]) -> Iterator[Database]:
    """The database with what was loaded; should the block raise, it is again as it was."""
    with database.read() as session:
        require_alone(session)
        _require_nothing_cut_off(session)
    database.dispose()
    with tempfile.TemporaryDirectory() as folder:
        dump, script = Path(folder, "dump"), Path(folder, "script.sql")
        unpack(dump)
        _run(None, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump))
        _run(
            database.url,
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--output",
            os.devnull,
            "--set=ON_ERROR_STOP=1",
            "--single-transaction",
            f"--command=ALTER SCHEMA public RENAME TO {BEFORE}",
            "--command=CREATE SCHEMA public",
            f"--file={script}",
            f"--dbname={_address(database.url)}",
        )
    try:
        yield database
    except BaseException:
        # Also Ctrl+C: what stood there before comes back. It is raised again as it came.
        _execute(database, "DROP SCHEMA public CASCADE")
        _execute(database, f"ALTER SCHEMA {BEFORE} RENAME TO public")
        raise
    _execute(database, f"DROP SCHEMA {BEFORE} CASCADE")


def require_alone(session: Session) -> None:
    """Raise BackupUnusable while anybody else is connected to this database."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    connection, until = session.connection(), time.monotonic() + LEAVING_S
    while connection.execute(others).scalar_one() > 0:
        if time.monotonic() > until:
            raise BackupUnusable(IN_USE)
        time.sleep(0.05)
        # Else this transaction goes on seeing what it saw first.
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))


def _require_nothing_cut_off(session: Session) -> None:
    cut_off = text("SELECT count(*) FROM pg_namespace WHERE nspname = :name")
    if session.connection().execute(cut_off, {"name": BEFORE}).scalar_one() > 0:
        raise BackupUnusable(
            f"A restore was cut off: the schema {BEFORE} holds what was there before it. "
            f"Let it take the place of public, or drop it."
        )


def _execute(database: Database, statement: str) -> None:
    with database.connect_to_write() as connection:
        connection.execute(text(statement))
    # No connection may go on with what it learned about tables that are gone.
    database.dispose()


def _address(url: URL) -> str:
    """Where the database is, for libpq; the password goes another way, as others see arguments."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(url: URL | None, program: str, *arguments: str) -> None:
    environment = dict(os.environ)
    if url is not None and url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(  # noqa: S603 (our own arguments, and no shell)
        [_binary(program), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise BackupUnusable(f"{program} failed: {said[0] if said else done.returncode}")


def _binary(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise BackupUnusable(f"{program} is missing: install the client programs of PostgreSQL.")
    return found
