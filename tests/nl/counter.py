"""The Dutch counter in tests: a depot whose parties are filled in, and short verbs for its acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from catalogue.actions import define
from catalogue.rulebook import rulebook
from nl import queries, views
from nl.actions import (
    MakeStreamNumber,
    MarkSent,
    SayCarriage,
    make_stream_number,
    mark_sent,
    say_carriage,
)
from nl.lines import Delivered, Received
from nl.queries import NumberRow, Sent
from nl.rules import Figures
from tests.builders import Depot

MARCH = date(2026, 3, 1)
HOMES = {
    "WATERKANT": ("Kade 1, 1011 AB Waterdorp", "10000001"),
    "NOORDERHAVEN": ("Havenweg 2a, 2022 CD Noorderhaven", "10000002"),
    "DUINRAND": ("Duinlaan 3, 3033 EF Duinrand", "10000003"),
    "VEZELHOF": ("Draadstraat 4, 4044 GH Vezelstad", "10000004"),
    "KARREWIEL": ("Wielpad 5, 5055 JK Karredorp", "10000005"),
}


def settle_down(depot: Depot) -> None:
    """Give everybody an address and a registration, and S1 the duty to notify."""
    with depot.database.write() as session:
        for code, (address, registration) in HOMES.items():
            home = {"name": code.title(), "address": address, "registration": registration}
            define(session, "WATERKANT", "organisation", code, home, now=depot.now)
        site = {
            "name": "S1", "timezone": "Europe/Amsterdam", "address": "Kade 9, 1011 AB Dorp",
            "processor_number": "08P04", "must_notify": True,
        }  # fmt: skip
        define(session, "WATERKANT", "site", "S1", site, now=depot.now)


class Counter:
    """A depot with addresses, and the manager at its counter."""

    def __init__(self, depot: Depot) -> None:
        self.depot = depot
        settle_down(depot)
        with depot.database.write() as session:
            taker = {
                "organisation": "VEZELHOF", "roles": ["outlet"], "permit": "V-1",
                "treatments": ["reuse", "recycle"],
            }  # fmt: skip
            define(session, "WATERKANT", "partner", "VEZELHOF", taker, now=depot.now)
            for code, more in (
                ("recycle", {"eural": "19 12 08", "processing_code": "C.02"}),
                ("reuse", {"customs_code": "63090000", "processing_code": "C.03"}),
            ):
                route = {
                    "stream": code, "names": {"nl": code, "en": code}, "gates": [],
                    "accepts": ["open", "debrand", "destroy", "serial"],
                    "valid_from": date(2026, 1, 1), **more,
                }  # fmt: skip
                define(session, "WATERKANT", "destination", code, route, now=depot.now)

    def make(self, supplier: str = "NOORDERHAVEN", **more: Any) -> str:
        """A stream number, from the first of January on unless it says otherwise."""
        said: dict[str, Any] = {
            "site": "S1", "direction": "receipt", "partner": supplier, "number": None,
            "eural": "200110", "usual_name": "Kleding", "processing": "C.03",
            "from_day": date(2026, 1, 1),
        }  # fmt: skip
        command = MakeStreamNumber(**self.depot.carried(), **(said | more))
        with self.depot.as_("manager"):
            return str(self.depot.do(make_stream_number, command)["code"])

    def drives(self, number: str, carrier: str, from_day: date, by: str | None = None) -> None:
        command = SayCarriage(
            **self.depot.carried(), from_day=from_day, carrier=carrier, ordered_by=by
        )
        with self.depot.as_("manager"):
            self.depot.do(say_carriage, number, command)

    def send(self, month: date = MARCH, site: str = "S1") -> dict[str, Any]:
        command = MarkSent(**self.depot.carried(), site=site, month=month)
        with self.depot.as_("manager"):
            return self.depot.do(mark_sent, command)

    def numbers(self, **asked: Any) -> list[NumberRow]:
        with self.depot.database.read() as session:
            viewer = self.depot.people["manager"]
            return queries.stream_numbers(session, rulebook(session), viewer, **asked)

    def receipts(self, first: date = MARCH, end: date = date(2026, 4, 1)) -> list[Received]:
        with self.depot.database.read() as session:
            book, viewer = rulebook(session), self.depot.people["manager"]
            site = queries.notifying_site(session, book, "S1", viewer)
            return views.receipts(session, book, viewer, site=site, first=first, end=end)

    def deliveries(self, first: date = MARCH, end: date = date(2026, 4, 1)) -> list[Delivered]:
        with self.depot.database.read() as session:
            book, viewer = rulebook(session), self.depot.people["manager"]
            site = queries.notifying_site(session, book, "S1", viewer)
            return views.deliveries(session, book, viewer, site=site, first=first, end=end)

    def figures(self, month: date = MARCH) -> Figures:
        with self.depot.database.read() as session:
            book, viewer = rulebook(session), self.depot.people["manager"]
            site = queries.notifying_site(session, book, "S1", viewer)
            return views.figures_of_month(session, book, viewer, site=site, month=month)

    def sent(self, month: date = MARCH) -> Sequence[Sent]:
        with self.depot.database.read() as session:
            book, viewer = rulebook(session), self.depot.people["manager"]
            site = queries.notifying_site(session, book, "S1", viewer)
            return queries.sent_of(session, site.id, month)
