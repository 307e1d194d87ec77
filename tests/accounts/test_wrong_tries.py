"""Who guesses has to wait longer and longer; who owns the account does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from accounts import wrong_tries
from accounts.wrong_tries import KEPT, TRIES, WAIT, WAIT_MAX, take, waits
from catalogue.errors import LockedOut

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def guess(stage: Session, times: int, *, origin: str = "", now: datetime = NOW) -> None:
    for _ in range(times):
        take(stage, "account", origin, now=now)


def test_ten_wrong_tries_are_free_and_then_there_is_a_wait(stage: Session) -> None:
    guess(stage, TRIES - 1)
    assert take(stage, "account", "", now=NOW).is_last
    with pytest.raises(LockedOut) as refused:
        take(stage, "account", "", now=NOW + MINUTE)
    assert refused.value.figures == {"wait_minutes": 14}
    assert not take(stage, "account", "", now=NOW + WAIT).is_last


def test_each_wait_is_twice_as_long_as_the_one_before_up_to_a_night() -> None:
    tens = [waits([NOW] * TRIES * rounds, NOW) // MINUTE for rounds in range(8)]
    assert tens == [0, 15, 30, 60, 120, 240, 480, 480]
    assert waits([NOW] * 10_000, NOW) == WAIT_MAX


def test_some_more_at_the_same_moment_do_not_end_a_wait() -> None:
    assert waits([NOW] * (TRIES + 3), NOW) == WAIT


def test_all_the_world_together_guesses_eighty_times_a_day() -> None:
    """As the arithmetic of the module says, for who guesses as soon as it is allowed, for days."""
    tried: list[datetime] = []
    now, end = NOW, NOW + 5 * KEPT
    while now < end:
        counted = [at for at in tried if at > now - KEPT]
        if not waits(counted, now):
            tried.append(now)
        else:
            now += 5 * MINUTE
    most = max(sum(begin <= at < begin + KEPT for at in tried) for begin in tried)
    assert most <= 80


def test_strangers_do_not_lock_out_the_browser_of_the_owner(stage: Session) -> None:
    guess(stage, TRIES)
    with pytest.raises(LockedOut):
        guess(stage, 1)
    guess(stage, TRIES, origin="own browser")
    with pytest.raises(LockedOut):
        guess(stage, 1, origin="own browser")
    guess(stage, TRIES, origin="other browser of the owner")
    assert wrong_tries.count(stage, "account", now=NOW) == 3 * TRIES


def test_who_is_right_takes_the_try_back_and_strangers_keep_theirs(stage: Session) -> None:
    guess(stage, TRIES - 2)
    right = take(stage, "account", "", now=NOW)
    wrong_tries.give_back(stage, right, "account", "")
    assert wrong_tries.count(stage, "account", now=NOW) == TRIES - 2
    guess(stage, 3, origin="own browser")
    right = take(stage, "account", "own browser", now=NOW)
    wrong_tries.give_back(stage, right, "account", "own browser")
    assert wrong_tries.count(stage, "account", now=NOW) == TRIES - 2


def test_tries_are_forgotten_after_a_day(stage: Session) -> None:
    guess(stage, TRIES)
    later = NOW + KEPT
    assert wrong_tries.count(stage, "account", now=later) == 0
    guess(stage, 1, now=later)
    assert wrong_tries.forget_tries(stage, later) == TRIES
    assert wrong_tries.count(stage, "account", now=later) == 1
