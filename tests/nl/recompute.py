"""A monthly notification once more, from nothing but the text of exported files.

Independent of the application: plain pandas over the CSV of movements and of batches, and the
stream numbers as the API gives them. Written from the law, not from the code that it checks.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

SMALL_G = 50_000
Figures = dict[str, tuple[int, int]]
"""Loads and grams per stream."""


def received(
    movements_csv: str,
    batches_csv: str,
    deliveries: Mapping[str, str],
    numbers: Sequence[Mapping[str, Any]],
    *,
    site: str,
    month: str,
) -> Figures:
    """What came in: per stream number. month: `2026-03`; deliveries: of a batch, where it had one.

    A batch that a correction made came with the one it stands for; a load is what came with one
    delivery, or else from one supplier, on one day; what weighs no more than 50 kg is left out.
    """
    moved = _read(movements_csv)
    moved = moved[(moved["site"] == site) & (moved["received_day"].str[:7] == month)]
    supplier = f"SUPPLIER/{site}"
    out = moved[moved["source"].str.startswith(supplier)].groupby("batch")["mass_g"].sum()
    back = moved[moved["target"].str.startswith(supplier)].groupby("batch")["mass_g"].sum()
    net = out.sub(back, fill_value=0).astype("int64")
    batches = _read(batches_csv).set_index("batch")
    first = {str(new): str(old) for old, new in batches["replaced_by"].items() if new}
    loads: dict[tuple[str, str], int] = {}
    for code, mass_g in net.items():
        batch, origin = batches.loc[str(code)], str(code)
        while origin in first:
            origin = first[origin]
        number = _number(numbers, site, batch)
        if number is not None:
            load = f"{deliveries.get(origin) or batch['supplier']} {batch['received_day']}"
            key = (number, load)
            loads[key] = loads.get(key, 0) + int(mass_g)
    return _summed({key: mass_g for key, mass_g in loads.items() if mass_g > SMALL_G})


def delivered(movements_csv: str, outlets: Mapping[str, str], *, site: str, month: str) -> Figures:
    """What went out: per receiver and destination version. outlets: of a shipment.

    A shipment is of the day of the first entry that put mass on its way.
    """
    moved = _read(movements_csv)
    moved = moved[moved["site"] == site]
    out = moved[moved["source"].str.startswith("BIN/") & moved["target"].str.startswith("SHIPPED/")]
    back = moved[
        moved["source"].str.startswith("SHIPPED/") & moved["target"].str.startswith("BIN/")
    ]
    left = out.assign(
        shipment=out["target"].str.split("/").str[2],
        route=out["target_destination"] + "@" + out["target_destination_version"],
    )
    came = back.assign(
        shipment=back["source"].str.split("/").str[2],
        route=back["source_destination"] + "@" + back["source_destination_version"],
        mass_g=-back["mass_g"],
    )
    days = left.groupby("shipment")["day"].min()
    both = pd.concat([left, came])
    both = both[both["shipment"].map(days).str[:7] == month]
    net = both.groupby(["shipment", "route"])["mass_g"].sum().reset_index()
    return _summed(
        {
            (f"{outlets[row['shipment']]}/{row['route']}", row["shipment"]): int(row["mass_g"])
            for row in net.to_dict("records")
            if row["mass_g"] > 0
        }
    )


def _read(text: str) -> pd.DataFrame:
    read = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    return read.assign(mass_g=read["mass_g"].astype("int64"))


def _number(numbers: Sequence[Mapping[str, Any]], site: str, batch: Any) -> str | None:
    """The newest number in use on the day of receipt, of this supplier and waste code."""
    fitting = [
        one
        for one in numbers
        if one["site"] == site
        and one["direction"] == "receipt"
        and one["partner"] == batch["supplier"]
        and one["eural"] == batch["eural"]
        and one["from_day"] <= batch["received_day"] < one["lapses_on"]
    ]
    return max(fitting, key=lambda one: one["from_day"])["number"] if fitting else None


def _summed(loads: Mapping[tuple[str, str], int]) -> Figures:
    found: Figures = {}
    for (stream, _), mass_g in loads.items():
        count, total_g = found.get(stream, (0, 0))
        found[stream] = (count + 1, total_g + mass_g)
    return found
