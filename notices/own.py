"""Everything that somebody was told, and how they want to be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from notices.tables import Mail, Notice, Preference
from store.columns import table_of

_TOLD = {
    "notice": (table_of(Notice), ("kind", "subject", "in_portal", "created_at", "read_at")),
    "mail": (table_of(Mail), ("kind", "language", "state", "created_at", "ended_at")),
    "preference": (table_of(Preference), ("kind", "portal", "mail")),
}


def all_of(session: Session, person_id: int) -> dict[str, Any]:
    """What a person was told, by table. Three statements."""
    found: dict[str, Any] = {}
    for name, (table, columns) in _TOLD.items():
        rows = session.execute(
            select(*(table.c[column] for column in columns))
            .where(table.c.person_id == person_id)
            .order_by(*table.primary_key)
        )
        found[name] = [
            {column: _plain(value) for column, value in row._mapping.items()} for row in rows
        ]
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
