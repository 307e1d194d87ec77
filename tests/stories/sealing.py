"""The seal, in stories.

certify W1 recycling B1 -> ok 55 kg
certify W2 recycling B1 in place of W1 -> ok 60 kg
withdraw W2 -> ok
stands W1 withdrawn -> ok
stands W3 outdated 55 kg -> ok
"""

from __future__ import annotations

from collections.abc import Callable

from tests.certificates.office import certify, stands, take_in
from tests.stories.telling import Story, grams, kilograms


def _certify(story: Story, words: list[str]) -> str:
    """Of a batch, or of a shipment (Z) for one supplier."""
    name, kind, about, *rest = words
    scope = "shipment" if about.startswith("Z") else "batch"
    more: dict[str, str] = {}
    if "of" in rest and "place" not in rest:
        more["supplier"] = rest[-1].upper()
    if "place" in rest:
        more |= {"replaces": story.code(rest[-1]), "reason": "mistake"}
    answer = certify(story.depot, kind, scope, story.code(about), **more)
    story.codes[name] = answer["code"]
    return f"ok {kilograms(answer['mass_g'])}"


def _withdraw(story: Story, words: list[str]) -> str:
    take_in(story.depot, story.code(words[0]))
    return "ok"


def _stands(story: Story, words: list[str]) -> str:
    name, state, *lacks = words
    found = stands(story.depot, story.code(name))
    right = found.state == state and found.missing_g == (grams(lacks) if lacks else 0)
    return "ok" if right else f"{found.state} {kilograms(found.missing_g)}"


SEALING: dict[str, Callable[[Story, list[str]], str]] = {
    "certify": _certify,
    "withdraw": _withdraw,
    "stands": _stands,
}
