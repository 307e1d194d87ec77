"""The paperwork of the demo: stream numbers at the start, and a notification every month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook, rulebook
from demo.days import Shift
from demo.plan import EURAL
from demo.world import OPERATOR, WORLD
from nl.actions import MakeStreamNumber, MarkSent, make_stream_number, mark_sent
from nl.rules import month_after
from nl.views import routes_of

SENT_FROM_DAY: Final = 12
"""From this day of the next month on the manager sends a notification."""

USUAL: Final[Mapping[str, str]] = {
    "200110": "Gebruikte dienstkleding",
    "200111": "Slaapzakken, tassen en ander textiel",
    "150203": "Beschermende kleding, niet gevaarlijk",
    "191202": "Gespen en ander metaal",
    "191208": "Gesorteerd textiel",
    "191210": "Textielrest als brandstof",
    "191212": "Sorteerrest van textiel",
}
_DEMO: Final = UUID("b7f0c0de-7a1b-5d0a-8e55-2c6c1d9f0e01")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Waste that gets a number."""

    direction: str
    partner: str
    eural: str
    processing: str
    begins: str


def fill_in(session: Session, *, name: str, from_day: date, now: datetime) -> None:
    """Give a number to all that comes in and all that leaves as waste, at every site."""
    book, carriers = rulebook(session), WORLD["carriers"]
    viewer = manager(book)
    for number, (site, wanted) in enumerate(_wanted(session, book, from_day)):
        make_stream_number(
            session,
            MakeStreamNumber(
                scan_id=str(uuid5(_DEMO, f"{name}/{site}/{number}")),
                scanned_at=now,
                site=site,
                direction=wanted.direction,
                partner=wanted.partner,
                number=f"{wanted.begins}{number + 1:07}",
                eural=wanted.eural,
                usual_name=USUAL[wanted.eural],
                processing=wanted.processing,
                from_day=from_day,
                carrier=carriers[number % len(carriers)]["code"],
            ),
            viewer=viewer,
            now=now,
        )


def manager(book: Rulebook) -> Viewer:
    """Who does the paperwork."""
    operator = book.organisation(OPERATOR).id
    return Viewer(role=Role.MANAGER, organisation_id=operator, operator_id=operator)


class Paperwork:
    """Sends what is due, all but the last month, which is left to whoever looks at the demo."""

    def __init__(self, days: Sequence[Shift], *, name: str) -> None:
        self._name = name
        self._next = days[0].day.replace(day=1)
        self._last = days[-1].day.replace(day=1)

    def work(self, session: Session, shift: Shift) -> None:
        """Send the month before, once it is that late in the next one."""
        month = self._next
        ready = shift.day >= month_after(month).replace(day=SENT_FROM_DAY)
        if not ready or month_after(month) >= self._last:
            return
        self._next = month_after(month)
        for site in WORLD["sites"]:
            if site["must_notify"]:
                command = MarkSent(
                    scan_id=str(uuid5(_DEMO, f"{self._name}/{site['code']}/{month}")),
                    scanned_at=shift.begins,
                    site=site["code"],
                    month=month,
                )
                by = manager(rulebook(session))
                mark_sent(session, command, viewer=by, now=shift.begins)


def _wanted(session: Session, book: Rulebook, on: date) -> Iterator[tuple[str, _Wanted]]:
    routes = _waste_routes(session, book, on)
    others = count(1)
    giver = {outlet["code"]: f"{next(others) + 900:05}" for outlet in WORLD["outlets"]}
    for site in WORLD["sites"]:
        for supplier in WORLD["suppliers"]:
            for eural in ("200110", *sorted(set(EURAL.values()))):
                begins = site["processor_number"]
                yield site["code"], _Wanted("receipt", supplier["code"], eural, "C.03", begins)
        for outlet in WORLD["outlets"]:
            taken = dict(routes[code] for code in outlet["takes"] if code in routes)
            for eural, processing in taken.items():
                wanted = _Wanted(
                    "delivery", outlet["code"], eural, processing, giver[outlet["code"]]
                )
                yield site["code"], wanted


def _waste_routes(session: Session, book: Rulebook, on: date) -> dict[str, tuple[str, str]]:
    """Waste code and processing method per destination that is waste still."""
    operator = book.organisation(OPERATOR).id
    current: dict[str, Any] = {
        route.code.partition("@")[0]: route for route in routes_of(session, operator).values()
    }
    return {
        row.code: (current[row.code].eural, current[row.code].processing)
        for row in book.operators[operator].current_destinations(on)
        if current[row.code].eural
    }
