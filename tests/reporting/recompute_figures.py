"""Every figure of a report once more, from the text of an exported movements file.

Independent of the application, as `recompute.py`: plain pandas, with the reference data handed in
as plain values. Written from the standards, not from the code that it checks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.reporting.recompute import STREAMS, grams, sides_of, terms_of

Figures = dict[str, int | None]
SCHEMES = ("gri", "esrs", "ladder", "producer_class", "recovery_code")
FIRES = {"R1": "incineration_with_energy", "D10": "incineration_without_energy",
         "D11": "incineration_without_energy"}  # fmt: skip
RECYCLED = {f"R{number}" for number in range(2, 10)}
PRODUCERS = {
    "reuse": {"reuse_nl", "reuse_nl_or_export", "reuse_export"},
    "reuse_in_nl": {"reuse_nl"},
    "recycling": {"recycling_other", "recycling_fibre_to_fibre"},
    "fibre_to_fibre": {"recycling_fibre_to_fibre"},
}
PRODUCERS["all"] = PRODUCERS["reuse"] | PRODUCERS["recycling"]
RUNGS = {"R4": "repair_refurbish", "R5": "repair_refurbish", "R6": "remanufacture",
         "R7": "recycle", "R8": "recycle", "R3": "reuse"}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """Reference data of one operator. routes: by code@version its stream and cells; in_scheme:
    article groups; factors: (low, central, high) in grams per kilogram, or of one; declared: what
    each supplier said, in permille; distances: of the outlets of a destination."""

    routes: Mapping[str, Mapping[str, str]]
    in_scheme: Collection[str] = ()
    factors: Mapping[str, tuple[Fraction, Fraction, Fraction]] = field(default_factory=dict)
    declared: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    distances: Mapping[str, list[int | None]] = field(default_factory=dict)


def figures(
    movements_csv: str,
    known: Known,
    *,
    first: date,
    end: date,
    basis: str,
    suppliers: Collection[str] = (),
) -> Figures:
    """Id -> value of every figure of [first, end)."""
    sides = sides_of(movements_csv)
    if suppliers:
        sides = sides[sides["supplier"].isin(list(suppliers))]
    days = sides["day" if basis == "booked" else "received_day"]
    inside = sides[(days >= first.isoformat()) & (days < end.isoformat())]
    found = terms_of(inside)
    table = _table(inside[inside["route"] != ""], known)
    sorted_g = sum(found["streams"][stream]["mass_g"] for stream in STREAMS)
    out_g = sorted_g + found["loss_g"] + found["finds_g"]
    received = basis == "received"
    return {
        **_headline(found, sorted_g, out_g, received=received),
        **_cells(table),
        **_proof(found, table, received=received),
        **_waste(table, sorted_g),
        **_ladder(table),
        **_producers(table),
        **_circles(found, table, out_g),
        **_inflow(inside, found, table, known, out_g, received=received),
        **_emissions(table, known, sorted_g),
        **_local(table, known),
    }


def _table(routed: pd.DataFrame, known: Known) -> pd.DataFrame:
    """A line per destination version that anything stands at, with its cells and its grams."""
    lines = []
    for label, part in routed.groupby("route"):
        confirmed = part[part["pool"] == "CONFIRMED"]
        line: dict[str, Any] = {
            "label": str(label),
            "mass": grams(part),
            "confirmed": grams(confirmed),
            "in_transit": grams(part[part["pool"] == "SHIPPED"]),
            "estimated": grams(part[part["quality"] == "estimated"]),
            "scheme_mass": grams(part[part["group"].isin(list(known.in_scheme))]),
            "scheme_confirmed": grams(confirmed[confirmed["group"].isin(list(known.in_scheme))]),
            **known.routes[str(label)],
        }
        line["step"], line["cell"] = _treatment(line)
        if any(line[term] for term in ("mass", "confirmed", "in_transit", "estimated")):
            lines.append(line)
    columns = ["label", "mass", "confirmed", "scheme_mass", "scheme_confirmed", "stream", "eural"]
    return pd.DataFrame(lines, columns=[*columns, *SCHEMES, "step", "cell"])


def _treatment(line: Mapping[str, Any]) -> tuple[str, str]:
    """Step of the waste hierarchy, and the cell of GRI 306; goods have no cell."""
    code, stream = line["recovery_code"], line["stream"]
    if stream == "reuse" and code == "" and line["eural"] == "":
        return "prevention", ""
    if code in FIRES:
        return ("other_recovery" if code == "R1" else "disposal"), FIRES[code]
    if code.startswith("R"):
        if stream == "reuse":
            return "preparing_for_reuse", "preparing_for_reuse"
        recycled = code in RECYCLED or (code in ("R12", "R13") and stream == "recycle")
        return ("recycling", "recycling") if recycled else ("other_recovery", "other_recovery")
    if code in ("D1", "D5"):
        return "disposal", "landfill"
    return ("disposal" if code else "unknown"), "other_disposal"


def _shares(masses: Mapping[str, int], *, gains: bool = False) -> dict[str, int | None]:
    """Largest remainder over whole permille; none where a mass is below zero."""
    whole = sum(masses.values())
    if whole <= 0 or (not gains and any(mass < 0 for mass in masses.values())):
        return dict.fromkeys(masses)
    exact = {name: Fraction(1000 * mass, whole) for name, mass in masses.items()}
    floors = {name: share.__floor__() for name, share in exact.items()}
    left = 1000 - sum(floors.values())
    ranked = sorted(masses, key=lambda name: exact[name] - floors[name], reverse=True)
    return {name: floors[name] + (name in ranked[:left]) for name in masses}


def _ratio(part: int, whole: int) -> int | None:
    if whole <= 0 or part < 0:
        return None
    exact = Decimal(1000) * part / whole
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _rounded(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def _headline(found: Mapping[str, Any], sorted_g: int, out_g: int, *, received: bool) -> Figures:
    streams = found["streams"]
    said: Figures = {
        f"{name}_of_sorted": share
        for name, share in _shares({s: streams[s]["mass_g"] for s in STREAMS}).items()
    }
    if received:
        said |= _of_input(found, {s: streams[s]["mass_g"] for s in STREAMS})
    confirmed = {s: streams[s]["confirmed_g"] for s in STREAMS}
    estimated = _ratio(found["estimated_g"], found["input_g"])
    guessed = sum(streams[s]["estimated_g"] for s in STREAMS)
    return {
        **said,
        "confirmed_of_sorted": _ratio(sum(confirmed.values()), sorted_g),
        **{f"{s}_confirmed": _ratio(confirmed[s], streams[s]["mass_g"]) for s in STREAMS},
        **{f"{s}_confirmed_of_outflow": _ratio(confirmed[s], out_g) for s in STREAMS[:2]},
        "estimated_of_input": estimated,
        "measured_of_input": None if estimated is None else 1000 - estimated,
        "estimated_of_sorted": _ratio(guessed, sorted_g),
    }


def _of_input(found: Mapping[str, Any], parts: Mapping[str, int]) -> Figures:
    outputs = {**parts, "held": found["held_g"], "finds": found["finds_g"]}
    gains = all(mass >= 0 for mass in outputs.values())
    shares = _shares({**outputs, "loss": found["loss_g"]}, gains=gains)
    return {f"{name}_of_input": share for name, share in shares.items()}


def _cells(table: pd.DataFrame) -> Figures:
    said: Figures = {}
    for scheme in SCHEMES:
        prefix = "scheme_" if scheme == "producer_class" else ""
        for cell, part in table[table[scheme] != ""].groupby(scheme):
            said[f"{scheme}.{cell}"] = int(part[f"{prefix}mass"].sum())
            said[f"{scheme}.{cell}.confirmed"] = int(part[f"{prefix}confirmed"].sum())
    return said


def _proof(found: Mapping[str, Any], table: pd.DataFrame, *, received: bool) -> Figures:
    streams = found["streams"]
    parts = {}
    for stream in STREAMS:
        parts[f"{stream}_confirmed"] = streams[stream]["confirmed_g"]
        parts[f"{stream}_pending"] = streams[stream]["mass_g"] - streams[stream]["confirmed_g"]
    said: Figures = {f"{name}_of_sorted": share for name, share in _shares(parts).items()}
    if received:
        shares = _of_input(found, parts)
        rest = ("held_of_input", "finds_of_input", "loss_of_input")
        said |= {name: share for name, share in shares.items() if name not in rest}
    masses = _in_order(table, "mass")
    confirmed = _in_order(table, "confirmed")
    apart = {}
    for label, mass in masses.items():
        apart[f"{label}.confirmed_of_sorted"] = confirmed[label]
        apart[f"{label}.pending_of_sorted"] = mass - confirmed[label]
    by_label = {f"{label}.of_sorted": share for label, share in _shares(masses).items()}
    said |= {f"destination.{name}": share for name, share in {**by_label, **_shares(apart)}.items()}
    if received:
        rest_g = found["held_g"] + found["finds_g"]
        whole = {**masses, "=rest": rest_g, "=loss": found["loss_g"]}
        fine = all(mass >= 0 for mass in (*masses.values(), rest_g))
        shares = _shares(whole, gains=True) if fine else dict.fromkeys(whole)
        said |= {f"destination.{label}.of_input": shares[label] for label in masses}
    return said


def _in_order(table: pd.DataFrame, column: str) -> dict[str, int]:
    """By stream, code and version: ties go to the first."""
    ranked = table.assign(
        order=[STREAMS.index(stream) for stream in table["stream"]],
        number=[int(label.partition("@")[2]) for label in table["label"]],
        code=[label.partition("@")[0] for label in table["label"]],
    ).sort_values(["order", "code", "number"])
    return {str(row["label"]): int(row[column]) for _, row in ranked.iterrows()}


def _waste(table: pd.DataFrame, sorted_g: int) -> Figures:
    empty = table.empty and sorted_g == 0
    steps = ("prevention", "preparing_for_reuse", "recycling", "other_recovery", "disposal",
             "unknown")  # fmt: skip
    masses = {step: _sum(table, step=step) for step in steps}
    shares = _shares(masses)
    said: Figures = {}
    for step in steps:
        said[f"directive.{step}"] = masses[step]
        said[f"directive.{step}.confirmed"] = _sum(table, "confirmed", step=step)
        said[f"directive.{step}.of_sorted"] = shares[step]
    goods = _sum(table, cell="")
    said["gri.306-3.total"] = sorted_g - goods
    said["gri.not_waste"] = goods
    diverted = ("preparing_for_reuse", "recycling", "other_recovery")
    disposed = ("incineration_with_energy", "incineration_without_energy", "landfill",
                "other_disposal")  # fmt: skip
    hazardous = table["eural"].str.endswith("*") if len(table) else pd.Series([], dtype=bool)
    for point, cells in (("306-4", diverted), ("306-5", disposed)):
        said[f"gri.{point}.total"] = sum(_sum(table, cell=cell) for cell in cells)
        for name, part in (("non_hazardous", table[~hazardous]), ("hazardous", table[hazardous])):
            for cell in cells:
                said[f"gri.{point}.{name}.{cell}.offsite"] = _sum(part, cell=cell)
                said[f"gri.{point}.{name}.{cell}.onsite"] = 0
    total = said["gri.306-4.total"] + said["gri.306-5.total"]  # type: ignore[operator]
    recycled = _sum(table, cell="recycling")
    said["esrs.e5_5_07"], said["esrs.e5_5_10"] = total, total - recycled
    said["esrs.e5_5_11"] = _ratio(total - recycled, total)
    waste = table[hazardous]
    said["esrs.e5_5_15"] = int(waste[waste["cell"] != ""]["mass"].sum()) if len(waste) else 0
    fires = disposed[:2]
    for name, part in (("non_hazardous", table[~hazardous]), ("hazardous", table[hazardous])):
        for cell in diverted:
            said[f"esrs.e5_5_08.{name}.{cell}"] = _sum(part, cell=cell)
        burnt = sum(_sum(part, cell=cell) for cell in fires)
        said[f"esrs.e5_5_09.{name}.incineration"] = burnt
        said[f"esrs.e5_5_09.{name}.landfill"] = _sum(part, cell="landfill")
        said[f"esrs.e5_5_09.{name}.other"] = _sum(part, cell="other_disposal")
    return dict.fromkeys(said) if empty else said


def _sum(table: pd.DataFrame, column: str = "mass", **where: str) -> int:
    for name, value in where.items():
        table = table[table[name] == value]
    return int(table[column].sum()) if len(table) else 0


def _ladder(table: pd.DataFrame) -> Figures:
    rungs = sorted(set(table["ladder"]), key=lambda rung: (rung == "", rung))
    shares = _shares({rung: _sum(table, ladder=rung) for rung in rungs})
    return {f"ladder.{rung or 'none'}.of_sorted": share for rung, share in shares.items()}


def _producers(table: pd.DataFrame) -> Figures:
    said: Figures = {}
    for name, classes in PRODUCERS.items():
        part = table[table["producer_class"].isin(list(classes))]
        said[f"producer_scheme.{name}"] = int(part["scheme_mass"].sum())
        said[f"producer_scheme.{name}.confirmed"] = int(part["scheme_confirmed"].sum())
    return dict.fromkeys(said) if table.empty else said


def _circles(found: Mapping[str, Any], table: pd.DataFrame, out_g: int) -> Figures:
    reuse, recycle = (found["streams"][s]["confirmed_g"] for s in ("reuse", "recycle"))
    types = dict.fromkeys(("reuse", "repair_refurbish", "remanufacture", "recycle"), 0)
    for _, row in table.iterrows():
        if row["stream"] != "incineration":
            types[RUNGS.get(row["ladder"], row["stream"])] += int(row["confirmed"])
    return {
        "iso59020.a_3_3": _ratio(reuse, out_g),
        "iso59020.a_3_4": _ratio(recycle, out_g),
        "iso59020.a_3_5": 0 if out_g > 0 else None,
        "cti.circular_outflow": _ratio(reuse + recycle, out_g),
        **{f"cti.recovery_type.{kind}": share for kind, share in _shares(types).items()},
    }


def _inflow(
    inside: pd.DataFrame,
    found: Mapping[str, Any],
    table: pd.DataFrame,
    known: Known,
    out_g: int,
    *,
    received: bool,
) -> Figures:
    """What suppliers declared, weighed by what they handed in."""
    flows = []
    for supplier, part in inside.groupby("supplier"):
        own = terms_of(part)
        if str(supplier) in known.declared and own["input_g"] > 0 and received:
            flows.append((own, known.declared[str(supplier)]))
    content = {"a_2_2": "reused", "a_2_3": "recycled", "a_2_4": "renewable"}
    said: Figures = {
        f"iso59020.{name}": _mean(flows, part, lambda own: own["input_g"])
        for name, part in content.items()
    }
    whole = [flow for flow in flows if set(content.values()) <= flow[1].keys()]
    came = sum(own["input_g"] for own, _ in whole)
    circular = sum(own["input_g"] * sum(said_[c] for c in content.values()) for own, said_ in whole)
    recovered = sum(_sum(table, "confirmed", stream=stream) for stream in STREAMS[:2])
    said["cti.circular_inflow"] = _ratio(circular, 1000 * came) if came else None
    matched = came > 0 and came == found["input_g"]
    both = _ratio(circular + 1000 * recovered, 1000 * (came + out_g))
    said["cti.material_circularity"] = both if matched else None
    return {**said, "mci": _mci(flows)}


def _mean(flows: Iterable[Any], part: str, weight: Callable[[Any], int]) -> int | None:
    known = [(weight(own), said[part]) for own, said in flows if part in said]
    whole = sum(mass for mass, _ in known)
    return _ratio(sum(mass * value for mass, value in known), 1000 * whole) if whole else None


def _mci(flows: Iterable[Any]) -> int | None:
    total, weight = Fraction(0), 0
    for own, said in flows:
        needed = ("recycled", "reused", "renewable", "lifetime", "use", "feed", "recovery")
        streams = own["streams"]
        mass = sum(one["mass_g"] for one in streams.values()) + own["loss_g"] + own["finds_g"]
        if not set(needed) <= said.keys() or mass <= 0:
            continue
        part = {name: Fraction(said[name], 1000) for name in needed}
        to_use = Fraction(streams["reuse"]["confirmed_g"], mass)
        to_recycling = Fraction(streams["recycle"]["confirmed_g"], mass)
        virgin = 1 - part["recycled"] - part["reused"] - part["renewable"]
        lost_after = (1 - part["recovery"]) * to_recycling
        lost_before = (1 - part["feed"]) * part["recycled"] / part["feed"]
        waste = 1 - to_recycling - to_use + (lost_before + lost_after) / 2
        linear = (virgin + waste) / (2 + (lost_before - lost_after) / 2)
        utility = part["lifetime"] * part["use"]
        total += mass * max(Fraction(0), 1 - linear * Fraction(9, 10) / utility)
        weight += mass
    return _rounded(1000 * total / weight) if weight else None


def _emissions(table: pd.DataFrame, known: Known, sorted_g: int) -> Figures:
    factors = known.factors
    reuse, recycle = (
        Fraction(_sum(table, "confirmed", stream=stream), 1000) for stream in STREAMS[:2]
    )
    said: Figures = {}
    for end, name in enumerate(("low", "central", "high")):
        spared = factors["displacement"][end] * factors["new_product"][end]
        fibre = factors["substitution"][end] * factors["raw_material"][end]
        total = reuse * (spared - factors["reuse_work"][2 - end])
        total += recycle * (fibre - factors["recycling_work"][2 - end])
        said[f"avoided.{name}"] = _rounded(total) if reuse or recycle else None
    fires = ("incineration_with_energy", "incineration_without_energy")
    for name, cells in (("recycling", ["recycling"]), ("combustion", fires),
                        ("landfill", ["landfill"])):  # fmt: skip
        mass = Fraction(sum(_sum(table, cell=cell) for cell in cells), 1000)
        given = _rounded(mass * factors[f"inventory_{name}"][1])
        said[f"inventory.{name}"] = None if table.empty and sorted_g == 0 else given
    return said


def _local(table: pd.DataFrame, known: Known) -> Figures:
    said: Figures = {}
    for line in (50, 100, 250):
        near = far = apart = 0
        for _, row in table[table["stream"] == "reuse"].iterrows():
            mass = int(row["confirmed"])
            distances = known.distances.get(str(row["label"]).partition("@")[0], [])
            sides = {None if one is None else one <= line for one in distances}
            if sides == {True}:
                near += mass
            elif sides == {False}:
                far += mass
            else:
                apart += mass
        none = near + far + apart == 0
        said[f"local.within_{line}_km"] = _ratio(near, near + far)
        said[f"local.apart_{line}_km"] = None if none else apart
    return said
