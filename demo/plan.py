"""What will come in over the year, pure: deliveries, their boxes, and what befalls each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from demo.mix import chosen
from demo.world import WORLD

BOXES: Final = 6_000
BOX_G: Final = 300_000
PIECES_PER_TONNE: Final = 1_500_000 / 1_800
"""A year at scale 1.0: 6,000 boxes, 1.8 million kg and 1.5 million pieces."""

AHEAD: Final = 15
"""Working days after the last one of which the deliveries are announced already."""

PIECE_G: Final[Mapping[str, int]] = {
    "uniform_combat": 1200,
    "uniform_service": 950,
    "uniform_dress": 1300,
    "workwear": 1050,
    "footwear": 1800,
    "equipment": 2600,
    "ballistic": 4000,
    "wet": 1600,
    "soiled": 1300,
}

EURAL: Final[Mapping[str, str]] = {
    "equipment": "200111",
    "ballistic": "150203",
    "soiled": "150203",
}
"""The waste code of a group; all other clothing is 20 01 10."""

EVENTS: Final[Mapping[str, tuple[int, int]]] = {
    "wet": (40, 18),
    "soiled": (40, 38),
    "undeclared": (24, 12),
    "guessed": (50, 13),
    "logged_twice": (70, 33),
    "wrong_tare": (55, 22),
    "wrong_group": (65, 47),
    "wrong_supplier": (60, 41),
    "refused": (150, 35),
    "find": (20, 4),
    "stopping_find": (90, 24),
    "loose_find": (97, 5),
    "bag_held": (45, 10),
    "box_held": (80, 30),
    "wrong_bin": (25, 9),
    "wrong_gate": (120, 50),
    "weighs_more": (30, 16),
    "closed_by_leader": (85, 27),
    "closed_by_mistake": (75, 15),
    "reopened": (110, 44),
    "tare_seen_late": (130, 56),
}
"""Every so many boxes, beginning with which: even sixty boxes meet all of it."""


@dataclass(slots=True, kw_only=True)
class Box:
    """A box that comes in. net_g, pieces and inside: what is in it; group: what is declared.

    code, tare_g, left_g and left_pieces follow what was scanned; benches: work bins that hold some
    of it.
    """

    number: int
    site: str
    supplier: str
    inside: str
    group: str | None
    net_g: int
    pieces: int
    delivery: str | None = None
    code: str = ""
    tare_g: int = 0
    left_g: int = 0
    left_pieces: int = 0
    estimated: bool = False
    benches: set[str] = field(default_factory=set)

    @property
    def eural(self) -> str:
        """The waste code that the gate writes down."""
        return EURAL.get(self.inside, "200110")

    def meets(self, event: str) -> bool:
        """Whether this befalls the box."""
        period, first = EVENTS[event]
        return self.number % period == first

    def times(self, event: str) -> int:
        """How often this befell a box before."""
        return self.number // EVENTS[event][0]


@dataclass(slots=True, kw_only=True)
class Delivery:
    """Boxes of one supplier that come together. arrives: number of the working day.

    announced: None when nobody said so. comes: False when it was announced and never seen.
    """

    number: int
    site: str
    supplier: str
    arrives: int
    announced: int | None
    comes: bool = True
    boxes: list[Box] = field(default_factory=list)


def deliveries(
    days: int,
    *,
    share_of_year: float,
    scale: float,
    dice: Random,
    ahead: int = AHEAD,
    after: Sequence[Delivery] = (),
) -> list[Delivery]:
    """Everything that comes in on so many working days, and soon after.

    ahead: working days after the last one that are planned too. after: what is numbered already.
    """
    wanted = max(1, round(BOXES * scale * share_of_year))
    found: list[Delivery] = []
    planned, size = 0, _size(scale, dice)
    owed: dict[str, float] = defaultdict(float)
    boxes_before = sum(len(one.boxes) for one in after)
    for day in range(days + ahead):
        due = wanted * (day + 1) // days - planned
        while due >= size or (due and day == days - 1):
            supplier = _next_supplier(owed, min(size, due), dice)
            number, first_box = len(after) + len(found), boxes_before + planned
            delivery = _delivery(number, first_box, min(size, due), day, supplier, dice)
            found.append(delivery)
            planned += len(delivery.boxes)
            due -= len(delivery.boxes)
            size = _size(scale, dice)
    boxes = [box for delivery in found for box in delivery.boxes]
    _weigh(boxes[:wanted], dice)
    _weigh(boxes[wanted:], dice)
    return found


def _size(scale: float, dice: Random) -> int:
    return dice.randint(3, 9) if scale >= 0.2 else dice.randint(1, 3)


def _next_supplier(owed: dict[str, float], boxes: int, dice: Random) -> Mapping[str, Any]:
    """Whose turn it is: by and large each hands in its share, all the year round."""
    suppliers: Sequence[Mapping[str, Any]] = WORLD["suppliers"]
    whole = sum(supplier["weight"] for supplier in suppliers)
    for supplier in suppliers:
        owed[supplier["code"]] += boxes * supplier["weight"] / whole
    drawn = max(suppliers, key=lambda supplier: owed[supplier["code"]] + dice.uniform(0, boxes))
    owed[drawn["code"]] -= boxes
    return drawn


def _delivery(
    number: int,
    first_box: int,
    size: int,
    day: int,
    supplier: Mapping[str, Any],
    dice: Random,
) -> Delivery:
    site = _by_weight(WORLD["sites"], "boxes", dice)
    if number % 7 == 2:
        site = WORLD["sites"][1]
    delivery = Delivery(
        number=number,
        site=site["code"],
        supplier=supplier["code"],
        arrives=day,
        announced=None if number % 18 == 7 else max(0, day - dice.randint(5, 15)),
    )
    delivery.boxes = [_box(first_box + index, delivery, supplier, dice) for index in range(size)]
    return delivery


def _box(number: int, delivery: Delivery, supplier: Mapping[str, Any], dice: Random) -> Box:
    inside = chosen(supplier["groups"], dice)
    box = Box(
        number=number,
        site=delivery.site,
        supplier=delivery.supplier,
        inside=inside,
        group=inside,
        net_g=int(min(480_000, max(120_000, dice.gauss(BOX_G, 45_000)))),
        pieces=0,
    )
    if box.meets("wet") or box.meets("soiled"):
        box.inside = box.group = "wet" if box.meets("wet") else "soiled"
    elif box.meets("undeclared"):
        box.group = None
    return box


def _weigh(boxes: Sequence[Box], dice: Random) -> None:
    """Bring the sum of what stays to 300 kg a box, in half kilograms, and count the pieces."""
    if not boxes:
        return
    whole = BOX_G * len(boxes)
    kept = [box for box in boxes if not box.meets("refused")] or boxes
    drawn = sum(box.net_g for box in kept)
    for box in boxes:
        box.net_g = round(box.net_g * whole / drawn / 500) * 500
    for box in boxes:
        box.pieces = round(box.net_g / PIECE_G[box.inside] * dice.uniform(0.9, 1.1))
    counted = sum(box.pieces for box in kept)
    for box in boxes:
        box.pieces = round(box.pieces * whole / 1_000_000 * PIECES_PER_TONNE / counted)


def _by_weight(rows: Sequence[Mapping[str, Any]], name: str, dice: Random) -> Mapping[str, Any]:
    return dice.choices(rows, [row[name] for row in rows])[0]
