"""The work floor: the life of a box from the gate until its balance is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from catalogue.errors import BalanceOpen, MassExceeded
from catalogue.kinds import Stream
from demo import numbers
from demo.agenda import Life
from demo.benches import BEHIND, Benches
from demo.gate_in import correct, receive
from demo.halls import Hall
from demo.incidents import bag_aside, find_life, hand_over_life, whole_box_held
from demo.mix import UNGATED, WHOLE, divided, portions
from demo.plan import Box
from intake.actions import WeighBatch, weigh_batch
from intake.aside import SetAside, refuse_batch
from sorting.actions import Part, Sort, sort_batch
from sorting.closing import Close, NamedLoss, close_batch, reopen_batch
from sorting.gates import PassGate, pass_batch
from streams.reversals import Reverse, reverse

LOSSES: Final = {"dust": 8, "moisture": 30, "packaging": 20, "counting_error": 3}
"""Kinds of loss, with the thousandths of a box that a worker blames on each at most."""

GATES_BY_BATCH: Final = ("logo_removed", "witnessed", "serial_noted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A part that will leave the box: to a destination, or to the bench of a gate."""

    mass_g: int
    pieces: int
    group: str | None
    destination: str | None = None
    bench: str | None = None


class Floor:
    """Everything that befalls boxes in one hall."""

    def __init__(self, hall: Hall, benches: Benches) -> None:
        self.hall = hall
        self.benches = benches
        self.by_number = 0

    def life(self, hall: Hall, box: Box) -> Life:
        """From the gate until it is closed, over a few days."""
        assert hall is self.hall, "a box is worked where it arrived"
        dice = hall.dice
        receive(hall, box)
        yield dice.choice((1, 1, 2))
        if box.meets("refused"):
            self._refuse(box)
            return
        yield from self._inspect(box)
        planned = self._plan(box, self._residue_g(box))
        self._pass_gates(box, planned)
        scans = _scans(planned, self.hall.dice.choice((1, 2, 2)))
        pause = dice.randrange(1, len(scans)) if len(scans) > 1 and dice.random() < 0.3 else 0
        for number, parts in enumerate(scans):
            if number and number == pause:
                yield 1
            self._sort(box, parts, wrong_first=not number and box.meets("wrong_bin"))
            if not number and box.meets("wrong_supplier"):
                correct(hall, box, "wrong_supplier", supplier=box.supplier)
        while box.benches:
            yield 1
        self._close(box)
        yield 1
        self._afterwards(box)

    def _refuse(self, box: Box) -> None:
        self.hall.hand.do(refuse_batch, SetAside, box.code, reason="contaminated", mass_g=None)

    def _inspect(self, box: Box) -> Life:
        hall = self.hall
        if box.group == "wet" or (box.estimated and box.number % 3):
            self._weigh_again(box)
        self._pass(box, "xray", mass_g=box.left_g)
        if box.meets("wrong_gate"):
            hall.hand.do(reverse, Reverse, hall.hand.last_scan, reason="mistake")
            self._pass(box, "xray", mass_g=box.left_g)
        if box.meets("loose_find"):
            hall.agenda.add(find_life(hall))
        if box.meets("find") or box.meets("stopping_find"):
            yield from hand_over_life(hall, box)
        if box.meets("bag_held"):
            yield from bag_aside(hall, box)
        if box.meets("box_held"):
            yield from whole_box_held(hall, box)

    def _weigh_again(self, box: Box) -> None:
        wet = box.group == "wet" and not box.estimated
        net_g = round(box.left_g * 0.975 / 500) * 500 if wet else box.net_g
        _, tare_g = next(self.hall.containers)
        answer = self.hall.hand.do(
            weigh_batch,
            WeighBatch,
            box.code,
            station=self.hall.station("inspection"),
            gross_g=net_g + tare_g,
            tare_g=tare_g,
            quality=None,
            scale=self.hall.scales["again"],
            loss_kind="moisture" if wet else None,
        )
        box.left_g = answer["held_g"]

    def _pass(
        self, box: Box, gate: str, *, mass_g: int | None = None, pieces: int | None = None
    ) -> None:
        self.hall.hand.do(
            pass_batch,
            PassGate,
            box.code,
            station=self.hall.station("inspection"),
            gate=gate,
            mass_g=mass_g,
            pieces=pieces,
            evidence=None,
        )

    def _residue_g(self, box: Box) -> int:
        """What will not be found on any table: moisture, dust, and what scales do not see."""
        if box.meets("closed_by_leader"):
            return box.left_g * 35 // 1000
        if box.meets("weighs_more"):
            return 0
        return int(box.left_g * self.hall.dice.uniform(0.001, 0.008))

    def _plan(self, box: Box, residue_g: int) -> list[Planned]:
        """Where the box will go, in the weighings in which it will leave the table."""
        hall, dice = self.hall, self.hall.dice
        shares = hall.rudder.wanted(box.left_g - residue_g, box.inside)
        routes: list[tuple[str | None, str | None, int]] = []
        routes += self._reuse(box, shares[Stream.REUSE])
        routes += self._recycle(box, shares[Stream.RECYCLE])
        routes += self._burnt(box, shares[Stream.INCINERATION])
        # What is free of gates goes last: a box that weighs more than it did loses it there.
        routes.sort(key=lambda route: (route[0] in UNGATED.values(), route[0] or ""))
        parts = [
            (destination, bench, mass_g)
            for destination, bench, whole_g in routes
            for mass_g in portions(whole_g, dice)
        ]
        if box.meets("weighs_more") and parts[-1][0] in UNGATED.values():
            parts[-1] = (*parts[-1][:2], parts[-1][2] + box.left_g * 6 // 1000)
        pieces = divided(box.left_pieces, [mass_g for *_, mass_g in parts])
        return [
            Planned(
                mass_g=mass_g,
                pieces=count,
                group=self._found(box, destination, bench),
                destination=destination,
                bench=bench,
            )
            for (destination, bench, mass_g), count in zip(parts, pieces, strict=True)
        ]

    def _reuse(self, box: Box, mass_g: int) -> list[tuple[str | None, str | None, int]]:
        dice = self.hall.dice
        other = dice.choices(("washed", "public_sale", "donation", ""), (26, 24, 18, 32))[0]
        other_g = int(mass_g * dice.uniform(0.25, 0.5)) // 100 * 100
        if other == "washed":
            fits = self._fits_bench(box, other)
        else:
            fits = other in self.hall.permits.of(box.supplier, box.inside)
        if not fits or other_g < 2_000 or mass_g - other_g < 2_000:
            return [("reissue", None, mass_g)]
        route = (None, other, other_g) if other == "washed" else (other, None, other_g)
        return [("reissue", None, mass_g - other_g), route]

    def _recycle(self, box: Box, mass_g: int) -> list[tuple[str | None, str | None, int]]:
        hall = self.hall
        if box.inside == "ballistic":
            return [("ballistic_return", None, mass_g)]
        permitted = hall.permits.of(box.supplier, box.inside)
        whole_g = hall.rudder.wanted_whole(mass_g) if WHOLE in permitted else 0
        bench = self._fits_bench(box, "cut_up") and hall.dice.random() < 0.8
        cut = (None, "cut_up") if bench else ("guarded_recycling", None)
        return [(WHOLE, None, whole_g), (*cut, mass_g - whole_g)]

    def _burnt(self, box: Box, mass_g: int) -> list[tuple[str | None, str | None, int]]:
        where = self.hall.dice.choices(
            ("energy_plant", "disposal_burning", "witnessed_burning"), (85, 9, 6)
        )[0]
        if where not in self.hall.permits.of(box.supplier, box.inside):
            where = "energy_plant"
        return [(where, None, mass_g)]

    def _fits_bench(self, box: Box, bench: str) -> bool:
        """Whether all that lies behind the bench is open to what is in the box."""
        return BEHIND[bench] <= self.hall.permits.of(box.supplier, box.inside)

    def _found(self, box: Box, destination: str | None, bench: str | None) -> str | None:
        """The group that the table says. Mostly nothing else than the label; what nobody declared
        has to be named before it may go where not everything may."""
        hall, dice = self.hall, self.hall.dice
        behind = {destination} if destination else BEHIND[bench or ""]
        if box.group is None and not behind <= hall.permits.of(box.supplier, None):
            return box.inside
        if box.inside == "ballistic" or dice.random() < 0.88:
            return None
        found = dice.choice(("workwear", "uniform_service", "footwear", "equipment"))
        return found if behind <= hall.permits.of(box.supplier, found) else None

    def _pass_gates(self, box: Box, planned: Sequence[Planned]) -> None:
        """What must be proven of this box before parts of it may go where they will."""
        gates = self.hall.permits.gates
        for gate in GATES_BY_BATCH:
            through = [p for p in planned if p.destination and gate in gates[p.destination]]
            if gate == numbers.GATE and through:
                self._note(box, max(1, sum(p.pieces for p in through)))
            elif through:
                self._pass(box, gate, mass_g=sum(p.mass_g for p in through))

    def _note(self, box: Box, pieces: int) -> None:
        """Of one box in eight every number is scanned; of the others the pieces are counted."""
        self.by_number += 1
        noted = numbers.note_numbers(self.hall, box, pieces) if self.by_number % 8 == 1 else 0
        if pieces > noted:
            self._pass(box, numbers.GATE, pieces=pieces - noted)

    def _sort(self, box: Box, planned: Sequence[Planned], *, wrong_first: bool) -> None:
        hall = self.hall
        for part in planned:
            if part.destination:
                hall.open_for(part.destination)
        if wrong_first:
            self._sort_scan(box, planned)
            hall.hand.do(reverse, Reverse, hall.hand.last_scan, reason="wrong_destination")
        try:
            answer = self._sort_scan(box, planned)
        except MassExceeded as refusal:
            # Its bins weighed more before, so the tolerance is used up: it weighs again.
            over_g = sum(part.mass_g for part in planned) - int(str(refusal.figures["held_g"]))
            planned = [*planned[:-1], replace(planned[-1], mass_g=planned[-1].mass_g - over_g)]
            answer = self._sort_scan(box, planned)
        box.left_g = answer["held_g"]
        box.left_pieces -= sum(part.pieces for part in planned)
        for part, code in zip(planned, answer["bins"], strict=True):
            if part.bench:
                self.benches.filled(part.bench, part.mass_g, box)
                stream = Stream.RECYCLE if part.bench == "cut_up" else Stream.REUSE
                hall.rudder.went(stream, part.mass_g)
            else:
                assert part.destination is not None, "a part goes somewhere"
                hall.filled(part.destination, code, part.mass_g)
                hall.went(part.destination, part.mass_g)
        self.benches.clear_full()
        hall.close_full()

    def _part(self, planned: Planned) -> Part:
        return Part(
            destination=planned.destination,
            bin=self.benches.code_for(planned.bench) if planned.bench else None,
            mass_g=planned.mass_g,
            article_group=planned.group,
            pieces=planned.pieces,
            quality=None,
            scale=self.hall.scales["table"],
        )

    def _sort_scan(self, box: Box, planned: Sequence[Planned]) -> dict[str, Any]:
        station = self.hall.station("sorting")
        parts = tuple(self._part(part) for part in planned)
        return self.hall.hand.do(sort_batch, Sort, box.code, station=station, parts=parts)

    def _close(self, box: Box) -> None:
        losses: tuple[NamedLoss, ...] = ()
        dice = self.hall.dice
        if box.left_g > 1_000 and dice.random() < 0.6:
            kind = dice.choices(list(LOSSES), [30, 40, 20, 10])[0]
            most_g = box.net_g * LOSSES[kind] // 1000
            losses = (NamedLoss(kind=kind, mass_g=min(box.left_g * 4 // 5, most_g)),)
        try:
            self._close_scan(box, losses, None, by_leader=False)
        except BalanceOpen:
            self._close_scan(box, losses, "explained", by_leader=True)
        if box.meets("closed_by_mistake"):
            leader = self.hall.hand.people.leader
            scan = self.hall.hand.last_scan
            self.hall.hand.do(reverse, Reverse, scan, by=leader, reason="mistake")
            self._close_scan(box, losses, "explained", by_leader=True)

    def _close_scan(
        self, box: Box, losses: tuple[NamedLoss, ...], reason: str | None, *, by_leader: bool
    ) -> None:
        people = self.hall.hand.people
        self.hall.hand.do(
            close_batch,
            Close,
            box.code,
            by=people.leader if by_leader else people.worker,
            station=self.hall.station("sorting"),
            losses=losses,
            reason=reason,
        )

    def _afterwards(self, box: Box) -> None:
        hall = self.hall
        if box.meets("reopened"):
            hall.hand.do(
                reopen_batch,
                Close,
                box.code,
                by=hall.hand.people.leader,
                station=hall.station("sorting"),
                losses=(),
                reason="to_check",
            )
            self._close_scan(box, (), None, by_leader=False)
        if box.meets("tare_seen_late"):
            correct(hall, box, "wrong_weight", tare_g=box.tare_g + 500)


def _scans(planned: Sequence[Planned], at_once: int) -> list[Sequence[Planned]]:
    return [planned[start : start + at_once] for start in range(0, len(planned), at_once)]
