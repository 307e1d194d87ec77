"""Words beside entries that may go: both the words and their salt, so that the chain keeps a hash
of which nobody can tell anything."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import update
from sqlmodel import Session

from store.columns import table_of
from streams.tables import Note

_note = table_of(Note)


def erase_notes(session: Session, entry_ids: Collection[int]) -> int:
    """Erase the words of these entries, where there still are any; how many. One statement."""
    if not entry_ids:
        return 0
    gone = session.execute(
        update(_note)
        .where(_note.c.entry_id.in_(entry_ids), _note.c.words.is_not(None))
        .values(salt=None, words=None)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
