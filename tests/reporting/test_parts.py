"""Numbers of a report by name: in an address, and in a formula."""

from __future__ import annotations

import pytest

from catalogue.errors import Malformed
from reporting.parts import part, part_of


@pytest.mark.parametrize(
    "text",
    [
        "received",
        "received/estimated",
        "sorted/pending",
        "stream/reuse",
        "stream/reuse/confirmed",
        "destination/recycle/PANELS/transit",
        "loss",
        "loss/dust",
        "cell/gri/306-4/confirmed",
        "open",
    ],
)
def test_a_part_is_said_as_it_is_read(text: str) -> None:
    assert str(part(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "everything",
        "stream",
        "stream/",
        "stream/rubbish",
        "stream/reuse/confirmed/confirmed",
        "held/confirmed",
        "received/confirmed",
        "loss/dust/confirmed",
        "destination/reuse",
        "cell/colour/red",
        "open/held",
    ],
)
def test_what_is_no_number_of_a_report_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        part(text)
    assert refused.value.figures["field"] == "part"


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("input_g", "received"),
        ("streams.reuse.confirmed_g", "stream/reuse/confirmed"),
        ("destinations[gri = 306-4].mass_g", "cell/gri/306-4"),
        ("destinations[ladder = R3].confirmed_g", "cell/ladder/R3/confirmed"),
        ("losses.dust", "loss/dust"),
        ("streams.rubbish.mass_g", None),
        ("destinations[colour = red].mass_g", None),
        ("factor.reuse", None),
    ],
)
def test_a_term_of_a_formula_names_the_part_behind_it(term: str, expected: str | None) -> None:
    assert part_of(term) == expected
    if expected:
        assert str(part(expected)) == expected
