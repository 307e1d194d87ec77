"""A list that is read whole, shown page by page: after a key, not after so many rows.

For what is bounded by its nature or by a rule, such as what waits now. What was handled meanwhile,
the last row seen included, moves nothing from one page to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode

from web.pages.visiting import Visit

Row = TypeVar("Row")

PAGE: Final = 100
AFTER_MAX: Final = 300
NOT_KEPT: Final = frozenset({"after", "lang", "done"})


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """A page of a list. first, next: addresses of other pages, with the filter that was asked."""

    rows: Sequence[Row]
    first: str | None
    next: str | None


def part(
    visit: Visit, rows: Iterable[Row], key: Callable[[Row], str], limit: int = PAGE
) -> Part[Row]:
    """The page that the address asks for, of all rows in the order of a key that no two share."""
    asked = visit.request.query_params
    after = asked.get("after", "")[:AFTER_MAX]
    found = sorted((row for row in rows if key(row) > after), key=key)
    kept = {name: value for name, value in asked.items() if name not in NOT_KEPT and value}
    path, here = visit.request.url.path, found[:limit]
    next_query = urlencode({**kept, "after": key(here[-1])}) if len(found) > limit else ""
    return Part(
        rows=here,
        first=f"{path}?{urlencode(kept)}".rstrip("?") if after else None,
        next=f"{path}?{next_query}" if next_query else None,
    )


def backwards(text: str) -> str:
    """A key that sorts the other way about: for what shows the newest first."""
    return "".join(chr(0x7E - ord(one) + 0x20) if " " <= one <= "~" else one for one in text)
