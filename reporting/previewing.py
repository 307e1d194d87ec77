"""What a change of reference data would do: rules, pure.

Whether a batch would close is asked of the rules that close it, and a figure of the formulas that
the report has: nothing is computed here a second time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from catalogue import reading
from catalogue.errors import BalanceOpen, LossLimit
from catalogue.kinds import PartnerRole, Stream
from catalogue.pieces import Said
from catalogue.rulebook import OperatorBook, Rulebook
from reporting.circularity import Route
from reporting.measures import Measure
from sorting.rules import Closing, closing_difference, require_loss_within
from streams.rules import tolerance_g

AsIf = Callable[[Route], Route]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBatch:
    """A batch that is not closed, as closing looks at it. difference_g: weighing difference so
    far, above zero what was lost."""

    code: str
    input_g: int
    held_g: int
    quarantine_g: int
    work_bin_g: int
    difference_g: int


def closes(batch: OpenBatch, permille: int) -> bool:
    """Whether a worker could close the batch now, with nothing named, within such a tolerance."""
    closing = Closing(
        held_g=batch.held_g,
        quarantine_g=batch.quarantine_g,
        work_bin_g=batch.work_bin_g,
        losses_g=0,
        difference_before_g=batch.difference_g,
        tolerance_g=tolerance_g(batch.input_g, permille),
    )
    try:
        closing_difference(closing, by_leader_with_reason=False)
    except BalanceOpen:
        return False
    return True


def closes_otherwise(
    batches: Iterable[OpenBatch], was: int, would: int
) -> tuple[list[str], list[str]]:
    """Batches that would close and do not now, and that close now and would not."""
    found = [(one.code, closes(one, was), closes(one, would)) for one in batches]
    return (
        [code for code, before, after in found if after and not before],
        [code for code, before, after in found if before and not after],
    )


def beyond_limit(losses: Iterable[tuple[str, int, int]], permille: int) -> list[str]:
    """Batches (code, input, loss) that lost more of a kind than such a limit allows a worker."""
    beyond = []
    for code, input_mass_g, lost_g in losses:
        try:
            require_loss_within(
                kind="", before_g=0, loss_g=lost_g, limit_g=tolerance_g(input_mass_g, permille),
                by_leader_with_reason=False,
            )  # fmt: skip
        except LossLimit:
            beyond.append(code)
    return beyond


def leads_to(tree: Any) -> set[str]:
    """Codes of the destinations that a sorting guide leads to."""
    if not isinstance(tree, Mapping):
        return set()
    if "destination" in tree:
        return {str(tree["destination"])}
    return leads_to(tree.get("yes")) | leads_to(tree.get("no"))


@dataclass(frozen=True, slots=True)
class Step:
    """A place in a sorting guide, by the answers that lead to it, and what stood and stands there:
    a question by its words, or the code of a destination."""

    path: tuple[str, ...]
    was: Any
    now: Any


def guide_changes(was: Any, now: Any, path: tuple[str, ...] = ()) -> Iterator[Step]:
    """Where two guides differ: each question that is other, new or gone."""
    before, after = _said(was), _said(now)
    if before != after:
        yield Step(path, before, after)
    if _is_question(was) or _is_question(now):
        for answer in ("yes", "no"):
            yield from guide_changes(_answer(was, answer), _answer(now, answer), (*path, answer))


def _is_question(tree: Any) -> bool:
    return isinstance(tree, Mapping) and "question" in tree


def _answer(tree: Any, answer: str) -> Any:
    return tree.get(answer) if _is_question(tree) else None


def _said(tree: Any) -> Any:
    if not isinstance(tree, Mapping):
        return None
    return tree.get("question") if _is_question(tree) else tree.get("destination")


def rerouted(operator: str, code: str, values: Mapping[str, Said]) -> AsIf:
    """Every version of a destination as if it had this stream and these cells."""

    def as_if(route: Route) -> Route:
        if (route.operator, route.code) != (operator, code):
            return route
        cells = {scheme: str(values.get(scheme) or "") for scheme in route.cells}
        return replace(route, stream=Stream(str(values["stream"])), cells=cells)

    return as_if


def book_with(
    book: Rulebook, operator: OperatorBook, noun: str, code: str, values: Mapping[str, Said]
) -> Rulebook:
    """The rulebook as if a factor, target, declaration, article group or partner said this."""
    if noun in ("article_group", "partner"):
        return replace(
            book,
            operators={
                **book.operators,
                operator.organisation.id: _operator_with(book, operator, noun, code, values),
            },
        )
    own: dict[str, tuple[Any, ...]] = {
        "factor": operator.factors,
        "target": operator.targets,
        "declaration": operator.declarations,
    }
    before = next((row for row in own[noun] if row.code == code), None)
    days = {
        name: date.fromisoformat(str(value)) if value else None
        for name, value in values.items()
        if name in ("valid_from", "valid_to")
    }
    keys = _keys(book, operator, values)
    row = SimpleNamespace(
        id=before.id if before else 0,
        version=before.version + 1 if before else 1,
        code=code,
        **{**values, **days, **keys},
    )
    made = getattr(reading, noun)(row)
    rows = tuple(made if one.code == code else one for one in own[noun])
    changed = {f"{noun}s": rows if before else (*rows, made)}
    as_if: OperatorBook = replace(operator, **changed)  # type: ignore[arg-type]
    return replace(book, operators={**book.operators, operator.organisation.id: as_if})


def _operator_with(
    book: Rulebook, operator: OperatorBook, noun: str, code: str, values: Mapping[str, Said]
) -> OperatorBook:
    if noun == "article_group":
        group = replace(
            operator.groups[code], in_producer_scheme=bool(values.get("in_producer_scheme"))
        )
        return replace(operator, groups={**operator.groups, code: group})
    id = book.organisations[code].id
    distance = values.get("distance_km")
    partner = replace(
        operator.partners[id],
        roles=frozenset(PartnerRole(word) for word in _words(values, "roles")),
        treatments=_words(values, "treatments"),
        distance_km=distance if isinstance(distance, int) else None,
    )
    return replace(operator, partners={**operator.partners, id: partner})


def _words(values: Mapping[str, Said], name: str) -> tuple[str, ...]:
    return tuple(word for word in str(values.get(name) or "").split(",") if word)


def _keys(
    book: Rulebook, operator: OperatorBook, values: Mapping[str, Said]
) -> dict[str, int | None]:
    supplier, group = values.get("supplier"), values.get("article_group")
    return {
        "supplier_id": book.organisations[str(supplier)].id if supplier else None,
        "article_group_id": operator.groups[str(group)].id if group else None,
    }


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of a report, and the same of the report as it would be. None: it does not exist."""

    was: Measure | None
    would: Measure | None

    @property
    def any(self) -> Measure:
        found = self.would or self.was
        assert found is not None
        return found


def differing(was: Sequence[Measure], would: Sequence[Measure]) -> list[Compared]:
    """Figures that would have another value, in the order of the report."""
    before = {one.id: one for one in was}
    after = {one.id: one for one in would}
    found = [Compared(before.get(id), after.get(id)) for id in {**before, **after}]
    return [one for one in found if _value(one.was) != _value(one.would)]


def _value(one: Measure | None) -> int | None:
    return one.value if one is not None else None


def tree_of(values: Mapping[str, Said]) -> Any:
    """The tree of a sorting guide; None when there is none yet."""
    text = values.get("tree")
    return json.loads(str(text)) if text else None
