"""The circularity report once more, from nothing but the text of an exported movements file.

Independent of the application: plain pandas over CSV, so that a report and its export prove each
other. Also usable on files that were downloaded from a running server.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pandas as pd

STREAMS = ("reuse", "recycle", "incineration")
SIDES = ("source", "target")
ROUTED = ("BIN", "SHIPPED", "CONFIRMED")


def recompute(
    movements_csv: str,
    *,
    first: date,
    end: date,
    basis: str,
    by: str | None = None,
    suppliers: Collection[str] = (),
    sites: Collection[str] = (),
) -> dict[str, Any]:
    """The terms of the report of [first, end) on `basis` "received" or "booked".

    movements_csv: an export that covers the period (for booked from the first booking on, or
    opening and closing miss what lay there before). suppliers, sites: codes; empty means all.
    Answers the report's own fields `input_g`, `streams`, `losses`, ... and `destinations` by
    code@version; with `by` also `rows`: the same terms per month, supplier, article_group (found)
    or destination.
    """
    sides = sides_of(movements_csv)
    if suppliers:
        sides = sides[sides["supplier"].isin(list(suppliers))]
    if sites:
        sides = sides[sides["site"].isin(list(sites))]
    days = sides["day" if basis == "booked" else "received_day"]
    inside = sides[(days >= first.isoformat()) & (days < end.isoformat())]
    before = sides[days < first.isoformat()]
    found = terms_of(inside)
    found["destinations"] = {
        key: _outcome(part) for key, part in inside[inside["route"] != ""].groupby("route")
    }
    if basis == "booked":
        found["opening_g"] = terms_of(before)["held_g"]
        found["closing_g"] = found["opening_g"] + found["held_g"]
    if by is not None:
        found["rows"] = _rows(inside, by, basis)
    return found


def _rows(inside: pd.DataFrame, by: str, basis: str) -> dict[str, Any]:
    day = "day" if basis == "booked" else "received_day"
    keys: Mapping[str, Any] = {
        "month": inside[day].str[:7],
        "supplier": inside["supplier"],
        "article_group": inside["group"],
        "destination": inside["destination"],
    }
    return {str(key): terms_of(part) for key, part in inside.groupby(keys[by]) if key != ""}


def sides_of(movements_csv: str) -> pd.DataFrame:
    """Both sides of every movement: what left a place counts below zero, what came above."""
    read = pd.read_csv(io.StringIO(movements_csv), dtype=str, keep_default_na=False)
    read["mass_g"] = read["mass_g"].astype("int64")
    stream = read["stream"].where(read["target_destination"] != "", "")
    places = {
        "source": (read["source_stream"], read["source_quality"], -read["mass_g"]),
        "target": (stream, read["quality"], read["mass_g"]),
    }
    both = []
    for side in SIDES:
        streams, quality, mass_g = places[side]
        destination = read[f"{side}_destination"]
        label = destination + "@" + read[f"{side}_destination_version"]
        side_frame = read[["supplier", "site", "day", "received_day"]].assign(
            place=read[side],
            pool=read[side].str.partition("/")[0],
            loss=read[side].str.split("/").str[-1],
            destination=destination,
            route=label.where(destination != "", ""),
            stream=streams,
            group=read[f"{side}_article_group"],
            quality=quality,
            mass_g=mass_g,
        )
        both.append(side_frame)
    return pd.concat(both, ignore_index=True)


def terms_of(sides: pd.DataFrame) -> dict[str, Any]:
    supplier = sides[sides["pool"] == "SUPPLIER"]
    waiting = sides["pool"].isin(["HOLDING", "QUARANTINE"])
    unrouted = sides["pool"].isin(ROUTED) & (sides["route"] == "")
    lost = sides[sides["pool"] == "LOSS"].groupby("loss")["mass_g"].sum()
    streams = {stream: _outcome(sides[sides["stream"] == stream]) for stream in STREAMS}
    return {
        "input_g": -grams(supplier),
        "returned_g": grams(supplier[supplier["place"].str.endswith("/returned")]),
        "estimated_g": -grams(supplier[supplier["quality"] == "estimated"]),
        "streams": streams,
        "losses": {str(kind): int(mass_g) for kind, mass_g in lost.items() if mass_g != 0},
        "loss_g": int(lost.sum()),
        "held_g": grams(sides[waiting | unrouted]),
        "finds_g": grams(sides[sides["pool"] == "FINDS"]),
        "in_transit_g": sum(one["in_transit_g"] for one in streams.values()),
    }


def _outcome(sides: pd.DataFrame) -> dict[str, int]:
    return {
        "mass_g": grams(sides),
        "confirmed_g": grams(sides[sides["pool"] == "CONFIRMED"]),
        "in_transit_g": grams(sides[sides["pool"] == "SHIPPED"]),
        "estimated_g": grams(sides[sides["quality"] == "estimated"]),
    }


def grams(sides: pd.DataFrame) -> int:
    return int(sides["mass_g"].sum())
