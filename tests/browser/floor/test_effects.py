"""What a tablet foretells is what the server answers: random work, compared command by command."""

from __future__ import annotations

import random
from collections.abc import Callable
from pprint import pformat
from typing import Any, ClassVar, Final

import pytest

from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.modules import wait_until

pytestmark = pytest.mark.browser

ROUNDS: Final = 3
COMMANDS: Final = 60
LIMIT_G: Final = 60_000

KEEP: Final = """async (floor, {kind, target, body}) => {
  const command = await make(floor, kind, target, body);
  const told = floor.world.foretell(command);
  await floor.outbox.add(command);
  const { verdict, code } = told;
  return { scan_id: command.scan_id, verdict, code: code ?? null };
}"""
MAKE: Final = """async () => {
  const { commandOf } = await import("/static/floor/book.js");
  window.make = commandOf;
}"""
LOOK: Final = """(floor) => ({
  batches: floor.world.batches, bins: floor.world.bins, codes: floor.world.codes,
})"""
ENDS: Final = """(floor) => floor.outbox.list().map((row) => ({
  scan_id: row.scan_id, kind: row.kind, target: row.target, body: row.body, state: row.state,
  code: row.state === "refused" || row.state === "parked" ? row.answer.code : null,
  answer: row.answer,
}))"""
DESTINATIONS: Final = ("reuse", "sale", "recycle", "shred", "burn")
GROUPS: Final = ("uniform", "towel", "vest", "secret", "unknown")


class Hands:
    """Somebody at a tablet who does whatever comes to mind, mostly things that make sense."""

    doubted: ClassVar[dict[str, int]] = {}
    """Labels of something that waits for a leader, by whose tablet: no other one can know that."""

    def __init__(self, tablet: Tablet, seed: int) -> None:
        self.seed = seed
        self.tablet = tablet
        self.chance = random.Random(seed)
        self.done = list[str]()
        self.told = dict[str, dict[str, Any]]()

    def work(self) -> None:
        known = self.tablet.ask(LOOK)
        kinds = [
            *("intake", "sort", "sort", "sort", "sort", "gate", "gate", "hold", "find", "bin"),
            *("close_bin", "reverse", "reverse", "weigh", "sort_bin", "gate_bin", "refuse"),
            *("release", "close", "relabel"),
        ]
        kind = self.chance.choice(kinds)
        sentence = getattr(self, f"_{kind}")(known)
        if sentence is None:
            return
        kind, target, body = sentence
        given = {"kind": kind, "target": target, "body": body}
        told = self.tablet.ask(KEEP, given)
        self.told[told["scan_id"]] = {**told, "said": given}
        if told["verdict"] == "parked" and body.get("code"):
            self.doubted[body["code"]] = self.seed
        self.done.append(told["scan_id"])

    def _code(self, rows: list[dict[str, Any]]) -> str:
        if not rows or self.chance.random() < 0.03:
            return "B22222222222"
        sure = [row for row in rows if self.doubted.get(row["code"], self.seed) == self.seed]
        return str(self.chance.choice(sure or rows)["code"])

    def _mass(self, near: int) -> int:
        kind = self.chance.random()
        if kind < 0.1:
            return max(1, near)
        if kind < 0.2:
            return near + self.chance.randrange(1, 1_500)
        return self.chance.randrange(1, max(2, near))

    def _intake(self, known: dict[str, Any]) -> Any:
        mass = self.chance.randrange(1_000, LIMIT_G)
        codes = known["codes"]["batch"]
        code = codes[0] if codes else None
        if self.chance.random() < 0.05:
            code = self._code(known["batches"])
            self.doubted[code] = self.seed
        body = {
            "supplier": self.chance.choice(["NOORDERHAVEN", "DUINRAND", "ZEEKANT", "VEZELHOF"]),
            "article_group": self.chance.choice(GROUPS),
            "gross_g": mass + 500,
            "tare_g": 500 if self.chance.random() < 0.95 else mass + 900,
            "code": code,
            "quality": self.chance.choice(["measured", "measured", "estimated"]),
        }
        return "intake", None, body

    def _parts(self, known: dict[str, Any], held: int) -> list[dict[str, Any]]:
        parts = []
        for _ in range(self.chance.choice([1, 1, 1, 2, 3])):
            part: dict[str, Any] = {"mass_g": self._mass(held // 2)}
            if self.chance.random() < 0.5 and known["bins"]:
                part["bin"] = self._code(known["bins"])
            else:
                part["destination"] = self.chance.choice(DESTINATIONS)
            if self.chance.random() < 0.3:
                part["article_group"] = self.chance.choice(GROUPS)
            if self.chance.random() < 0.3:
                part["pieces"] = self.chance.randrange(1, 30)
            parts.append(part)
        return parts

    def _sort(self, known: dict[str, Any]) -> Any:
        code = self._code(known["batches"])
        held = next((row["held_g"] for row in known["batches"] if row["code"] == code), 10_000)
        return "sort", code, {"parts": self._parts(known, held)}

    def _sort_bin(self, known: dict[str, Any]) -> Any:
        full = [row for row in known["bins"] if row["mass_g"]]
        if not full:
            return None
        row = self.chance.choice(full)
        return "sort", row["code"], {"parts": self._parts(known, row["mass_g"])}

    def _gate(self, known: dict[str, Any]) -> Any:
        body: dict[str, Any] = {"gate": self.chance.choice(["logo", "shredded"])}
        if self.chance.random() < 0.7:
            body["mass_g"] = self._mass(30_000)
        else:
            body["pieces"] = self.chance.randrange(1, 40)
        return "gate", self._code(known["batches"]), body

    def _gate_bin(self, known: dict[str, Any]) -> Any:
        full = [row for row in known["bins"] if row["mass_g"]]
        if not full:
            return None
        row = self.chance.choice(full)
        return "gate", row["code"], {"gate": "logo", "mass_g": self._mass(row["mass_g"])}

    def _hold(self, known: dict[str, Any]) -> Any:
        body = {"reason": self.chance.choice(["mistake", "damp", "damp", "nonsense"])}
        if self.chance.random() < 0.5:
            return "hold", self._code(known["batches"]), body | {"mass_g": self._mass(20_000)}
        return "hold", self._code(known["batches"]), body

    def _refuse(self, known: dict[str, Any]) -> Any:
        body = {"reason": "damp", "mass_g": self._mass(10_000)}
        return "refuse", self._code(known["batches"]), body

    def _relabel(self, known: dict[str, Any]) -> Any:
        code = self._code([*known["batches"], *known["bins"]])
        free = known["codes"]["bin" if self.chance.random() < 0.5 else "batch"]
        return ("relabel", code, {"code": free[0], "reason": "torn"}) if free else None

    def _release(self, known: dict[str, Any]) -> Any:
        return "release", self._code(known["batches"]), {"reason": "mistake"}

    def _find(self, known: dict[str, Any]) -> Any:
        body: dict[str, Any] = {"kind": self.chance.choice(["knife", "wallet", "wallet"])}
        body |= {"count": 1, "batch": self._code(known["batches"])}
        if self.chance.random() < 0.3:
            body["mass_g"] = self._mass(2_000)
        return "find", None, body

    def _bin(self, known: dict[str, Any]) -> Any:
        codes = known["codes"]["bin"]
        destination = self.chance.choice([*DESTINATIONS, None])
        return "bin", None, {"code": codes[0], "destination": destination} if codes else {}

    def _close_bin(self, known: dict[str, Any]) -> Any:
        code = self._code(known["bins"])
        mass = next((row["mass_g"] for row in known["bins"] if row["code"] == code), 0)
        weighed = max(1, mass + self.chance.choice([0, 0, 40, -40, -mass // 3]))
        return "bin_close", code, {"gross_g": weighed + 800, "tare_g": 800}

    def _weigh(self, known: dict[str, Any]) -> Any:
        code = self._code(known["batches"])
        held = next((row["held_g"] for row in known["batches"] if row["code"] == code), 500)
        weighed = max(1, held + self.chance.choice([0, 100, -100, -held // 30, -held // 3]))
        body: dict[str, Any] = {"gross_g": weighed + 300, "tare_g": 300}
        if self.chance.random() < 0.6:
            body["loss_kind"] = self.chance.choice(["moisture", "dust"])
        return "weigh", code, body

    def _close(self, known: dict[str, Any]) -> Any:
        code = self._code(known["batches"])
        held = next((row["held_g"] for row in known["batches"] if row["code"] == code), 500)
        losses = [{"kind": "dust", "mass_g": max(1, held // 150)}] if held > 200 else []
        return "close", code, {"losses": losses}

    def _reverse(self, known: dict[str, Any]) -> Any:
        if not self.done:
            return None
        return "reverse", self.chance.choice(self.done[-12:]), {"reason": "mistake"}


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_tablet_foretells_what_the_server_answers(
    house: House, tablet_of: Callable[..., Tablet], seed: int
) -> None:
    tablet = tablet_of()
    tablet.enrol("S1-A", f"Tablet {seed}")
    for _ in range(3):
        house.hall.log(40_000, article_group=random.Random(seed).choice(GROUPS))
    tablet.ask("(floor) => floor.world.refresh()")
    wait_until(tablet.page, "window.floor.world.codes.bin.length > 20")
    tablet.page.evaluate(MAKE)
    tablet.context.route("**/api/v1/sync", lambda route: route.abort())
    hands = Hands(tablet, seed)
    for _ in range(COMMANDS):
        hands.work()
    laid_over = tablet.ask(LOOK)
    tablet.context.unroute("**/api/v1/sync")
    tablet.ask("(floor) => floor.outbox.flush()")
    wait_until(tablet.page, "window.floor.outbox.counts().waiting === 0")
    ended = {row["scan_id"]: row for row in tablet.ask(ENDS)}
    wrong = []
    for at, scan_id in enumerate(hands.done):
        told, row = hands.told[scan_id], ended[scan_id]
        if (told["verdict"], told["code"]) != (row["state"], row["code"]):
            wrong.append((at, told, row["state"], row["answer"]))
    assert not wrong, f"seed {seed}: {pformat(wrong)}"
    tablet.ask("(floor) => floor.world.refresh()")
    wrong = differences(tablet.ask(LOOK), laid_over)
    assert not wrong, f"seed {seed}: {pformat(wrong)}"


def differences(now: dict[str, Any], foretold: dict[str, Any]) -> list[Any]:
    """Where the rows that the server gave differ from those that were laid over the old ones."""
    wrong: list[Any] = []
    for table in ("batches", "bins"):
        ours = {row["code"]: said(table, row) for row in foretold[table]}
        for row in now[table]:
            theirs = said(table, row)
            mine = ours.get(row["code"])
            if mine is not None and mine != theirs:
                names = [name for name in theirs if theirs[name] != mine[name]]
                wrong.append((row["code"], {name: (theirs[name], mine[name]) for name in names}))
    return wrong


def said(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """What a row says. A bin that opened by itself has another code here until the server says."""
    if table == "bins":
        return {name: row[name] for name in ("destination", "state", "mass_g")}
    names = ("state", "held", "held_g", "input_g", "tolerance_g")
    gates = {gate: free for gate, free in row["gates"].items() if any(free.values())}
    in_bins_g = sum(row["bins"].values())
    return {name: row[name] for name in names} | {"gates": gates, "in_bins_g": in_bins_g}
