"""What one transaction knows already and has yet to write, so that many works cost few statements.

Works that share a commit are run one after the other on one sheet. What one of them read or made
is known to the next without asking the database, and what they write is gathered and written at
once: before anything else is asked, so that nobody reads what is not true any more, and before the
commit. A work that fails takes back what it put on the sheet, and leaves the others theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

T = TypeVar("T")

Writer = Callable[[Session, list[Any]], None]
"""Writes rows of one kind, however many."""

Key = tuple[str, *tuple[Hashable, ...]]
"""What is known under it: its kind, and which one."""

_SHEET: Final = "stofstroom_sheet"
_NOTHING: Final = object()


class Sheet:
    """The sheet of one transaction. Use the functions below, which also work without one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[Key, Any] = {}
        self._before: list[tuple[Key, Any]] = []
        self._rows: list[tuple[bool, Writer, Any]] = []
        self._own = 0
        self._attempting = False
        self._saved = False
        self._writing = False
        self._minding = False
        self._broken: Exception | None = None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """One work of several: when it fails, nothing of it stays, and what it raised goes on."""
        self._before.clear()
        self._own, self._saved, self._attempting = len(self._rows), False, True
        try:
            yield
        except Exception:
            # Whatever it was is raised again, once nothing of the work is left.
            self._take_back()
            raise
        finally:
            self._attempting = False
        if self._saved:
            self._say("RELEASE SAVEPOINT work")

    def write_out(self) -> None:
        """Write everything that was gathered. Raises what broke the sheet before, if anything did:
        then the transaction must not be committed."""
        if self._broken is not None:
            raise self._broken
        self._write(len(self._rows))

    def know(self, key: Key, value: Any) -> None:
        """Keep in mind what the database would answer, or will."""
        self._before.append((key, self._known.get(key, _NOTHING)))
        self._known[key] = value

    def forget(self, *keys: Key) -> None:
        """Ask the database again for these, or for everything."""
        for key in keys or list(self._known):
            self.know(key, _NOTHING)

    def recall(self, key: Key) -> Any:
        """What is known, or None."""
        found = self._known.get(key, _NOTHING)
        return None if found is _NOTHING else found

    def later(self, write: Writer, rows: Sequence[Any], *, first: bool) -> None:
        """Have rows written, in time."""
        self._rows += [(first, write, row) for row in rows]

    def before_statement(self, statement: str) -> None:
        """The database is about to be asked or told something: it has to be up to date.

        What is told past the sheet may change anything that is known, so all of it is forgotten.
        """
        if self._writing:
            return
        reads_only = statement.startswith("SELECT")
        if reads_only and not self._rows:
            return
        if self._attempting and not self._saved:
            self._write(self._own)
            if not reads_only or self._rows:
                self._say("SAVEPOINT work")
                self._saved = True
        self.write_out()
        if not reads_only and not self._minding:
            self.forget()

    @contextmanager
    def minding(self) -> Iterator[None]:
        """Who writes past the sheet here says himself what is not true any more."""
        self._minding = True
        try:
            yield
        finally:
            self._minding = False

    def _write(self, count: int) -> None:
        """Write the first so many rows, those of a kind together."""
        by_writer: dict[Writer, list[Any]] = {}
        for _first, write, row in sorted(self._rows[:count], key=lambda row: not row[0]):
            by_writer.setdefault(write, []).append(row)
        self._rows = self._rows[count:]
        self._own = max(0, self._own - count)
        self._writing = True
        try:
            for write, rows in by_writer.items():
                write(self._session, rows)
        except Exception as error:
            # It may be the rows of another work than the one that meets this, so nobody's are kept.
            self._broken = error
            raise
        finally:
            self._writing = False

    def _take_back(self) -> None:
        del self._rows[self._own :]
        for key, value in reversed(self._before):
            self._known[key] = value
        if self._saved:
            self._say("ROLLBACK TO SAVEPOINT work")
            self._say("RELEASE SAVEPOINT work")

    def _say(self, statement: str) -> None:
        writing, self._writing = self._writing, True
        try:
            self._session.connection().exec_driver_sql(statement)
        finally:
            self._writing = writing


@contextmanager
def on_one_sheet(session: Session) -> Iterator[Sheet]:
    """Run works of this transaction on one sheet; what they left is written at the end."""
    sheet = Sheet(session)
    # The connection's own notes may be out of reach once it is lost, so they are held here.
    notes = session.connection().info
    session.info[_SHEET] = notes[_SHEET] = sheet
    try:
        yield sheet
        sheet.write_out()
    finally:
        del session.info[_SHEET], notes[_SHEET]


def heed_sheets(engine: Engine) -> None:
    """Have every statement of this engine wait for what is on the sheet of its transaction."""
    event.listen(engine, "before_cursor_execute", _before_statement)


def _before_statement(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    sheet: Sheet | None = connection.info.get(_SHEET)
    if sheet is not None:
        sheet.before_statement(statement)


def sheet_of(session: Session) -> Sheet | None:
    """The sheet that this transaction is run on, if it is."""
    return session.info.get(_SHEET)


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """One work of several on the sheet of this transaction: whole, or nothing of it."""
    sheet = sheet_of(session)
    assert sheet is not None, "works that come or go by themselves share a sheet"
    with sheet.attempt():
        yield


def later(session: Session, write: Writer, rows: Sequence[Any], *, first: bool = False) -> None:
    """Write rows: in time where works share a sheet, at once where not. first: others point to
    them, so they are written before all others."""
    if not rows:
        return
    sheet = sheet_of(session)
    if sheet is None:
        write(session, list(rows))
    else:
        sheet.later(write, rows, first=first)


def known(session: Session, key: Key, ask: Callable[[], T]) -> T:
    """What is known under a key; else what the database answers, known from then on."""
    sheet = sheet_of(session)
    if sheet is None:
        return ask()
    found: T | None = sheet.recall(key)
    if found is None:
        found = ask()
        sheet.know(key, found)
    return found


def forget(session: Session, key: Key) -> None:
    """What is known under this key is not true any more."""
    sheet = sheet_of(session)
    if sheet is not None:
        sheet.forget(key)


@contextmanager
def minding(session: Session) -> Iterator[None]:
    """Write past the sheet, and say oneself what is not true any more by it."""
    sheet = sheet_of(session)
    if sheet is None:
        yield
        return
    with sheet.minding():
        yield


def change(session: Session, key: Key, changed: Callable[[Any], Any]) -> None:
    """Bring what is known under a key up to date, where anything is."""
    sheet = sheet_of(session)
    if sheet is not None:
        found = sheet.recall(key)
        if found is not None:
            sheet.know(key, changed(found))
