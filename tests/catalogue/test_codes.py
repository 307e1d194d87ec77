import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.codes import (
    ALPHABET,
    Code,
    CodeKind,
    MisreadCode,
    Misreading,
    is_chosen,
    is_practice,
    kind_of,
    mint,
    parse,
    spoken,
)

KINDS = st.sampled_from(list(CodeKind))
CODES = KINDS.map(mint)
ANY_CHARACTER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def is_read(text: str) -> bool:
    try:
        parse(text)
    except MisreadCode:
        return False
    return True


def misreading(text: str) -> Misreading:
    with pytest.raises(MisreadCode) as caught:
        parse(text)
    return caught.value.misreading


@pytest.mark.parametrize("kind", CodeKind)
def test_a_minted_code_is_read_back_with_its_kind(kind: CodeKind) -> None:
    code = mint(kind)
    assert parse(code) == Code(kind, code)
    assert kind_of(code) is kind
    assert code[0] == kind.letter
    assert set(code[1:]) <= set(ALPHABET)


def test_codes_fit_their_label_and_certificates_are_longer() -> None:
    lengths = {kind: len(mint(kind)) for kind in CodeKind}
    assert lengths.pop(CodeKind.CERTIFICATE) == 16
    assert set(lengths.values()) == {12}


def test_every_kind_has_a_letter_of_its_own() -> None:
    assert len({kind.letter for kind in CodeKind}) == len(CodeKind)


def test_the_alphabet_leaves_out_vowels_look_alikes_and_sound_alikes() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 17
    assert not set("AEIOUY") & set(ALPHABET)
    look_alike = ["0ODQ", "1IL", "2Z", "5S", "8B", "6G", "UV", "VW", "69", "17"]
    sound_alike = [
        "MN",
        "KH",
        "8H",
        "PT",
        "PB",
        "DT",
        "BD",
        "VW",
        "2W",
        "2T",
        "FS",
        "SX",
        "79",
        "59",
    ]
    for pair in look_alike + sound_alike:
        assert len(set(pair) & set(ALPHABET)) <= 1, pair


@given(CODES)
def test_every_single_wrong_character_is_refused(code: str) -> None:
    for place, character in itertools.product(range(len(code)), ANY_CHARACTER):
        if character != code[place]:
            assert not is_read(code[:place] + character + code[place + 1 :])


@given(CODES)
def test_every_two_characters_that_traded_places_are_refused(code: str) -> None:
    for one, other in itertools.combinations(range(len(code)), 2):
        if code[one] != code[other]:
            swapped = list(code)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            assert not is_read("".join(swapped))


@given(CODES)
def test_a_doubled_character_read_as_another_doubled_one_is_refused(code: str) -> None:
    for place in range(1, len(code) - 1):
        for gap in (1, 2):
            if place + gap >= len(code):
                continue
            for wrong in ALPHABET:
                twin = list(code)
                twin[place] = twin[place + gap] = code[place]
                good = repaired("".join(twin), place, place + gap)
                if good is None or wrong == code[place]:
                    continue
                bad = list(good)
                bad[place] = bad[place + gap] = wrong
                assert not is_read("".join(bad))


def repaired(code: str, *fixed: int) -> str | None:
    """The same code made valid by changing one character that is not among the fixed places."""
    place = next(p for p in range(1, len(code)) if p not in fixed)
    tries = (code[:place] + c + code[place + 1 :] for c in ALPHABET)
    return next((text for text in tries if is_read(text)), None)


@given(CODES)
def test_a_lost_or_doubled_character_is_refused(code: str) -> None:
    for place in range(len(code)):
        assert not is_read(code[:place] + code[place + 1 :])
        assert not is_read(code[:place] + code[place] + code[place:])


@given(CODES)
def test_exactly_one_check_character_belongs_to_a_code(code: str) -> None:
    assert [c for c in ALPHABET if is_read(code[:-1] + c)] == [code[-1]]


@given(CODES, st.integers(0, 2))
def test_case_spaces_and_hyphens_do_not_matter(code: str, style: int) -> None:
    read = parse(code)
    typed = [
        read.grouped.lower(),
        " ".join(read.groups) + "\n",
        read.grouped.replace("-", "\u2013"),
    ]
    assert parse(typed[style]) == read


@given(st.text())
def test_no_text_does_anything_but_be_read_or_refused(text: str) -> None:
    if is_read(text):
        assert parse(text).text.isascii()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Misreading.LENGTH),
        ("B" * 1000, Misreading.LENGTH),
        ("B2345678", Misreading.LENGTH),
        ("A23456782345", Misreading.KIND),
        ("https://x.nl", Misreading.KIND),
        ("B0OIL1345678", Misreading.CHARACTER),
        ("B\u017f2345678234", Misreading.LENGTH),
    ],
)
def test_a_refusal_says_what_gave_the_code_away(text: str, why: Misreading) -> None:
    assert misreading(text) is why


def test_a_wrong_check_character_is_named_as_such() -> None:
    code = mint(CodeKind.BATCH)
    other = next(c for c in ALPHABET if c != code[-1])
    assert misreading(code[:-1] + other) is Misreading.CHECK


def test_a_letter_that_only_becomes_ours_in_capitals_is_refused() -> None:
    code = mint(CodeKind.STATION)
    assert "\u017f".upper() == "S"
    assert not is_read("\u017f" + code[1:])


def test_a_code_fixed_for_all_time_stays_readable() -> None:
    assert parse("BK4M7RXP3FQP").grouped == "BK4M-7RXP-3FQP"


def test_practice_codes_are_told_apart() -> None:
    assert is_practice(mint(CodeKind.PRACTICE))
    assert not any(is_practice(mint(k)) for k in CodeKind if k is not CodeKind.PRACTICE)


def test_minting_uses_every_character_about_evenly() -> None:
    counts = Counter("".join(mint(CodeKind.BATCH)[1:] for _ in range(4000)))
    expected = 4000 * 11 / 17
    assert set(counts) == set(ALPHABET)
    # Six standard deviations: a fair source fails this less than once in ten million runs.
    assert all(abs(n - expected) < 6 * (expected * 16 / 17) ** 0.5 for n in counts.values())


def test_ten_thousand_codes_are_ten_thousand_different_ones() -> None:
    assert len({mint(CodeKind.BIN) for _ in range(10_000)}) == 10_000


def test_a_code_is_said_in_words_by_groups() -> None:
    assert spoken("BK4M-7RXP-3FQP") == (
        "Bravo, Kilo, vier, Mike; zeven, Romeo, X-ray, Papa; drie, Foxtrot, Quebec, Papa"
    )
    assert spoken("BK4M-7RXP-3FQP", "en").endswith("three, Foxtrot, Quebec, Papa")


@given(CODES)
def test_every_code_can_be_said_in_both_languages(code: str) -> None:
    for language in ("nl", "en", "pap"):
        assert len(spoken(code, language).replace(";", ",").split(", ")) == len(code)


@pytest.mark.parametrize("text", ["S1", "DEMO-DEF", "A", "BAK-0017", "7", "A" * 20])
def test_codes_that_people_choose_are_taken(text: str) -> None:
    assert is_chosen(text)


@pytest.mark.parametrize(
    "text", ["", "-", "A-", "-A", "A--B", "a1", "S 1", "S1\n", "\u00c4", "A" * 21, "A_B", "S1/2"]
)
def test_other_shapes_are_not_taken_as_chosen_codes(text: str) -> None:
    assert not is_chosen(text)


def test_a_label_code_cannot_be_chosen() -> None:
    assert not is_chosen("BK4M7RXP3FQP")
    assert is_chosen("BK4M7RXP3FQ7")
