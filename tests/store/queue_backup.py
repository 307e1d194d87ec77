"""Backups of the queue: a small database whose facts are what stands in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from store.backup import restore, save
from store.engine import Database
from store.jobs import enqueue

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def kinds(session: Session) -> dict[str, str]:
    """What stands in the queue, as the facts of a backup."""
    rows = session.connection().execute(text("SELECT id, kind FROM job ORDER BY id"))
    return {str(key): kind for key, kind in rows}


def nothing(_database: Database) -> None:
    """A database that needs nothing done."""


def fill(database: Database, *said: str) -> None:
    with database.write() as session:
        for kind in said:
            enqueue(session, kind, {}, now=NOW)


def found(database: Database) -> list[str]:
    with database.read() as session:
        return list(kinds(session).values())


def back_up(database: Database, file: Path) -> None:
    save(database, file, version="1", now=NOW, facts=kinds)


def bring_back(database: Database, file: Path, **other: Any) -> None:
    how: dict[str, Any] = {"replace": True, "upgrade": nothing, "facts": kinds, "accept": nothing}
    restore(database, file, **(how | other))


def beside(file: Path) -> list[str]:
    """Names in the folder that begin with a dot: what was left behind."""
    return [path.name for path in file.parent.iterdir() if path.name.startswith(".")]
