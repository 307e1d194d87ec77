"""What an installation needs from time to time: an audit, and a new beginning after a restore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from accounts.actions import end_all_sessions
from chain.actions import new_epoch
from chain.queries import heads
from chain.signed import restored
from proof.signing import KeyRing
from store.archive import BackupUnusable
from store.engine import Database
from streams.seals import Cut, Seal, everything_signed
from streams.verify import Breach, Progress, audit
from web.checkpoints import kept_seals


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit found. breach: the first thing that does not add up. cuts: checkpoints that
    count entries which a restore cut off. kept, unknown: how many checkpoints that were given out
    hold, and how many could not be looked at, because their key is not at hand.
    """

    breach: Breach | None
    cuts: tuple[Cut, ...]
    kept: int
    unknown: int


def verdict(
    session: Session,
    public_keys: Mapping[str, bytes],
    checkpoint: Sequence[Seal] = (),
    *,
    progress: Progress | None = None,
) -> Verdict:
    """Audit the register, against itself and against all that was ever signed.

    checkpoint: what was kept elsewhere. public_keys, by key id: those of this installation. The
    tables of every room must have been imported.
    """
    breach = next(audit(session, progress=progress), None)
    kept, broken, unknown = kept_seals(session, public_keys)
    if breach is not None:
        return Verdict(breach, (), len(kept), unknown)
    found = everything_signed(session, [*kept, *checkpoint], public_keys)
    breaches = [*broken, *(one for one in found if isinstance(one, Breach))]
    cuts = tuple(one for one in found if isinstance(one, Cut))
    return Verdict(breaches[0] if breaches else None, cuts, len(kept), unknown)


def said_by_heads(session: Session) -> dict[str, str]:
    """Where every chain stands, for a backup to remember."""
    return {head.chain: f"{head.size} {head.head_hash}" for head in heads(session)}


def require_whole(session: Session, ring: KeyRing | None = None) -> None:
    """Raise BackupUnusable when a copy of a register does not add up. ring: to check signatures."""
    breach = verdict(session, ring.public_keys() if ring else {}).breach
    if breach is not None:
        raise BackupUnusable(f"The backup does not add up: {breach}.")


def begin_anew(
    database: Database, *, now: datetime, ring: KeyRing | None = None, backup_at: str = ""
) -> None:
    """Audit what was restored and write so on every chain. Raises BackupUnusable.

    ring: its key signs what was restored, so that nobody can pass tampering off as a restore.
    backup_at: when the backup was made.

    The new epochs make tablets send again what they had accepted since the backup; everybody
    signs in anew, because who was signed out since then would be signed in again.
    """
    with database.read() as session:
        require_whole(session, ring)
    with database.write() as session:
        for head in heads(session):
            signed = restored(head, ring, backup_at=backup_at, now=now) if ring else None
            new_epoch(session, head.chain, now=now, restored=signed)
        end_all_sessions(session, now=now)
