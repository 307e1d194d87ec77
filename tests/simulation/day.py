"""A day on the floor out of a seed: random acts, each planned on the model before it is done."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from catalogue.errors import MovedOn, Refusal
from dispatch.returning import ReturnLine
from tests.audit import STANDINGS, rows
from tests.builders import TARE_G, Depot, part
from tests.simulation import plans, plans_out
from tests.simulation.model import NEW, Model, Plan, Planned
from tests.simulation.plans import Part

EVERYWHERE = ("reuse", "sale", "recycle", "shred", "burn")
SUPPLIERS = ("NOORDERHAVEN", "ZEEKANT", "DUINRAND")
GROUPS = ("uniform", "uniform", "towel", "vest", "secret", "unknown")


class Day:
    """Plays acts; `told` keeps them for who has to find out what went wrong."""

    def __init__(self, depot: Depot, seed: int) -> None:
        self.depot = depot
        self.dice = random.Random(seed)
        self.model = Model()
        self.told: list[str] = []
        self.again: list[tuple[dict[str, Any], Callable[[], Any], Any]] = []

    def act(self) -> None:
        """One random act, with what the model says of it."""
        acts = (
            (self._log, 8), (self._sort, 30), (self._sort_bin, 10), (self._gate, 6),
            (self._weigh, 6), (self._aside, 9), (self._find, 3), (self._bin, 4),
            (self._close_bin, 8), (self._ship, 6), (self._back, 5), (self._confirm, 4),
            (self._close, 6), (self._correct, 6), (self._reverse, 12), (self._repeat, 4),
        )  # fmt: skip
        chosen = acts[:1] if not self.model.batches else acts
        (play,) = self.dice.choices([a for a, _ in chosen], [weight for _, weight in chosen])
        play()

    def check(self) -> None:
        """Every balance and every state is what the model says."""
        found: dict[tuple[str, str, str, str], int] = {}
        for row in rows(self.depot.database, STANDINGS):
            if row.mass_g:
                found[row.batch, place_of(row.place), row.article_group, row.quality] = row.mass_g
        said = {(owner, *spot): mass for (owner, spot), mass in self.model.stands.items() if mass}
        assert found == said
        for table in ("batch", "bin", "shipment"):
            states = rows(self.depot.database, f"SELECT code, state FROM {table}")
            known = {code: row["state"] for code, row in self.model.rows[table].items()}
            assert {row.code: row.state for row in states} == known
        held = rows(self.depot.database, "SELECT code FROM batch WHERE held")
        assert {row.code for row in held} == {c for c, r in self.model.batches.items() if r["held"]}

    def _do(self, words: str, planned: Planned, play: Callable[[], Any]) -> None:
        scan_id = str(UUID(int=self.dice.getrandbits(128), version=4))
        self.depot.later(minutes=self.dice.randint(1, 60))
        scan = {"scan_id": scan_id, "scanned_at": self.depot.now}
        answer = self._played(scan, planned, play)
        said = answer if isinstance(answer, str) else "ok"
        self.told.append(f"{words} -> {said}")
        expected = planned if isinstance(planned, str) else "ok"
        assert said == expected, f"{words}: the model says {expected}, the depot {said}"
        if isinstance(planned, Plan):
            assert {k: answer.get(k) for k in planned.answer} == planned.answer, words
            planned.named(_codes(planned, answer))
            self.model.book(scan_id, planned)
            self.again.append((scan, play, answer))

    def _played(self, scan: dict[str, Any], _planned: Planned, play: Callable[[], Any]) -> Any:
        with self.depot.scanning(**scan):
            return answer_of(play)

    def _any(self, table: str) -> str:
        """A code, mostly of something that was used lately and is not over."""
        codes = list(self.model.rows[table])
        if table != "find" and self.dice.random() < 0.8:
            alive = ("received", "sorting", "open", "closed", "shipped")
            living = [c for c in codes if self.model.rows[table][c]["state"] in alive]
            codes = living or codes
        return self.dice.choice(codes[-4:] if self.dice.random() < 0.8 else codes)

    def _grams(self, about_g: int) -> int:
        """Often exactly so much, else some part of it, sometimes a little more."""
        choice = self.dice.random()
        if about_g <= 1 or choice < 0.25:
            return max(1, about_g)
        if choice < 0.4:
            return max(1, about_g + about_g * self.dice.randint(-25, 25) // 1000)
        return self.dice.randint(1, about_g)

    def _log(self) -> None:
        mass_g, supplier = self.dice.randint(1, 300_000), self.dice.choice(SUPPLIERS)
        group = self.dice.choice(GROUPS)
        quality = self.dice.choice(("measured", "measured", "estimated"))
        pieces = self.dice.choice((None, self.dice.randint(0, 200)))
        self._do(
            f"log {mass_g} g {supplier} {group} {quality}",
            plans.log(self.model, mass_g, supplier, group, quality),
            lambda: self.depot.log(
                mass_g, supplier=supplier, article_group=group, quality=quality, pieces=pieces
            ),
        )

    def _parts(self, about_g: int) -> list[Part]:
        parts: list[Part] = []
        left_g = self._grams(about_g)
        for number in range(self.dice.randint(1, 3), 0, -1):
            mass_g = left_g if number == 1 else self.dice.randint(1, max(1, left_g // 2))
            left_g -= mass_g
            group = self.dice.choice((None, None, "uniform", "secret"))
            quality = self.dice.choice(("measured", "measured", "measured", "estimated"))
            pieces = self.dice.choice((None, None, self.dice.randint(0, 40)))
            bins = [code for code, row in self.model.bins.items() if row["state"] == "open"]
            if bins and self.dice.random() < 0.35:
                parts.append(
                    Part(max(1, mass_g), None, self.dice.choice(bins), group, quality, pieces)
                )
            else:
                to = self.dice.choice(("reuse", "recycle", "burn", "burn", "sale", "shred"))
                parts.append(Part(max(1, mass_g), to, None, group, quality, pieces))
        return parts

    def _sort(self) -> None:
        batch = self._any("batch")
        parts = self._parts(self.model.mass(batch, "HOLDING"))
        said = [real(each) for each in parts]
        planned = plans.sort(self.model, batch, parts)
        self._do(f"sort {batch} {parts}", planned, lambda: self.depot.sort(batch, said))

    def _sort_bin(self) -> None:
        if self.model.bins:
            source = self._any("bin")
            parts = self._parts(sum(mass for _, _, mass in self.model.at(source)))
            said = [real(each) for each in parts]
            planned = plans.sort_bin(self.model, source, parts)
            self._do(f"sort {source} {parts}", planned, lambda: self.depot.sort(source, said))

    def _gate(self) -> None:
        gate = self.dice.choice(("logo", "logo", "shredded"))
        if self.model.bins and self.dice.random() < 0.3:
            code = self._any("bin")
            mass_g = self._grams(max(1, sum(mass for _, _, mass in self.model.at(code))))
            planned = plans.gate_bin(self.model, code, gate, mass_g)
            self._do(
                f"gate {code} {gate} {mass_g}",
                planned,
                lambda: self.depot.pass_gate(code, gate, mass_g),
            )
            return
        batch = self._any("batch")
        mass_g = self._grams(max(1, self.model.mass(batch, "HOLDING")))
        planned = plans.gate(self.model, batch, gate, mass_g)
        self._do(
            f"gate {batch} {gate} {mass_g}",
            planned,
            lambda: self.depot.pass_gate(batch, gate, mass_g),
        )

    def _weigh(self) -> None:
        batch, kind = self._any("batch"), self.dice.choice(("moisture", "dust"))
        held_g = self.model.mass(batch, "HOLDING")
        mass_g = max(1, held_g + held_g * self.dice.randint(-60, 25) // 1000)
        leader = self.dice.random() < 0.5
        planned = plans.weigh(self.model, batch, mass_g, kind, leader=leader)

        def play() -> dict[str, Any]:
            with self.depot.as_("leader" if leader else "worker"):
                return self.depot.weigh(batch, mass_g, loss_kind=kind)

        self._do(f"weigh {batch} {mass_g} {kind} leader={leader}", planned, play)

    def _aside(self) -> None:
        batch, verb = self._any("batch"), self.dice.choice(("hold", "release", "release", "refuse"))
        place = "QUARANTINE" if verb == "release" else "HOLDING"
        apart = [o for o, spot in self.model.stands if spot.place == "QUARANTINE"]
        if verb == "release" and apart:
            batch = self.dice.choice(apart)
        mass_g = self._grams(max(1, self.model.mass(batch, place) // self.dice.choice((1, 5))))
        some = None if self.dice.random() < 0.4 else mass_g
        planned: Planned = getattr(plans, verb)(self.model, batch, some)
        self._do(f"{verb} {batch} {some}", planned, lambda: getattr(self.depot, verb)(batch, some))

    def _find(self) -> None:
        if self.model.rows["find"] and self.dice.random() < 0.3:
            code = self._any("find")
            planned = plans.hand_over(self.model, code)
            self._do(f"hand over {code}", planned, lambda: self.depot.hand_over(code))
            return
        batch, kind = self._any("batch"), self.dice.choice(("wallet", "wallet", "knife"))
        mass_g = self.dice.choice((None, self.dice.randint(1, 500)))
        self._do(
            f"find {kind} {mass_g} in {batch}",
            plans.find(self.model, batch, kind, mass_g),
            lambda: {"code": self.depot.find(batch, kind, mass_g=mass_g)},
        )

    def _bin(self) -> None:
        to = self.dice.choice((None, None, *EVERYWHERE))
        plan = Plan("bin", NEW, makes=[("bin", NEW, plans.new_bin(to))])
        self._do(f"bin for {to}", plan, lambda: {"code": self.depot.open_bin(to)})

    def _close_bin(self) -> None:
        if self.model.bins:
            code = self._any("bin")
            mass_g = sum(mass for _, _, mass in self.model.at(code))
            whole_g = max(1, mass_g + max(3, mass_g // 50) * self.dice.randint(-3, 3) // 3)
            planned = plans_out.close_bin(self.model, code, whole_g)
            self._do(
                f"close {code} {whole_g}", planned, lambda: self.depot.close_bin(code, whole_g)
            )

    def _ship(self) -> None:
        if self.model.bins:
            ready = [code for code, row in self.model.bins.items() if row["state"] == "closed"]
            some = ready if ready and self.dice.random() < 0.8 else list(self.model.bins)
            bins = self.dice.sample(some, min(len(some), self.dice.randint(1, 3)))
            outlet = self.dice.choice(("VEZELHOF", "VEZELHOF", "SMELTERIJ"))
            treatments = EVERYWHERE if outlet == "VEZELHOF" else ("burn",)
            planned = plans_out.ship(self.model, bins, treatments)
            self._do(
                f"ship {bins} to {outlet}",
                planned,
                lambda: self.depot.do_ship(*bins, outlet=outlet),
            )

    def _back(self) -> None:
        if self.model.rows["shipment"]:
            shipment, code = self._any("shipment"), self._any("bin")
            sent = [
                name.removeprefix("bin ")
                for name in self.model.rows["shipment"][shipment]
                if name.startswith("bin ")
            ]
            mass_g = None if self.dice.random() < 0.6 else self.dice.randint(1, 20_000)
            code = self.dice.choice(sent) if mass_g is None else code
            rest_g = None
            if mass_g is not None and self.dice.random() < 0.4:
                rest_g = self.dice.choice((0, self.dice.randint(0, 20_000)))
            planned = plans_out.take_back(self.model, shipment, code, mass_g, rest_g)
            line = ReturnLine(bin=code, mass_g=mass_g)
            self._do(
                f"{shipment} gives back {mass_g} {code}, and {rest_g} later",
                planned,
                lambda: self.depot.take_back(shipment, line, rest_g=rest_g),
            )

    def _confirm(self) -> None:
        if self.model.rows["shipment"]:
            shipment = self._any("shipment")
            there = [s.place for _, s in self.model.stands if s.place.startswith(f"{shipment}/")]
            mass_g = self._grams(sum(mass for _, _, mass in self.model.at(*there)))
            treated = {self.dice.choice(EVERYWHERE): mass_g}
            if mass_g > 10:
                treated = {"burn": mass_g // 10} | treated
            more: dict[str, Any] = {}
            if self.dice.random() < 0.4:
                more = {"refused_g": self.dice.randint(1, 10_000)}
            if self.dice.random() < 0.4:
                more |= {"rest_g": self.dice.randint(0, mass_g)}
            planned = plans_out.confirm(self.model, shipment, treated, **more)
            self._do(
                f"confirm {shipment} {treated} {more}",
                planned,
                lambda: self.depot.confirm(shipment, treated, refused_reason="mistake", **more),
            )

    def _close(self) -> None:
        batch = self._any("batch")
        if self.dice.random() < 0.15:
            planned = plans.reopen(self.model, batch)
            self._do(f"reopen {batch}", planned, lambda: self.depot.reopen(batch))
            return
        held_g = self.model.mass(batch, "HOLDING")
        losses = {
            kind: self._grams(max(1, held_g // 3))
            for kind in ("moisture", "dust")
            if self.dice.random() < 0.3
        }
        forced = self.dice.random() < 0.4
        planned = plans.close(self.model, batch, losses, forced=forced)
        reason = "mistake" if forced else None
        self._do(
            f"close {batch} {losses} {reason}",
            planned,
            lambda: self.depot.close(batch, losses, reason),
        )

    def _correct(self) -> None:
        batch = self._any("batch")
        mass_g = self.model.batches[batch]["mass_g"]
        right: dict[str, Any] = {
            "supplier": self.dice.choice((None, None, *SUPPLIERS)),
            "mass_g": self.dice.choice((None, self._grams(mass_g), mass_g + mass_g // 50 + 1)),
            "quality": self.dice.choice((None, None, "measured", "estimated")),
        }
        said: dict[str, Any] = {k: v for k, v in right.items() if v is not None}
        if net_g := said.pop("mass_g", None):
            said |= {"gross_g": net_g + TARE_G, "tare_g": TARE_G}
        planned = plans_out.correct(self.model, batch, **right)
        self._do(f"correct {batch} {right}", planned, lambda: self.depot.correct(batch, **said))

    def _reverse(self) -> None:
        scans = list(self.model.booked)
        scan = self.dice.choice(scans[-6:] if self.dice.random() < 0.7 else scans)
        kind = self.model.booked[scan].kind
        self._do(
            f"undo {kind} {scan[:8]}", self.model.reverse(scan), lambda: self.depot.reverse(scan)
        )

    def _repeat(self) -> None:
        """The same scan again: the same answer. With another content: refused."""
        scan, play, answer = self.dice.choice(self.again)
        with self.depot.scanning(**scan):
            assert answer_of(play) == answer
            assert answer_of(lambda: self.depot.log(self.dice.randint(1, 10**6))) == "scan_reused"
        self.told.append(f"again {scan['scan_id'][:8]}")


def answer_of(play: Callable[[], Any]) -> Any:
    """The answer, or the code of a refusal; what stands in the way of an undo is always named."""
    try:
        return play()
    except MovedOn as refusal:
        return refusal.code if refusal.figures["entries"] else "moved_on, but nobody says what"
    except Refusal as refusal:
        return refusal.code


def _codes(plan: Plan, answer: dict[str, Any]) -> dict[str, str]:
    codes = {NEW: answer["code"]} if "code" in answer else {}
    opened: Sequence[str] = [key for _, key, _ in plan.opens]
    targets = list(dict.fromkeys(line.target.place for line in plan.lines))
    in_order = [place for place in targets if place != "HOLDING"]
    codes |= {
        place: code
        for place, code in zip(in_order, dict.fromkeys(answer.get("bins", ())), strict=False)
        if place in opened
    }
    return codes


def real(planned: Part) -> Any:
    """A part as the depot takes it."""
    return part(
        planned.mass_g,
        planned.destination,
        bin=planned.bin,
        article_group=planned.group,
        quality=planned.quality,
        pieces=planned.pieces,
    )


def place_of(code: str) -> str:
    """A place as the model calls it."""
    pool, _, rest = code.partition("/")
    detail = rest.partition("/")[2].partition("@")[0]
    if pool == "SUPPLIER":
        return "RETURNED" if detail else pool
    return detail if pool in ("BIN", "SHIPPED") else f"{pool}/{detail}".rstrip("/")
