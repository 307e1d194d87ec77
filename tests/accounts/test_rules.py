from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rules
from catalogue.errors import Malformed
from catalogue.kinds import Role


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna.Berg@Example.ORG ", "anna.berg@example.org"),
        ("o'neil+depot@sub.example.nl", "o'neil+depot@sub.example.nl"),
        (
            "jose\N{COMBINING ACUTE ACCENT}@example.org",
            "jos\N{LATIN SMALL LETTER E WITH ACUTE}@example.org",
        ),
    ],
)
def test_an_address_is_kept_in_one_form(given: str, kept: str) -> None:
    assert rules.email(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@localhost",
        "anna@.org",
        "anna@example.",
        "an na@example.org",
        "anna@example.org\nbcc: all@example.org",
        "anna@@example.org",
        "a@b@example.org",
        "x" * 200 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Malformed) as refused:
        rules.email(given)
    assert refused.value.figures["field"] == "email"


@pytest.mark.parametrize(
    "good",
    ["twaalf teken", "correct horse battery staple", "x" * 8 + "yzab" * 30, "пароль из слов"],
)
def test_a_long_password_needs_no_digits_or_signs(good: str) -> None:
    assert rules.password(good, email="anna@example.org") == good


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("elf tekens!", "shorter"),
        ("x" * 124 + "yzabc", "longer"),
        ("aaaaaaaaaaaaaaaa", "few"),
        ("abcdabcdabcd", "few"),
        ("Anna@example.org", "same"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(bad: str, problem: str) -> None:
    with pytest.raises(Malformed) as refused:
        rules.password(bad, email="anna@example.org")
    assert problem in str(refused.value.figures["problem"])
    assert bad not in str(refused.value.figures)


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    composed = "caf\N{LATIN SMALL LETTER E WITH ACUTE} met melk"
    decomposed = "cafe\N{COMBINING ACUTE ACCENT} met melk"
    assert rules.as_typed(decomposed) == composed


@given(st.text())
def test_a_name_is_kept_on_one_line_or_refused(text: str) -> None:
    try:
        kept = rules.name(text)
    except Malformed:
        return
    assert kept
    assert kept == kept.strip()
    assert "\n" not in kept
    assert len(kept) <= rules.NAME_LENGTH_MAX


def test_only_staff_is_tied_to_a_site() -> None:
    rules.require_home(Role.WORKER, is_staff=True, at_site=True)
    rules.require_home(Role.SUPPLIER, is_staff=False, at_site=False)
    with pytest.raises(Malformed):
        rules.require_home(Role.SUPPLIER, is_staff=False, at_site=True)


def test_who_did_it_is_known_for_ninety_days() -> None:
    assert rules.erase_on(date(2026, 3, 2)) == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("password1234", rules.TOO_COMMON),
        ("Passw0rd!!!!!!", rules.TOO_COMMON),
        ("PasswordPassword", rules.TOO_COMMON),
        ("...iloveyou2026", rules.TOO_COMMON),
        ("stofstroom2026!", rules.ABOUT_YOU),
        ("Stofstroom-welcome", rules.ABOUT_YOU),
        ("Jansen.Waterkant", rules.ABOUT_YOU),
        ("mia.jansen@1234", rules.ABOUT_YOU),
    ],
)
def test_what_others_would_try_first_is_no_password(given: str, problem: str) -> None:
    with pytest.raises(Malformed) as refused:
        rules.password(given, email="mia.jansen@waterkant.example", about=("Mia Jansen",))
    assert refused.value.figures == {"field": "password", "problem": problem}


@pytest.mark.parametrize(
    "given",
    [
        "mijn fiets staat buiten",
        "stofstroom telt elke gram",
        "password manager for two",
        "x" * 11 + "abcde",
    ],
)
def test_words_that_nobody_would_guess_are_taken_as_they_are(given: str) -> None:
    assert rules.password(given, email="mia.jansen@waterkant.example") == given
