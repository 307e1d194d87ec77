"""The door out: shipments every two weeks, what comes back, and what outlets say they did."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, cycle
from typing import Any, Final

from catalogue.kinds import Stream
from demo.agenda import Life
from demo.halls import Filling, Hall
from demo.mix import UNGATED, WHOLE
from demo.world import WORLD
from dispatch.confirming import Confirm, TreatedLine, confirm
from dispatch.legs import AddLeg, add_leg
from dispatch.returning import ReturnLine, TakeBack, take_back
from dispatch.shipping import Ship, ship
from sorting.actions import Part, Sort, sort_bin

LORRY_BINS: Final = 26
OLD_AFTER_DAYS: Final = 40

OUTLETS: Final[Mapping[str, Mapping[str, Any]]] = {
    destination: outlet for outlet in WORLD["outlets"] for destination in outlet["takes"]
}

BIN_SENT_BACK: Final = (12, 3)
LOOSE_SENT_BACK: Final = (17, 8)
NEVER_CONFIRMED: Final = (20, 11)
CONFIRMED_LATE: Final = (9, 5)
GOES_ON: Final = (7, 3)
PARTLY_REFUSED: Final = (4, 1)
IN_TWO_GOES: Final = (8, 6)


class Road:
    """Lorries of all halls."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._lorries = cycle(
            [(one["code"], plate) for one in WORLD["carriers"] for plate in one["plates"]]
        )

    def loading_day(self, hall: Hall) -> Life:
        """Everything that waits leaves, a lorry and a destination at a time."""
        hall.close_old(OLD_AFTER_DAYS)
        for destination, waiting in sorted(hall.closed.items()):
            while waiting:
                load, waiting[:] = waiting[:LORRY_BINS], waiting[LORRY_BINS:]
                hall.agenda.add(self._shipment_life(hall, destination, load))
        yield from ()

    def _shipment_life(self, hall: Hall, destination: str, load: list[Filling]) -> Life:
        number = next(self._numbers)
        outlet = OUTLETS[destination]
        carrier, plate = next(self._lorries)
        goes_on = _happens(number, GOES_ON)
        answer = hall.hand.do(
            ship,
            Ship,
            by=hall.hand.people.leader,
            outlet=outlet["code"],
            bins=tuple(sorted(filling.code for filling in load)),
            waybill=f"DEMO-{number:05}",
            carrier=carrier,
            vehicle=plate,
            to_place=WORLD["transfer"] if goes_on else None,
        )
        code, left_g = answer["code"], answer["mass_g"]
        if goes_on:
            self._goes_on(hall, code, outlet["code"])
        if _happens(number, BIN_SENT_BACK) and destination not in (WHOLE, *UNGATED.values()):
            yield 2
            lightest = min(load, key=lambda filling: filling.mass_g)
            left_g -= _bin_back(hall, code, destination, lightest)
        elif _happens(number, LOOSE_SENT_BACK) and destination == WHOLE:
            yield 3
            left_g -= _loose_back(hall, code, min(60_000, left_g // 10))
        if left_g == 0 or (hall.loose_ends and _happens(number, NEVER_CONFIRMED)):
            return
        soonest, latest = outlet["confirms"]
        yield hall.dice.randint(soonest, latest) + 35 * _happens(number, CONFIRMED_LATE)
        if destination == WHOLE and _happens(number, PARTLY_REFUSED):
            refused_g = _refuse_some(hall, code, outlet, left_g)
            yield 2
            _loose_back(hall, code, refused_g, rest_g=0)
            return
        if _happens(number, IN_TWO_GOES):
            treated_g = _confirm(hall, code, outlet, destination, left_g * 3 // 5, of_g=left_g)
            yield 6
            left_g -= treated_g
        _confirm(hall, code, outlet, destination, left_g)

    def _goes_on(self, hall: Hall, code: str, outlet: str) -> None:
        """The outlet sends a lorry of its own choice to where the first one unloaded."""
        carrier, plate = next(self._lorries)
        hall.hand.do(
            add_leg,
            AddLeg,
            code,
            by=hall.hand.people.leader,
            carrier=carrier,
            vehicle=plate,
            from_place=None,
            to_place=None,
            ordered_by=outlet,
        )


def _happens(number: int, when: tuple[int, int]) -> bool:
    period, first = when
    return number % period == first


def _refuse_some(hall: Hall, code: str, outlet: Mapping[str, Any], shipped_g: int) -> int:
    """An outlet takes most of a lorry, and does not want the rest."""
    refused_g = min(40_000, shipped_g // 10)
    hall.hand.do(
        confirm,
        Confirm,
        code,
        by=hall.hand.people.of[outlet["code"]],
        lines=(TreatedLine(treatment=WHOLE, mass_g=shipped_g - refused_g),),
        document=None,
        refused_g=refused_g,
        refused_reason="refused_by_outlet",
    )
    return refused_g


def _confirm(
    hall: Hall,
    code: str,
    outlet: Mapping[str, Any],
    destination: str,
    shipped_g: int,
    *,
    of_g: int | None = None,
) -> int:
    """An outlet weighs what it got, mostly a little less, and says what it did with it.

    of_g: what it got, when it treated only so much of it yet. How much left the shipment.
    """
    total_g = max(1_000, round(shipped_g * hall.dice.uniform(0.98, 1.002) / 1000) * 1000)
    burnt_g = total_g * outlet.get("burns_permille", 0) // 1000
    hall.went(destination, total_g - burnt_g - shipped_g)
    lines = [TreatedLine(treatment=destination, mass_g=total_g - burnt_g)]
    if burnt_g:
        hall.went("energy_plant", burnt_g)
        lines.append(TreatedLine(treatment="energy_plant", mass_g=burnt_g))
    hall.hand.do(
        confirm,
        Confirm,
        code,
        by=hall.hand.people.of[outlet["code"]],
        lines=tuple(lines),
        document=None,
        rest_g=of_g - shipped_g if of_g else None,
    )
    return shipped_g


def _bin_back(hall: Hall, code: str, destination: str, filling: Filling) -> int:
    """The outlet sends a whole bin back, which then is cut up under guard."""
    answer = hall.hand.do(
        take_back,
        TakeBack,
        code,
        by=hall.hand.people.leader,
        lines=(ReturnLine(bin=filling.code, mass_g=None),),
        reason="refused_by_outlet",
    )
    back_g = int(answer["mass_g"])
    hall.later(_cut_after_all(hall, filling.code, destination, back_g), 1)
    return back_g


def _cut_after_all(hall: Hall, code: str, destination: str, mass_g: int) -> Life:
    _empty(hall, code, destination, mass_g)
    yield from ()


def _loose_back(hall: Hall, code: str, back_g: int, *, rest_g: int | None = None) -> int:
    """The outlet sends some of a lorry back, loose."""
    bench = hall.new_bin(None)
    hall.hand.do(
        take_back,
        TakeBack,
        code,
        by=hall.hand.people.leader,
        lines=(ReturnLine(bin=bench.code, mass_g=back_g),),
        reason="refused_by_outlet",
        rest_g=rest_g,
    )
    _empty(hall, bench.code, WHOLE, back_g)
    return back_g


def _empty(hall: Hall, code: str, meant_for: str, mass_g: int) -> None:
    destination = UNGATED[Stream.RECYCLE]
    hall.open_for(destination)
    part = Part(
        destination=destination,
        bin=None,
        mass_g=mass_g,
        article_group=None,
        pieces=None,
        quality=None,
        scale=None,
    )
    answer = hall.hand.do(sort_bin, Sort, code, station=hall.station("sorting"), parts=(part,))
    hall.filled(destination, answer["bins"][0], mass_g)
    hall.went(meant_for, -mass_g)
    hall.went(destination, mass_g)
    hall.close_full()
