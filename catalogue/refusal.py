"""A refusal: something that Stofstroom does not do, and the four kinds of it.

The concrete ones, one class per stable code, stand in `catalogue.errors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeAlias

Figure: TypeAlias = str | int | bool | Sequence[str] | Mapping[str, str] | None


class Refusal(Exception):
    """Something that Stofstroom does not do, with the reason in words and figures."""

    code: ClassVar[str]
    title: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, **figures: Figure) -> None:
        super().__init__(f"{self.code}: {figures}")
        self.figures = {name: _sayable(figure) for name, figure in figures.items()}
        self.said_before = False


def _sayable(figure: Figure) -> Figure:
    # What came may be half a character, which no answer could repeat.
    if isinstance(figure, str):
        return figure.encode(errors="backslashreplace").decode()
    return figure


class BadInput(Refusal):
    """422: what came cannot be read, or can never be right."""


class NotFound(Refusal):
    """404: it does not exist, or belongs to somebody else; nobody can tell which."""

    code = "not_found"
    title = "This does not exist."
    advice = "Check the code, or scan the label again."


class NotAllowed(Refusal):
    """403: the verb is not for this role."""

    code = "not_allowed"
    title = "You may not do this."
    advice = "Ask your team leader."


class RuleBroken(Refusal):
    """409: understood, but a rule of the register forbids it now."""
