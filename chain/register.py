"""The one pen: writes the rows of the register as an entry says them, so that they can be rebuilt.

An entry's body holds every change it makes to a register row, in words instead of keys. Rooms
describe a change (`chain.rows`); nobody else inserts or updates a register row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Table, and_, insert, update
from sqlmodel import Session, SQLModel

from chain.rows import THIS_ENTRY, Ref, RowChange, Value
from store.sheet import forget, minding

LIST: Final = "list"
"""The kind of what a sheet knows of several rows of a table at once; of a single one it is the
table's name, with the code of the row."""


def write(session: Session, changes: Sequence[RowChange], *, entry_id: int) -> None:
    """Write the changes into their tables. New rows take the entry's key."""
    with minding(session):
        for change in changes:
            table = SQLModel.metadata.tables[change.table]
            columns = {
                _column(table, name): _stored(value, entry_id)
                for name, value in change.values.items()
            }
            if change.was is None:
                _make(session, table, columns, entry_id)
            else:
                _change(session, table, change, columns)
            forget(session, (change.table, change.key))
            forget(session, (LIST, change.table))


def _make(session: Session, table: Table, columns: Mapping[str, object], entry_id: int) -> None:
    own = {"id": entry_id} if "id" in table.c and "id" not in columns else {}
    if "entry_id" in table.c:
        own["entry_id"] = entry_id
    session.execute(insert(table).values({**columns, **own}))


def _change(
    session: Session, table: Table, change: RowChange, columns: Mapping[str, object]
) -> None:
    if change.row_id is not None:
        here = table.c.id == change.row_id
        changed = columns
    else:
        keys = [column.name for column in table.primary_key]
        here = and_(*(table.c[name] == columns[name] for name in keys))
        changed = {name: value for name, value in columns.items() if name not in keys}
    done = session.execute(update(table).where(here).values(changed))
    assert done.rowcount == 1, f"{change.table} {change.key} is not there"  # type: ignore[attr-defined]


def _column(table: Table, name: str) -> str:
    return name if name in table.c else f"{name}_id"


def _stored(value: Value, entry_id: int) -> object:
    if isinstance(value, Ref):
        return entry_id if value.id == THIS_ENTRY else value.id
    return value
