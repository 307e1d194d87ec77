"""A lock that lets threads in strictly in the order in which they came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Busy(TimeoutError):
    """The gate did not open in time."""


class Gate:
    """First come, first served.

    SQLite's own waiting is a lottery: under load the unluckiest writer sleeps far longer than the
    others. Here the slowest waits no longer than those before it need.
    """

    def __init__(self, *, patience_s: float) -> None:
        self._patience_s = patience_s
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._holder: int | None = None

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Hold the gate. Raises Busy; RuntimeError when this thread holds it already."""
        if self._holder == threading.get_ident():
            raise RuntimeError("A transaction cannot be opened inside another one.")
        self._enter()
        self._holder = threading.get_ident()
        try:
            yield
        finally:
            self._holder = None
            self._leave()

    def _enter(self) -> None:
        ticket = threading.Lock()
        with self._guard:
            # The thread inside keeps its ticket at the head until it leaves.
            free = not self._waiting
            self._waiting.append(ticket)
            ticket.acquire()
        if free:
            return
        try:
            called = ticket.acquire(timeout=self._patience_s)
        except BaseException:
            # Also Ctrl+C: who goes away leaves no ticket behind. It is raised again as it came.
            self._give_up(ticket)
            raise
        if not called:
            self._give_up(ticket)
            raise Busy(f"The database was busy for {self._patience_s:g} s.")

    def _leave(self) -> None:
        with self._guard:
            self._waiting.popleft()
            if self._waiting:
                self._waiting[0].release()

    def _give_up(self, ticket: threading.Lock) -> None:
        with self._guard:
            at_head = self._waiting[0] is ticket
            self._waiting.remove(ticket)
            # Whoever is called and gives up at the same moment must call the next one.
            if at_head and self._waiting:
                self._waiting[0].release()
