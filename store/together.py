"""Several writes in one commit: when a server is busy, who waits shares the next one.

A commit costs a write to the disk, whatever is in it. So whoever comes while another commits waits
in line; the first of the line then runs the work of all who wait, each behind a savepoint of its
own, and commits once. Nobody is answered before the commit that holds his work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event, Lock
from typing import Any, Final, TypeVar

from sqlmodel import Session

AT_ONCE_MAX: Final = 32
"""So many works at most share a commit: the first of them waits for the last."""

T = TypeVar("T")


class _Waiting:
    """Somebody's work, and what became of it."""

    def __init__(self, work: Callable[[Session], Any]) -> None:
        self.work = work
        self.turn = Event()
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Together:
    """The line before a database's pen."""

    def __init__(self, write: Callable[[], AbstractContextManager[Session]]) -> None:
        self._write = write
        self._line: deque[_Waiting] = deque()
        self._lock = Lock()
        self._led = False

    def run(self, work: Callable[[Session], T]) -> T:
        """Run the work in a transaction, perhaps with others'; return after its commit.

        Raises what the work raises (then nothing of it is kept), or what the commit does.
        """
        mine = _Waiting(work)
        with self._lock:
            self._line.append(mine)
            leads = not self._led
            self._led = True
        if not leads:
            mine.turn.wait()
        if not mine.done:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[no-any-return]

    def _lead(self) -> None:
        """Run the works in line, in order, and pass the lead to the next in line."""
        with self._lock:
            together = [self._line.popleft() for _ in range(min(len(self._line), AT_ONCE_MAX))]
        try:
            with self._write() as session:
                if len(together) == 1:
                    together[0].result = together[0].work(session)
                else:
                    _each_by_itself(session, together)
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


def _each_by_itself(session: Session, together: list[_Waiting]) -> None:
    connection = session.connection()
    for one in together:
        connection.exec_driver_sql("SAVEPOINT work")
        try:
            one.result = one.work(session)
        except Exception as error:  # noqa: BLE001 (it is raised again where the work came from)
            one.error = error
            connection.exec_driver_sql("ROLLBACK TO work")
        connection.exec_driver_sql("RELEASE work")
