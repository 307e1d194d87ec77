"""Numbers and days as people of a language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.mass import from_kilograms
from web import units
from web.i18n import Language, choose, language

NL, EN = language("nl"), language("en")


@pytest.mark.parametrize(
    ("mass_g", "dutch", "english"),
    [
        (12_345, "12,345 kg", "12.345 kg"),
        (5, "0,005 kg", "0.005 kg"),
        (0, "0,000 kg", "0.000 kg"),
        (-1_250, "−1,250 kg", "−1.250 kg"),
        (1_812_341_690, "1.812.341,690 kg", "1,812,341.690 kg"),
    ],
)
def test_a_weight_is_written_to_the_gram(mass_g: int, dutch: str, english: str) -> None:
    assert units.weight(mass_g, NL) == dutch
    assert units.weight(mass_g, EN) == english


@given(st.integers(min_value=0, max_value=39_999_999), st.sampled_from([NL, EN]))
def test_a_weight_in_a_field_is_read_back_as_the_same_grams(mass_g: int, speak: Language) -> None:
    assert from_kilograms(units.weight_typed(mass_g, speak)) == mass_g


def test_a_share_is_a_percentage_with_one_digit_or_a_dash() -> None:
    assert units.share(284, NL) == "28,4%"
    assert units.share(1000, EN) == "100.0%"
    assert units.share(None, NL) == "–"


def test_times_are_those_of_the_clock_at_the_site() -> None:
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert units.moment(summer, "Europe/Amsterdam", NL) == "2 jul 2026 00:30"
    assert units.clock(summer, "Europe/Amsterdam", EN) == "00:30"


def test_days_and_months_are_words() -> None:
    day = date(2026, 3, 2)
    assert units.day(day, NL) == "2 mrt 2026"
    assert units.long_day(day, EN) == "Monday 2 March 2026"
    assert (units.month(day, NL), units.short_month(day, NL)) == ("maart 2026", "mrt")


@pytest.mark.parametrize(
    ("asked", "cookie", "person", "accept", "code"),
    [
        ("en", "nl", "nl", "nl", "en"),
        (None, "en", "nl", "nl", "en"),
        (None, None, "en", "nl", "en"),
        (None, None, None, "de-DE,de;q=0.9,en-GB;q=0.8,nl;q=0.5", "en"),
        (None, None, None, "nl;q=0.2,en;q=0.9", "en"),
        ("xx", "yy", None, "fr,*;q=broken", "nl"),
        (None, None, None, "", "nl"),
    ],
)
def test_the_language_is_what_was_asked_else_kept_else_the_person_else_the_browser(
    asked: str | None, cookie: str | None, person: str | None, accept: str, code: str
) -> None:
    chosen = choose(asked=asked, cookie=cookie, person=person, accept=accept)
    assert chosen.code == code


def test_every_language_says_its_own_name() -> None:
    assert (NL.name, EN.name) == ("Nederlands", "English")


def test_reference_data_falls_back_to_the_source_and_then_to_its_code() -> None:
    assert NL.own({"nl": "Vocht", "en": "Moisture"}, "moisture") == "Vocht"
    assert NL.own({"en": "Moisture"}, "moisture") == "Moisture"
    assert NL.own({}, "moisture") == "moisture"
