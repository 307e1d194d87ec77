"""Words beside entries that may go: both the words and their salt, so that the chain keeps a hash
of which nobody can tell anything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from sqlalchemy import func, or_, select, update
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


def erase_naming(session: Session, names: Iterable[str]) -> int:
    """Erase the words of entries in which somebody is named in full; how many. Two statements.

    A name of one word is left alone: it is the name of many, and a word besides.
    """
    wanted = [name for name in names if len(name.split()) > 1 or "@" in name]
    if not wanted:
        return 0
    rows = session.execute(
        select(_note.c.entry_id, _note.c.words).where(
            or_(
                *(
                    func.lower(_note.c.words).contains(name.split()[0].lower(), autoescape=True)
                    for name in wanted
                    if name.isascii()
                ),
                *(_note.c.words.is_not(None) for name in wanted if not name.isascii()),
            )
        )
    )
    named = [re.compile(_in_full(name), re.IGNORECASE) for name in wanted]
    found = [key for key, words in rows if any(name.search(words or "") for name in named)]
    return erase_notes(session, found)


def _in_full(name: str) -> str:
    """The name as whole words, however the spaces between them were typed."""
    return r"(?<!\w)" + r"\s+".join(re.escape(part) for part in name.split()) + r"(?!\w)"
