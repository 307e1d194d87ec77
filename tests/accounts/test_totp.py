"""Codes of an app: those of RFC 6238, and which of them are good at a moment."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
"""Of appendix B of the RFC, for SHA-1. It gives eight digits, of which six are the last ones."""
NOW = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)
MOMENTS = st.integers(0, 2**32).map(lambda seconds: NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    step = totp.step_of(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_of(SECRET, step) == code[-6:]


@given(MOMENTS, st.integers(-40, 40))
def test_a_code_is_good_for_its_own_half_minute_and_one_on_each_side(
    now: datetime, away: int
) -> None:
    step = totp.step_of(now) + away
    code = totp.code_of(SECRET, step)
    found = totp.steps_of(SECRET, code, now)
    assert (step in found) == (abs(away) <= totp.AROUND)
    # Another half minute may show the same code, once in a million.
    assert all(totp.code_of(SECRET, one) == code for one in found)


@given(MOMENTS, st.floats(0, 29.9))
def test_a_clock_that_is_half_a_minute_off_still_does(now: datetime, off: float) -> None:
    for shown_at in (now - timedelta(seconds=off), now + timedelta(seconds=off)):
        code = totp.code_of(SECRET, totp.step_of(shown_at))
        assert totp.steps_of(SECRET, code, now)


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "123-456", "123\t456"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert totp.code_in(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123.456", "½23456"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert totp.code_in(typed) is None


def test_secrets_are_long_and_all_different() -> None:
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b32decode(secret)) for secret in made} == {20}
    assert totp.in_fours("ABCDEFGH") == "ABCD EFGH"


def test_an_app_learns_whose_code_it_is() -> None:
    link = totp.link(SECRET, "a&b@example.org")
    assert link.startswith("otpauth://totp/Stofstroom:a%26b%40example.org?secret=" + SECRET)
    assert link.endswith("issuer=Stofstroom")
