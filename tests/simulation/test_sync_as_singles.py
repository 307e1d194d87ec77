"""However a tablet sends what it did, it comes to the same: all at once, one by one, or as calls.

The same commands go to depots that are alike to the last letter. Whatever differs then is a
mistake: an answer, a balance, a total, a kept scan, or an entry in the chain. `STOFSTROOM_SEED=7`
plays one seed for longer, `STOFSTROOM_SEEDS=200` plays that many more.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.audit import STANDINGS, breaches, rows
from tests.builders import Depot
from tests.simulation.outbox import Command, Outbox
from tests.simulation.worlds import LEDGER, World, different

GIVEN: Final = os.environ.get("STOFSTROOM_SEED")
COUNT: Final = int(os.environ.get("STOFSTROOM_SEEDS") or 0)
FOUND: Final[dict[int, str]] = {}
"""Seeds that once found something, and what: they are played for ever."""
SEEDS: Final = [int(GIVEN)] if GIVEN else [1, *FOUND, *range(1_000, 1_000 + COUNT)]
ROUNDS: Final = 6 if GIVEN or COUNT else 3
BADGE: Final = "the badge"

COUNTS: Final = (2, 10, 30, 60) if GIVEN or COUNT else (10, 20)
BY: Final = ("worker", "leader", "leader", "leader", "tablet", "tablet")

KEPT_OTHERWISE: Final = ("parked", "clock_doubt", "scan_reused")

NewDepot = Callable[[], Depot]


class Twins:
    """Three depots: one hears all at once, one hears command by command, one hears calls."""

    def __init__(self, new_depot: NewDepot, keys: Path, seed: int) -> None:
        self.at_once, self.by_one, self.by_call = (World(new_depot(), keys) for _ in range(3))
        self.dice = random.Random(f"way {seed}")
        self.outbox = Outbox(seed, BADGE)
        self.told: list[str] = []
        self.is_kept = False
        self.accepted: list[tuple[str, list[tuple[Command, dict[str, Any]]]]] = []

    def play(self) -> None:
        """A round: the same commands in three ways, then some of them once more."""
        now = self.by_one.depot.now
        by = self.dice.choice(BY) if self.told else "leader"
        count = self.dice.choice(COUNTS) if self.told else 12
        commands = self.outbox.fill(self.by_one.depot.database, now, count)
        wrong = self.dice.random() < 0.15
        sent_at = now + timedelta(hours=self.dice.randint(-30, 30)) if wrong else now
        self.told.append(f"{count} commands by {by}, sent at {sent_at}")
        first = self._send(commands, by, sent_at)
        self.accepted.append((by, accepted(commands, first)))
        self._otherwise(commands, first, by, sent_at)
        self._require_alike()
        again = commands if self.dice.random() < 0.5 else commands[: self.dice.randint(0, count)]
        second = self._send(again, by, sent_at)
        for before, after in zip(first, second, strict=False):
            if before["status"] in ("accepted", "repeated"):
                assert after == {**before, "status": "repeated"}
        self._require_alike()
        # A worker undoes for half a day, and what is sent again after a restore is not late.
        minutes = self.dice.choice((5, 60) if self.is_kept else (5, 60, 1_500))
        for world in (self.at_once, self.by_one, self.by_call):
            world.depot.later(minutes=minutes)

    def back_up(self) -> None:
        """Keep how everything stands, and from now on what is accepted."""
        for world in (self.at_once, self.by_one):
            world.back_up()
        self.accepted.clear()
        self.is_kept = True

    def restore(self) -> None:
        """A backup comes back, and tablets send again what was accepted since."""
        for world in (self.at_once, self.by_one):
            world.restore()
        for by, known in self.accepted:
            self.told.append(f"again by {by}, after a restore")
            told = self._send([command for command, _ in known], by, self.by_one.depot.now)
            for (command, before), after in zip(known, told, strict=True):
                assert after["status"] == "accepted", command
                assert after["answer"] | {"entry": ""} == before | {"entry": ""}, command
        assert different(self.by_one.rows(), self.at_once.rows()) == []

    def _send(self, commands: list[Command], by: str, sent_at: datetime) -> list[dict[str, Any]]:
        whole = self.at_once.sync(commands, by, sent_at, BADGE)
        single = [
            answer for one in commands for answer in self.by_one.sync([one], by, sent_at, BADGE)
        ]
        for command, one, other in zip(commands, whole, single, strict=True):
            self.told.append(f"{command} -> {other}")
            assert one == other, command
        return single

    def _otherwise(
        self, commands: list[Command], answers: list[dict[str, Any]], by: str, sent_at: datetime
    ) -> None:
        """What was booked is booked alike, and nothing else is. A call keeps otherwise what it does
        not book, and asks for no clock, so what ended as it did because of that is left out."""
        sent = [
            (command, answer)
            for command, answer in zip(commands, answers, strict=True)
            if answer["answer"].get("code") not in KEPT_OTHERWISE
            and answer["answer"].get("state") != "dropped"
        ]
        only = [command for command, _ in sent]
        told = self._in_pieces(only, sent_at) if by == "tablet" else self._by_calls(only, by)
        for (command, answer), other in zip(sent, told, strict=True):
            if "entry" in answer["answer"] or "entry" in other["answer"]:
                assert answer == other, command

    def _in_pieces(self, commands: list[Command], sent_at: datetime) -> list[dict[str, Any]]:
        """Some, then from some point on again; as a tablet that never hears an answer."""
        told: list[dict[str, Any]] = []
        while len(told) < len(commands):
            end = len(told) + self.dice.randint(1, max(1, len(commands) // 2))
            begin = self.dice.randint(0, len(told))
            heard = self.by_call.sync(commands[begin:end], "tablet", sent_at, BADGE)
            told += heard[len(told) - begin :]
        return told

    def _by_calls(self, commands: list[Command], by: str) -> list[dict[str, Any]]:
        told = []
        for command in commands:
            reply = self.by_call.call(command, by)
            code = reply.status_code if reply is not None else 404
            status = {200: "repeated", 201: "accepted"}.get(code, "refused")
            answer = reply.json() if reply is not None else {}
            told.append({"scan_id": command["scan_id"], "status": status, "answer": answer})
        return told

    def _require_alike(self) -> None:
        assert different(self.by_one.rows(), self.at_once.rows()) == []
        if self.by_one.depot.database.dialect == "sqlite":
            # Elsewhere what failed has used up numbers of places.
            assert different(self.by_one.rows(*LEDGER), self.by_call.rows(*LEDGER)) == []


def accepted(
    commands: list[Command], answers: list[dict[str, Any]]
) -> list[tuple[Command, dict[str, Any]]]:
    """What was booked, with the answer."""
    return [
        (command, told["answer"])
        for command, told in zip(commands, answers, strict=True)
        if told["status"] == "accepted" and "entry" in told["answer"]
    ]


def standings(world: World) -> list[str]:
    """What stands where, of which batch."""
    return sorted(map(str, rows(world.depot.database, STANDINGS)))


@pytest.mark.parametrize("seed", SEEDS)
def test_all_at_once_comes_to_the_same_as_one_by_one_also_after_a_restore(
    new_depot: NewDepot, tmp_path: Path, seed: int
) -> None:
    twins = Twins(new_depot, tmp_path, seed)
    try:
        twins.play()
        twins.back_up()
        for _ in range(ROUNDS - 1):
            twins.play()
        assert breaches(twins.by_call.depot.database) == []
        before = standings(twins.by_one)
        twins.restore()
        assert standings(twins.by_one) == before
        for world in (twins.at_once, twins.by_one):
            assert breaches(world.depot.database) == []
    except Exception as error:
        error.add_note("\n".join([f"seed {seed}:", *twins.told[-80:]]))
        raise
