"""A bin that opens by itself: the first part for a destination that has no open bin."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.codes import CodeKind, mint
from catalogue.kinds import BinState
from catalogue.rows import DestinationRow, SiteRow
from catalogue.rulebook import Rulebook
from chain.actions import lock
from streams.acts import Act, Command
from streams.changes import new_bin
from streams.ledger import book
from streams.queries import BinRow, open_bin_for


def bin_for(
    session: Session,
    reference: Rulebook,
    site: SiteRow,
    destination: DestinationRow,
    cause: Command,
    *,
    now: datetime,
) -> BinRow:
    """The open bin of a destination that had none. Nothing may be locked after it.

    Another station may have opened one while this one waited for the head of the chain.
    """
    lock(session, site.chain)
    opened = open_bin_for(session, reference, site, destination)
    return opened or open_bin(session, site, destination, cause, now=now)


def open_bin(
    session: Session,
    site: SiteRow,
    destination: DestinationRow | None,
    cause: Command,
    *,
    now: datetime,
) -> BinRow:
    """Open a bin on behalf of another command, as an entry of its own.

    Its `scan_id` follows from the cause's, so a repeat of the cause names the same bin.
    """
    label = destination.label if destination else "work"
    code = mint(CodeKind.BIN)
    own = Command(
        scan_id=str(uuid5(UUID(cause.scan_id), f"bin:{label}")), scanned_at=cause.scanned_at
    )
    act = Act(
        kind="bin",
        site=site,
        command=own,
        subject=code,
        rows=[new_bin(code, site, destination, None)],
        answer={"code": code},
    )
    booked = book(session, act, now=now)
    return BinRow(
        id=booked.entry_id,
        code=code,
        site=site,
        destination=destination,
        container=None,
        state=BinState.OPEN,
        gross_g=None,
        tare_g=None,
    )
