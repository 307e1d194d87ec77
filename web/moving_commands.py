"""Commands around a whole database: try whether a backup can be brought back, begin anew from what
others brought back, and move house."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from store.engine import Database
from web.terminal import NotReady, any_database, now, open_database, progress, ring_of, tell

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


def restored() -> None:
    """Say on every chain that the database was put back to an earlier moment, by other means.

    For what PostgreSQL restored to a point in time, or a disk was put back to. It tells what every
    chain ends with, audits all, and lets tablets send again. Stop the server first.
    """
    from chain.actions import instant
    from store.backup import is_in_recovery, require_alone
    from web.queries import last_entries
    from web.upkeep import begin_anew

    with open_database() as (database, settings):
        with database.read() as session:
            last = last_entries(session)
        for one in last:
            tell(f"{one.chain} ends with entry {one.seq}, {one.kind}, {instant(one.recorded_at)}.")
        if is_in_recovery(database):
            raise NotReady(
                "PostgreSQL is still in recovery and takes no writes. Is this the right moment? "
                "Then let it go on with SELECT pg_wal_replay_resume(), and run this once more."
            )
        require_alone(database)
        newest = max((instant(one.recorded_at) for one in last), default="")
        begin_anew(database, now=now(), ring=ring_of(settings), backup_at=newest)
    tell(f"The database is as it was after {newest}, and adds up.")
    tell_what_is_next()


def tell_what_is_next() -> None:
    """What people must know after any restore."""
    tell("Tablets will send again what they had accepted since. Everybody signs in anew.")
    tell("API tokens and tablets that were revoked since are valid again: look through them.")


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
    """Let the command line know them."""
    app.command()(rehearse)
    app.command()(restored)
    app.command()(move)
