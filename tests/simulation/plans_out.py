"""What the acts at the door out come to, and corrections: planned on the model beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.model import (
    DIFFERENCE,
    NEW,
    Line,
    Model,
    Plan,
    Planned,
    Spot,
    divide,
    share,
)

Rows = Sequence[tuple[str, Spot, int]]


def _weighed_anew(model: Model, rows: Rows, whole_g: int, *, known: bool = True) -> list[Line]:
    """The difference to what the whole weighs, then every estimate turns into a measurement, unless
    only a part of it was weighed (not known)."""
    estimates = [row for row in rows if row[1].quality == "estimated"]
    measured = [row for row in rows if row[1].quality == "measured"]
    over_g = whole_g - sum(mass for _, _, mass in rows)
    if over_g >= 0:
        gains = [(estimates or measured, over_g)]
    else:
        by_estimates = min(-over_g, sum(mass for _, _, mass in estimates))
        gains = [(estimates, -by_estimates), (measured, over_g + by_estimates)]
    lines = []
    for takers, gain_g in gains:
        parts = divide(abs(gain_g), [mass for _, _, mass in takers])
        for (owner, spot, _), part in zip(takers, parts, strict=True):
            named = Spot(DIFFERENCE, spot.group)
            if part and gain_g > 0:
                gained = spot._replace(quality="measured") if known else spot
                lines.append(Line(owner, named, gained, part))
            elif part:
                lines.append(Line(owner, spot, named, part))
    then = model.after(lines)
    for owner, spot, _ in estimates if known else ():
        if left := then[owner, spot]:
            lines.append(Line(owner, spot, spot._replace(quality="measured"), left))
    return lines


def close_bin(model: Model, code: str, whole_g: int) -> Planned:
    if model.bins[code]["state"] != "open":
        return "bin_closed"
    rows = model.at(code)
    if not rows:
        return "bin_empty"
    changes = model.become(code, "state", "closed", "bin")
    changes += model.become(code, "weighed", whole_g, "bin")
    difference_g = whole_g - sum(mass for _, _, mass in rows)
    return Plan(
        "bin_close",
        code,
        _weighed_anew(model, rows, whole_g),
        changes=changes,
        answer={"difference_g": difference_g},
    )


def ship(model: Model, bins: Sequence[str], treatments: Sequence[str]) -> Planned:
    for code, each in model.bins.items():
        if code in bins:
            if each["state"] != "closed":
                return "bin_open" if each["state"] == "open" else "bin_closed"
            if each["destination"] not in treatments:
                return "destination_forbidden"
    if any(not model.at(code) for code in bins):
        return "bin_empty"
    sent: dict[str, list[Line]] = {}
    changes = []
    for code in bins:
        place = f"{NEW}/{model.bins[code]['destination']}"
        sent[code] = [
            Line(owner, spot, spot._replace(place=place), mass)
            for owner, spot, mass in model.at(code)
        ]
        changes += model.become(code, "state", "shipped", "bin")
    row: dict[str, Any] = {"state": "shipped", "_state": "shipped", "treatments": treatments}
    row |= {"refused": 0, "confirmed": 0, "returned": 0}
    row |= {f"bin {code}": "away" for code in bins}
    lines = [line for part in sent.values() for line in part]
    mass_g = sum(line.mass_g for line in lines)
    plan = Plan("shipment", NEW, lines, changes=changes, makes=[("shipment", NEW, row)])
    plan.answer = {"mass_g": mass_g}
    return plan


def _under_way(model: Model, shipment: str) -> Rows:
    places = {spot.place for _, spot in model.stands if spot.place.startswith(f"{shipment}/")}
    return model.at(*places)


def _ended(
    model: Model, shipment: str, lines: Sequence[Line], kind: str, **now: int
) -> tuple[Plan, int]:
    """What becomes of the shipment when these lines are booked. now: confirmed, refused,
    returned."""
    then = model.after(lines)
    left_g = sum(mass for (_, spot), mass in then.items() if spot.place.startswith(f"{shipment}/"))
    plan = Plan(kind, shipment, list(lines))
    for name, mass_g in now.items():
        plan.changes += model.become(shipment, name, mass_g, "shipment")
    if left_g == 0:
        done = model.rows["shipment"][shipment]["confirmed"] or now.get("confirmed")
        state = "confirmed" if done else "returned"
        plan.changes += model.become(shipment, "state", state, "shipment")
    return plan, left_g


def take_back(
    model: Model, shipment: str, code: str, mass_g: int | None, rest_g: int | None = None
) -> Planned:
    """A whole bin as it left, or some mass into an open bin. rest_g: what is still to come."""
    row = model.rows["shipment"][shipment]
    if row["state"] != "shipped":
        return "state_forbids"
    away = row.get(f"bin {code}") == "away"
    if mass_g is None and not away:
        return "malformed"
    rows = _under_way(model, shipment)
    if mass_g is not None:
        lines = _loose_of(model, shipment, rows, code, mass_g, rest_g)
        if isinstance(lines, str):
            return lines
        plan, left_g = _back(model, shipment, lines, mass_g, rest_g)
    else:
        (left,) = [
            entry.lines
            for entry in model.booked.values()
            if entry.kind == "shipment" and entry.subject == shipment
        ]
        lines = [
            Line(o.batch, o.target, o.source, o.mass_g) for o in left if o.source.place == code
        ]
        if any(model.stands.get((o.batch, o.source), 0) < o.mass_g for o in lines):
            return "mass_exceeded"
        plan, left_g = _back(model, shipment, lines, sum(line.mass_g for line in lines), None)
        plan.changes += model.become(code, "state", "closed", "bin")
        plan.changes += model.become(shipment, f"bin {code}", "back", "shipment")
    back_g = sum(line.mass_g for line in lines) if mass_g is None else mass_g
    plan.answer = {"mass_g": back_g, "in_transit_g": left_g}
    return plan


def _back(
    model: Model, shipment: str, lines: Sequence[Line], back_g: int, rest_g: int | None
) -> tuple[Plan, int]:
    row = model.rows["shipment"][shipment]
    refused = max(0, row["refused"] - back_g) if rest_g is None else rest_g
    returned = row["returned"] + back_g
    return _ended(model, shipment, lines, "return", refused=refused, returned=returned)


def _loose_of(
    model: Model, shipment: str, rows: Rows, code: str, mass_g: int, rest_g: int | None
) -> list[Line] | str:
    """As `_loose`, with the difference to what should have come when it is said what is to come:
    more is found before it is unloaded, less is missed afterwards."""
    under_way_g = sum(mass for _, _, mass in rows)
    expected_g = model.rows["shipment"][shipment]["refused"] or under_way_g
    over_g = 0 if rest_g is None else rest_g + mass_g - expected_g
    found = _weighed_anew(model, rows, under_way_g + max(0, over_g), known=False)
    lines = _loose(model, _stand(model, found, shipment), code, mass_g)
    if isinstance(lines, str) or over_g >= 0:
        return lines if isinstance(lines, str) else found + lines
    left = _stand(model, lines, shipment)
    left_g = sum(mass for _, _, mass in left)
    return lines + _weighed_anew(model, left, left_g + over_g, known=False)


def _stand(model: Model, lines: Sequence[Line], shipment: str) -> Rows:
    """What is under way when the lines are booked, in the order that ties go by."""
    found = [
        (owner, spot, mass)
        for (owner, spot), mass in model.after(lines).items()
        if mass and spot.place.startswith(f"{shipment}/")
    ]
    return sorted(found, key=lambda row: (row[0], row[1].group, row[1].quality, row[1].place))


def _loose(model: Model, rows: Rows, code: str, mass_g: int) -> list[Line] | str:
    if mass_g > sum(mass for _, _, mass in rows):
        return "mass_exceeded"
    into = model.bins[code]
    if into["state"] != "open":
        return "bin_closed"
    routes = {spot.place.partition("/")[2] for _, spot, _ in rows}
    if into["destination"] is not None and routes != {into["destination"]}:
        return "destination_forbidden"
    return [
        Line(owner, spot, spot._replace(place=code), mass)
        for owner, spot, mass in share(rows, mass_g)
    ]


def confirm(
    model: Model, shipment: str, treated: Mapping[str, int], refused_g: int = 0, rest_g: int = 0
) -> Planned:
    """What the outlet treated and refused, and what it will still confirm."""
    row, rows = model.rows["shipment"][shipment], _under_way(model, shipment)
    treated_g, under_way_g = sum(treated.values()), sum(mass for _, _, mass in rows)
    open_g = under_way_g - row["refused"]
    if open_g <= 0:
        return "mass_exceeded"
    if any(name not in row["treatments"] for name in treated):
        return "destination_forbidden"
    waiting_g = row["refused"] + refused_g + rest_g
    lines = _weighed_anew(model, rows, treated_g + waiting_g, known=not waiting_g)
    left = share(_stand(model, lines, shipment), treated_g)
    for name, mass_g in treated.items():
        parts = divide(mass_g, [mass for _, _, mass in left])
        lines += [
            Line(owner, spot, spot._replace(place=f"CONFIRMED/{name}", quality="measured"), part)
            for (owner, spot, _), part in zip(left, parts, strict=True)
            if part
        ]
        left = [(o, s, m - part) for (o, s, m), part in zip(left, parts, strict=True)]
    said = {"refused": row["refused"] + refused_g, "confirmed": row["confirmed"] + treated_g}
    plan, left_g = _ended(model, shipment, lines, "confirm", **said)
    assert left_g == waiting_g, "what was not treated waits"
    difference_g = treated_g + refused_g + rest_g - open_g
    plan.answer = {"mass_g": treated_g, "difference_g": difference_g, "in_transit_g": waiting_g}
    return plan


def correct(
    model: Model, batch: str, supplier: str | None, mass_g: int | None, quality: str | None
) -> Planned:
    row = model.batches[batch]
    if row["state"] in ("refused", "reversed", "replaced"):
        return "batch_closed"
    right = {"mass_g": mass_g or row["mass_g"], "quality": quality or row["quality"]}
    new_owner = None if supplier == row["supplier"] else supplier
    if new_owner is None and all(row[name] == value for name, value in right.items()):
        return "malformed"
    lines = _right_mass(model, batch, mass_g)
    if right["quality"] != row["quality"]:
        lines += _right_quality(model, batch, lines, str(right["quality"]))
    then = model.after(lines)
    held_g = sum(m for (o, s), m in then.items() if o == batch and s.place == "HOLDING")
    state = "closed" if row["state"] == "closed" and not held_g else model.state_of(batch, then)
    plan = Plan("correct", batch, lines, answer={"held_g": held_g, "state": state})
    if new_owner is None:
        for name, value in [*right.items(), ("state", state)]:
            plan.changes += model.become(batch, name, value)
        return plan
    made = row | right | {"supplier": new_owner, "state": state, "_state": state}
    plan.makes.append(("batch", NEW, made))
    plan.changes += model.become(batch, "state", "replaced")
    plan.changes += model.become(batch, "held", value=False)
    plan.lines += _followed(batch, then)
    for (owner, gate), free_g in model.free.items():
        if owner == batch and free_g:
            plan.gates += [(batch, gate, -free_g), (NEW, gate, free_g)]
    return plan


def _right_mass(model: Model, batch: str, mass_g: int | None) -> list[Line]:
    if mass_g is None:
        return []
    quality = model.batches[batch]["quality"]
    owed = {spot: -mass for _, spot, mass in model.of(batch, "SUPPLIER")}
    more_g = mass_g - sum(owed.values())
    if more_g >= 0:
        home = Spot("HOLDING", quality=quality)
        return [Line(batch, Spot("SUPPLIER", quality=quality), home, more_g)] if more_g else []
    less_g = -more_g
    from_home = min(less_g, model.mass(batch, "HOLDING"))
    parts = [(s, m, s.quality) for s, m in model.take(batch, "HOLDING", from_home, quality)]
    if less_g > from_home:
        parts.append((Spot(DIFFERENCE), less_g - from_home, quality))
    lines = []
    for spot, part_g, wanted in parts:
        left_g = part_g
        for debt in sorted(owed, key=lambda debt: debt.quality != wanted):
            paid_g = min(left_g, owed[debt])
            if paid_g > 0:
                lines.append(Line(batch, spot, debt, paid_g))
                owed[debt] -= paid_g
                left_g -= paid_g
    return lines


def _right_quality(model: Model, batch: str, before: Sequence[Line], quality: str) -> list[Line]:
    lines = []
    for (owner, spot), mass in model.after(before).items():
        known = spot._replace(quality=quality)
        if owner != batch or spot == known or not mass:
            continue
        if spot.place == "SUPPLIER" and mass < 0:
            lines.append(Line(batch, known, spot, -mass))
        elif spot.place in ("HOLDING", "QUARANTINE"):
            lines.append(Line(batch, spot, known, mass))
    return lines


def _followed(batch: str, then: Mapping[tuple[str, Spot], int]) -> list[Line]:
    """Each gram back to where it was owed, and from there to the same spot for the new batch."""
    own = [(spot, mass) for (owner, spot), mass in then.items() if owner == batch]
    owed = [(spot, -mass) for spot, mass in own if mass < 0]
    lines = []
    for spot, mass in own:
        left = mass
        while left > 0:
            debt, room = owed.pop(0)
            part = min(left, room)
            lines += [Line(batch, spot, debt, part), Line(NEW, debt, spot, part)]
            left -= part
            if room > part:
                owed.insert(0, (debt, room - part))
    return lines
