import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.fonts import Weight, font, width_of
from labels.lines import ELLIPSIS, Lines, clean, fit


def fitted(text: str, width: int = 300, lines_max: int = 2) -> Lines:
    return fit(text, width=width, weight=Weight.BOLD, largest=60, smallest=20, lines_max=lines_max)


@given(st.text(), st.integers(20, 900), st.integers(1, 3))
def test_no_line_is_wider_than_its_room_and_there_are_never_too_many(
    text: str, width: int, lines_max: int
) -> None:
    words = fitted(text, width, lines_max)
    assert 1 <= len(words.lines) <= lines_max
    # One character and its hyphen may be wider than a very narrow room; work has to go on.
    narrowest = 2 * words.size
    for line in words.lines:
        assert width_of(line, Weight.BOLD, words.size) <= max(width, narrowest)


@given(st.text(), st.integers(20, 900))
def test_whole_words_are_all_there_and_in_order(text: str, width: int) -> None:
    words = fitted(text, width)
    if words.whole:
        assert " ".join(words.lines) == clean(text)


def test_few_words_stand_in_the_largest_size() -> None:
    assert fitted("Kar") == Lines(60, Weight.BOLD, ("Kar",))


def test_many_words_shrink_before_they_are_cut() -> None:
    words = fitted("Afvalenergiecentrale Hengelo")
    assert words.whole
    assert 20 <= words.size < 60
    assert words.lines == ("Afvalenergiecentrale", "Hengelo")


def test_no_word_is_left_alone_on_the_last_line() -> None:
    assert fitted("een twee drie vier m", width=420).lines in {
        ("een twee", "drie vier m"),
        ("een twee drie", "vier m"),
    }


def test_a_word_longer_than_the_line_is_broken_with_a_hyphen() -> None:
    words = fitted("Meervoudigepersoonlijkheidsstoornissen", width=200)
    assert not words.whole
    assert words.lines[0].endswith("-")
    assert "".join(words.lines).replace("-", "") == "Meervoudigepersoonlijkheidsstoornissen"


def test_what_is_too_long_by_far_ends_in_an_ellipsis() -> None:
    words = fitted("woord " * 50)
    assert len(words.lines) == 2
    assert words.lines[-1].endswith(ELLIPSIS)


def test_an_accent_that_came_apart_is_joined_to_its_letter() -> None:
    assert clean("Caf\u0065\u0301  Zee\u0308n") == "Caf\u00e9 Ze\u00ebn"


LETTERS = (
    "\u00e9\u00eb\u00ef\u00f3\u00fc\u00e4\u00f6\u00df\u00e7"
    "\u0133\u00f1\u0142\u0159\u20ac\u2013\u2026\u00b3\u00b0"
)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_letters_of_europe_are_in_the_font(letter: str) -> None:
    for weight in Weight:
        missing = font(weight, 40).getmask("\ue123")
        assert bytes(font(weight, 40).getmask(letter)) != bytes(missing)
