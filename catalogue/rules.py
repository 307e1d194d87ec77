"""Rules of reference data, pure: what every value must look like before it is written for ever.

A row that cannot be read back would stop every operator, because all of them read one rule book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from catalogue.errors import Malformed
from catalogue.kinds import PartnerRole, Security, StationKind, Stream

LARGEST: Final = 2_000_000_000
"""The largest number: two thousand tonnes, and within the integers of either database."""

ONE_OF: Final[Mapping[str, type[StrEnum]]] = {
    "station.kind": StationKind,
    "article_group.security": Security,
    "destination.stream": Stream,
}
SOME_OF: Final[Mapping[str, type[StrEnum]]] = {
    "partner.roles": PartnerRole,
    "destination.accepts": Security,
}
PERMILLE: Final = frozenset({"tolerance_permille", "limit_permille", "announced_limit_permille"})


def require_shape(
    noun: str, name: str, value: object, *, kind: type, length: int | None, optional: bool
) -> None:
    """Raise Malformed unless the value is of its column's kind, length and closed list.

    kind: str, int, bool or date. length: of a text, in characters.
    """
    if value is None and optional:
        return
    problem = _problem(value, kind, length) or _not_listed(f"{noun}.{name}", value)
    if not problem and name in PERMILLE and isinstance(value, int) and value > 1000:
        problem = "above 1000"
    if not problem and name == "timezone":
        problem = _no_zone(str(value))
    if problem:
        raise Malformed(field=name, problem=problem, read=str(value)[:40])


def require_names(given: object) -> None:
    """Raise Malformed unless these are names by language."""
    if not isinstance(given, Mapping) or not all(
        isinstance(word, str) for pair in given.items() for word in pair
    ):
        raise Malformed(field="names", problem="not names by language")


def checked_words(name: str, given: Sequence[object]) -> list[str]:
    """Codes that can stand in one column, parted by commas. Raises Malformed."""
    words = [word for word in given if isinstance(word, str) and "," not in word and word]
    if len(words) != len(given):
        raise Malformed(field=name, problem="not a list of codes")
    return words


def _problem(value: object, kind: type, length: int | None) -> str:
    if kind is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and 0 <= value <= LARGEST else "not a number from zero up"  # type: ignore[operator]
    if kind is date:
        return "" if type(value) is date else "not a day"
    if not isinstance(value, kind):
        return "not a text" if kind is str else "not yes or no"
    return f"above {length} characters" if length and len(str(value)) > length else ""


def _not_listed(column: str, value: object) -> str:
    words = str(value).split(",")
    if column in ONE_OF:
        return "" if value in list(ONE_OF[column]) else "unknown"
    if column in SOME_OF:
        return "" if all(word in list(SOME_OF[column]) for word in words) else "unknown"
    return ""


def _no_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return "unknown"
    return ""
