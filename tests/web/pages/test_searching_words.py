"""What a few words in the search box mean. Today is Thursday 26 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from web.pages.searching_words import AFTERNOON, MORNING, Name, read

TODAY = date(2026, 11, 26)
NAMES = [
    Name("supplier", 1, ("DEMO-LM", "Landmacht")),
    Name("supplier", 2, ("DEMO-POL", "Politie Amsterdam")),
    Name("group", 7, ("jas", "Jassen", "Jackets")),
    Name("container", 9, ("C-0012",)),
]


def day(text: str) -> tuple[date, date]:
    first = date.fromisoformat(text)
    return first, first + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("vandaag", *day("2026-11-26")),
        ("yesterday", *day("2026-11-25")),
        ("eergisteren", *day("2026-11-24")),
        ("morgen", *day("2026-11-27")),
        ("maandag", *day("2026-11-23")),
        ("Thursday", *day("2026-11-26")),
        ("vorige vrijdag", *day("2026-11-20")),
        ("2026-03-02", *day("2026-03-02")),
        ("2-3-2026", *day("2026-03-02")),
        ("2/3", *day("2026-03-02")),
        ("1/12", *day("2025-12-01")),
        ("2 maart", *day("2026-03-02")),
        ("March 2 2025", *day("2025-03-02")),
        ("deze week", date(2026, 11, 23), date(2026, 11, 30)),
        ("last week", date(2026, 11, 16), date(2026, 11, 23)),
        ("volgende week", date(2026, 11, 30), date(2026, 12, 7)),
        ("vorige maand", date(2026, 10, 1), date(2026, 11, 1)),
        ("december", date(2025, 12, 1), date(2026, 1, 1)),
        ("maart 2024", date(2024, 3, 1), date(2024, 4, 1)),
        ("dit jaar", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_words_for_a_time_are_days(text: str, since: date, until: date) -> None:
    question = read(text, TODAY, NAMES)
    assert (question.since, question.until, question.terms) == (since, until, ())


@pytest.mark.parametrize(
    ("text", "on", "hours"),
    [
        ("vanmorgen", "2026-11-26", MORNING),
        ("this morning", "2026-11-26", MORNING),
        ("gistermiddag", "2026-11-25", AFTERNOON),
        ("yesterday afternoon", "2026-11-25", AFTERNOON),
        ("maandagochtend", "2026-11-23", MORNING),
    ],
)
def test_a_part_of_a_day_keeps_its_hours(text: str, on: str, hours: tuple[int, int]) -> None:
    question = read(text, TODAY, NAMES)
    assert (question.since, question.hours) == (date.fromisoformat(on), hours)


@pytest.mark.parametrize(
    ("text", "nouns", "states", "terms"),
    [
        ("de doos van vanmorgen", {"batches"}, set(), []),
        ("vanmorgen landmacht", set(), set(), [("landmacht", {"supplier": {1}})]),
        ("open karren", {"bins"}, {"open"}, []),
        ("on hold", set(), {"held"}, []),
        ("jassen wacht", set(), {"waiting"}, [("jassen", {"group": {7}})]),
        ("politie", set(), set(), [("politie", {"supplier": {2}})]),
        ("amsterdam", set(), set(), [("amsterdam", {"supplier": {2}})]),
        ("c-0012", set(), set(), [("c-0012", {"container": {9}})]),
        ("MV-2026/0017", set(), set(), [("mv-2026/0017", {})]),
        ("31-02-2026", set(), set(), [("31-02-2026", {})]),
        ("9999-12-31", set(), set(), [("9999-12-31", {})]),
        ("1-1-0001", set(), set(), [("1-1-0001", {})]),
        ("ja", set(), set(), [("ja", {})]),
        ("", set(), set(), []),
    ],
)
def test_other_words_are_lists_states_and_names(
    text: str, nouns: set[str], states: set[str], terms: list[tuple[str, dict[str, set[int]]]]
) -> None:
    question = read(text, TODAY, NAMES)
    assert (set(question.nouns), set(question.states)) == (nouns, states)
    said = [
        (term.text, {kind: set(ids) for kind, ids in term.ids.items()}) for term in question.terms
    ]
    assert said == terms


def test_words_beyond_the_first_few_are_said_and_not_lost() -> None:
    question = read(" ".join(f"w{number}" for number in range(10)), TODAY, NAMES)
    assert len(question.terms) == 8
    assert question.left_out == ("w8", "w9")
