"""Commands around a whole database: try whether a backup can be brought back, and move house."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from store.engine import Database
from web.terminal import any_database, open_database, progress, tell

OldFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]
Address = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        help="An empty database. Without a password in it, PGPASSWORD or ~/.pgpass is asked.",
        show_default=False,
    ),
]


def rehearse(file: OldFile) -> None:
    """Bring a backup back into a database of its own, audit it, and throw that away again."""
    from migrations.metadata import every_table
    from migrations.steps import upgrade
    from store.archive import read_manifest
    from store.backup import restore
    from store.scratch import scratch
    from web.upkeep import require_whole, said_by_heads

    every_table()
    manifest = read_manifest(file)
    with any_database() as (database, _):
        server = database.url
    laps = [perf_counter()]

    def audited(loaded: Database) -> None:
        laps.append(perf_counter())
        with loaded.read() as session:
            require_whole(session)
        laps.append(perf_counter())

    with scratch(manifest.dialect, server) as tried:
        restore(tried, file, replace=False, upgrade=upgrade, facts=said_by_heads, accept=audited)
    tell(f"The backup of {manifest.made_at} can be brought back, and adds up.")
    begun, brought, whole = laps
    tell(f"{brought - begun:.1f} s to bring it back, {whole - brought:.1f} s to audit it.")


def move(to: Address) -> None:
    """Copy everything into an empty database of either kind, audited. Stop the server first."""
    from migrations.metadata import every_table
    from migrations.steps import upgrade
    from store.archive import BackupUnusable
    from store.backup import holds_something
    from store.moving import move as carry
    from web.upkeep import require_whole, said_by_heads

    with open_database() as (database, _):
        target = Database(to)
        try:
            if holds_something(target):
                raise BackupUnusable("The database to move to is not empty.")
            upgrade(target)
            with progress("Moving") as told:
                rows = carry(database, target, every_table(), facts=said_by_heads, told=told)
            with target.read() as session:
                require_whole(session)
        finally:
            target.dispose()
    tell(f"{rows} rows went over, and add up.")
    tell("Set STOFSTROOM_DATABASE_URL to the new database before the server starts again.")
    tell("Keep the old one apart and write no more into it: it does not hear of what comes next.")


def add_to(app: typer.Typer) -> None:
    """Let the command line know both."""
    app.command()(rehearse)
    app.command()(move)
