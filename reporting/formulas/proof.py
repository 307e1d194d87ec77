"""What is confirmed and what is pending, apart, per stream and destination.

Unit: permille, by largest remainder over all the parts of one whole, so that they add up to 1000.
Source: the operator's own rule; ISO 59020:2024 and CTI v4.0 count only what is proven as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalogue.kinds import Stream
from reporting.circularity import Outcome
from reporting.formulas.facts import PROOF, REGISTER, Facts
from reporting.measure import Measure
from reporting.questions import Basis
from reporting.shares import split, split_with_gain
from reporting.words import message

TITLES: Final = {
    ("sorted", "confirmed"): {
        Stream.REUSE: message("Reuse, confirmed, of what was sorted"),
        Stream.RECYCLE: message("Recycling, confirmed, of what was sorted"),
        Stream.INCINERATION: message("Incineration, confirmed, of what was sorted"),
    },
    ("sorted", "pending"): {
        Stream.REUSE: message("Reuse, proof pending, of what was sorted"),
        Stream.RECYCLE: message("Recycling, proof pending, of what was sorted"),
        Stream.INCINERATION: message("Incineration, proof pending, of what was sorted"),
    },
    ("input", "confirmed"): {
        Stream.REUSE: message("Reuse, confirmed, of what was handed in"),
        Stream.RECYCLE: message("Recycling, confirmed, of what was handed in"),
        Stream.INCINERATION: message("Incineration, confirmed, of what was handed in"),
    },
    ("input", "pending"): {
        Stream.REUSE: message("Reuse, proof pending, of what was handed in"),
        Stream.RECYCLE: message("Recycling, proof pending, of what was handed in"),
        Stream.INCINERATION: message("Incineration, proof pending, of what was handed in"),
    },
}
DESTINATION_TITLES: Final = {
    "of_sorted": message("Destination {cell}, of what was sorted"),
    "confirmed_of_sorted": message("Destination {cell}, confirmed, of what was sorted"),
    "pending_of_sorted": message("Destination {cell}, proof pending, of what was sorted"),
    "of_input": message("Destination {cell}, of what was handed in"),
}
PENDING_IS_NOT_PROVEN: Final = message(
    "Pending is what was sorted and not yet confirmed by who took it. It is no proof of anything."
)


def proof(facts: Facts) -> list[Measure]:
    """Confirmed and pending, of what was sorted and (as received) of what was handed in."""
    streams = _in_parts({stream: facts.terms.streams[stream] for stream in Stream})
    of_sorted = split(streams) or {}
    found = _streams(facts, "sorted", of_sorted, facts.terms.sorted_g)
    if facts.basis is Basis.RECEIVED:
        rest: dict[object, int] = {"held": facts.terms.held_g, "finds": facts.terms.finds_g}
        whole: dict[object, int] = {**streams, **rest, "loss": facts.terms.loss_g}
        of_input = split(whole)
        if of_input is None and all(part >= 0 for part in (*streams.values(), *rest.values())):
            of_input = split_with_gain(whole)
        found += _streams(facts, "input", of_input or {}, facts.terms.input_g)
    return found + _destinations(facts)


def _in_parts(outcomes: Mapping[Stream, Outcome]) -> dict[object, int]:
    return {
        (key, part): grams
        for key, one in outcomes.items()
        for part, grams in (
            ("confirmed", one.confirmed_g),
            ("pending", one.mass_g - one.confirmed_g),
        )
    }


def _streams(facts: Facts, whole: str, shares: Mapping[object, int], whole_g: int) -> list[Measure]:
    graded = facts.grade()
    return [
        Measure(
            id=f"{stream}_{part}_of_{whole}",
            value=shares.get((stream, part)),
            unit="permille",
            title=TITLES[whole, part][stream],
            formula=f"1000 * {_grams(stream, part)} / {whole}_g, by largest remainder over every "
            "stream, confirmed and pending apart",
            sources=(REGISTER, PROOF),
            inputs={
                f"{whole}_g": whole_g,
                f"streams.{stream}.mass_g": facts.terms.streams[stream].mass_g,
                f"streams.{stream}.confirmed_g": facts.terms.streams[stream].confirmed_g,
            },
            boundary=PENDING_IS_NOT_PROVEN,
            **graded,
        )
        for stream in Stream
        for part in ("confirmed", "pending")
    ]


def _grams(stream: Stream, part: str) -> str:
    confirmed = f"streams.{stream}.confirmed_g"
    return confirmed if part == "confirmed" else f"(streams.{stream}.mass_g - {confirmed})"


def _destinations(facts: Facts) -> list[Measure]:
    """Two operators may call a destination the same: such stand together here."""
    outcomes: dict[str, list[int]] = {}
    for one in facts.destinations:
        sums = outcomes.setdefault(f"{one.route.code}@{one.route.version}", [0, 0])
        sums[0] += one.outcome.mass_g
        sums[1] += one.outcome.confirmed_g
    mass = split({label: sums[0] for label, sums in outcomes.items()}) or {}
    parts = (
        split(
            {
                (label, part): grams
                for label, (mass_g, confirmed_g) in outcomes.items()
                for part, grams in (("confirmed", confirmed_g), ("pending", mass_g - confirmed_g))
            }
        )
        or {}
    )
    of_input: Mapping[str, int] = {}
    if facts.basis is Basis.RECEIVED:
        terms = facts.terms
        masses_g = {label: sums[0] for label, sums in outcomes.items()}
        rest_g = terms.held_g + terms.finds_g
        whole = {**masses_g, "=rest": rest_g, "=loss": terms.loss_g}
        below = any(grams < 0 for grams in (*masses_g.values(), rest_g))
        of_input = (None if below else split_with_gain(whole)) or {}
    found = []
    for label, (mass_g, confirmed_g) in outcomes.items():
        values = {
            "of_sorted": mass.get(label),
            "confirmed_of_sorted": parts.get((label, "confirmed")),
            "pending_of_sorted": parts.get((label, "pending")),
            "of_input": of_input.get(label),
        }
        if facts.basis is not Basis.RECEIVED:
            del values["of_input"]
        found += [_destination(facts, label, name, values[name], (mass_g, confirmed_g))
                  for name in values]  # fmt: skip
    return found


def _destination(
    facts: Facts, label: str, name: str, value: int | None, grams: tuple[int, int]
) -> Measure:
    whole = "input_g" if name == "of_input" else "sorted_g"
    part = {"confirmed_of_sorted": "confirmed_g", "pending_of_sorted": "(mass_g - confirmed_g)"}
    return Measure(
        id=f"destination.{label}.{name}",
        value=value,
        unit="permille",
        title=DESTINATION_TITLES[name],
        cell=label,
        formula=f"1000 * {part.get(name, 'mass_g')} / {whole}, by largest remainder",
        sources=(REGISTER, PROOF) if name in part else (REGISTER,),
        inputs={
            whole: facts.terms.input_g if name == "of_input" else facts.terms.sorted_g,
            "mass_g": grams[0],
            "confirmed_g": grams[1],
        },
        boundary=PENDING_IS_NOT_PROVEN if name in part else "",
    )
