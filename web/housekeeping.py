"""What the server does by itself, once a day, through the durable queue: erase who did what, when
its time is up. Several processes share the queue, and only one of them does the job.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from accounts.actions import erase_actors
from store.engine import Database
from store.jobs import Worker, enqueue_once

ERASE_ACTORS: Final = "erase_actors"
EVERY: Final = timedelta(days=1)
POLL_S: Final = 60.0


def erase(database: Database, now: datetime) -> None:
    """Erase what may go by today, and enqueue the next time in the same transaction."""
    with database.write() as session:
        erase_actors(session, now.date())
        enqueue_once(session, ERASE_ACTORS, {}, now=now, not_before=now + EVERY)


def begin(database: Database, now: datetime) -> None:
    """Put the first job in the queue, unless one waits there already."""
    with database.write() as session:
        enqueue_once(session, ERASE_ACTORS, {}, now=now, not_before=now)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Work on the queue while the server runs; the job in hand is finished before it stops."""
    database: Database = app.state.database
    stop = threading.Event()

    def handler(_payload: Mapping[str, Any]) -> None:
        erase(database, app.state.clock())

    worker = Worker(
        database=database, handlers={ERASE_ACTORS: handler}, clock=app.state.clock, poll_s=POLL_S
    )
    await run_in_threadpool(begin, database, app.state.clock())
    thread = threading.Thread(target=worker.run, args=(stop,), name="housekeeping", daemon=True)
    thread.start()
    yield
    stop.set()
    await run_in_threadpool(thread.join, 10)
