"""A durable queue: a job is enqueued in the transaction that causes it and done after its commit.

A job is done at least once: a worker that dies leaves it to the next one, so a handler must bear
to be called again.
"""

import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, delete, or_, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from store.engine import Database
from store.gate import Busy
from store.tables import Job

ATTEMPTS_MAX = 8
BACKOFF_FIRST = timedelta(seconds=15)
BACKOFF_MAX = timedelta(hours=1)
LEASE = timedelta(minutes=5)
"""A handler that takes longer than this may find its job begun by another worker."""
POLL_S = 1.0

_log = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any]], None]
"""Does the work of one kind of job with its payload; an exception means: again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job in somebody's hands. `attempt` tells this claim from a later one of the same job."""

    job_id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    """Write a job down; nobody sees it before the caller's transaction is committed."""
    session.add(Job(kind=kind, payload=dict(payload), created_at=now, not_before=not_before or now))


def enqueue_once(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    not_before: datetime,
) -> None:
    """As `enqueue`, unless the same job waits and nobody has begun it."""
    waiting = select(Job.payload).where(
        col(Job.kind) == kind,
        col(Job.done_at).is_(None),
        col(Job.failed_at).is_(None),
        col(Job.attempts) == 0,
    )
    if dict(payload) not in session.exec(waiting).all():
        enqueue(session, kind, payload, now=now, not_before=not_before)


def forget_done(session: Session, before: datetime) -> None:
    """Forget jobs that were done, or given up, before a time."""
    ended = or_(col(Job.done_at) < before, col(Job.failed_at) < before)
    session.connection().execute(delete(Job).where(ended))


def forget_naming(session: Session, text: str) -> None:
    """Forget jobs that name somebody: in what is to be done, or in how it failed."""
    in_payload = cast(col(Job.payload), Text).contains(json.dumps(text)[1:-1], autoescape=True)
    in_error = col(Job.last_error).contains(text, autoescape=True)
    session.connection().execute(delete(Job).where(or_(in_payload, in_error)))


def anything_due(session: Session, kinds: Collection[str], *, now: datetime) -> bool:
    """Whether `claim` would find a job. One statement, and no lock."""
    return session.exec(_due(kinds, now).limit(1)).first() is not None


def claim(
    session: Session, kinds: Collection[str], *, now: datetime, lease: timedelta = LEASE
) -> Claim | None:
    """Take the job that has waited longest; until `lease` is over nobody else gets it."""
    job = session.exec(_due(kinds, now).limit(1).with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    job.attempts += 1
    job.not_before = now + lease
    session.flush()
    return Claim(job_id=job.id, kind=job.kind, payload=job.payload, attempt=job.attempts)


def finish(session: Session, claimed: Claim, *, now: datetime) -> bool:
    """Mark it done; False when the lease ran out and another worker has it by now."""
    return _end(session, claimed, done_at=now, last_error=None)


def fail(session: Session, claimed: Claim, error: str, *, now: datetime) -> bool:
    """Leave it for later, twice as much later each time, or give it up after ATTEMPTS_MAX."""
    if claimed.attempt >= ATTEMPTS_MAX:
        return _end(session, claimed, failed_at=now, last_error=error)
    pause = min(BACKOFF_FIRST * 2 ** (claimed.attempt - 1), BACKOFF_MAX)
    return _end(session, claimed, not_before=now + pause, last_error=error)


def _due(kinds: Collection[str], now: datetime) -> Any:
    return (
        select(Job)
        .where(
            col(Job.done_at).is_(None),
            col(Job.failed_at).is_(None),
            col(Job.not_before) <= now,
            col(Job.kind).in_(kinds),
        )
        .order_by(col(Job.not_before), col(Job.id))
    )


def _end(session: Session, claimed: Claim, **values: Any) -> bool:
    still_ours = (
        update(Job)
        .where(
            col(Job.id) == claimed.job_id,
            col(Job.attempts) == claimed.attempt,
            col(Job.done_at).is_(None),
        )
        .values(**values)
    )
    return session.connection().execute(still_ours).rowcount == 1


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Does jobs, one at a time, with the handler of their kind; other kinds it leaves alone."""

    database: Database
    handlers: Mapping[str, Handler]
    clock: Callable[[], datetime] = _utc_now
    lease: timedelta = LEASE
    poll_s: float = POLL_S

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; the job in hand is finished first."""
        while not stop.is_set():
            try:
                worked = self.work_once()
            except (Busy, DBAPIError):
                _log.exception("The queue could not be reached; trying again.")
                worked = False
            if not worked:
                stop.wait(self.poll_s)

    def work_once(self) -> bool:
        """Do one job that is due; False when there is none."""
        with self.database.read() as session:
            if not anything_due(session, self.handlers, now=self.clock()):
                return False
        with self.database.write() as session:
            claimed = claim(session, self.handlers, now=self.clock(), lease=self.lease)
        if claimed is None:
            return False
        error = self._error_of(claimed)
        with self.database.write() as session:
            if error is None:
                finish(session, claimed, now=self.clock())
            else:
                fail(session, claimed, error, now=self.clock())
        return True

    def _error_of(self, claimed: Claim) -> str | None:
        try:
            self.handlers[claimed.kind](claimed.payload)
        except Exception as problem:  # noqa: BLE001 (whatever a handler dies of, the queue goes on)
            _log.warning("Job %s (%s) failed.", claimed.job_id, claimed.kind, exc_info=True)
            return f"{type(problem).__name__}: {problem}"
        return None
