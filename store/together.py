"""Several writes in one commit: when a server is busy, who waits shares the next one.

A commit costs a write to the disk, whatever is in it. So whoever comes while another commits waits
in line; the first of the line then runs the works of all who wait on one sheet (`sheet`), where
they share what they read and write too, and commits once. Nobody is answered before the commit
that holds his work. Where a common commit fails, each work is run again by itself, so that one
cannot spoil it for the others.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Lock, Semaphore
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from store.sheet import Sheet, on_one_sheet

log = logging.getLogger("store")

AT_ONCE_MAX: Final = 32
"""So many works at most share a commit: the first of them waits for the last."""
PENS: Final = 3
"""So many lines of a process write at once: more would only take turns to calculate, with rows
locked. Whoever comes meanwhile shares the next commit of his line."""
PEN_PATIENCE_S: Final = 0.5
"""Nobody waits longer for a pen, so that a line that stands still holds no other one up."""

T = TypeVar("T")


class Ahead(Protocol):
    """What a work is going to ask, told before it is run."""

    def read_with(self, session: Session, others: Sequence[Any]) -> None:
        """Ask it for all of them at once: it is known on the sheet afterwards."""


class _Waiting:
    """Somebody's work, and what became of it."""

    def __init__(self, work: Callable[[Session], Any], ahead: Ahead | None) -> None:
        self.work = work
        self.ahead = ahead
        self.turn = Event()
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Pens:
    """The pens that the lines of a database share."""

    def __init__(self) -> None:
        self._free = Semaphore(PENS)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Write with a pen, or without one when all stay in use."""
        taken = self._free.acquire(timeout=PEN_PATIENCE_S)
        try:
            yield
        finally:
            if taken:
                self._free.release()


class Together:
    """One line of those who wait to write."""

    def __init__(
        self, write: Callable[[], AbstractContextManager[Session]], pens: Pens | None = None
    ) -> None:
        self._write = write
        self._pens = pens or Pens()
        self._line: deque[_Waiting] = deque()
        self._lock = Lock()
        self._led = False

    def run(self, work: Callable[[Session], T], ahead: Ahead | None = None) -> T:
        """Run the work in a transaction, perhaps with others'; return after its commit.

        Raises what the work raises (then nothing of it is kept), or what the commit does.
        """
        mine = _Waiting(work, ahead)
        with self._lock:
            self._line.append(mine)
            leads = not self._led
            self._led = True
        if not leads:
            mine.turn.wait()
        if not mine.done:
            with self._pens.one():
                self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[no-any-return]

    def _lead(self) -> None:
        """Run the works in line, in order, and pass the lead to the next in line."""
        with self._lock:
            together = [self._line.popleft() for _ in range(min(len(self._line), AT_ONCE_MAX))]
        try:
            self._run(together)
        except BaseException as error:  # noqa: BLE001 (it reaches everybody whose work it was)
            for one in together:
                one.error = one.error or error
        finally:
            with self._lock:
                follower = self._line[0] if self._line else None
                self._led = follower is not None
            for one in together:
                one.done = True
                one.turn.set()
            if follower is not None:
                follower.turn.set()

    def _run(self, together: Sequence[_Waiting]) -> None:
        if len(together) > 1:
            try:
                with self._write() as session, on_one_sheet(session) as sheet:
                    _read_ahead(session, together)
                    for one in together:
                        _attempt(session, sheet, one)
            except Exception:
                log.info("%d works are run one by one", len(together), exc_info=True)
                for one in together:
                    one.error = None
            else:
                return
        for one in together:
            try:
                one.result = run_alone(self._write, one.work)
            except Exception as error:  # noqa: BLE001 (it is raised again where the work came from)
                one.error = error


def run_alone(
    write: Callable[[], AbstractContextManager[Session]], work: Callable[[Session], T]
) -> T:
    """Run a work in a transaction of its own, on a sheet too: nothing is asked twice."""
    with write() as session, on_one_sheet(session):
        return work(session)


def _attempt(session: Session, sheet: Sheet, one: _Waiting) -> None:
    try:
        with sheet.attempt():
            one.result = one.work(session)
    except DBAPIError:
        # A transaction in which a statement failed may be no good any more.
        raise
    except Exception as error:  # noqa: BLE001 (it is raised again where the work came from)
        one.error = error


def _read_ahead(session: Session, together: Sequence[_Waiting]) -> None:
    aheads = [one.ahead for one in together if one.ahead is not None]
    if aheads:
        aheads[0].read_with(session, aheads)
