"""An empty database to try something in, which is gone afterwards."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError

from store.archive import BackupUnusable
from store.engine import Database


@contextmanager
def scratch(dialect: str, server: URL) -> Iterator[Database]:
    """A database of this kind without a table. server: where PostgreSQL is; SQLite needs none.

    Raises BackupUnusable where the server does not let us make one.
    """
    if dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix="stofstroom-") as folder:
            yield from _lent(Database(f"sqlite:///{Path(folder, 'scratch.sqlite3')}"))
        return
    if server.get_backend_name() != "postgresql":
        raise BackupUnusable(
            "The backup is of PostgreSQL: name a server of it in STOFSTROOM_DATABASE_URL."
        )
    name = f"stofstroom_scratch_{secrets.token_hex(4)}"
    _on(server, f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield from _lent(Database(server.set(database=name)))
    finally:
        _on(server, f"DROP DATABASE {name} WITH (FORCE)")


def _lent(database: Database) -> Iterator[Database]:
    try:
        yield database
    finally:
        database.dispose()


def _on(server: URL, statement: str) -> None:
    database = Database(server)
    try:
        with database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.execute(text(statement))
    except DBAPIError as error:
        raise BackupUnusable(
            f"The server does not let this user make a database to try in: {error.orig}"
        ) from error
    finally:
        database.dispose()
