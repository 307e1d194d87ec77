"""The hand that scans: sends commands to the actions, one after the other, as the clock goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.access import Viewer
from demo.days import Clock
from demo.world import People
from streams.acts import Command
from streams.ledger import Booked

_DEMO = UUID("6c1d9f0e-2f6b-5d0a-9b57-0d3c3a1e7a52")


@dataclass(slots=True, kw_only=True)
class Hand:
    """session: of the day that is being worked. last_scan: for whoever wants to undo it."""

    people: People
    dice: Random
    clock: Clock
    name: str
    session: Session
    scans: int = 0
    last_scan: str = ""
    done: Counter[str] = field(default_factory=Counter)

    def do(
        self,
        verb: Callable[..., Booked],
        command: type[Command],
        *target: str,
        by: Viewer | None = None,
        note: str | None = None,
        **said: Any,
    ) -> dict[str, Any]:
        """Carry out a command on its target, as a worker when nobody else is named."""
        scan_id, at = self.next_scan()
        built = command(scan_id=scan_id, scanned_at=at, note=note, **said)
        return self.send(verb, built, *target, by=by, at=at)

    def send(
        self,
        verb: Callable[..., Booked],
        built: Command,
        *target: str,
        by: Viewer | None = None,
        at: datetime,
    ) -> dict[str, Any]:
        """Carry out a command that was built elsewhere."""
        booked = verb(self.session, *target, built, viewer=by or self.people.worker, now=at)
        self.last_scan = built.scan_id
        self.done[verb.__name__] += 1
        return booked.answer

    def next_scan(self) -> tuple[str, datetime]:
        """A scan_id that follows from the demo's name, and the moment of the scan."""
        self.scans += 1
        return str(uuid5(_DEMO, f"{self.name}/{self.scans}")), self.clock.tick()
