"""Count the statements that a database is asked, as it is asked them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import event

from store.engine import Database

NO_WORK: Final = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""What opens, closes and prepares a transaction asks the database nothing."""


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements within: a list that fills up while they are asked."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(NO_WORK):
            asked.append(" ".join(statement.split()))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
