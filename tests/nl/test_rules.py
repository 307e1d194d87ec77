"""Rules of the Dutch counter: numbers, addresses, months, loads and differences."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import EuralMalformed, Malformed, StreamNumberMalformed
from catalogue.eural import KNOWN, is_hazardous, is_known, read_eural, spaced
from nl import rules
from nl.rules import Address, Counted, Figures, Load


@pytest.mark.parametrize("written", ["150202*", "15 02 02*", "15 02 02 *", " 150202* "])
def test_a_waste_code_is_read_as_people_write_it(written: str) -> None:
    assert read_eural(written) == "150202*"
    assert spaced("150202*") == "15 02 02*"


@pytest.mark.parametrize(
    "wrong", ["", "20011", "2001100", "200110**", "20.01.10", "210110", "000110", "200010",
              "²00110", "200100", "20 01 10 x", "kleding"]
)  # fmt: skip
def test_what_is_no_waste_code_is_refused(wrong: str) -> None:
    with pytest.raises(EuralMalformed) as refused:
        read_eural(wrong)
    assert refused.value.figures["read"] == wrong


def test_a_hazardous_code_without_its_asterisk_is_not_known() -> None:
    assert is_hazardous("150202*")
    assert is_known("150202*")
    assert not is_known("150202")


def test_every_known_code_is_well_formed() -> None:
    assert all(read_eural(code) == code for code in KNOWN)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Havenweg 2a, 2022 CD Noorderhaven", ("Havenweg", "2", "a", "2022CD", "Noorderhaven")),
        ("Plein 1813 12, 1234ab Den Haag", ("Plein 1813", "12", "", "1234AB", "Den Haag")),
        ("Kade 9-III, 1011 AB  's-Gravendeel", ("Kade", "9", "III", "1011AB", "'s-Gravendeel")),
        ("2e Kade 7 bis, 1011 AB Dorp", ("2e Kade", "7", "bis", "1011AB", "Dorp")),
        ("Havenweg, 2022 CD Noorderhaven", None),
        ("Havenweg 2, 0022 CD Noorderhaven", None),
        ("", None),
    ],
)
def test_an_address_is_read_from_one_line(line: str, read: tuple[str, ...] | None) -> None:
    found = rules.read_address(line)
    assert (found and found[:5]) == read


def test_an_address_is_written_as_it_was_read() -> None:
    address = Address("Havenweg", "2", "a", "2022CD", "Noorderhaven")
    assert address.line == "Havenweg 2a, 2022 CD Noorderhaven"
    assert rules.read_address(address.line) == address


def test_a_number_begins_with_that_of_the_processor() -> None:
    assert rules.read_number("08p04 abc1234", "08P04") == "08P04ABC1234"
    for wrong in ("08P04ABC123", "08P04ABC12345", "08P05ABC1234", "08P04ABC-234", "٠8P04ABC1234"):
        with pytest.raises(StreamNumberMalformed):
            rules.read_number(wrong, "08P04")


def test_a_processing_method_is_one_of_the_list() -> None:
    assert rules.require_processing("c03") == "C.03"
    with pytest.raises(Malformed):
        rules.require_processing("C.09")


def test_a_number_lapses_sixty_months_after_its_last_report() -> None:
    made = date(2020, 2, 29)
    assert rules.lapses_on(made, []) == date(2025, 2, 28)
    assert rules.lapses_on(made, [date(2021, 3, 1), date(2020, 4, 1)]) == date(2026, 4, 1)


def test_a_month_ends_and_is_notified_within_four_weeks() -> None:
    assert rules.month_after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert rules.deadline(date(2026, 2, 1)) == date(2026, 3, 28)
    assert rules.deadline(date(2026, 3, 1)) == date(2026, 4, 28)
    assert rules.month_of("2026-03") == date(2026, 3, 1)
    for wrong in ("2026-13", "2026-3", "maart", "0026-03"):
        with pytest.raises(Malformed):
            rules.month_of(wrong)


def test_a_line_of_the_register_is_kept_for_five_years() -> None:
    assert rules.kept_until(date(2024, 2, 29)) == date(2029, 2, 28)


def test_a_load_of_fifty_kilograms_is_not_notified_and_one_gram_more_is() -> None:
    parts = [Load("A", "1", 20_000), Load("A", "1", 30_000), Load("A", "2", 50_001)]
    parts += [Load("B", "1", 40_000), Load("C", "3", 80_000), Load("C", "3", -80_000)]
    assert rules.tally(parts, small_g=50_000) == {"A": Counted(1, 50_001, 50)}


masses = st.integers(min_value=0, max_value=10_000_000)
counted = st.dictionaries(
    st.sampled_from("ABCD"),
    st.builds(lambda g, n: Counted(n, g, rules.whole_kg(g)), masses, st.integers(1, 9)),
)
figures = st.builds(Figures, counted, counted)


@given(st.lists(figures, min_size=1, max_size=5))
def test_notifications_add_up_to_what_stands_in_the_end(states: list[Figures]) -> None:
    """Whatever changes between them: grams, loads, and the whole kilograms."""
    sent: list[Figures] = []
    for state in states:
        sent.append(rules.difference(state, sent))
    assert rules.difference(states[-1], sent).is_empty
    for part in ("received", "delivered"):
        for key in "ABCD":
            sums = [
                sum(getattr(one, part).get(key, Counted(0, 0, 0))[place] for one in sent)
                for place in range(3)
            ]
            assert Counted(*sums) == getattr(states[-1], part).get(key, Counted(0, 0, 0))


@given(figures)
def test_frozen_figures_are_read_back_as_they_were(some: Figures) -> None:
    assert rules.from_json(rules.as_json(some)) == some
