"""How grams flow through a report, and what became of them per month: plain whole grams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalogue.kinds import Stream
from reporting.circularity import Terms
from reporting.questions import By
from reporting.report import Report

OUTCOMES = (*(stream.value for stream in Stream), "held", "finds", "loss")
"""What can become of a gram, in the order of every table and chart."""

SUPPLIERS_SHOWN = 8
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Flow:
    """Grams from one end to another. An end is named kind:code (`supplier:`, `stream:`, `outcome:`,
    `proof:`; `destination:` with its stream before the code)."""

    source: str
    target: str
    mass_g: int

    @property
    def is_first(self) -> bool:
        return self.source.startswith("supplier:")


def flows(report: Report) -> list[Flow]:
    """The flow from suppliers over streams and destinations to proof. Only mass above zero flows.

    Beyond a number of suppliers the small ones flow together as `supplier:others`; a report that
    was not asked by supplier flows from `supplier:`.
    """
    summed: dict[tuple[str, str], int] = {}
    for source, target, mass_g in _flows(report):
        summed[source, target] = summed.get((source, target), 0) + mass_g
    return [Flow(*ends, mass_g) for ends, mass_g in summed.items() if mass_g > 0]


def outcomes(terms: Terms) -> Mapping[str, int]:
    """Grams per outcome, in the order of `OUTCOMES`."""
    found = {stream.value: terms.streams[stream].mass_g for stream in Stream}
    return found | {"held": terms.held_g, "finds": terms.finds_g, "loss": terms.loss_g}


def part_of_end(end: str, *, before: str = "") -> str:
    """The part of a report (`parts.part`) that stands at an end; before: where it flows from."""
    kind, _sign, code = end.partition(":")
    if kind == "supplier":
        return "received"
    if kind in ("stream", "outcome"):
        return part_of_outcome(code)
    if kind == "destination":
        return f"destination/{code}"
    return f"{part_of_end(before) if before else 'sorted'}/{code}"


def supplier_of_end(end: str) -> str:
    """The supplier of a first end, if it is one."""
    kind, _sign, code = end.partition(":")
    return code if kind == "supplier" and code != OTHERS else ""


def ends_of(found: Sequence[Flow]) -> list[str]:
    """Every end once, in the order of the flows."""
    sources, targets = [one.source for one in found], [one.target for one in found]
    return list(dict.fromkeys([*sources, *targets]))


def tallest(ends: Sequence[str]) -> int:
    """How many ends stand above each other in the fullest column, three at least."""
    columns = [0, 0, 0, 0]
    for end in ends:
        columns[column_of(end)] += 1
    return max(3, *columns)


def column_of(end: str) -> int:
    """Suppliers first, then what became of it, destinations, and proof."""
    kind = end.partition(":")[0]
    return {"supplier": 0, "stream": 1, "outcome": 1, "destination": 2, "proof": 3}[kind]


def part_of_outcome(outcome: str) -> str:
    """The part of a report that an outcome is."""
    return f"stream/{outcome}" if outcome in set(Stream) else outcome


def _flows(report: Report) -> Iterator[tuple[str, str, int]]:
    for supplier, terms in _sources(report):
        for outcome, grams in outcomes(terms).items():
            kind = "stream" if outcome in list(Stream) else "outcome"
            yield f"supplier:{supplier}", f"{kind}:{outcome}", grams
    for (stream, code), (mass_g, confirmed_g) in destined(report):
        destination = f"destination:{stream}/{code}"
        yield f"stream:{stream}", destination, mass_g
        yield destination, "proof:confirmed", confirmed_g
        yield destination, "proof:pending", mass_g - confirmed_g


def destined(report: Report) -> list[tuple[tuple[str, str], tuple[int, int]]]:
    """Stream and code of each destination, with its grams and those confirmed; streams in their
    order, the heaviest first.

    Versions of a destination are one to the eye, unless they changed to another stream.
    """
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for one in report.destinations:
        key = (one.route.stream.value, one.route.code)
        mass_g, confirmed_g = sums.get(key, (0, 0))
        done = one.outcome
        sums[key] = (mass_g + done.mass_g, confirmed_g + done.confirmed_g)
    order = [stream.value for stream in Stream]
    return sorted(sums.items(), key=lambda row: (order.index(row[0][0]), -row[1][0], row[0][1]))


def _sources(report: Report) -> Iterator[tuple[str, Terms]]:
    if report.asked.by is not By.SUPPLIER:
        yield "", report.terms
        return
    largest = sorted(report.rows, key=lambda row: (-row.terms.input_g, row.key))
    shown = {row.key for row in largest[:SUPPLIERS_SHOWN]}
    for row in report.rows:
        yield row.key if row.key in shown else OTHERS, row.terms
