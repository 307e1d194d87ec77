"""Second labels: what they stand for, and whether a code stands for anything yet.

A damaged label is replaced by another one with a code of its own; what it hangs on keeps its code.
So a code that is nobody's own is looked up here, and only then.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session

from catalogue.access import require
from catalogue.errors import CodeTaken
from store.columns import table_of
from streams.tables import Batch, Bin, Relabelling

_relabelling = table_of(Relabelling)
_batch = table_of(Batch)
_bin = table_of(Bin)


def own_code(session: Session, code: str) -> str:
    """The code of the batch or bin that a second label hangs on. One statement. Raises NotFound."""
    own = own_codes(session, [code])[code]
    require(own != code)
    return own


def own_codes(session: Session, codes: Collection[str]) -> dict[str, str]:
    """What each code stands for: itself, unless it is that of a second label. One statement."""
    columns = select(_relabelling.c.code, _relabelling.c.stands_for)
    rows = session.execute(columns.where(_relabelling.c.code.in_(codes)))
    return {code: code for code in codes} | {row.code: row.stands_for for row in rows}


def second_labels(session: Session, codes: Collection[str]) -> dict[str, list[str]]:
    """The codes of the second labels of batches and bins, oldest first. One statement."""
    rows = session.execute(
        select(_relabelling.c.code, _relabelling.c.stands_for)
        .where(_relabelling.c.stands_for.in_(codes))
        .order_by(_relabelling.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.stands_for, []).append(row.code)
    return found


def carried(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the codes that a batch, a bin or a second label carries. One statement."""
    tables = (_batch, _bin, _relabelling)
    first, *others = (select(table.c.code).where(table.c.code.in_(codes)) for table in tables)
    return set(session.execute(first.union_all(*others)).scalars())


def require_unused(session: Session, code: str) -> None:
    """Raise CodeTaken when a batch, a bin or a second label carries the code. One statement."""
    tables = (_batch, _bin, _relabelling)
    carried, *others = (select(table.c.id).where(table.c.code == code) for table in tables)
    if session.execute(carried.union_all(*others)).first() is not None:
        raise CodeTaken(read=code)
