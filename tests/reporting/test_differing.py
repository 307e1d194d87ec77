"""Was, is, because: what a difference says, without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.kinds import Pool, Quality, Stream
from reporting.circularity import Route, Sum, destined, terms
from reporting.differing import Because, Difference, difference, number_of
from reporting.measure import FactorUsed, Measure
from reporting.questions import Basis

REUSE = Route(operator="OP", code="reissue", version=1, stream=Stream.REUSE)
IN = Sum(pool=Pool.SUPPLIER, quality=Quality.MEASURED, mass_g=-100)
HELD = Sum(pool=Pool.HOLDING, quality=Quality.MEASURED, mass_g=100)
OUT = [
    Sum(pool=Pool.HOLDING, quality=Quality.MEASURED, mass_g=-40),
    Sum(pool=Pool.BIN, quality=Quality.MEASURED, mass_g=40, route=REUSE),
]
FACTOR = FactorUsed(
    code="cotton",
    version=1,
    purpose="new_garment",
    year=2024,
    low=1,
    central=2,
    high=3,
    unit="g_co2e_per_kg",
    region="NL",
    source="a table",
)
FIGURE = Measure(id="gri.306-4", value=40, unit="g", formula="a + b", sources=(), factors=(FACTOR,))


def because(kind: str, *sums: Sum) -> Because:
    return Because(
        kind=kind,
        entries=1,
        batches=1,
        terms=terms(sums),
        destinations=destined(sums),
        named=[],
    )


def compared(
    now: list[Sum],
    *found: Because,
    was_figure: Measure | None = FIGURE,
    is_figure: Measure | None = FIGURE,
) -> Difference:
    was = [IN, HELD]
    figures = [[one] if one else [] for one in (was_figure, is_figure)]
    return difference(
        (terms(was), destined(was), figures[0]),
        (terms(now), destined(now), figures[1]),
        found,
        Basis.RECEIVED,
    )


def test_what_was_with_what_was_booked_is_what_is() -> None:
    said = compared([IN, HELD, *OUT], because("sort", *OUT))
    masses = {one.term: (one.was_g, one.is_g, dict(one.because)) for one in said.masses}
    assert masses == {
        "held_g": (100, 60, {"sort": -40}),
        "streams.reuse.mass_g": (0, 40, {"sort": 40}),
        "destinations.reissue@1.mass_g": (0, 40, {"sort": 40}),
    }
    assert said.unexplained_g == 0


def test_what_cancels_out_is_no_difference() -> None:
    undone = [replace(one, mass_g=-one.mass_g) for one in OUT]
    said = compared([IN, HELD], because("sort", *OUT), because("reverse", *undone))
    assert said.is_same
    assert [one.kind for one in said.because] == ["sort", "reverse"]


def test_what_no_entry_explains_is_shown_and_not_smoothed() -> None:
    said = compared([IN, HELD, *OUT])
    (held,) = (one for one in said.masses if one.term == "held_g")
    assert (held.change_g, held.unexplained_g) == (-40, -40)
    assert said.unexplained_g == 120
    # A booking that should have changed something and did not is told as well.
    silent = compared([IN, HELD], because("sort", *OUT))
    assert silent.unexplained_g == 120


NEWER = replace(FACTOR, version=2, central=5)


@pytest.mark.parametrize(
    ("is_figure", "why"),
    [
        (replace(FIGURE, value=50), ("mapping",)),
        (replace(FIGURE, value=50, factors=(NEWER,)), ("factors",)),
        (replace(FIGURE, factors=(NEWER,)), ("factors",)),
        (replace(FIGURE, value=50, version=2), ("formula",)),
        (replace(FIGURE, formula="a - b", factors=()), ("formula", "factors")),
        (None, ("mapping",)),
    ],
)
def test_a_figure_says_what_it_changed_by_where_no_gram_moved(
    is_figure: Measure | None, why: tuple[str, ...]
) -> None:
    (changed,) = compared([IN, HELD], is_figure=is_figure).figures
    assert changed.why == why
    assert changed.was == 40


def test_a_figure_that_follows_other_weights_says_so_beside_its_factors() -> None:
    moved = compared([IN, HELD, *OUT], because("sort", *OUT), is_figure=replace(FIGURE, value=9))
    assert [one.why for one in moved.figures] == [("masses",)]
    both = compared(
        [IN, HELD, *OUT],
        because("sort", *OUT),
        is_figure=replace(FIGURE, value=9, factors=(NEWER,)),
    )
    assert [one.why for one in both.figures] == [("factors", "masses")]
    assert compared([IN, HELD, *OUT], because("sort", *OUT)).figures == []


def test_a_number_is_read_and_sorted_as_it_was_given() -> None:
    assert [number_of(2026, serial) for serial in (7, 10_000)] == ["2026-0007", "2026-10000"]
