"""What an installation needs from time to time: an audit, and a new beginning after a restore."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain as one_after_the_other

from sqlmodel import Session

from accounts.actions import end_all_sessions
from chain.actions import new_epoch
from chain.queries import heads
from store.archive import BackupUnusable
from store.engine import Database
from streams.verify import Breach, Progress, Seal, against_heads, audit


def first_breach(
    session: Session, checkpoint: Sequence[Seal] = (), *, progress: Progress | None = None
) -> Breach | None:
    """The first thing that does not add up, of the register or against a checkpoint.

    The tables of every room must have been imported.
    """
    breaches = one_after_the_other(
        audit(session, progress=progress), against_heads(session, checkpoint)
    )
    return next(breaches, None)


def said_by_heads(session: Session) -> dict[str, str]:
    """Where every chain stands, for a backup to remember."""
    return {head.chain: f"{head.size} {head.head_hash}" for head in heads(session)}


def begin_anew(database: Database, *, now: datetime) -> None:
    """Audit what was restored and write so on every chain. Raises BackupUnusable.

    The new epochs make tablets send again what they had accepted since the backup; everybody
    signs in anew, because who was signed out since then would be signed in again.
    """
    with database.read() as session:
        breach = first_breach(session)
    if breach is not None:
        raise BackupUnusable(f"The backup does not add up: {breach}.")
    with database.write() as session:
        for head in heads(session):
            new_epoch(session, head.chain, now=now)
        end_all_sessions(session, now=now)
