"""What stations did without a network, out of a seed: commands that build on each other, most of
them good, and among them every way to go wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from catalogue.errors import Refusal
from store.engine import Database
from tests.audit import rows
from tests.builders import MORNING, TARE_G
from web.api.acts import act_of

Command = dict[str, Any]

SUPPLIERS: Final = ("NOORDERHAVEN", "ZEEKANT", "DUINRAND")
GROUPS: Final = (*("uniform",) * 7, "towel", "vest", "secret", None)
DESTINATIONS: Final = (*("reuse", "recycle", "burn") * 4, "sale", "shred")
NOWHERE: Final = "B22222222222"

STANDS: Final = """
    SELECT b.code, b.state, coalesce(sum(q.mass_g), 0) AS mass_g
    FROM batch b LEFT JOIN balance q ON q.batch_id = b.id
         AND q.place_id IN (SELECT id FROM place WHERE pool = 'HOLDING')
    WHERE b.state IN ('received', 'sorting') GROUP BY b.id, b.code, b.state ORDER BY b.id
"""
BINS: Final = """
    SELECT k.code, k.state, k.destination_id, coalesce(sum(q.mass_g), 0) AS mass_g
    FROM bin k LEFT JOIN place p ON p.bin_id = k.id LEFT JOIN balance q ON q.place_id = p.id
    WHERE k.state IN ('open', 'closed') GROUP BY k.id, k.code, k.state, k.destination_id
    ORDER BY k.id
"""
BLANKS: Final = """
    SELECT r.code, r.kind FROM reserved_code r WHERE r.code NOT IN (SELECT code FROM batch)
    AND r.code NOT IN (SELECT code FROM bin) AND r.code NOT IN (SELECT code FROM relabelling)
    ORDER BY r.code
"""


class Outbox:
    """Makes one batch of commands after another. `sent` is all that it ever made."""

    def __init__(self, seed: int | str, badge: str) -> None:
        self.dice = random.Random(seed)
        self.sent: list[Command] = []
        self._badge = badge
        self._now = MORNING
        self._stocked = False
        self.batches: dict[str, int] = {}
        self.bins: dict[str, int] = {}
        self.closed: list[str] = []
        self.blank: dict[str, list[str]] = {}
        self.shipments: dict[str, int] = {}
        self.finds: list[str] = []
        self.deliveries: list[str] = []
        self.items: list[str] = []
        self._counter = 0

    def fill(self, database: Database, now: datetime, count: int) -> list[Command]:
        """So many commands, each after what the ones before it would have brought about."""
        self._look(database)
        self._now = now
        return [self._next() for _ in range(count)]

    def _look(self, database: Database) -> None:
        """What the tablets know: how everything stands now."""
        self.batches = {row.code: int(row.mass_g) for row in rows(database, STANDS)}
        self._stocked = len(self.batches) > 2
        bins = rows(database, BINS)
        self.bins = {row.code: int(row.mass_g) for row in bins if row.state == "open"}
        self.closed = [row.code for row in bins if row.state == "closed"]
        self.blank = {"batch": [], "bin": []}
        for row in rows(database, BLANKS):
            self.blank[row.kind].append(row.code)
        under_way = """SELECT s.code, coalesce(sum(q.mass_g), 0) AS mass_g FROM shipment s
            LEFT JOIN place p ON p.shipment = s.code LEFT JOIN balance q ON q.place_id = p.id
            GROUP BY s.id, s.code ORDER BY s.id"""
        self.shipments = {row.code: int(row.mass_g) for row in rows(database, under_way)}
        self.finds = [row.code for row in rows(database, "SELECT code FROM find ORDER BY id")]
        open_ones = "SELECT code FROM delivery ORDER BY id"
        self.deliveries = [row.code for row in rows(database, open_ones)]
        numbers = "SELECT number FROM serial_item ORDER BY id"
        self.items = [row.number for row in rows(database, numbers)]

    def _next(self) -> Command:
        acts: tuple[tuple[Callable[[], Command], int], ...] = (
            (self._codes, 4), (self._intake, 10), (self._sort, 30), (self._sort_bin, 6),
            (self._gate, 6), (self._weigh, 5), (self._aside, 6), (self._find, 4),
            (self._hand_over, 2), (self._bin, 6), (self._close_bin, 5), (self._ship, 5),
            (self._shipped, 6), (self._close, 7), (self._correct, 5), (self._reverse, 8),
            (self._relabel, 3), (self._item, 4), (self._delivery, 4), (self._spoiled, 6),
            (self._again, 9),
        )  # fmt: skip
        known = acts if self._stocked else acts[:2]
        (make,) = self.dice.choices([one for one, _ in known], [weight for _, weight in known])
        command = make()
        self.sent.append(command)
        return command

    # ------------------------------------------------------------------ how it is said

    def _command(self, kind: str, target: str | None, /, **body: Any) -> Command:
        self._counter += 1
        said: Command = {
            "scan_id": str(UUID(int=self.dice.getrandbits(128), version=4)),
            "kind": kind,
            "target": target,
            "body": {name: value for name, value in body.items() if value is not None},
            "counter": self._counter,
        }
        if self.dice.random() < 0.1:
            said["badge"] = self.dice.choice((self._badge, "a" * 64))
        if self.dice.random() < 0.1:
            said["body"]["note"] = self.dice.choice(("Jan was here.", "", "é\n"))
        return said

    def _at(self, column: str = "scanned_at") -> dict[str, str]:
        """Mostly just now; sometimes long ago, sometimes ahead of the clock."""
        chosen = self.dice.random()
        by = timedelta(minutes=-self.dice.randint(0, 9))
        if chosen < 0.03:
            by = timedelta(hours=self.dice.randint(1, 40))
        elif chosen < 0.08:
            by = -timedelta(days=self.dice.randint(1, 40))
        return {column: (self._now + by).isoformat()}

    def _here(self, kind: str = "A") -> dict[str, str]:
        site = "S2" if self.dice.random() < 0.02 else "S1"
        return {"station": f"{site}-{kind}", **self._at()}

    def _grams(self, about_g: int) -> int:
        """Often some of it, often all, sometimes more than there is, seldom nonsense."""
        chosen = self.dice.random()
        if chosen < 0.02:
            return self.dice.choice((0, -5, 2**53 - 1))
        if chosen < 0.2:
            return max(1, about_g)
        if chosen < 0.27:
            return max(1, about_g + about_g // self.dice.choice((100, 20, 1)))
        return self.dice.randint(1, max(1, about_g // 2))

    def _of(self, known: Mapping[str, Any] | list[str], otherwise: str = NOWHERE) -> str:
        """One of those, mostly a late one."""
        codes = list(known)
        if not codes:
            return otherwise
        return self.dice.choice(codes[-4:] if self.dice.random() < 0.75 else codes)

    def _blank(self, kind: str) -> str | None:
        """A label that is still unused, mostly; else one that is used, or none."""
        free = self.blank[kind]
        if free and self.dice.random() < 0.8:
            return free.pop(self.dice.randrange(len(free)))
        return self._of(self.batches) if self.dice.random() < 0.1 else None

    # ------------------------------------------------------------------ what is done

    def _codes(self) -> Command:
        kind, count = self.dice.choice(("batch", "batch", "bin")), self.dice.randint(1, 6)
        return self._command("codes", None, station="S1-A", kind=kind, count=count)

    def _intake(self) -> Command:
        mass_g, code = self.dice.randint(1, 300_000), self._blank("batch")
        if code is not None:
            self.batches[code] = mass_g
        delivery = self._of(self.deliveries, "") if self.dice.random() < 0.15 else None
        return self._command(
            "intake", None, code=code, site="S1", supplier=self.dice.choice(SUPPLIERS),
            article_group=self.dice.choice(GROUPS), gross_g=mass_g + TARE_G, tare_g=TARE_G,
            quality=self.dice.choice((None, None, "estimated")), delivery=delivery or None,
            pieces=self.dice.choice((None, 0, 40)), **self._here(),
        )  # fmt: skip

    def _parts(self, about_g: int) -> list[dict[str, Any]]:
        parts = []
        for _ in range(self.dice.randint(1, 3)):
            mass_g = self._grams(about_g)
            about_g = max(1, about_g - mass_g)
            part: dict[str, Any] = {"mass_g": mass_g}
            if self.bins and self.dice.random() < 0.4:
                part["bin"] = self._of(self.bins)
                self.bins[part["bin"]] = self.bins.get(part["bin"], 0) + mass_g
            else:
                part["destination"] = self.dice.choice(DESTINATIONS)
            if self.dice.random() < 0.2:
                part["article_group"] = self.dice.choice(("uniform", "secret", "towel"))
            if self.dice.random() < 0.2:
                part["pieces"] = self.dice.randint(0, 40)
            if self.dice.random() < 0.1:
                part["quality"] = "estimated"
            parts.append(part)
        return parts

    def _sort(self) -> Command:
        batch = self._of(self.batches)
        parts = self._parts(self.batches.get(batch, 1_000))
        out_g = sum(part["mass_g"] for part in parts)
        self.batches[batch] = max(0, self.batches.get(batch, 0) - out_g)
        return self._command("sort", batch, parts=parts, **self._here())

    def _sort_bin(self) -> Command:
        source = self._of(self.bins, "K22222222222")
        parts = self._parts(self.bins.get(source, 1_000))
        return self._command("sort", source, parts=parts, **self._here())

    def _gate(self) -> Command:
        known = self.bins if self.bins and self.dice.random() < 0.3 else self.batches
        code = self._of(known)
        gate = self.dice.choice(("logo", "logo", "shredded", "nonsense"))
        mass_g = self._grams(known.get(code, 1_000))
        return self._command("gate", code, gate=gate, mass_g=mass_g, **self._here())

    def _weigh(self) -> Command:
        batch = self._of(self.batches)
        about_g = self.batches.get(batch, 1_000)
        mass_g = max(1, about_g + about_g * self.dice.randint(-60, 25) // 1000)
        said = {"gross_g": mass_g + TARE_G, "tare_g": TARE_G, "quality": "measured"}
        kind = self.dice.choice(("moisture", "dust", None))
        return self._command("weigh", batch, loss_kind=kind, **said, **self._here())

    def _aside(self) -> Command:
        batch, kind = self._of(self.batches), self.dice.choice(("hold", "release", "refuse"))
        mass_g = self._grams(self.batches.get(batch, 1_000) // 4)
        some = mass_g if self.dice.random() < 0.7 else None
        reason = self.dice.choice(("mistake", "mistake", "mistake", "damp"))
        return self._command(kind, batch, reason=reason, mass_g=some, **self._at())

    def _find(self) -> Command:
        batch = self._of(self.batches) if self.dice.random() < 0.8 else None
        said = {"kind": self.dice.choice(("wallet", "wallet", "knife")), "count": 1}
        mass_g = self.dice.choice((None, self.dice.randint(1, 500)))
        return self._command("find", None, batch=batch, mass_g=mass_g, **said, **self._here())

    def _hand_over(self) -> Command:
        names = {"first": "Anna", "second": self.dice.choice(("Bas", "Bas", "Anna"))}
        return self._command("handover", self._of(self.finds), receiver="Police", **names)

    def _bin(self) -> Command:
        code = self._blank("bin")
        if code is not None:
            self.bins[code] = 0
        to = self.dice.choice((None, *DESTINATIONS))
        return self._command("bin", None, site="S1", code=code, destination=to)

    def _close_bin(self) -> Command:
        code = self._of(self.bins)
        mass_g = self.bins.pop(code, 0)
        self.closed.append(code)
        whole_g = max(1, mass_g + mass_g * self.dice.randint(-20, 20) // 1000)
        said = {"gross_g": whole_g + TARE_G, "tare_g": TARE_G}
        return self._command("bin_close", code, **said, **self._at())

    def _ship(self) -> Command:
        known = self.closed or list(self.bins) or [NOWHERE]
        chosen = self.dice.sample(known, min(len(known), self.dice.randint(1, 3)))
        outlet = self.dice.choice(("VEZELHOF", "VEZELHOF", "SMELTERIJ"))
        return self._command("shipment", None, outlet=outlet, bins=chosen, **self._at("shipped_at"))

    def _shipped(self) -> Command:
        code = self._of(self.shipments, "Z22222222222")
        mass_g = self._grams(self.shipments.get(code, 1_000))
        kind = self.dice.choice(("return", "confirm", "confirm", "leg"))
        if kind == "leg":
            return self._command("leg", code, carrier="KARREWIEL", **self._at("departed_at"))
        if kind == "return":
            lines = [{"mass_g": mass_g}]
            return self._command(
                "return", code, lines=lines, reason="damp", **self._at("returned_at")
            )
        treated = [{"treatment": self.dice.choice(DESTINATIONS), "mass_g": mass_g}]
        return self._command("confirm", code, lines=treated, **self._at("confirmed_at"))

    def _close(self) -> Command:
        batch = self._of(self.batches)
        kind = "reopen" if self.dice.random() < 0.25 else "close"
        reason = "mistake" if self.dice.random() < 0.5 else None
        return self._command(kind, batch, reason=reason, **self._here())

    def _correct(self) -> Command:
        batch = self._of(self.batches)
        mass_g = self._grams(self.batches.get(batch, 1_000) * 2)
        right: dict[str, Any] = self.dice.choice((
            {"gross_g": mass_g + TARE_G, "tare_g": TARE_G},
            {"supplier": self.dice.choice(SUPPLIERS)},
            {"quality": "estimated"},
        ))  # fmt: skip
        return self._command("correct", batch, reason="mistake", **right, **self._at())

    def _reverse(self) -> Command:
        """Mostly a late scan of these very commands, also one that is parked or was undone."""
        known = self.sent[-25:] if self.dice.random() < 0.8 else self.sent
        target = self.dice.choice(known)["scan_id"]
        return self._command("reverse", target, reason="mistake", **self._at())

    def _relabel(self) -> Command:
        kind = self.dice.choice(("batch", "bin"))
        known = self.batches if kind == "batch" else self.bins
        free = self._blank(kind) or "B2"
        return self._command("relabel", self._of(known), code=free, reason="torn", **self._at())

    def _item(self) -> Command:
        if self.items and self.dice.random() < 0.4:
            said = {"method": "cut_apart", **self._here("B")}
            return self._command("destroyed", self._of(self.items), **said)
        number = f"KV-{self.dice.randint(1, 300):04d}A"
        self.items.append(number)
        return self._command("serial", self._of(self.batches), number=number, **self._here())

    def _delivery(self) -> Command:
        if self.deliveries and self.dice.random() < 0.3:
            return self._command("withdraw", self._of(self.deliveries), **self._at())
        lines = [{"mass_g": self.dice.randint(1, 300_000)}]
        said = {"supplier": self.dice.choice(SUPPLIERS), "site": "S1", "lines": lines}
        return self._command("delivery", None, **said, **self._at("expected_at"))

    # ------------------------------------------------------------------ what goes wrong

    def _again(self) -> Command:
        """A command that was sent before, as it was; or its number for something else."""
        known = self.sent[-10:] if self.dice.random() < 0.6 else self.sent
        same = deepcopy(self.dice.choice(known))
        if self.dice.random() < 0.2:
            return {**self._sort(), "scan_id": same["scan_id"]}
        return same

    def _spoiled(self) -> Command:
        """What cannot be read, is unknown, or is not what it says."""
        command = self._sort()
        match self.dice.randint(0, 7):
            case 0:
                command["kind"] = self.dice.choice(("nonsense", "intake", "sort_bin", "close"))
            case 1:
                command["target"] = self.dice.choice((None, NOWHERE, "x", "P22222222222"))
            case 2:
                command["body"] = self.dice.choice(({}, {"x": 1.5}, {"note": "Jan"}))
            case 3:
                command["body"]["station"] = self.dice.choice(("NOWHERE", "X1-A", ""))
            case 4:
                command["body"]["parts"] = []
            case 5:
                command["body"]["parts"][0]["mass_g"] = self.dice.choice((1.5, "7", 2**60))
            case 6:
                command["body"]["scanned_at"] = self.dice.choice(("yesterday", "2026-03-02T09:00"))
            case _:
                command["target"] = str(command["target"]).lower()
        return command


def call_of(command: Command) -> tuple[str, dict[str, Any]] | None:
    """Path and body of the single call that a command is; None where there is none."""
    try:
        act = act_of(command["kind"], command["target"])
    except Refusal:
        return None
    name = act.path.partition("{")[2].partition("}")[0]
    path = act.path.format(**{name: command["target"]}) if name else act.path
    return path, {**command["body"], "scan_id": command["scan_id"]}
