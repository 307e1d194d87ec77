"""What the demo reckons with, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from catalogue.kinds import Stream
from demo.agenda import Agenda, Life
from demo.days import ZONE, Clock, easter_sunday, holidays, shifts, shifts_before
from demo.mix import (
    FLAVOURS,
    FLAVOURS_BEFORE,
    SHARES,
    SHARES_BEFORE,
    Rudder,
    divided,
    portions,
)
from demo.plan import deliveries

NOW = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2011, date(2011, 4, 24)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_where_calendars_say(year: int, day: date) -> None:
    assert easter_sunday(year) == day


def test_a_calendar_year_has_about_250_working_days() -> None:
    days = [shift.day for shift in shifts(2025, NOW)]
    assert 248 <= len(days) <= 258
    assert all(day.weekday() < 5 and day not in holidays(2025) for day in days)


def test_this_year_stops_now_and_last_year_does_not() -> None:
    assert shifts(2026, NOW)[-1].stops == NOW
    assert shifts(2026, NOW)[-1].day == date(2026, 11, 23)
    assert all(shift.stops is None for shift in shifts(2025, NOW))


def test_the_years_before_end_on_the_day_before_the_first() -> None:
    first = shifts(2026, NOW)[0].day
    before = [shift.day for shift in shifts_before(first, 2)]
    assert before[-1] == date(2025, 12, 31)
    assert before[0] == date(2024, 1, 3)
    assert all(day.weekday() < 5 and day not in holidays(day.year) for day in before)
    assert shifts_before(first, 0) == []


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 11, 0, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    ],
    ids=["sunday", "new_years_night", "clocks_change"],
)
def test_today_is_worked_whatever_day_it_is(now: datetime) -> None:
    last = shifts(None, now)[-1]
    assert last.day == now.astimezone(ZONE).date()
    assert last.begins < now
    assert last.stops == now


def test_a_shift_is_filled_and_not_overrun() -> None:
    clock = Clock(Random(1))
    shift = shifts(2025, NOW)[20]
    clock.open(shift)
    clock.pace(shift.ends, 100)
    moments = [clock.tick() for _ in range(100)]
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert shift.begins < moments[0]
    assert timedelta(hours=7) < moments[-1] - moments[0] < timedelta(hours=10)


def test_no_scan_is_made_after_now() -> None:
    clock = Clock(Random(1))
    shift = shifts(2026, NOW)[-1]
    clock.open(shift)
    clock.pace(NOW + timedelta(days=1), 2)
    assert max(clock.tick() for _ in range(10)) == NOW
    assert clock.is_over


@pytest.mark.parametrize("seed", range(5))
def test_the_rudder_keeps_the_shares_whatever_comes_in(seed: int) -> None:
    dice, rudder = Random(seed), Rudder()
    for _ in range(100):
        wanted = rudder.wanted(dice.randrange(120_000, 480_000), dice.choice(list(FLAVOURS)))
        assert all(mass_g >= 0 for mass_g in wanted.values())
        for stream, mass_g in wanted.items():
            rudder.went(stream, mass_g)
    whole = sum(rudder.done_g.values())
    for stream in Stream:
        assert abs(rudder.done_g[stream] / whole - SHARES[stream]) < 0.005


def test_a_box_is_divided_to_the_gram() -> None:
    assert sum(Rudder().wanted(299_999, "wet").values()) == 299_999
    assert sum(portions(299_999, Random(1))) == 299_999
    assert divided(10, [1, 1, 1]) == [3, 3, 4]


def test_a_whole_year_is_6000_boxes_of_1_8_million_kg_and_1_5_million_pieces() -> None:
    planned = deliveries(254, share_of_year=1.0, scale=1.0, dice=Random(1))
    boxes = [box for one in planned if one.arrives < 254 for box in one.boxes]
    kept = [box for box in boxes if not box.meets("refused")]
    assert len(boxes) == 6000
    assert abs(sum(box.net_g for box in kept) / 1_800_000_000 - 1) < 0.001
    assert abs(sum(box.pieces for box in kept) / 1_500_000 - 1) < 0.001
    assert max(one.arrives for one in planned) > 254


def test_what_is_planned_for_the_years_before_is_numbered_after_the_rest() -> None:
    dice = Random(1)
    own = deliveries(254, share_of_year=1.0, scale=0.01, dice=dice)
    assert [one.number for one in own] == list(range(len(own)))
    before = deliveries(254, share_of_year=0.8, scale=0.01, dice=dice, ahead=0, after=own)
    numbers = [box.number for one in (*own, *before) for box in one.boxes]
    assert numbers == list(range(len(numbers)))
    assert sum(len(one.boxes) for one in before) == 48
    assert max(one.arrives for one in before) < 254


def test_a_rudder_keeps_to_the_course_that_it_was_given() -> None:
    rudder = Rudder(1.0, SHARES_BEFORE, FLAVOURS_BEFORE)
    for _ in range(400):
        for stream, mass_g in rudder.wanted(300_000, "uniform_service").items():
            rudder.went(stream, mass_g)
    whole = sum(rudder.done_g.values())
    for stream, share in SHARES_BEFORE.items():
        assert abs(rudder.done_g[stream] / whole - share) < 0.01
    assert sum(SHARES_BEFORE.values()) == pytest.approx(1.0)


def test_a_life_goes_on_after_the_days_that_it_waits() -> None:
    agenda, clock, seen = Agenda(Random(1)), Clock(Random(1)), []

    def life() -> Life:
        seen.append(agenda.day)
        yield 2
        seen.append(agenda.day)

    agenda.add(life())
    for number, shift in enumerate(shifts(2025, NOW)[:5]):
        agenda.day = number
        agenda.work(shift, clock)
    assert seen == [0, 2]
