"""Issued reports, in stories.

issue R1 noorderhaven -> ok 2026-0001
says R1 input 100 kg -> ok
since R1 input -5 kg correct -> ok
since R1 nothing -> ok
"""

from __future__ import annotations

from collections.abc import Callable

from reporting.differing import mass_terms
from reporting.questions import Basis
from tests.reporting.office import compared, issue, look
from tests.stories.telling import Story, grams, kilograms

TERMS = {
    "input": "input_g",
    "held": "held_g",
    "confirmed": "streams.recycle.confirmed_g",
    **{stream: f"streams.{stream}.mass_g" for stream in ("reuse", "recycle", "incineration")},
}


def _issue(story: Story, words: list[str]) -> str:
    """`issue R1 noorderhaven`, `issue R2 all`, `issue R3 noorderhaven after R1`."""
    name, supplier, *rest = words
    more = {"replaces": story.code(rest[-1])} if "after" in rest else {}
    answer = issue(story.depot, None if supplier == "all" else supplier.upper(), **more)
    story.codes[name] = answer["number"]
    return f"ok {answer['number']}"


def _says(story: Story, words: list[str]) -> str:
    """What a report says of one term, whatever was booked since."""
    name, term, *mass = words
    found = look(story.depot, story.code(name)).frozen.report
    said = mass_terms(found.terms, found.destinations, Basis.RECEIVED)[TERMS[term]]
    return "ok" if said == grams(mass) else kilograms(said)


def _since(story: Story, words: list[str]) -> str:
    """What changed of one term since, and by which kinds of entry: they add up to it."""
    name, term, *rest = words
    _, changed = compared(story.depot, story.code(name))
    assert changed.unexplained_g == 0
    if term == "nothing":
        return "ok" if changed.is_same else "changed"
    (one,) = (found for found in changed.masses if found.term == TERMS[term])
    kinds = sorted(one.because)
    right = (one.change_g, kinds) == (grams(rest[:2]), sorted(rest[2:]))
    return "ok" if right else f"{kilograms(one.change_g)} {' '.join(kinds)}"


REPORTING: dict[str, Callable[[Story, list[str]], str]] = {
    "issue": _issue,
    "says": _says,
    "since": _since,
}
