"""A depot in plain dicts: says beforehand what every act will be answered and where each gram goes.

Written from the domain's rules and not from the program: own division, own tolerances, own undoing.
A plan is a refusal's code, or the lines and changes that the act brings about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

TOLERANCE = {"uniform": 20, "unknown": 20, "vest": 20, "secret": 20, "towel": 0}
SECURITY = {"uniform": "debrand", "towel": "open", "vest": "serial", "secret": "destroy"}
ACCEPTS = {"reuse": {"open", "debrand"}, "sale": {"open", "debrand"}}
GATES = {"sale": ("logo",), "shred": ("logo", "shredded")}
OWNER = {("NOORDERHAVEN", "vest"): {"burn"}}
LIMIT = {"moisture": 50, "dust": 10}
DIFFERENCE = "LOSS/weighing_difference"
NEW = "new"


class Spot(NamedTuple):
    place: str
    group: str = "unknown"
    quality: str = "measured"


class Line(NamedTuple):
    batch: str
    source: Spot
    target: Spot
    mass_g: int


class Change(NamedTuple):
    table: str
    key: str
    column: str
    before: Any
    after: Any


@dataclass
class Plan:
    """What an accepted act brings about.

    makes: rows that an undo takes back; opens: bins that opened by themselves and stay.
    """

    kind: str
    subject: str = ""
    lines: list[Line] = field(default_factory=list)
    gates: list[tuple[str, str, int]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    makes: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    opens: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    reverses: str | None = None
    undone: bool = False

    def named(self, codes: Mapping[str, str]) -> None:
        """Put the codes of the answer in place of the words that stood for them."""

        def code(word: str) -> str:
            head, slash, rest = word.partition("/")
            return codes.get(head, head) + slash + rest

        self.subject = code(self.subject)
        self.lines = [
            Line(
                code(line.batch),
                line.source._replace(place=code(line.source.place)),
                line.target._replace(place=code(line.target.place)),
                line.mass_g,
            )
            for line in self.lines
        ]
        self.gates = [(code(batch), gate, mass_g) for batch, gate, mass_g in self.gates]
        self.changes = [change._replace(key=code(change.key)) for change in self.changes]
        self.makes = [(table, code(key), row) for table, key, row in self.makes]
        self.opens = [(table, code(key), row) for table, key, row in self.opens]


Planned: TypeAlias = Plan | str


def divide(total: int, weights: Sequence[int]) -> list[int]:
    """By largest remainder: everybody's quota rounded down, then one more in order of the rest."""
    whole = sum(weights) or 1
    parts = [total * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for index in by_rest[: total - sum(parts)]:
        parts[index] += 1
    return parts


class Model:
    """All that stands where, and what was booked."""

    def __init__(self) -> None:
        self.stands: dict[tuple[str, Spot], int] = defaultdict(int)
        self.rows: dict[str, dict[str, dict[str, Any]]] = {
            name: {} for name in ("batch", "bin", "shipment", "find")
        }
        self.free: dict[tuple[str, str], int] = defaultdict(int)
        self.booked: dict[str, Plan] = {}

    @property
    def batches(self) -> dict[str, dict[str, Any]]:
        return self.rows["batch"]

    @property
    def bins(self) -> dict[str, dict[str, Any]]:
        return self.rows["bin"]

    # ------------------------------------------------------------------ looking

    def of(self, batch: str, place: str | None = None) -> list[tuple[str, Spot, int]]:
        """What stands of a batch (at one place), in the order that ties go by."""
        found = [
            (owner, spot, mass)
            for (owner, spot), mass in self.stands.items()
            if mass and owner == batch and place in (None, spot.place)
        ]
        return _in_order(found)

    def at(self, *places: str) -> list[tuple[str, Spot, int]]:
        """What stands at some places, in the order that ties go by."""
        return _in_order((o, s, mass) for (o, s), mass in self.stands.items()
                         if mass and s.place in places)  # fmt: skip

    def mass(self, batch: str, place: str) -> int:
        return sum(mass for _, _, mass in self.of(batch, place))

    def input_g(self, batch: str) -> int:
        return sum(m for _, s, m in self.of(batch) if s.place not in ("SUPPLIER", "RETURNED"))

    def state_of(self, batch: str, after: Mapping[tuple[str, Spot], int]) -> str:
        """`sorting` once something of it stands in a bin or beyond."""
        inside = ("SUPPLIER", "RETURNED", "HOLDING", "QUARANTINE", "FINDS", "LOSS")
        out = any(
            mass and owner == batch and not spot.place.startswith(inside)
            for (owner, spot), mass in after.items()
        )
        return "sorting" if out else "received"

    def after(self, lines: Iterable[Line]) -> dict[tuple[str, Spot], int]:
        then = defaultdict(int, self.stands)
        for line in lines:
            then[line.batch, line.source] -= line.mass_g
            then[line.batch, line.target] += line.mass_g
        return then

    # ------------------------------------------------------------------ booking

    def book(self, scan_id: str, plan: Plan) -> None:
        """Make a plan true."""
        self.stands = defaultdict(int, {k: m for k, m in self.after(plan.lines).items() if m})
        for batch, gate, mass_g in plan.gates:
            self.free[batch, gate] += mass_g
        for table, key, row in [*plan.makes, *plan.opens]:
            self.rows[table][key] = row
        for change in plan.changes:
            self.rows[change.table][change.key][change.column] = change.after
        if plan.reverses is not None:
            self.booked[plan.reverses].undone = True
        self.booked[scan_id] = plan

    def follow(self, batch: str, lines: Iterable[Line]) -> list[Change]:
        """The batch's state as the balance says it."""
        return self.become(batch, "state", self.state_of(batch, self.after(lines)))

    def become(self, batch: str, column: str, value: Any, table: str = "batch") -> list[Change]:
        before = self.rows[table][batch][column]
        return [] if before == value else [Change(table, batch, column, before, value)]

    def idle(self, batch: str, *, held: bool = True) -> str:
        """Why a batch takes nothing, or nothing at all."""
        row = self.batches[batch]
        if row["state"] not in ("received", "sorting"):
            return "batch_closed"
        return "batch_held" if held and row["held"] else ""

    # ------------------------------------------------------------------ taking

    def take(
        self, batch: str, place: str, mass_g: int, first: str, stands: Any = None
    ) -> list[tuple[Spot, int]]:
        """Grams of one place, those of one quality first."""
        rows = [
            (spot, mass)
            for (owner, spot), mass in (stands or self.stands).items()
            if mass > 0 and owner == batch and spot.place == place
        ]
        taken = []
        for spot, mass in sorted(rows, key=lambda row: row[0].quality != first):
            part = min(mass, mass_g)
            if part > 0:
                taken.append((spot, part))
                mass_g -= part
        assert mass_g == 0, "the model takes more than there is"
        return taken

    def may_go(self, supplier: str, group: str, destination: str | None) -> bool:
        """The owner's rule, else the class; an unknown group only where every group may."""
        if destination is None:
            return True
        groups = list(SECURITY) if group == "unknown" else [group]
        everything = set(SECURITY.values())
        return all(
            destination in OWNER[supplier, each]
            if (supplier, each) in OWNER
            else SECURITY[each] in ACCEPTS.get(destination, everything)
            for each in groups
        )

    def reverse(self, scan_id: str) -> Planned:
        """Mirror an entry whole, if everything it brought about still stands."""
        old = self.booked[scan_id]
        if old.kind == "reverse":
            return "already_reversed"
        if old.kind == "handover":
            return "not_reversible"
        if old.undone:
            return "already_reversed"
        lines = [Line(o.batch, o.target, o.source, o.mass_g) for o in old.lines]
        then = self.after(lines)
        if any(m < 0 and not _may_owe(spot) for (_, spot), m in then.items()):
            return "moved_on"
        gone = {key for table, key, _ in old.makes if table == "batch"}
        gone |= {code for code, row in self.batches.items() if row["state"] == "replaced"}
        gone -= {change.key for change in old.changes if change.after == "replaced"}
        if any(mass and owner in gone for (owner, _), mass in then.items()):
            return "moved_on"
        gates = [(batch, gate, -mass_g) for batch, gate, mass_g in old.gates]
        left = dict(self.free)
        for batch, gate, mass_g in gates:
            left[batch, gate] += mass_g
            if left[batch, gate] < 0:
                return "moved_on"
        changes = self._undone_rows(old)
        if changes is None:
            return "moved_on"
        touched = {line.batch for line in lines} | {batch for batch, _, _ in gates}
        touched |= {c.key for c in old.changes if c.table == "batch"}
        for batch in sorted(touched - {key for _, key, _ in old.makes}):
            changes += self.become(batch, "state", self._state_after(old, batch, then))
        return Plan("reverse", old.subject, lines, gates, changes, reverses=scan_id)

    def _undone_rows(self, old: Plan) -> list[Change] | None:
        changes = []
        for table, key, row in old.makes:
            now = self.rows[table][key]
            column = "reversed" if table == "find" else "state"
            used = (table == "bin" and self.at(key)) or (table == "find" and now["handed"])
            if now[column] != row.get("_" + column, now[column]) or used:
                return None
            changes.append(Change(table, key, column, now[column], table == "find" or "reversed"))
        for c in old.changes:
            if (c.table, c.column) == ("batch", "state") or c.before == c.after:
                continue
            if self.rows[c.table][c.key][c.column] != c.after:
                return None
            if c.column == "held" and self._changed_later(old, c.key, "held"):
                return None
            # Whoever replaced a batch said that it is held no more, also where it was not.
            own = any(change.after == "replaced" for change in old.changes)
            if c.column == "held" and self.batches[c.key]["state"] == "replaced" and not own:
                return None
            if c.table == "shipment" and self._changed_later(old, c.key):
                return None
            changes.append(Change(c.table, c.key, c.column, c.after, c.before))
        return changes

    def _changed_later(self, old: Plan, key: str, column: str | None = None) -> bool:
        """Whether something after it held or released the same batch, or was said of the same
        shipment, and still stands."""
        plans = list(self.booked.values())
        later = plans[[plan is old for plan in plans].index(True) + 1 :]
        return any(
            change.key == key and column in (None, change.column)
            for plan in later
            for change in plan.changes
            if plan.kind != "reverse" and not plan.undone
        )

    def _state_after(self, old: Plan, batch: str, then: Mapping[tuple[str, Spot], int]) -> str:
        state = str(self.batches[batch]["state"])
        waiting = sum(
            mass
            for (owner, spot), mass in then.items()
            if owner == batch and spot.place in ("HOLDING", "QUARANTINE")
        )
        for change in old.changes:
            if (change.table, change.key, change.after) == ("batch", batch, "replaced"):
                return str(change.before)
        if waiting == 0 and (
            (old.kind == "reopen" and state != "closed")
            or (old.kind != "close" and state == "closed")
        ):
            return "closed"
        if state in ("reversed", "replaced"):
            return state
        return self.state_of(batch, then)


def _may_owe(spot: Spot) -> bool:
    return spot.place in ("SUPPLIER", "RETURNED", DIFFERENCE)


def _in_order(rows: Iterable[tuple[str, Spot, int]]) -> list[tuple[str, Spot, int]]:
    return sorted(rows, key=lambda row: (row[0], row[1].group, row[1].quality, row[1].place))


def share(rows: Sequence[tuple[str, Spot, int]], mass_g: int) -> list[tuple[str, Spot, int]]:
    """Grams out of what stands mixed, by largest remainder."""
    rows = [row for row in rows if row[2] > 0]
    parts = divide(mass_g, [row[2] for row in rows])
    return [(o, s, part) for (o, s, _), part in zip(rows, parts, strict=True) if part]
