"""Who tries many wrong codes has to wait, and nobody else has."""

from __future__ import annotations

import pytest

from catalogue.errors import TooManyTries
from web.tries import ADDRESSES_MAX, WHILE_S, WRONG_MAX, WrongTries


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def guess(tries: WrongTries, address: str, times: int = WRONG_MAX) -> None:
    for _ in range(times):
        tries.require_few(address)
        tries.was_wrong(address)


def test_an_address_waits_after_many_wrong_codes_and_no_other_does() -> None:
    tries = WrongTries(clock=Clock())
    guess(tries, "192.0.2.1")
    with pytest.raises(TooManyTries) as refused:
        tries.require_few("192.0.2.1")
    assert refused.value.figures == {"wait_minutes": 10}
    tries.require_few("192.0.2.2")


def test_the_wait_is_over_after_a_while() -> None:
    clock = Clock()
    tries = WrongTries(clock=clock)
    guess(tries, "192.0.2.1")
    clock.now += WHILE_S
    tries.require_few("192.0.2.1")


def test_one_more_than_was_forgiven_begins_the_wait_again() -> None:
    clock = Clock()
    tries = WrongTries(clock=clock)
    guess(tries, "192.0.2.1", 1)
    clock.now += 60
    guess(tries, "192.0.2.1", WRONG_MAX - 1)
    with pytest.raises(TooManyTries):
        tries.require_few("192.0.2.1")
    clock.now += WHILE_S - 60
    guess(tries, "192.0.2.1", 1)
    with pytest.raises(TooManyTries):
        tries.require_few("192.0.2.1")


def test_one_house_with_many_addresses_is_one_house() -> None:
    tries = WrongTries(clock=Clock())
    for number in range(WRONG_MAX):
        tries.was_wrong(f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyTries):
        tries.require_few("2001:db8:1:2:ffff::1")
    tries.require_few("2001:db8:1:3::1")


def test_many_addresses_fill_no_memory() -> None:
    tries = WrongTries(clock=Clock())
    guess(tries, "192.0.2.1")
    for number in range(ADDRESSES_MAX + 10):
        tries.was_wrong(f"10.{number >> 8}.{number & 255}.1")
    assert len(tries._wrong) == ADDRESSES_MAX


def test_what_is_no_address_is_counted_all_the_same() -> None:
    tries = WrongTries(clock=Clock())
    guess(tries, "testclient")
    with pytest.raises(TooManyTries):
        tries.require_few("testclient")
