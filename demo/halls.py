"""A hall: its stations, scales and containers, what it may send where, and its open bins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from catalogue.errors import DestinationForbidden
from catalogue.rulebook import OperatorBook, Rulebook
from demo.agenda import Agenda, Life
from demo.hand import Hand
from demo.mix import WHOLE, Rudder
from demo.plan import Box
from demo.world import OPERATOR, containers_of
from dispatch.bins import CloseBin, close_bin
from sorting.opening import OpenBin, open_new_bin
from sorting.rules import may_go
from streams.reversals import Reverse, reverse


class Permits:
    """Where the owners let their goods go."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._operator: OperatorBook = book.operators[book.organisation(OPERATOR).id]
        self._known: dict[tuple[str, str | None], frozenset[str]] = {}
        self.gates: Mapping[str, tuple[str, ...]] = {
            row.code: row.gates for row in self._operator.destinations
        }
        self.streams = {row.code: row.stream for row in self._operator.destinations}

    def of(self, supplier: str, group: str | None) -> frozenset[str]:
        """Destinations to which this group of this supplier may go."""
        key = (supplier, group)
        if key not in self._known:
            self._known[key] = frozenset(
                row.code
                for row in self._operator.destinations
                if self._may_go(supplier, group, row.code)
            )
        return self._known[key]

    def _may_go(self, supplier: str, group: str | None, code: str) -> bool:
        owner = self._book.organisation(supplier).id
        unknown = self._operator.unknown
        try:
            may_go(
                next(row for row in self._operator.destinations if row.code == code),
                self._operator.group(group),
                unknown=group is None,
                of_supplier={
                    key: codes
                    for (by, key), codes in self._operator.owner_rules.items()
                    if by == owner
                },
                all_groups=[g for g in self._operator.groups.values() if g.id != unknown.id],
            )
        except DestinationForbidden:
            return False
        return True


@dataclass(slots=True, kw_only=True)
class Filling:
    """A bin that is being filled. limit_g: when it is full; since: the working day it was opened.

    boxes: those of which a bench (a bin without a destination) holds something.
    """

    code: str
    destination: str | None
    limit_g: int
    since: int
    mass_g: int = 0
    tare_g: int = 0
    boxes: dict[int, Box] = field(default_factory=dict)


class Hall:
    """A site at work. closed: bins that wait for a lorry, by destination. loose_ends: whether some
    things are left for whoever looks at the demo, which years later would be hard to believe."""

    def __init__(
        self,
        said: Mapping[str, Any],
        *,
        hand: Hand,
        agenda: Agenda,
        rudder: Rudder,
        permits: Permits,
        loose_ends: bool = True,
    ) -> None:
        self.loose_ends = loose_ends
        self.code: str = said["code"]
        self.hand = hand
        self.agenda = agenda
        self.rudder = rudder
        self.permits = permits
        self.scales = {scale["use"]: scale["code"] for scale in said["scales"]}
        self.scales.setdefault("again", self.scales["box"])
        self.containers = cycle(containers_of(said))
        self.open: dict[str, Filling] = {}
        self.closed: dict[str, list[Filling]] = {}
        self._stations = {
            kind: cycle([str(row["code"]) for row in said["stations"] if row["kind"] == kind])
            for kind in ("intake", "inspection", "sorting", "dispatch")
        }
        self._bins_closed = 0

    @property
    def dice(self) -> Random:
        return self.hand.dice

    def station(self, kind: str) -> str:
        """The next station of a kind: they take turns."""
        return next(self._stations[kind])

    def open_for(self, destination: str) -> None:
        """Put an empty bin ready, now and then; else the first part opens one by itself."""
        if destination not in self.open and self.dice.random() < 0.6:
            self.open[destination] = self.new_bin(destination)

    def new_bin(self, destination: str | None) -> Filling:
        """Open a bin in a container, or a bench when it has no destination."""
        container, tare_g = next(self.containers)
        answer = self.hand.do(
            open_new_bin,
            OpenBin,
            code=None,
            site=self.code,
            destination=destination,
            container=container,
        )
        return self._track(answer["code"], destination, tare_g)

    def filled(self, destination: str, code: str, mass_g: int) -> None:
        """So much went into the open bin of a destination."""
        filling = self.open.get(destination)
        if filling is None or filling.code != code:
            filling = self.open[destination] = self._track(code, destination, 40_000)
        filling.mass_g += mass_g

    def close_full(self) -> None:
        """Close what is full. Only after all parts of a scan: two may have gone into one bin."""
        for destination, filling in list(self.open.items()):
            if filling.mass_g >= filling.limit_g:
                self.close(destination)

    def close(self, destination: str) -> None:
        """Weigh the open bin of a destination and put it with those that wait."""
        filling = self.open.pop(destination)
        self._bins_closed += 1
        number = self._bins_closed
        if number % 40 == 6:
            self._weigh_bin(filling, off=0.2)
            self.hand.do(
                reverse,
                Reverse,
                self.hand.last_scan,
                by=self.hand.people.leader,
                reason="wrong_weight",
            )
        self._weigh_bin(filling, off=0.04 if number % 50 == 9 else self.dice.gauss(0, 0.002))
        self.closed.setdefault(destination, []).append(filling)

    def close_old(self, days: int) -> None:
        """Bins that fill slowly leave half full, so that nothing stays for months."""
        for destination, filling in list(self.open.items()):
            if filling.mass_g >= 20_000 and self.agenda.day - filling.since > days:
                self.close(destination)

    def later(self, life: Life, days: int) -> None:
        """Let something begin after some working days."""
        self.agenda.add(life, day=self.agenda.day + days)

    def _weigh_bin(self, filling: Filling, *, off: float) -> None:
        net_g = max(500, round(filling.mass_g * (1 + off) / 500) * 500)
        answer = self.hand.do(
            close_bin,
            CloseBin,
            filling.code,
            gross_g=net_g + filling.tare_g,
            tare_g=filling.tare_g,
            scale=self.scales["again"],
        )
        if abs(off) < 0.1:
            self.went(filling.destination or "", answer["mass_g"] - filling.mass_g)
            filling.mass_g = answer["mass_g"]

    def went(self, destination: str, mass_g: int) -> None:
        """Tell the rudder that so much more (or less) came to a destination."""
        stream = self.permits.streams[destination]
        self.rudder.went(stream, mass_g, whole=destination == WHOLE)

    def _track(self, code: str, destination: str | None, tare_g: int) -> Filling:
        limit_g = self.dice.randrange(250, 400) * 1000
        return Filling(
            code=code,
            destination=destination,
            limit_g=limit_g,
            since=self.agenda.day,
            tare_g=tare_g,
        )
