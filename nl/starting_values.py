"""The reference data of the first use, read from `starting_values.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

_NOUNS: Final = {
    "gates": "gate",
    "destinations": "destination",
    "article_groups": "article_group",
    "loss_kinds": "loss_kind",
    "find_kinds": "find_kind",
    "reasons": "reason",
    "sorting_guides": "sorting_guide",
    "factors": "factor",
    "targets": "target",
}
"""Sections of the file in the order in which they are loaded, and the noun of each."""


@dataclass(frozen=True, slots=True)
class StartingValue:
    """One piece of reference data, as `catalogue.actions.define` takes it."""

    noun: str
    code: str
    data: Mapping[str, Any]


def starting_values() -> Iterator[StartingValue]:
    """Everything in the file, in an order in which it can be defined."""
    read = tomllib.loads(files("nl").joinpath("starting_values.toml").read_text("utf-8"))
    for section, noun in _NOUNS.items():
        for code, said in read[section].items():
            yield StartingValue(noun, code, _data(noun, said, read))


def _data(noun: str, said: Mapping[str, Any], read: Mapping[str, Any]) -> Mapping[str, Any]:
    if noun == "gate":
        return {"names": said}
    if noun == "destination":
        return {**said, "valid_from": read["valid_from"]}
    if noun == "sorting_guide":
        return {"tree": _tree(said["questions"], said["first"])}
    return said


def _tree(questions: Mapping[str, Any], named: str) -> dict[str, Any]:
    """The question of this name with all that hangs under it, or a destination."""
    if named not in questions:
        return {"destination": named}
    said = questions[named]
    return {
        "question": said["question"],
        "pictogram": said["pictogram"],
        "deciding": said["deciding"],
        "yes": _tree(questions, said["yes"]),
        "no": _tree(questions, said["no"]),
    }
