"""What every command needs at a terminal: the database, a password, a bar, and plain words."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import typer
from sqlalchemy.exc import DBAPIError

from catalogue.errors import Malformed, NotFound, Refusal
from proof.signing import KeyRing, load_or_create_ring
from store.engine import Database
from web.settings import Settings, from_environment


class NotReady(Exception):
    """The database is not in a state for this; the message says what to do first."""


class Bar(Protocol):
    """Told how much is done, and out of how much."""

    def __call__(self, done: int, whole: int, what: str = "") -> None: ...


@contextmanager
def any_database() -> Iterator[tuple[Database, Settings]]:
    """The database, whatever its shape, and the settings."""
    settings = from_environment()
    database = Database(settings.database_url)
    try:
        yield database, settings
    finally:
        database.dispose()


@contextmanager
def open_database() -> Iterator[tuple[Database, Settings]]:
    """The database, of today's shape, and the settings. Raises NotReady."""
    from migrations.metadata import every_table
    from migrations.steps import is_current

    every_table()
    with any_database() as (database, settings):
        file = database.url.database if database.dialect == "sqlite" else None
        # Looking at a SQLite file that is not there would make it.
        if (file and not Path(file).exists()) or not is_current(database):
            raise NotReady("The database is missing or of another version: run `stofstroom init`.")
        yield database, settings


def ring_of(settings: Settings) -> KeyRing:
    return load_or_create_ring(settings.keys, now=now())


def ask_password() -> str:
    given = os.environ.get("STOFSTROOM_PASSWORD")
    if given:
        return given
    if not sys.stdin.isatty():
        raise typer.BadParameter("There is no terminal to ask at: set STOFSTROOM_PASSWORD.")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


@contextmanager
def progress(title: str) -> Iterator[Bar]:
    """A bar on stderr, where somebody can see it."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title)

        def update(done: int, whole: int, what: str = "") -> None:
            bar.update(task, description=f"{title} {what}".rstrip(), completed=done, total=whole)

        yield update


def now() -> datetime:
    return datetime.now(UTC)


def tell(message: str) -> None:
    """Say something to people."""
    typer.echo(message, err=True)


def in_words(error: Exception) -> str:
    """An expected error in words, without a traceback."""
    if isinstance(error, NotFound):
        return "There is no such organisation, site, station or person."
    if isinstance(error, Malformed):
        return f"{error.figures['field']}: {error.figures['problem']}."
    if isinstance(error, Refusal):
        figures = ", ".join(f"{name}: {value}" for name, value in error.figures.items())
        return f"{error.title} {figures}".strip()
    if isinstance(error, DBAPIError):
        return f"The database says: {error.orig}".strip()
    return str(error)
