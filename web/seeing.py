"""When sessions were used last: kept in memory, and written down now and then by a thread of its
own, so that nobody's answer waits for it and the one pen of SQLite is seldom taken."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Final

from sqlalchemy.exc import DBAPIError

from accounts.queries import Signed
from accounts.sessions import SEEN_EVERY, SEEN_LATE_MAX, Limits, has_run_out, note_seen
from store.engine import Database
from store.gate import Busy

WRITE_EVERY_S: Final = 30.0
SESSIONS_MAX: Final = 20_000
log = logging.getLogger("stofstroom")


class Seen:
    """When each session was used last by what this process knows, and what is written of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[int, datetime] = {}
        self._due: dict[int, datetime] = {}

    def ran_out(self, signed: Signed, limits: Limits, now: datetime) -> bool:
        """Whether a person's session is over; if not, it is in use now.

        What is written down may be some minutes old, for another process may know better: then the
        session lasts those minutes longer, never shorter than was promised.
        """
        if signed.kind == "api":
            self._used(signed, now)
        if signed.kind != "session" or signed.token_id is None or signed.since is None:
            return False
        written = signed.seen_at or signed.since
        with self._lock:
            last = max(self._last.get(signed.token_id, written), written + SEEN_LATE_MAX)
            seen_at = min(last, now)
            over = has_run_out(
                role=signed.viewer.role,
                since=signed.since,
                seen_at=seen_at,
                now=now,
                limits=limits,
            )
            if over:
                self._last.pop(signed.token_id, None)
                return True
            if len(self._last) >= SESSIONS_MAX:
                self._last.clear()
            self._last[signed.token_id] = now
            if now - written >= SEEN_EVERY:
                self._due[signed.token_id] = now
            return False

    def _used(self, signed: Signed, now: datetime) -> None:
        """A machine's token is in use: of that the day is kept, and written once a day."""
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if signed.token_id is not None and (signed.seen_at is None or signed.seen_at < day):
            with self._lock:
                self._due[signed.token_id] = day

    def write_down(self, database: Database) -> None:
        """Write what is due, in one transaction; nothing is begun when nothing is."""
        with self._lock:
            due, self._due = self._due, {}
        if due:
            database.write_together(lambda session: note_seen(session, due))

    def run(self, database: Database, stop: threading.Event) -> None:
        """Write down what is due, every half minute until the server stops, and once more then.

        A database that is busy or away is no reason to stop: the next time tells it all again.
        """
        while True:
            stopped = stop.wait(WRITE_EVERY_S)
            try:
                self.write_down(database)
            except (Busy, DBAPIError):
                log.warning("when sessions were seen could not be written down")
            if stopped:
                return
