"""What a Dutch operator starts with is complete, and everything in it can be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

import pytest
from sqlmodel import Session

from catalogue.actions import register_operator
from catalogue.kinds import (
    UNKNOWN_GROUP,
    WEIGHING_DIFFERENCE,
    AppliesTo,
    Purpose,
    Security,
    Stream,
)
from catalogue.rulebook import OperatorBook, rulebook
from nl.actions import load_starting_values
from nl.starting_values import starting_values
from reporting.circularity import Route
from reporting.formulas.treatments import BURNT, Cell, treatment_of
from reporting.knowledge import chosen
from sorting.rules import may_go

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACTS = ("reversal", "correction", "hold", "release", "refusal", "close", "reopen", "return")


@pytest.fixture
def book(session: Session) -> OperatorBook:
    register_operator(session, "SORT", {"name": "Sorteerhuis"}, now=NOW)
    load_starting_values(session, "SORT", NOW)
    (operator,) = rulebook(session).operators.values()
    return operator


def test_everything_has_a_dutch_and_an_english_name() -> None:
    for value in starting_values():
        if value.noun != "sorting_guide":
            assert set(value.data["names"]) == {"nl", "en"}, value.code
            assert all(value.data["names"].values()), value.code


def test_the_two_rows_that_the_register_relies_on_are_there(book: OperatorBook) -> None:
    assert book.unknown.code == UNKNOWN_GROUP
    assert WEIGHING_DIFFERENCE in book.loss_kinds


@pytest.mark.parametrize("stream", list(Stream))
def test_each_stream_takes_what_nobody_knows_without_a_gate(
    book: OperatorBook, stream: Stream
) -> None:
    open_ones = [d for d in book.destinations if d.stream is stream and not d.gates]
    classes = {security.value for security in Security}
    free = [d for d in open_ones if d.accepts == classes]
    assert free
    others = [g for g in book.groups.values() if g.code != UNKNOWN_GROUP]
    for destination in free:
        may_go(destination, book.unknown, unknown=True, of_supplier={}, all_groups=others)


def test_every_stream_has_destinations_behind_gates(book: OperatorBook) -> None:
    by_stream = sorted(book.destinations, key=lambda d: d.stream)
    gated = {
        stream: [d for d in rows if d.gates]
        for stream, rows in groupby(by_stream, lambda d: d.stream)
    }
    assert all(len(gated[stream]) >= 2 for stream in Stream)
    assert {gate for d in book.destinations for gate in d.gates} == set(book.gates)


def test_what_is_sold_whole_is_counted_as_published_and_says_so() -> None:
    (whole,) = (v for v in starting_values() if v.code == "whole_sale")
    assert whole.data["stream"] == "recycle"
    assert "eigenlijk hergebruik" in whole.data["note"]


GRI_CELLS = {
    "": None,
    "306-4 i": Cell.PREPARING,
    "306-4 ii": Cell.RECYCLING,
    "306-5 i": Cell.WITH_ENERGY,
    "306-5 ii": Cell.WITHOUT_ENERGY,
}
ESRS_CELLS = {
    "not_waste": (None,),
    "preparing_for_reuse": (Cell.PREPARING,),
    "recycling": (Cell.RECYCLING,),
    "incineration": BURNT,
}


def test_the_cells_of_a_destination_are_what_its_code_says() -> None:
    for value in starting_values():
        if value.noun == "destination":
            said = value.data
            route = Route(
                operator="SORT",
                code=value.code,
                version=1,
                stream=Stream(said["stream"]),
                cells={"recovery_code": said["recovery_code"]},
                eural=said["eural"],
            )
            cell = treatment_of(route).cell
            assert cell is GRI_CELLS[said["gri"]], value.code
            assert cell in ESRS_CELLS[said["esrs"]], value.code


def test_factors_say_their_source_and_suffice_for_every_year_since_2023(
    book: OperatorBook,
) -> None:
    assert all(row.source and row.region for row in book.factors)
    for year in (2023, 2024, 2025, 2026):
        assert set(chosen(book.factors, date(year, 12, 31), None)) == set(Purpose)
    combustion = [
        chosen(book.factors, date(year, 6, 30), None)[Purpose.INVENTORY_COMBUSTION].central
        for year in (2023, 2024, 2025)
    ]
    assert combustion == [21_280_810, 6_410_610, 4_685_680]


def test_what_the_law_asks_of_producers_is_never_a_target_of_the_operator(
    book: OperatorBook,
) -> None:
    assert book.targets
    assert {row.applies_to for row in book.targets} == {AppliesTo.PRODUCERS}
    assert not [row for row in book.targets if row.is_valid(date(2027, 1, 1))]


@pytest.mark.parametrize("act", ACTS)
def test_every_act_that_asks_for_a_reason_has_several(book: OperatorBook, act: str) -> None:
    fitting = [row for row in book.reasons.values() if act in row.more["acts"].split(",")]
    assert len(fitting) >= 2


def test_every_leaf_of_a_guide_is_a_destination(book: OperatorBook) -> None:
    known = {destination.code for destination in book.destinations}
    for tree in book.guides.values():
        assert {leaf["destination"] for leaf in _leaves(tree)} <= known


def test_every_question_has_at_most_ten_words() -> None:
    guides = [value.data["tree"] for value in starting_values() if value.noun == "sorting_guide"]
    asked = [question for tree in guides for question in _questions(tree)]
    assert asked
    for question in asked:
        for words in question["question"].values():
            assert len(words.split()) <= 10, words


def test_loading_twice_makes_new_versions_and_no_second_rows(session: Session) -> None:
    register_operator(session, "SORT", {"name": "Sorteerhuis"}, now=NOW)
    first = load_starting_values(session, "SORT", NOW)
    assert load_starting_values(session, "SORT", NOW) == first
    (operator,) = rulebook(session).operators.values()
    kept = [destination.version for destination in operator.current_destinations(NOW.date())]
    assert set(kept) == {2}


def _leaves(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "destination" in node:
        yield node
    else:
        yield from _leaves(node["yes"])
        yield from _leaves(node["no"])


def _questions(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "question" in node:
        yield node
        yield from _questions(node["yes"])
        yield from _questions(node["no"])
