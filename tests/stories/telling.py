"""Reads stories: one act a line, what is expected of it behind the arrow.

    log B1 noorderhaven uniform 300 kg -> ok
    sort S1-A B1 reuse 40 kg recycle 70 kg -> ok 190 kg held
    sort S1-A B1 burn 400 kg -> mass_exceeded
    count B1 holding 190 kg -> ok

Names such as B1, K1, Z1 stand for the codes that the depot gives; `as worker:` before an act says
who does it (a team leader otherwise), `scan x:` gives it the name by which it can be undone or
sent again, `at 2026-03-01 23:50:` is the clock on the wall of the depot. `#` begins a remark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from catalogue.errors import MovedOn, Refusal
from dispatch.returning import ReturnLine
from sorting.actions import Part
from streams.mass import from_kilograms
from tests.audit import rows, stands
from tests.builders import TARE_G, Depot, part
from tests.waste import make_waste, permit

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WHO = re.compile(r"as (\w+): *")
WHEN = re.compile(r"at (\d{4}-\d\d-\d\d \d\d:\d\d)(Z?): *")
NAME = re.compile(r"scan (\w+): *")


@dataclass
class Story:
    """A depot, and what the names in the story stand for."""

    depot: Depot
    codes: dict[str, str] = field(default_factory=dict)

    def tell(self, line: str) -> str:
        """Play one act; says what came of it, in the words that stand behind an arrow."""
        with ExitStack() as around:
            line = self._prepare(line, around)
            verb, _, rest = line.partition(" ")
            try:
                said = VERBS[verb](self, rest.split())
            except MovedOn as refusal:
                return f"moved_on {' '.join(self._names(refusal))}"
            except Refusal as refusal:
                return refusal.code
        return said

    def _prepare(self, line: str, around: ExitStack) -> str:
        scan: dict[str, Any] = {}
        while found := WHO.match(line) or WHEN.match(line) or NAME.match(line):
            if found.re is WHO:
                around.enter_context(self.depot.as_(found[1]))
            elif found.re is NAME:
                scan["scan_id"] = scan_id(found[1])
                self.codes[scan_id(found[1])] = found[1]
            else:
                zone = UTC if found[2] else AMSTERDAM
                scan["scanned_at"] = datetime.fromisoformat(found[1]).replace(tzinfo=zone)
                self.depot.now = max(self.depot.now, scan["scanned_at"].astimezone(UTC))
            line = line[found.end() :]
        around.enter_context(self.depot.scanning(**scan))
        return line

    def _names(self, refusal: MovedOn) -> list[str]:
        entries = refusal.figures["entries"]
        assert isinstance(entries, list)
        return [self.codes.get(scan, scan) for scan in map(str, entries)]

    def code(self, name: str) -> str:
        return self.codes.get(name, name)


def scan_id(name: str) -> str:
    """The scan that a story calls by this name."""
    return str(uuid5(NAMESPACE_URL, name))


def grams(words: list[str]) -> int:
    """The grams of `12.5 kg` at the end of some words; what was gained is counted below zero."""
    assert words[-1] == "kg", words
    sign = -1 if words[-2].startswith("-") else 1
    return sign * from_kilograms(words[-2].removeprefix("-"))


def kilograms(mass_g: int) -> str:
    """Grams as stories write them: `12.5 kg`."""
    return f"{mass_g / 1000:.3f}".rstrip("0").rstrip(".") + " kg"


def _held(answer: dict[str, Any]) -> str:
    return f"ok {kilograms(answer['held_g'])} held"


def _log(story: Story, words: list[str]) -> str:
    name, supplier, group, *rest = words
    more: dict[str, Any] = {"quality": "estimated"} if "estimated" in rest else {}
    if "pieces" in rest:
        more["pieces"] = int(rest[rest.index("pieces") - 1])
    if "scale" in rest:
        more["scale"] = rest[rest.index("scale") + 1]
    if "delivery" in rest:
        more["delivery"] = story.code(rest[rest.index("delivery") + 1])
    answer = story.depot.log(
        grams(rest[:2]), supplier=supplier.upper(), article_group=group, **more
    )
    story.codes.setdefault(name, answer["code"])
    return " ".join(["ok", *answer["flags"]]).replace(" unannounced", "")


def _announce(story: Story, words: list[str]) -> str:
    name, supplier, *rest = words
    answer = story.depot.announce(grams(rest), supplier=supplier.upper())
    story.codes[name] = answer["code"]
    return "ok"


def _parts(story: Story, words: list[str]) -> list[Part]:
    """`reuse 40 kg`, `uniform to recycle 70 kg`, `K1 20 kg 15 pieces`, `burn 5 kg estimated`."""
    made: list[Part] = []
    while words:
        more: dict[str, Any] = {}
        if words[1] == "to":
            more["article_group"] = words[0]
            words = words[2:]
        to, mass_g = words[0], grams(words[1:3])
        words = words[3:]
        if words[1:2] == ["pieces"]:
            more["pieces"] = int(words[0])
            words = words[2:]
        if words[:1] == ["estimated"]:
            more["quality"] = words.pop(0)
        if to in story.codes:
            made.append(part(mass_g, bin=story.codes[to], **more))
        else:
            made.append(part(mass_g, to, **more))
    return made


def _sort(story: Story, words: list[str]) -> str:
    station, source, *rest = words
    targets = _parts(story, rest)
    answer = story.depot.sort(story.code(source), targets, station=station)
    for target, code in zip(targets, answer["bins"], strict=True):
        if target.destination:
            story.codes[f"{target.destination}-bin"] = code
    return _held(answer)


def _weigh(story: Story, words: list[str]) -> str:
    name, *rest = words
    kind = rest[rest.index("loss") - 1] if "loss" in rest else None
    return _held(story.depot.weigh(story.code(name), grams(rest[:2]), loss_kind=kind))


def _bin(story: Story, words: list[str]) -> str:
    name, destination = words
    story.codes[name] = story.depot.open_bin(None if destination == "work" else destination)
    return "ok"


def _close_bin(story: Story, words: list[str]) -> str:
    name, *rest = words
    scale = rest[3] if "scale" in rest else None
    answer = story.depot.close_bin(story.code(name), grams(rest[:2]), scale=scale)
    difference = f" difference {kilograms(answer['difference_g'])}"
    flags = "".join(f" {flag}" for flag in answer["flags"])
    return "ok" + (difference if answer["difference_g"] else "") + flags


def _ship(story: Story, words: list[str]) -> str:
    name, outlet, *bins = words
    story.codes[name] = story.depot.ship(*map(story.code, bins), outlet=outlet.upper())
    return "ok"


def _waste(story: Story, words: list[str]) -> str:
    destination, eural = words
    make_waste(story.depot, destination, eural)
    return "ok"


def _permit(story: Story, words: list[str]) -> str:
    outlet, number, _, until = words
    permit(story.depot, outlet.upper(), number, date.fromisoformat(until))
    return "ok"


def _drive(story: Story, words: list[str]) -> str:
    name, carrier, vehicle = words
    answer = story.depot.add_leg(story.code(name), carrier=carrier.upper(), vehicle=vehicle)
    return f"ok leg {answer['leg']}"


def _return(story: Story, words: list[str]) -> str:
    name, *rest = words
    rest_g = grams(rest[-2:]) if "rest" in rest else None
    rest = rest[: rest.index("rest")] if "rest" in rest else rest
    if rest[-1] == "kg":
        into = story.code(rest[0]) if len(rest) > 2 else None
        line = ReturnLine(bin=into, mass_g=grams(rest))
    else:
        line = ReturnLine(bin=story.code(rest[0]), mass_g=None)
    answer = story.depot.take_back(story.code(name), line, rest_g=rest_g)
    return f"ok {kilograms(answer['in_transit_g'])} under way"


def _confirm(story: Story, words: list[str]) -> str:
    name, *rest = words
    treated = {rest[at]: grams(rest[at + 1 : at + 3]) for at in range(0, len(rest), 3)}
    more = {f"{word}_g": treated.pop(word, None) for word in ("refused", "rest")}
    answer = story.depot.confirm(story.code(name), treated, refused_reason="mistake", **more)
    difference = f" difference {kilograms(answer['difference_g'])}"
    flags = "".join(f" {flag}" for flag in answer["flags"])
    return "ok" + (difference if answer["difference_g"] else "") + flags


def _close(story: Story, words: list[str]) -> str:
    name, *rest = words
    reason = rest.pop() if len(rest) % 3 == 1 else None
    losses = {rest[at]: grams(rest[at + 1 : at + 3]) for at in range(0, len(rest), 3)}
    answer = story.depot.close(story.code(name), losses, reason)
    difference = f" difference {kilograms(answer['difference_g'])}"
    return "ok" + (difference if answer["difference_g"] else "")


def _aside(verb: str) -> Callable[[Story, list[str]], str]:
    def play(story: Story, words: list[str]) -> str:
        mass_g = grams(words) if words[-1] == "kg" else None
        answer = getattr(story.depot, verb)(story.code(words[0]), mass_g)
        return str("ok " + ("held" if answer["held"] else answer["state"]))

    return play


def _gate(story: Story, words: list[str]) -> str:
    name, gate, amount, unit = words
    if unit == "pieces":
        story.depot.pass_gate(story.code(name), gate, pieces=int(amount))
    else:
        story.depot.pass_gate(story.code(name), gate, grams(words))
    return "ok"


def _find(story: Story, words: list[str]) -> str:
    name, batch, kind, *rest = words
    mass_g = grams(rest) if rest else None
    found = None if batch == "nowhere" else story.code(batch)
    story.codes[name] = story.depot.find(found, kind, mass_g=mass_g)
    return "ok"


def _hand_over(story: Story, words: list[str]) -> str:
    name, first, _, second, *rest = words
    story.depot.hand_over(story.code(name), first, second, rest[1] if rest else None)
    return "ok"


def _note(story: Story, words: list[str]) -> str:
    """`note B1 KV-1001`, `note B1 KV-1001 as vest`: an item by its number."""
    name, number, *rest = words
    story.depot.note_item(story.code(name), number, article_group=rest[1] if rest else None)
    return "ok"


def _destroy(story: Story, words: list[str]) -> str:
    number, _, method = words
    story.depot.destroy_item(number, method=method)
    return "ok"


def _correct(story: Story, words: list[str]) -> str:
    name, *rest = words
    right: dict[str, Any] = {}
    if "supplier" in rest:
        right["supplier"] = rest[rest.index("supplier") + 1].upper()
    if "group" in rest:
        right["article_group"] = rest[rest.index("group") + 1]
    if "measured" in rest:
        right["quality"] = "measured"
    if "kg" in rest:
        right |= {"gross_g": grams(rest[: rest.index("kg") + 1]) + TARE_G, "tare_g": TARE_G}
    answer = story.depot.correct(story.code(name), **right)
    if "as" in rest:
        story.codes[rest[-1]] = answer["code"]
    return f"ok {answer['state']}"


def _undo(story: Story, words: list[str]) -> str:
    story.depot.reverse(scan_id(words[0]))
    return "ok"


def _count(story: Story, words: list[str]) -> str:
    """`count B1 holding 10 kg`: ok, or what stands there instead."""
    name, place = words[:2]
    found = _standing(story, story.code(name), place)
    return "ok" if found == grams(words) else kilograms(found)


def _standing(story: Story, code: str, place: str) -> int:
    if code.startswith("K"):
        sql = """SELECT coalesce(sum(q.mass_g), 0) FROM balance q JOIN place p ON p.id = q.place_id
                 JOIN bin k ON k.id = p.bin_id WHERE k.code = :code"""
        return int(rows(story.depot.database, sql, code=code)[0][0])
    prefix = {"holding": "HOLDING/", "quarantine": "QUARANTINE/", "finds": "FINDS/"}
    prefix |= {"bins": "BIN/", "shipped": "SHIPPED/", "returned": "SUPPLIER/S1/returned"}
    here = stands(story.depot.database, code)
    if place in ("input", "estimated"):
        return _supplied(story, code, only="estimated" if place == "estimated" else "")
    start = prefix.get(place)
    found = {
        where: g
        for where, g in here.items()
        if where.startswith(start or ("LOSS/", "CONFIRMED/")) and (start or f"/{place}" in where)
    }
    return sum(found.values())


def _supplied(story: Story, code: str, *, only: str) -> int:
    sql = """SELECT coalesce(-sum(q.mass_g), 0) FROM balance q JOIN place p ON p.id = q.place_id
             JOIN batch b ON b.id = q.batch_id
             WHERE b.code = :code AND p.pool = 'SUPPLIER' AND q.quality LIKE :only"""
    return int(rows(story.depot.database, sql, code=code, only=f"{only}%")[0][0])


def _state(story: Story, words: list[str]) -> str:
    """`state B1 closed`: ok, or the state it is in instead."""
    sql = "SELECT state, held FROM batch WHERE code = :code"
    if story.code(words[0]).startswith("K"):
        sql = "SELECT state, 0 AS held FROM bin WHERE code = :code"
    if story.code(words[0]).startswith("Z"):
        sql = "SELECT state, 0 AS held FROM shipment WHERE code = :code"
    (row,) = rows(story.depot.database, sql, code=story.code(words[0]))
    said = f"{row.state} held" if row.held else str(row.state)
    return "ok" if said == " ".join(words[1:]) else said


def _day(story: Story, words: list[str]) -> str:
    """`day x 2026-03-02`: the day that the scan x is booked on."""
    sql = "SELECT day FROM entry WHERE scan_id = :scan"
    (row,) = rows(story.depot.database, sql, scan=scan_id(words[0]))
    return "ok" if str(row.day) == words[1] else str(row.day)


def _received(story: Story, words: list[str]) -> str:
    sql = "SELECT received_day FROM batch WHERE code = :code"
    (row,) = rows(story.depot.database, sql, code=story.code(words[0]))
    return "ok" if str(row.received_day) == words[1] else str(row.received_day)


def _pieces(story: Story, words: list[str]) -> str:
    """`pieces K1 12`: how many were counted into a bin, or of a batch into its bins."""
    sql = """SELECT coalesce(sum(q.pieces), 0) FROM balance q JOIN place p ON p.id = q.place_id
             JOIN bin k ON k.id = p.bin_id JOIN batch b ON b.id = q.batch_id
             WHERE :code IN (k.code, b.code)"""
    found = int(rows(story.depot.database, sql, code=story.code(words[0]))[0][0])
    return "ok" if found == int(words[1]) else str(found)


VERBS: dict[str, Callable[[Story, list[str]], str]] = {
    "announce": _announce,
    "log": _log,
    "weigh": _weigh,
    "sort": _sort,
    "bin": _bin,
    "close-bin": _close_bin,
    "ship": _ship,
    "waste": _waste,
    "permit": _permit,
    "drive": _drive,
    "return": _return,
    "confirm": _confirm,
    "close": _close,
    "reopen": lambda story, words: f"ok {story.depot.reopen(story.code(words[0]))['state']}",
    "hold": _aside("hold"),
    "release": _aside("release"),
    "refuse": _aside("refuse"),
    "gate": _gate,
    "find": _find,
    "hand-over": _hand_over,
    "note": _note,
    "destroy": _destroy,
    "correct": _correct,
    "undo": _undo,
    "count": _count,
    "state": _state,
    "day": _day,
    "received": _received,
    "pieces": _pieces,
}
