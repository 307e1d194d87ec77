"""Open bins: for a destination, or without one to work in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import CodeKind
from catalogue.kinds import BinState
from catalogue.labels import label_for
from catalogue.rulebook import rulebook
from streams.acts import Act, Command, unreserved
from streams.changes import new_bin
from streams.ledger import Booked, book, site_day
from streams.relabellings import require_unused
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBin(Command):
    """A new bin for a destination, or a work bin for none."""

    code: str | None
    site: str
    destination: str | None
    container: str | None


def open_new_bin(session: Session, command: OpenBin, *, viewer: Viewer, now: datetime) -> Booked:
    """Open a bin. Raises NotFound, Malformed, CodeTaken, PracticeLabel, ScanReused."""
    if before := answered(session, "bin", None, command):
        return before
    reference = rulebook(session)
    site = reference.site(command.site, viewer)
    day = site_day(command.scanned_at, site)
    destination = (
        reference.operator(site).destination(command.destination, day)
        if command.destination
        else None
    )
    container = reference.container(command.container, site).ref if command.container else None
    label = label_for(session, reference, CodeKind.BIN, command.code, site, viewer)
    code = label.code
    require_unused(session, code)
    act = Act(
        kind="bin",
        site=site,
        command=command,
        subject=code,
        rows=[new_bin(code, site, destination, container)],
        flags=unreserved(label),
        answer={
            "code": code,
            "mass_g": 0,
            "destination": destination.code if destination else None,
            "state": BinState.OPEN.value,
        },
    )
    return book(session, act, now=now)
