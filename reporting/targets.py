"""The lines that figures are held against, and how complete a report is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from catalogue.kinds import WEIGHING_DIFFERENCE, AppliesTo, Direction
from catalogue.rows import TargetRow
from catalogue.rulebook import Rulebook
from reporting import access
from reporting.circularity import Terms
from reporting.knowledge import operators_of, same_suppliers
from reporting.measure import Measure
from reporting.questions import Question
from reporting.shares import ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTarget:
    """A target beside the figure that it is held against.

    supplier: code, where it is for one only. met: None where there is no figure, and always for
    what the law asks of producers: their sales are not known here.
    """

    code: str
    names: Mapping[str, str]
    measure: str
    permille: int
    direction: str
    applies_to: str
    supplier: str | None
    source: str
    value: int | None
    met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How far a report can be relied on.

    measured_permille: of what was handed in. unproven_g: sorted and not confirmed. difference_g:
    net grams that nobody could explain and that were booked as a difference between weighings,
    which is the tolerance that was used; difference_permille: of what was handed in, its size.
    """

    measured_permille: int | None
    open_batches: int
    unproven_g: int
    unproven_permille: int | None
    difference_g: int
    difference_permille: int | None


def completeness(found: Terms, open_batches: int) -> Completeness:
    """From the terms of the report and the batches that are still open."""
    estimated = ratio(found.estimated_g, found.input_g)
    unproven_g = found.sorted_g - found.confirmed_g
    difference_g = found.losses.get(WEIGHING_DIFFERENCE, 0)
    return Completeness(
        measured_permille=None if estimated is None else 1000 - estimated,
        open_batches=open_batches,
        unproven_g=unproven_g,
        unproven_permille=ratio(unproven_g, found.sorted_g),
        difference_g=difference_g,
        difference_permille=ratio(abs(difference_g), found.input_g),
    )


def held_targets(
    book: Rulebook, seen: access.Scope, asked: Question, measures: Iterable[Measure]
) -> list[HeldTarget]:
    """The targets that are valid on the last day and are about what this report is about."""
    values = {one.id: one.value for one in measures if one.unit == "permille"}
    return [
        _held(book, row, values.get(row.measure))
        for operator in operators_of(book, seen)
        for row in operator.targets
        if row.is_valid(asked.period.last)
        and (row.supplier_id is None or same_suppliers(book, seen, row.supplier_id))
    ]


def _held(book: Rulebook, row: TargetRow, value: int | None) -> HeldTarget:
    of_law = row.applies_to is AppliesTo.PRODUCERS
    supplier = None if row.supplier_id is None else book.organisations_by_id[row.supplier_id].code
    return HeldTarget(
        code=row.code,
        names=row.names,
        measure=row.measure,
        permille=row.permille,
        direction=row.direction.value,
        applies_to=row.applies_to.value,
        supplier=supplier,
        source=row.source,
        value=None if of_law else value,
        met=None if of_law or value is None else is_met(row.direction, row.permille, value),
    )


def is_met(direction: Direction, permille: int, value: int) -> bool:
    """Whether a value lies on the good side of a line; the line itself is good."""
    return value >= permille if direction is Direction.AT_LEAST else value <= permille


def targets_from(said: Iterable[Mapping[str, Any]]) -> tuple[HeldTarget, ...]:
    """The targets again, from what a report said of them."""
    return tuple(HeldTarget(**one) for one in said)


def completeness_from(said: Mapping[str, Any] | None) -> Completeness | None:
    """The completeness again, from what a report said of it."""
    return None if said is None else Completeness(**said)


def targets_plain(found: Iterable[HeldTarget]) -> list[dict[str, Any]]:
    """As the API says them."""
    return [{**asdict(one), "names": dict(one.names)} for one in found]
