"""Load the demo: a year at a sorting company, through the same actions as the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session

from catalogue.rulebook import rulebook
from demo.agenda import Agenda
from demo.benches import Benches
from demo.counter import Paperwork, fill_in
from demo.days import Clock, Shift, shifts, shifts_before, whole_weeks
from demo.floor import Floor
from demo.gate_in import delivery_life
from demo.halls import Hall, Permits
from demo.hand import Hand
from demo.mix import FLAVOURS_BEFORE, SHARES_BEFORE, Rudder
from demo.plan import BOXES, Delivery, deliveries
from demo.queries import is_empty, know_all
from demo.reports import Reports
from demo.road import Road
from demo.seals import Seals
from demo.telling import tell_people
from demo.world import WORLD, Login, define_people, define_world, demo_logins, people
from proof.signing import KeyRing
from store.engine import Database

WORKING_DAYS = 250
"""Roughly, in a year."""

WHOLE_YEAR = 365
LIGHTER = 0.8
"""How much of a year comes in in each of the years before."""

BENCH_LEFT_G = 15_000
"""What may lie on a bench over the weekend."""


class DatabaseInUse(Exception):
    """The database holds somebody's data, or a demo that was broken off: it is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """loaded: False when this database held the demo already. counts: acts by their verb."""

    loaded: bool
    logins: Sequence[Login]
    counts: Mapping[str, int]


def load(
    database: Database,
    *,
    year: int | None,
    scale: float,
    seed: int,
    now: datetime,
    progress: Callable[[int, int], None],
    ring: KeyRing,
    verify_at: str,
    years: int = 1,
) -> DemoResult:
    """Load a year: a calendar year, or the one that ends now. Nothing lies after `now`.

    years: how many in all, of which those before are lighter, to compare with.

    scale: 1.0 is 6,000 boxes and 1.8 million kg. progress: working days done, and all. ring and
    verify_at: what certificates are signed with, and where anyone may check them. A seed
    repeats everything but the random label codes (and the grams whose division a code decides).
    Raises DatabaseInUse, ValueError.
    """
    if not 0 < scale <= 100:
        raise ValueError("The scale lies between 0 and 100.")
    asked_for = shifts(year, now)
    days = [*shifts_before(asked_for[0].day, years - 1), *asked_for]
    with database.read() as session:
        if _is_loaded(session):
            return DemoResult(loaded=False, logins=demo_logins(), counts={})
    with database.write() as session:
        before = days[0].begins - timedelta(days=30)
        define_world(session, first=asked_for[0].day, opened=days[0].day, now=before)
    with database.write() as session:
        fill_in(session, name=f"{days[0].day}/{seed}", from_day=before.date(), now=before)
    earlier = len(days) - len(asked_for)
    year_played = _Year(database, days, earlier=earlier, scale=scale, seed=seed)
    sealing: dict[str, Any] = {"name": f"{days[0].day}/{seed}", "ring": ring}
    seals = Seals(days, verify_at=verify_at, **sealing)
    reports = Reports(days, verify_at=verify_at, **sealing)
    for number, day in enumerate(days):
        year_played.play(number)
        with database.write() as session:
            seals.work(session, day)
            reports.work(session, day)
        progress(number + 1, len(days))
    with database.write() as session:
        logins = define_people(session, now=now)
        tell_people(session, now=now)
    return DemoResult(loaded=True, logins=logins, counts=year_played.counts)


def _is_loaded(session: Session) -> bool:
    """Whether the demo is here. Its people come last, so a broken one has none."""
    if is_empty(session):
        return False
    if know_all(session, [login.email for login in demo_logins()]):
        return True
    raise DatabaseInUse("The demo goes into a new database.")


def _planned(days: Sequence[Shift], *, earlier: int, scale: float, dice: Random) -> list[Delivery]:
    """What comes in, in the year that was asked for and in the lighter ones before it."""
    own = days[earlier:]
    span = (own[-1].day - own[0].day).days + 1
    share = min(1.0, span / WHOLE_YEAR)
    planned = deliveries(len(own), share_of_year=share, scale=scale, dice=dice)
    if not earlier:
        return planned
    for delivery in planned:
        delivery.arrives += earlier
        if delivery.announced is not None:
            delivery.announced += earlier
    share = LIGHTER * (own[0].day - days[0].day).days / WHOLE_YEAR
    before = deliveries(
        earlier, share_of_year=share, scale=scale, dice=dice, ahead=0, after=planned
    )
    return [*before, *planned]


class _Year:
    """Everybody and everything of the year that is played, from day to day."""

    def __init__(
        self,
        database: Database,
        days: Sequence[Shift],
        *,
        earlier: int,
        scale: float,
        seed: int,
    ) -> None:
        self._database = database
        self._days = days
        self._earlier = earlier
        self._boxes_a_day = BOXES * scale / WORKING_DAYS
        dice = Random(f"{seed}")  # noqa: S311 (a year to look at is no secret)
        self._clock = Clock(dice)
        self._agenda = Agenda(dice)
        self._weeks = whole_weeks([shift.day for shift in days])
        self._paperwork = Paperwork(days, name=f"{days[0].day}/{seed}")
        with database.read() as session:
            book = rulebook(session)
            self._hand = Hand(
                people=people(book),
                dice=dice,
                clock=self._clock,
                name=f"{days[0].day}/{scale}/{seed}",
                session=session,
            )
        rudder = self._rudder()
        permits, self._road = Permits(book), Road()
        self._halls = {
            site["code"]: Hall(
                site,
                hand=self._hand,
                agenda=self._agenda,
                rudder=rudder,
                permits=permits,
                loose_ends=not earlier,
            )
            for site in WORLD["sites"]
        }
        self._benches = {code: Benches(hall) for code, hall in self._halls.items()}
        for delivery in _planned(days, earlier=earlier, scale=scale, dice=dice):
            self._expect(delivery)

    def _rudder(self) -> Rudder:
        if self._agenda.day < self._earlier:
            return Rudder(self._boxes_a_day * LIGHTER, SHARES_BEFORE, FLAVOURS_BEFORE)
        return Rudder(self._boxes_a_day)

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(self._hand.done)

    def play(self, number: int) -> None:
        """Work one day, in one transaction."""
        self._agenda.day = number
        if number == self._earlier > 0:
            rudder = self._rudder()
            for hall in self._halls.values():
                hall.rudder, hall.loose_ends = rudder, True
        friday = number + 1 == len(self._days) or self._weeks[number + 1] > self._weeks[number]
        loading = friday and self._weeks[number] % 2
        for code, hall in self._halls.items():
            if friday:
                self._benches[code].clear_all(BENCH_LEFT_G)
            if loading:
                self._agenda.add(self._road.loading_day(hall))
        with self._database.write() as session:
            self._hand.session = session
            self._paperwork.work(session, self._days[number])
            self._agenda.work(self._days[number], self._clock)

    def _expect(self, delivery: Delivery) -> None:
        hall = self._halls[delivery.site]
        floor = Floor(hall, self._benches[delivery.site])
        last = self._days[-1].day
        past_it = delivery.arrives - len(self._days) + 1
        expected = (
            self._days[delivery.arrives].day
            if past_it <= 0
            else last + timedelta(days=past_it * 7 // 5 + 1)
        )
        life = delivery_life(hall, delivery, expected, floor.life)
        begins = delivery.arrives if delivery.announced is None else delivery.announced
        self._agenda.add(life, day=begins)
