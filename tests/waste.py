"""Waste and permits on top of the cast, in which nothing is waste yet."""

from __future__ import annotations

from datetime import date
from typing import Any

from catalogue.actions import define
from tests.builders import Depot
from tests.cast import DESTINATIONS, named


def make_waste(depot: Depot, destination: str, eural: str, **more: Any) -> None:
    """From now on what is put into new bins for this destination is waste."""
    stream, accepts, gates = DESTINATIONS[destination]
    data: dict[str, Any] = {"stream": stream, "accepts": accepts, "gates": gates}
    data["names"] = named(destination)
    data |= {"valid_from": date(2021, 1, 1), "eural": eural, "recovery_code": "R3"}
    with depot.database.write() as session:
        define(session, "WATERKANT", "destination", destination, data | more, now=depot.now)


def permit(depot: Depot, outlet: str, number: str, until: date | None = None) -> None:
    """The permit of an outlet, and its last day."""
    data = {"organisation": outlet, "roles": ["outlet"], "permit": number, "permit_until": until}
    data["treatments"] = ["burn"] if outlet == "SMELTERIJ" else list(DESTINATIONS)
    with depot.database.write() as session:
        define(session, "WATERKANT", "partner", outlet, data, now=depot.now)


def describe(depot: Depot, organisation: str, **said: Any) -> None:
    """More facts of a party: its address, its VIHB number."""
    data = {"name": organisation.capitalize()} | said
    with depot.database.write() as session:
        define(session, "WATERKANT", "organisation", organisation, data, now=depot.now)
