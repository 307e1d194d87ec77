"""The commands for what can be checked: the audit, signed heads to keep, and a new key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from web.terminal import now, open_database, progress, ring_of, tell


def verify(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="Signed heads kept elsewhere; may be given more than once.",
        ),
    ] = None,
) -> None:
    """Recompute everything from the entries. Exit code 1 and the first breach if it differs.

    History that was written anew, or newest entries that were cut off, can only be seen with a
    checkpoint that was kept elsewhere. A checkpoint that counts entries which a restore cut off is
    no breach: it is said so in words, with exit code 1.
    """
    from chain.queries import heads
    from web.checkpoints import seals
    from web.upkeep import verdict

    with open_database() as (database, settings), database.read() as session:
        keys = ring_of(settings).public_keys()
        given = [seal for file in checkpoint or () for seal in seals(file.read_text(), keys)]
        with progress("Verifying") as bar:
            found = verdict(
                session,
                keys,
                given,
                progress=lambda what, done, whole: bar(done, whole, what),
            )
        standing = heads(session)
    if found.breach is not None:
        tell(str(found.breach))
        raise typer.Exit(1)
    for cut in found.cuts:
        tell(str(cut))
    if found.unknown:
        tell(f"{found.unknown} kept checkpoints were signed with keys that are not here.")
    if found.cuts:
        raise typer.Exit(1)
    entries = sum(head.size for head in standing)
    against = f", and {len(given)} signed heads" if given else ""
    tell(f"Everything adds up: {entries} entries in {len(standing)} chains{against}.")


def write_checkpoint(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
) -> None:
    """Write the signed heads of all chains, to be kept where nobody here can change them."""
    from web.checkpoints import checkpoint_of_all

    with open_database() as (database, settings):
        ring = ring_of(settings)
        with database.write() as session:
            signed = checkpoint_of_all(session, ring, now=now())
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(json.dumps(signed, indent=1) + "\n")
    draft.replace(file)
    tell(f"{file} holds the heads of {len(signed)} chains.")


def rotate_key() -> None:
    """Let a new key sign from now on. The public half of the old one stays, for what it signed.

    Every operator's chain says so, signed by the old key. Servers go on running.
    """
    from web.keys import rotate

    with open_database() as (database, settings):
        done = rotate(database, settings.keys, now=now())
    if done.finished:
        tell(f"A rotation that was cut off is finished: key {done.key} signs.")
    else:
        tell(f"Key {done.key} signs from now on.")
    tell(f"{done.entries} chains say so. Make a copy of {settings.keys}: it is the only one.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("verify")(verify)
    app.command("checkpoint")(write_checkpoint)
    app.command("rotate-key")(rotate_key)
