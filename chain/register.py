"""The one pen: writes the rows of the register as an entry says them, so that they can be rebuilt.

An entry's body holds every change it makes to a register row, in words instead of keys. Rooms
describe a change (`chain.rows`); nobody else inserts or updates a register row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, and_, insert, update
from sqlmodel import Session, SQLModel

from chain.rows import THIS_ENTRY, Ref, RowChange, Value


def write(session: Session, changes: Sequence[RowChange], *, entry_id: int) -> None:
    """Write the changes into their tables. New rows take the entry's key."""
    for change in changes:
        table = SQLModel.metadata.tables[change.table]
        columns = {
            _column(table, name): _stored(value, entry_id) for name, value in change.values.items()
        }
        if change.was is None:
            keyed = "id" in table.c and "id" not in columns
            own = {"id": entry_id} if keyed else {}
            if "entry_id" in table.c:
                own["entry_id"] = entry_id
            session.execute(insert(table).values(columns | own))
        else:
            _change(session, table, change, columns)


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
