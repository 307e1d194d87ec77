"""What interrupts the work: finds, bags and boxes that are set aside."""

from __future__ import annotations

from typing import Final

from demo.agenda import Life
from demo.halls import Hall
from demo.plan import Box
from intake.aside import SetAside, hold_batch, refuse_batch, release_batch
from intake.finds import LogFind, hand_over, hand_over_of, log_find

FINDS: Final = (
    ("pass", None),
    ("key", None),
    ("knife", 180),
    ("wallet", 140),
    ("phone", 190),
    ("battery", 60),
    ("other", None),
)
RECEIVERS: Final = {
    "knife": "police",
    "cartridge": "explosives_service",
    "magazine": "military_police",
    "battery": "waste_collector",
}
"""What a find is handed to, by its kind; all else goes to its owner."""
LONG: Final = 45
"""Working days after which what nobody asked for goes all the same; some of it stays."""
STOPPING: Final = (("cartridge", 15), ("magazine", 250), ("document", None))


def find_life(hall: Hall) -> Life:
    """Something that lay on the floor, so nobody knows out of which box."""
    code = _log(hall, None, "key", None)
    yield 3
    _hand_over(hall, code, "key")


def hand_over_life(hall: Hall, box: Box) -> Life:
    """Something in a pocket; when it stops the box, a leader lets it go on a day later."""
    stops = box.meets("stopping_find")
    event = "stopping_find" if stops else "find"
    kinds = STOPPING if stops else FINDS
    kind, mass_g = kinds[box.times(event) % len(kinds)]
    code = _log(hall, box.code, kind, mass_g)
    box.left_g -= mass_g or 0
    if not stops:
        wait = hall.dice.randint(2, 9) if box.number % 3 else LONG
        if box.number % 6 or not hall.loose_ends:
            hall.later(_handed_over(hall, code, kind), wait)
        return
    yield 1
    _hand_over(hall, code, kind)
    _release(hall, box, "handed_over", None)


def bag_aside(hall: Hall, box: Box) -> Life:
    """One bag of a box is set apart; it goes back to the supplier, or on after all."""
    bag_g = box.left_g * 8 // 100
    _aside(hall, box, "wet", bag_g)
    yield 1
    _release(hall, box, "checked", bag_g)
    if box.times("bag_held") % 2:
        hall.hand.do(refuse_batch, SetAside, box.code, reason="wet", mass_g=bag_g)
        box.left_g -= bag_g


def whole_box_held(hall: Hall, box: Box) -> Life:
    """The whole box waits until somebody has looked."""
    _aside(hall, box, "to_check", None)
    yield 2
    _release(hall, box, "checked", None)


def _handed_over(hall: Hall, code: str, kind: str) -> Life:
    _hand_over(hall, code, kind)
    yield from ()


def _log(hall: Hall, batch: str | None, kind: str, mass_g: int | None) -> str:
    answer = hall.hand.do(
        log_find,
        LogFind,
        station=hall.station("inspection"),
        batch=batch,
        kind=kind,
        count=1,
        mass_g=mass_g,
    )
    return str(answer["code"])


def _hand_over(hall: Hall, code: str, kind: str) -> None:
    scan_id, at = hall.hand.next_scan()
    said = hand_over_of(
        scan_id=scan_id,
        scanned_at=at,
        first="Teamleider (demo)",
        second="Medewerker (demo)",
        receiver="Ontvanger (demo)",
        receiver_kind=RECEIVERS.get(kind, "owner"),
    )
    hall.hand.send(hand_over, said, code, by=hall.hand.people.leader, at=at)


def _aside(hall: Hall, box: Box, reason: str, mass_g: int | None) -> None:
    hall.hand.do(hold_batch, SetAside, box.code, reason=reason, mass_g=mass_g)


def _release(hall: Hall, box: Box, reason: str, mass_g: int | None) -> None:
    leader = hall.hand.people.leader
    hall.hand.do(release_batch, SetAside, box.code, by=leader, reason=reason, mass_g=mass_g)
