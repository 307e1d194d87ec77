"""Changes of register rows as plain values: what an entry says, and what the pen writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

SEQ_BITS = 40
"""An entry's key is its chain's number and its place in it, so the key itself can be audited."""

THIS_ENTRY = 0
"""Key of a row that the entry being written makes itself."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a row: its key for the table, its code for the entry."""

    id: int
    code: str


Value: TypeAlias = str | int | bool | date | Ref | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """A new row (`was` is None) or new values of an existing one.

    values and was: by column, references without the `_id`. row_id: key of the row to change; not
    given for a new row, nor for tables whose key is made of references in `values`.
    """

    table: str
    key: str
    values: Mapping[str, Value]
    was: Mapping[str, Value] | None = None
    row_id: int | None = field(default=None)


def said(changes: Sequence[RowChange]) -> list[dict[str, Any]]:
    """The changes as an entry's body says them: codes, ISO dates, numbers and booleans."""
    return [
        {
            "table": change.table,
            "key": change.key,
            "set": {name: _word(value) for name, value in change.values.items()},
            "was": None
            if change.was is None
            else {name: _word(value) for name, value in change.was.items()},
        }
        for change in changes
    ]


def _word(value: Value) -> str | int | bool | None:
    if isinstance(value, Ref):
        return value.code
    if isinstance(value, date):
        return value.isoformat()
    return value
