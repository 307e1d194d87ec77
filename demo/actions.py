"""Load the demo: a year at a sorting company, through the same actions as the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session

from catalogue.rulebook import rulebook
from demo.agenda import Agenda
from demo.benches import Benches
from demo.counter import Paperwork, fill_in
from demo.days import Clock, Shift, shifts, whole_weeks
from demo.floor import Floor
from demo.gate_in import delivery_life
from demo.halls import Hall, Permits
from demo.hand import Hand
from demo.mix import Rudder
from demo.plan import BOXES, Delivery, deliveries
from demo.queries import is_empty, know_all
from demo.road import Road
from demo.seals import Seals
from demo.telling import tell_people
from demo.world import WORLD, Login, define_people, define_world, demo_logins, people
from proof.signing import KeyRing
from store.engine import Database

WORKING_DAYS = 250
"""Roughly, in a year."""

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
) -> DemoResult:
    """Load a year: a calendar year, or the one that ends now. Nothing lies after `now`.

    scale: 1.0 is 6,000 boxes and 1.8 million kg. progress: working days done, and all. ring and
    verify_at: what certificates are signed with, and where anyone may check them. A seed
    repeats everything but the random label codes (and the grams whose division a code decides).
    Raises DatabaseInUse, ValueError.
    """
    if not 0 < scale <= 100:
        raise ValueError("The scale lies between 0 and 100.")
    days = shifts(year, now)
    with database.read() as session:
        if _is_loaded(session):
            return DemoResult(loaded=False, logins=demo_logins(), counts={})
    with database.write() as session:
        before = days[0].begins - timedelta(days=30)
        define_world(session, first=days[0].day, now=before)
    with database.write() as session:
        fill_in(session, name=f"{days[0].day}/{seed}", from_day=before.date(), now=before)
    year_played = _Year(database, days, scale=scale, seed=seed, whole_year=365)
    seals = Seals(days, name=f"{days[0].day}/{seed}", ring=ring, verify_at=verify_at)
    for number, day in enumerate(days):
        year_played.play(number)
        with database.write() as session:
            seals.work(session, day)
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


class _Year:
    """Everybody and everything of the year that is played, from day to day."""

    def __init__(
        self,
        database: Database,
        days: Sequence[Shift],
        *,
        scale: float,
        seed: int,
        whole_year: int,
    ) -> None:
        self._database = database
        self._days = days
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
        rudder = Rudder(boxes_a_day=BOXES * scale / WORKING_DAYS)
        permits, self._road = Permits(book), Road()
        self._halls = {
            site["code"]: Hall(
                site, hand=self._hand, agenda=self._agenda, rudder=rudder, permits=permits
            )
            for site in WORLD["sites"]
        }
        self._benches = {code: Benches(hall) for code, hall in self._halls.items()}
        span = (days[-1].day - days[0].day).days + 1
        planned = deliveries(
            len(days), share_of_year=min(1.0, span / whole_year), scale=scale, dice=dice
        )
        for delivery in planned:
            self._expect(delivery)

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(self._hand.done)

    def play(self, number: int) -> None:
        """Work one day, in one transaction."""
        self._agenda.day = number
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
