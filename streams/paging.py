"""Pages of a list: after the row that was seen last, by a key that no two rows share.

What is added meanwhile moves no row to another page, and no page is read by going past others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select, tuple_, union_all

PAGE_MAX = 200
PARTS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is asked for. text: part of a code; day: one site-local day; since: a first."""

    after: str | None = None
    limit: int = 50
    text: str | None = None
    day: date | None = None
    since: date | None = None
    supplier: str | None = None
    site: str | None = None
    state: str | None = None


def newest_first(
    statement: Select[Any],
    table: Table,
    asked: Asked,
    day_column: str | None,
    *,
    exists: ColumnElement[bool],
    among: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """A page of a list: after the row of `asked.after`, newest first.

    exists: for whom asks, which the statement itself leaves out. A row of others gives as little
    to go on as no row at all. among: the parts that this comes to: an index has each in the order
    of the list, so as many rows of each are read as the page has, however many there are.
    """
    order = [table.c.id] if day_column is None else [table.c[day_column], table.c.id]
    if asked.after is not None:
        last = select(table).where(table.c.code == asked.after, exists).subquery()
        seen = [select(last.c[column.name]).scalar_subquery() for column in order]
        statement = statement.where(tuple_(*order) < tuple_(*seen))
    statement = statement.order_by(*(column.desc() for column in order))
    statement = statement.limit(min(asked.limit, PAGE_MAX))
    if not 1 < len(among) <= PARTS_MAX:
        return statement.where(*among) if len(among) == 1 else statement.where(exists)
    keys = statement.with_only_columns(table.c.id, maintain_column_froms=True)
    each = [keys.where(part).subquery() for part in among]
    return statement.where(table.c.id.in_(union_all(*(select(one.c.id) for one in each))))


def one_of(column: ColumnElement[Any], ids: Iterable[int]) -> list[ColumnElement[bool]]:
    """The parts of a list by a column, for `newest_first`."""
    return [column == key for key in ids]
