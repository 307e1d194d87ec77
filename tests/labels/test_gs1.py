import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.gs1 import NotGs1, check_digit, element_string, human_readable, is_sscc, sscc

# Checked examples of GS1 texts: all digits but the last, and the last.
PUBLISHED = [
    ("37610425002123456", "9"),
    ("04012345000000111", "2"),
    ("10614141123456789", "7"),
    ("34012345000000011", "6"),
    ("00614141123456789", "0"),
]


@pytest.mark.parametrize(("body", "digit"), PUBLISHED)
def test_published_check_digits_are_met(body: str, digit: str) -> None:
    assert check_digit(body) == digit
    assert is_sscc(body + digit)


def test_an_sscc_is_extension_prefix_serial_and_check_digit() -> None:
    assert sscc("4012345", 0, 333) == "040123450000003338"
    assert sscc("0614141", 1, 123456789) == "106141411234567897"


def test_brackets_are_printed_and_never_encoded() -> None:
    number = sscc("4012345", 0, 333)
    assert human_readable(number) == "(00)040123450000003338"
    assert element_string(number) == "00040123450000003338"


@given(st.integers(0, 10**17 - 1), st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(number: int, place: int, add: int) -> None:
    body = f"{number:017d}"
    digits = [*map(int, body + check_digit(body))]
    digits[place] = (digits[place] + add) % 10
    assert not is_sscc("".join(map(str, digits)))


@given(
    st.integers(4, 12).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)),
    st.integers(0, 9),
    st.data(),
)
def test_every_sscc_has_eighteen_digits_and_holds(
    prefix: str, extension: int, data: st.DataObject
) -> None:
    serial = data.draw(st.integers(0, 10 ** (16 - len(prefix)) - 1))
    assert is_sscc(sscc(prefix, extension, serial))


@pytest.mark.parametrize(
    ("prefix", "extension", "serial", "why"),
    [
        ("401", 0, 1, "4 to 12"),
        ("4012345678901", 0, 1, "4 to 12"),
        ("40123x5", 0, 1, "digits alone"),
        ("\u0664012345", 0, 1, "digits alone"),
        ("4012345", 10, 1, "extension"),
        ("4012345", -1, 1, "extension"),
        ("4012345", 0, 10**9, "does not fit in 9"),
        ("4012345", 0, -1, "does not fit"),
    ],
)
def test_what_gs1_does_not_allow_is_refused(
    prefix: str, extension: int, serial: int, why: str
) -> None:
    with pytest.raises(NotGs1, match=why):
        sscc(prefix, extension, serial)


@pytest.mark.parametrize(
    "text", ["", "040123450000003339", "04012345000000333", "(00)40123450000003338", "\u0660" * 18]
)
def test_other_texts_are_no_sscc(text: str) -> None:
    assert not is_sscc(text)
    with pytest.raises(NotGs1):
        element_string(text)
