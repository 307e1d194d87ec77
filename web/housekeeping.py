"""What the server does by itself, through the durable queue: once a day erase who did what, the
log of accounts, what once let people in, the names of hand-overs and old photos, when their time is
up, forget old labels and notices, and sign what the chains have come to; once an hour tell of what
is overdue; print the labels that are wanted, and send the mails, as they come. Several processes
share the queue, and only one of them does a job.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from accounts.actions import erase_actors
from accounts.audit import erase_events
from accounts.sessions import forget_sessions
from accounts.telling import PERSON_MAIL
from accounts.tickets import forget_tickets
from accounts.wrong_tries import forget_tries
from dispatch.documents import erase_unsent
from intake.finds import erase_names
from intake.photos import erase_photos
from notices import actions as notices
from proof.signing import load_or_create_ring
from store.engine import Database
from store.jobs import Worker, enqueue_once, forget_done
from web import notifying, printing
from web.checkpoints import checkpoint_of_all
from web.keys import finish
from web.mailing import Mailing
from web.outbound import may_be_device
from web.person_mail import PersonMailing
from web.warming import make_ready, warm

ERASE_ACTORS: Final = "erase_actors"
LOOK: Final = "look_for_overdue"
KEEP_HEADS: Final = "keep_heads"
EVERY: Final = timedelta(days=1)
LOOK_EVERY: Final = timedelta(hours=1)
POLL_S: Final = 60.0
PRINT_POLL_S: Final = 0.5
MAIL_POLL_S: Final = 2.0
STOP_WITHIN_S: Final = 10.0
"""How long all jobs in hand together may take to end; what is left is done by the next process."""
BEGIN_AFTER_S: Final = 0.1
"""Enough for the server to open its door first."""


def erase(database: Database, now: datetime) -> None:
    """Erase what may go by today, and enqueue the next time in the same transaction."""
    with database.write(patient=True) as session:
        erase_actors(session, now.date())
        erase_events(session, now.date())
        forget_sessions(session, now)
        forget_tickets(session, now)
        forget_tries(session, now)
        erase_photos(session, now)
        erase_unsent(session, now)
        erase_names(session, now.date())
        printing.forget(session, now)
        notices.forget(session, now)
        forget_done(session, now - printing.KEPT)
        enqueue_once(session, ERASE_ACTORS, {}, now=now, not_before=now + EVERY)


def keep_heads(database: Database, keys: Path, now: datetime) -> None:
    """Sign every chain that has grown, say what is unsaid of keys, and enqueue the next time."""
    finish(database, keys, now=now)
    ring = load_or_create_ring(keys, now=now)
    with database.write(patient=True) as session:
        checkpoint_of_all(session, ring, now=now)
        enqueue_once(session, KEEP_HEADS, {}, now=now, not_before=now + EVERY)


def look_around(database: Database, now: datetime) -> None:
    """Tell of what is overdue, and enqueue the next time in the same transaction."""
    with database.write(patient=True) as session:
        notifying.look_around(session, now)
        enqueue_once(session, LOOK, {}, now=now, not_before=now + LOOK_EVERY)


def begin(database: Database, now: datetime) -> None:
    """Put the first jobs in the queue, unless they wait there already; and go on printing."""
    with database.write() as session:
        enqueue_once(session, ERASE_ACTORS, {}, now=now, not_before=now)
        enqueue_once(session, LOOK, {}, now=now, not_before=now)
        enqueue_once(session, KEEP_HEADS, {}, now=now, not_before=now)
        printing.resume(session, now)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Work on the queue while the server runs; the job in hand is finished before it stops."""
    database: Database = app.state.database
    stop = threading.Event()
    await run_in_threadpool(begin, database, app.state.clock())
    workers = {"housekeeping": housekeeper(app), "printing": printer(app), "mail": mailer(app)}
    threads = [
        threading.Thread(target=worker.run, args=(stop,), name=name, daemon=True)
        for name, worker in workers.items()
    ]
    threads.append(
        threading.Thread(
            target=app.state.seen.run, args=(database, stop), name="seeing", daemon=True
        )
    )
    threads.append(threading.Thread(target=warm, args=(app, stop), name="warming", daemon=True))
    await run_in_threadpool(make_ready, app)
    # Scans can be booked from here on; what takes a while begins when they are let in.
    begun = asyncio.get_running_loop().call_later(BEGIN_AFTER_S, _start, threads)
    yield
    stop.set()
    begun.cancel()
    until = monotonic() + STOP_WITHIN_S
    for thread in threads:
        if thread.ident is not None:
            await run_in_threadpool(thread.join, max(0.0, until - monotonic()))
    await run_in_threadpool(app.state.scales.close)


def _start(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()


def housekeeper(app: FastAPI) -> Worker:
    """Who does what comes once a day, and once an hour."""

    def handler(_payload: Mapping[str, Any]) -> None:
        erase(app.state.database, app.state.clock())

    def looker(_payload: Mapping[str, Any]) -> None:
        look_around(app.state.database, app.state.clock())

    def keeper(_payload: Mapping[str, Any]) -> None:
        keep_heads(app.state.database, app.state.settings.keys, app.state.clock())

    return Worker(
        database=app.state.database,
        handlers={ERASE_ACTORS: handler, LOOK: looker, KEEP_HEADS: keeper},
        clock=app.state.clock,
        poll_s=POLL_S,
    )


def printer(app: FastAPI) -> Worker:
    """Who prints labels: looks often, and waits for nobody who does something else."""
    database: Database = app.state.database
    printing_of = printing.Printing(
        database=database,
        clock=app.state.clock,
        may_reach=partial(may_be_device, networks=app.state.settings.hygiene.networks),
    )
    return Worker(
        database=database,
        handlers={printing.PRINT: printing_of},
        clock=app.state.clock,
        lease=printing.LEASE,
        poll_s=PRINT_POLL_S,
    )


def mailer(app: FastAPI) -> Worker:
    """Who sends mails: a slow mail server keeps nobody else waiting."""
    mailing = Mailing(
        database=app.state.database, settings=app.state.settings, clock=app.state.clock
    )
    person_mailing = PersonMailing(
        database=app.state.database, settings=app.state.settings, clock=app.state.clock
    )
    return Worker(
        database=app.state.database,
        handlers={notices.MAIL_JOB: mailing, PERSON_MAIL: person_mailing},
        clock=app.state.clock,
        poll_s=MAIL_POLL_S,
    )
