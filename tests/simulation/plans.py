"""What each act on the floor comes to, planned on the model before the depot is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.simulation.model import (
    DIFFERENCE,
    GATES,
    LIMIT,
    NEW,
    TOLERANCE,
    Change,
    Line,
    Model,
    Plan,
    Planned,
    Spot,
    divide,
    share,
)


class Part(NamedTuple):
    mass_g: int
    destination: str | None = None
    bin: str | None = None
    group: str | None = None
    quality: str = "measured"
    pieces: int | None = None


def log(model: Model, mass_g: int, supplier: str, group: str, quality: str) -> Planned:
    row = {
        "supplier": supplier, "group": group, "mass_g": mass_g, "quality": quality,
        "state": "received", "held": False, "_state": "received",
    }  # fmt: skip
    line = Line(NEW, Spot("SUPPLIER", quality=quality), Spot("HOLDING", quality=quality), mass_g)
    return Plan("intake", NEW, [line], makes=[("batch", NEW, row)], answer={"held_g": mass_g})


def _targets(model: Model, parts: Sequence[Part]) -> list[tuple[str, str | None]] | str:
    """Bin and destination of every part; a bin that has to be opened goes by its destination."""
    found: list[tuple[str, str | None]] = []
    for part in parts:
        if part.bin is None:
            open_ones = [
                code
                for code, row in model.bins.items()
                if row["destination"] == part.destination and row["state"] == "open"
            ]
            found.append((next(iter(open_ones), f"{NEW}-{part.destination}"), part.destination))
        elif model.bins[part.bin]["state"] != "open":
            return "bin_closed"
        else:
            found.append((part.bin, model.bins[part.bin]["destination"]))
    return found


def _opened(targets: Sequence[tuple[str, str | None]]) -> list[tuple[str, str, dict[str, Any]]]:
    return [("bin", code, new_bin(to)) for code, to in dict.fromkeys(targets) if code[:3] == NEW]


def new_bin(destination: str | None) -> dict[str, Any]:
    return {"destination": destination, "state": "open", "_state": "open", "weighed": None}


def _through(
    gates: Sequence[str], line: Line, free: dict[tuple[str, str], int]
) -> list[tuple[str, str, int]] | None:
    uses = []
    for gate in gates:
        if free.get((line.batch, gate), 0) < line.mass_g:
            return None
        free[line.batch, gate] -= line.mass_g
        uses.append((line.batch, gate, -line.mass_g))
    return uses


def sort(model: Model, batch: str, parts: Sequence[Part]) -> Planned:
    if why := model.idle(batch):
        return why
    row = model.batches[batch]
    held_g, sorted_g = model.mass(batch, "HOLDING"), sum(part.mass_g for part in parts)
    over_g = sorted_g - held_g
    gained_g = max(0, -model.mass(batch, DIFFERENCE))
    tolerated_g = max(0, model.input_g(batch)) * TOLERANCE[row["group"]] // 1000
    if over_g > max(0, tolerated_g - gained_g):
        return "mass_exceeded"
    targets = _targets(model, parts)
    if isinstance(targets, str):
        return targets
    lines, uses = [], []
    if over_g > 0:
        lines.append(Line(batch, Spot(DIFFERENCE), Spot("HOLDING"), over_g))
    free = dict(model.free)
    for part, (code, destination) in zip(parts, targets, strict=True):
        group = part.group or row["group"]
        if not model.may_go(row["supplier"], group, destination):
            return "destination_forbidden"
        then = model.after(lines)
        for spot, mass in model.take(batch, "HOLDING", part.mass_g, "measured", then):
            line = Line(batch, spot, Spot(code, group, part.quality), mass)
            used = _through(GATES.get(destination or "", ()), line, free)
            if used is None:
                return "gate_missing"
            uses += used
            lines.append(line)
    return Plan(
        "sort",
        batch,
        lines,
        uses,
        model.follow(batch, lines),
        opens=_opened(targets),
        answer={"held_g": max(0, held_g - sorted_g), "weighing_difference_g": -max(0, over_g)},
    )


def sort_bin(model: Model, source: str, parts: Sequence[Part]) -> Planned:
    row = model.bins[source]
    if row["state"] not in ("open", "closed"):
        return "bin_closed"
    left = model.at(source)
    held_g, sorted_g = sum(mass for _, _, mass in left), sum(part.mass_g for part in parts)
    if sorted_g > held_g:
        return "mass_exceeded"
    targets = _targets(model, parts)
    if isinstance(targets, str):
        return targets
    if any(code == source for code, _ in targets):
        return "malformed"
    lines: list[Line] = []
    uses = []
    free = dict(model.free)
    passed = GATES.get(row["destination"] or "", ())
    for part, (code, destination) in zip(parts, targets, strict=True):
        taken = share(left, part.mass_g)
        for owner, spot, _ in taken:
            supplier = model.batches[owner]["supplier"]
            if not model.may_go(supplier, part.group or spot.group, destination):
                return "destination_forbidden"
        asked = [gate for gate in GATES.get(destination or "", ()) if gate not in passed]
        moved = [
            Line(owner, spot, Spot(code, part.group or spot.group, part.quality), mass)
            for owner, spot, mass in taken
        ]
        for gate in asked:
            for line in moved:
                used = _through([gate], line, free)
                if used is None:
                    return "gate_missing"
                uses += used
        lines += moved
        then = model.after(lines)
        left = [(o, s, then[o, s]) for o, s, _ in left if then[o, s]]
    opens, answer = _opened(targets), {"held_g": held_g - sorted_g}
    return Plan("sort", source, lines, uses, opens=opens, answer=answer)


def gate(model: Model, batch: str, name: str, mass_g: int) -> Planned:
    if why := model.idle(batch):
        return why
    own = sum(
        mass for _, spot, mass in model.of(batch)
        if spot.place in ("HOLDING", "QUARANTINE") or spot.place in model.bins
    )  # fmt: skip
    if mass_g > own:
        return "mass_exceeded"
    return Plan("gate", batch, gates=[(batch, name, mass_g)])


def gate_bin(model: Model, code: str, name: str, mass_g: int) -> Planned:
    rows = model.at(code)
    masses = [mass for _, _, mass in rows]
    if not rows:
        return "bin_empty"
    if mass_g > sum(masses):
        return "mass_exceeded"
    parts = zip(rows, divide(mass_g, masses), strict=True)
    return Plan("gate", code, gates=[(owner, name, part) for (owner, _, _), part in parts if part])


def weigh(model: Model, batch: str, mass_g: int, kind: str, *, leader: bool) -> Planned:
    if why := model.idle(batch, held=False):
        return why
    held = model.of(batch, "HOLDING")
    held_g = sum(mass for _, _, mass in held)
    answer = {"held_g": mass_g}
    if any(spot.quality == "estimated" for _, spot, _ in held):
        lines = [Line(batch, s, s._replace(place="SUPPLIER"), mass) for _, s, mass in held]
        lines.append(Line(batch, Spot("SUPPLIER"), Spot("HOLDING"), mass_g))
        changes = model.follow(batch, lines) + _known(model, batch, lines)
        return Plan("weigh", batch, lines, changes=changes, answer=answer)
    lost_g = held_g - mass_g
    if lost_g == 0:
        return Plan(
            "weigh",
            batch,
            changes=model.follow(batch, []) + _known(model, batch, []),
            answer=answer,
        )
    place = f"LOSS/{kind}" if lost_g > 0 else DIFFERENCE
    permille = TOLERANCE[model.batches[batch]["group"]] if place == DIFFERENCE else LIMIT[kind]
    before = model.mass(batch, place) * (1 if lost_g > 0 else -1)
    limit_g = max(0, model.input_g(batch)) * permille // 1000
    if before + abs(lost_g) > limit_g and not leader:
        return "loss_limit"
    if lost_g > 0:
        taken = model.take(batch, "HOLDING", lost_g, "estimated")
        lines = [Line(batch, spot, spot._replace(place=place), mass) for spot, mass in taken]
    else:
        lines = [Line(batch, Spot(DIFFERENCE), Spot("HOLDING"), -lost_g)]
    changes = model.follow(batch, lines) + _known(model, batch, lines)
    return Plan("weigh", batch, lines, changes=changes, answer=answer)


def _known(model: Model, batch: str, lines: Sequence[Line]) -> list[Any]:
    """A batch is known as well as what came in of it."""
    then = model.after(lines)
    owed = [q for q in ("measured", "estimated") if then[batch, Spot("SUPPLIER", quality=q)] < 0]
    return model.become(batch, "quality", owed[0]) if len(owed) == 1 else []


def _moved(model: Model, batch: str, kind: str, source: str, to: str, mass_g: int) -> Planned:
    if mass_g > model.mass(batch, source):
        return "mass_exceeded"
    if mass_g == 0:
        return "malformed"
    taken = model.take(batch, source, mass_g, "estimated")
    lines = [Line(batch, spot, spot._replace(place=to), mass) for spot, mass in taken]
    return Plan(kind, batch, lines, changes=model.follow(batch, lines))


def hold(model: Model, batch: str, mass_g: int | None) -> Planned:
    if why := model.idle(batch, held=mass_g is None):
        return why
    if mass_g is None:
        return Plan("hold", batch, changes=model.become(batch, "held", value=True))
    return _moved(model, batch, "hold", "HOLDING", "QUARANTINE", mass_g)


def release(model: Model, batch: str, mass_g: int | None) -> Planned:
    if why := model.idle(batch, held=False):
        return why
    held, apart_g = model.batches[batch]["held"], model.mass(batch, "QUARANTINE")
    if mass_g is None and held:
        return Plan(
            "release",
            batch,
            changes=[*model.follow(batch, []), *model.become(batch, "held", value=False)],
        )
    if mass_g is None and not apart_g:
        return "state_forbids"
    return _moved(model, batch, "release", "QUARANTINE", "HOLDING", mass_g or apart_g)


def refuse(model: Model, batch: str, mass_g: int | None) -> Planned:
    if why := model.idle(batch, held=False):
        return why
    wanted = model.mass(batch, "HOLDING") if mass_g is None else mass_g
    plan = _moved(model, batch, "refuse", "HOLDING", "RETURNED", wanted)
    if isinstance(plan, Plan) and wanted == model.input_g(batch):
        plan.changes = model.become(batch, "state", "refused")
    return plan


def find(model: Model, batch: str, kind: str, mass_g: int | None) -> Planned:
    row = {"reversed": False, "_reversed": False, "handed": False}
    plan: Planned = Plan("find", batch)
    if mass_g is not None:
        if why := model.idle(batch, held=False):
            return why
        plan = _moved(model, batch, "find", "HOLDING", "FINDS", mass_g)
        if isinstance(plan, str):
            return plan
    assert isinstance(plan, Plan)
    plan.makes.append(("find", NEW, row))
    if kind == "knife":
        plan.changes.append(
            Change("batch", batch, "held", model.batches[batch]["held"], after=True)
        )
    return plan


def hand_over(model: Model, code: str) -> Planned:
    row = model.rows["find"][code]
    if row["handed"] or row["reversed"]:
        return "state_forbids"
    return Plan("handover", code, changes=model.become(code, "handed", value=True, table="find"))


def close(model: Model, batch: str, losses: Mapping[str, int], *, forced: bool) -> Planned:
    if why := model.idle(batch):
        return why
    whole = max(0, model.input_g(batch))
    tolerated_g = whole * TOLERANCE[model.batches[batch]["group"]] // 1000
    for kind, mass_g in losses.items():
        limit_g = whole * LIMIT[kind] // 1000
        if model.mass(batch, f"LOSS/{kind}") + mass_g > limit_g and not forced:
            return "loss_limit"
    held_g = model.mass(batch, "HOLDING")
    difference_g = held_g - sum(losses.values())
    waiting = model.mass(batch, "QUARANTINE") + sum(
        mass
        for _, spot, mass in model.of(batch)
        if spot.place in model.bins and model.bins[spot.place]["destination"] is None
    )
    beyond = abs(model.mass(batch, DIFFERENCE) + difference_g) > tolerated_g
    if waiting or (difference_g and beyond and not forced):
        return "balance_open"
    lines = []
    if difference_g < 0:
        lines.append(Line(batch, Spot(DIFFERENCE), Spot("HOLDING"), -difference_g))
    wanted = [("weighing_difference", difference_g)] if difference_g > 0 else []
    for kind, mass_g in [*wanted, *losses.items()]:
        taken = model.take(batch, "HOLDING", mass_g, "estimated", model.after(lines))
        lines += [Line(batch, s, s._replace(place=f"LOSS/{kind}"), mass) for s, mass in taken]
    return Plan(
        "close", batch, lines, changes=model.become(batch, "state", "closed"),
        answer={"difference_g": difference_g},
    )  # fmt: skip


def reopen(model: Model, batch: str) -> Planned:
    if model.batches[batch]["state"] != "closed":
        return "state_forbids"
    return Plan("reopen", batch, changes=model.follow(batch, []))
