"""Benches: work bins in which parts of many boxes are cut up or washed, and then sorted on."""

from __future__ import annotations

from typing import Final

from demo.agenda import Life
from demo.halls import Filling, Hall
from demo.mix import CUT, chosen
from demo.plan import Box
from sorting.actions import Part, Sort, sort_bin
from sorting.gates import PassGate, pass_bin

BEHIND: Final = {
    "cut_up": frozenset({*CUT, "metal_plastic"}),
    "washed": frozenset({"repaired"}),
}
"""What a bench is for: the gate on it, and the destinations behind it."""

METAL_PERMILLE: Final = 25


class Benches:
    """The benches of one hall, one for each gate."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self._open: dict[str, Filling] = {}

    def code_for(self, gate: str) -> str:
        """The work bin that stands on a bench."""
        if gate not in self._open:
            self._open[gate] = self.hall.new_bin(None)
        return self._open[gate].code

    def filled(self, gate: str, mass_g: int, box: Box) -> None:
        """So much of a box went onto a bench."""
        bench = self._open[gate]
        bench.mass_g += mass_g
        bench.boxes[box.number] = box
        box.benches.add(bench.code)

    def clear_full(self) -> None:
        """Work full benches off tomorrow."""
        for gate, bench in list(self._open.items()):
            if bench.mass_g >= bench.limit_g:
                self._clear(gate)

    def clear_all(self, over_g: int) -> None:
        """Work off whatever lies on the benches, but for a little."""
        for gate, bench in list(self._open.items()):
            if bench.mass_g >= over_g:
                self._clear(gate)

    def _clear(self, gate: str) -> None:
        bench = self._open.pop(gate)
        self.hall.later(self._life(gate, bench), 1)

    def _life(self, gate: str, bench: Filling) -> Life:
        hall = self.hall
        if gate == "washed":
            yield 2
        hall.hand.do(
            pass_bin,
            PassGate,
            bench.code,
            station=hall.station("inspection"),
            gate=gate,
            mass_g=bench.mass_g,
            pieces=None,
            evidence=None,
        )
        parts = self._parts(gate, bench.mass_g)
        for destination, _ in parts:
            hall.open_for(destination)
        answer = hall.hand.do(
            sort_bin,
            Sort,
            bench.code,
            station=hall.station("sorting"),
            parts=tuple(self._part(destination, mass_g) for destination, mass_g in parts),
        )
        for (destination, mass_g), code in zip(parts, answer["bins"], strict=True):
            hall.filled(destination, code, mass_g)
        hall.close_full()
        for box in bench.boxes.values():
            box.benches.discard(bench.code)

    def _parts(self, gate: str, mass_g: int) -> list[tuple[str, int]]:
        if gate == "washed":
            return [("repaired", mass_g)]
        destination = chosen(CUT, self.hall.dice)
        metal_g = mass_g * METAL_PERMILLE // 1000
        if metal_g < 2_000:
            return [(destination, mass_g)]
        return [(destination, mass_g - metal_g), ("metal_plastic", metal_g)]

    def _part(self, destination: str, mass_g: int) -> Part:
        return Part(
            destination=destination,
            bin=None,
            mass_g=mass_g,
            article_group=None,
            pieces=None,
            quality=None,
            scale=self.hall.scales["table"],
        )
