"""The days of the demo, pure: which are worked, and when on them something happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Amsterdam")
OPENS: Final = time(8, 0)
ENDS: Final = time(16, 45)
SHORTEST_SHIFT: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Shift:
    """When a day is worked. stops: nothing is scanned from then on, whatever waits."""

    day: date
    begins: datetime
    ends: datetime
    stops: datetime | None = None


def shifts(year: int | None, now: datetime) -> list[Shift]:
    """The working days of a calendar year; of the year that ends now when none is named.

    Nothing lies after `now`. The last day is worked whatever its weekday when it is today, so that
    there is something to see. Raises ValueError when the year has not begun.
    """
    today = now.astimezone(ZONE).date()
    first = date(year, 1, 1) if year else today - timedelta(days=364)
    last = min(date(year, 12, 31), today) if year else today
    if first > last:
        raise ValueError(f"The year {year} has not begun.")
    worked = _worked(first, last, always=today)
    return [
        _today(day, now) if day == today else Shift(day, _at(day, OPENS), _at(day, ENDS))
        for day in worked
    ]


def shifts_before(first: date, years: int) -> list[Shift]:
    """The working days of so many years that end on the day before this one."""
    begin = first - timedelta(days=365 * years)
    return [
        Shift(day, _at(day, OPENS), _at(day, ENDS))
        for day in _worked(begin, first - timedelta(days=1))
    ]


def _worked(first: date, last: date, *, always: date | None = None) -> list[date]:
    free = {day for year in range(first.year, last.year + 1) for day in holidays(year)}
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day == always or (day.weekday() < 5 and day not in free)]


def holidays(year: int) -> frozenset[date]:
    """Days in the Netherlands on which most halls are shut."""
    easter = easter_sunday(year)
    moving = (easter + timedelta(days=days) for days in (1, 39, 50))
    fixed = (date(year, 1, 1), date(year, 4, 27), date(year, 12, 25), date(year, 12, 26))
    return frozenset((*fixed, *moving))


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian computus (Meeus, Jones, Butcher: Astronomical Algorithms, ch. 8)."""
    golden, century, rest = year % 19, year // 100, year % 100
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - lunar + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


class Clock:
    """Goes through a shift so that what still has to be done fits into what is left of it."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._pace = timedelta(seconds=60)
        self._stops: datetime | None = None
        self.now = datetime.min.replace(tzinfo=UTC)

    def open(self, shift: Shift) -> None:
        self._stops = shift.stops
        self.now = shift.begins + timedelta(seconds=self._dice.randrange(300))

    @property
    def is_over(self) -> bool:
        """Whether nothing more can have happened yet."""
        return self._stops is not None and self.now >= self._stops

    def pace(self, ends: datetime, acts: int) -> None:
        """Spread this many acts over the time until then."""
        self._pace = max(timedelta(), ends - self.now) / max(1, acts)

    def tick(self) -> datetime:
        """The moment of the next act."""
        self.now += max(timedelta(seconds=1), self._pace * self._dice.uniform(0.4, 1.6))
        self.now = self.now.replace(microsecond=0)
        if self._stops is not None:
            self.now = min(self.now, self._stops)
        return self.now


def whole_weeks(days: Sequence[date]) -> list[int]:
    """Per day the number of its week, counted from the first."""
    monday = days[0] - timedelta(days=days[0].weekday())
    return [(day - monday).days // 7 for day in days]


def _today(day: date, now: datetime) -> Shift:
    midnight = _at(day, time(0, 1))
    begins = max(midnight, min(_at(day, OPENS), now - SHORTEST_SHIFT))
    ends = max(_at(day, ENDS), begins + SHORTEST_SHIFT)
    return Shift(day, begins, ends, stops=now)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, ZONE).astimezone(UTC)
