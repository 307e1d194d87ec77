"""Backup of a running database into one file, and the way back. Knows no domain."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from store import backup_postgresql, backup_sqlite
from store.archive import BackupUnusable, Manifest, extract, put_in_place, read_manifest, write
from store.engine import Database

Facts: TypeAlias = Callable[[Session], Mapping[str, str]]
"""Reads what a backup must still say when it is brought back."""

_OF_THE_SCHEMA: Final = "alembic_version"


def save(database: Database, file: Path, *, version: str, now: datetime, facts: Facts) -> Manifest:
    """Write a checked backup to `file`, whole or not at all, while others go on working.

    Raises BackupUnusable.
    """
    if not file.parent.is_dir():
        raise BackupUnusable(f"There is no folder {file.parent}.")
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent) as folder:
        data, draft = Path(folder, "data"), Path(folder, "draft")
        with database.read() as session:
            said = dict(facts(session))
            if database.dialect == "sqlite":
                backup_sqlite.dump(session, data)
            else:
                backup_postgresql.dump(session, database.url, data)
        if database.dialect == "sqlite":
            backup_sqlite.require_sound(data)
            _require_facts(Database(f"sqlite:///{data}"), facts, said)
        else:
            backup_postgresql.require_readable(data)
        manifest = write(
            draft, data, version=version, dialect=database.dialect, now=now, facts=said
        )
        put_in_place(draft, file)
    return manifest


def restore(
    database: Database,
    file: Path,
    *,
    replace: bool,
    upgrade: Callable[[Database], None],
    facts: Facts,
    accept: Callable[[Database], None],
) -> Manifest:
    """Bring a backup back into `database`. What stood there is gone only when all went well.

    replace: whether the database may hold something. upgrade: brings what was loaded to today's
    shape. accept: audits it and begins anew from it. When anything raises, the database stays as
    it was. Raises BackupUnusable.
    """
    manifest = read_manifest(file)
    if manifest.dialect != database.dialect:
        raise BackupUnusable(
            f"{file} was made of {manifest.dialect}, this database is {database.dialect}."
        )
    if not replace and holds_something(database):
        raise BackupUnusable("The database is not empty; --replace throws away what it holds.")
    database.dispose()
    with _loaded(database, file) as loaded:
        upgrade(loaded)
        _require_facts(loaded, facts, manifest.facts)
        accept(loaded)
    return manifest


def holds_something(database: Database) -> bool:
    """Whether any table has a row. A file that is no database counts as something."""
    if database.dialect == "sqlite" and not backup_sqlite.exists(database.url):
        return False
    try:
        with database.read() as session:
            connection = session.connection()
            tables = set(inspect(connection).get_table_names()) - {_OF_THE_SCHEMA}
            quoted = map(connection.dialect.identifier_preparer.quote, sorted(tables))
            return any(
                connection.execute(text(f"SELECT EXISTS (SELECT 1 FROM {name})")).scalar()  # noqa: S608
                for name in quoted
            )
    except DatabaseError:
        if database.dialect == "sqlite":
            return True
        raise


def require_alone(database: Database) -> None:
    """Raise BackupUnusable while anybody else has the database open, and our own copies of it."""
    database.dispose()
    if database.dialect == "sqlite":
        backup_sqlite.require_alone(database.url)
    else:
        with database.read() as session:
            backup_postgresql.require_alone(session)
    database.dispose()


def is_in_recovery(database: Database) -> bool:
    """Whether it still replays what was archived, and takes no writes yet."""
    if database.dialect == "sqlite":
        return False
    with database.read() as session:
        return bool(session.connection().execute(text("SELECT pg_is_in_recovery()")).scalar_one())


def _loaded(database: Database, file: Path) -> AbstractContextManager[Database]:
    def unpack(target: Path) -> None:
        extract(file, target)

    if database.dialect == "sqlite":
        return backup_sqlite.loaded(database.url, unpack)
    return backup_postgresql.loaded(database, unpack)


def _require_facts(database: Database, facts: Facts, said: Mapping[str, str]) -> None:
    try:
        with database.read() as session:
            found = dict(facts(session))
    finally:
        database.dispose()
    if found != dict(said):
        raise BackupUnusable("The copy does not say what its manifest says.")
