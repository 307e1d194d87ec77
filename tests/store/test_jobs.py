"""A job is done after its commit, at least once, and given up in the end."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from store.engine import Database
from store.jobs import (
    ATTEMPTS_MAX,
    BACKOFF_FIRST,
    BACKOFF_MAX,
    LEASE,
    Claim,
    Worker,
    anything_due,
    claim,
    enqueue,
    fail,
    finish,
)
from store.tables import Job

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def put(database: Database, kind: str = "print", **payload: Any) -> None:
    with database.write() as session:
        enqueue(session, kind, payload, now=NOON)


def take(database: Database, now: datetime = NOON) -> Claim | None:
    with database.write() as session:
        return claim(session, ["print"], now=now)


def taken(database: Database, now: datetime = NOON) -> Claim:
    claimed = take(database, now)
    assert claimed is not None
    return claimed


def jobs(database: Database) -> list[Job]:
    with database.read() as session:
        return list(session.exec(select(Job).order_by(col(Job.id))))


def test_jobs_come_back_whole_in_the_order_in_which_they_were_due(database: Database) -> None:
    put(database, code="B1", copies=2)
    put(database, code="B2", copies=1)
    first, second = taken(database), taken(database)
    assert (first.payload, second.payload) == (
        {"code": "B1", "copies": 2},
        {"code": "B2", "copies": 1},
    )
    assert take(database) is None


def test_a_job_of_a_transaction_that_failed_was_never_there(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as session:
        enqueue(session, "print", {}, now=NOON)
        raise KeyError
    assert jobs(database) == []


def test_a_job_waits_for_its_time_and_for_who_knows_its_kind(database: Database) -> None:
    with database.write() as session:
        enqueue(session, "print", {}, now=NOON, not_before=NOON + SECOND)
        enqueue(session, "mail", {}, now=NOON)
        assert not anything_due(session, ["print"], now=NOON)
        assert anything_due(session, ["print"], now=NOON + SECOND)
        assert anything_due(session, ["mail"], now=NOON)
    assert take(database) is None
    assert taken(database, NOON + SECOND).kind == "print"


def test_a_job_that_is_done_does_not_come_back(database: Database) -> None:
    put(database)
    with database.write() as session:
        claimed = claim(session, ["print"], now=NOON)
        assert claimed is not None
        assert finish(session, claimed, now=NOON + SECOND)
    assert take(database, NOON + 2 * LEASE) is None
    assert jobs(database)[0].done_at == NOON + SECOND


def test_a_job_of_a_killed_worker_comes_back_when_its_lease_is_over(database: Database) -> None:
    put(database)
    killed = taken(database)
    assert take(database, NOON + LEASE - SECOND) is None
    again = taken(database, NOON + LEASE)
    assert (again.job_id, again.attempt) == (killed.job_id, 2)


def test_a_worker_that_comes_back_late_cannot_end_the_job_of_another(database: Database) -> None:
    put(database)
    late = taken(database)
    again = taken(database, NOON + LEASE)
    with database.write() as session:
        assert not finish(session, late, now=NOON + LEASE)
        assert not fail(session, late, "late", now=NOON + LEASE)
        assert finish(session, again, now=NOON + LEASE)
    assert jobs(database)[0].last_error is None


def test_a_failed_job_waits_twice_as_long_each_time_and_is_given_up(database: Database) -> None:
    put(database)
    now, pauses = NOON, []
    for _ in range(ATTEMPTS_MAX):
        with database.write() as session:
            claimed = claim(session, ["print"], now=now)
            assert claimed is not None
            assert fail(session, claimed, "no paper", now=now)
        (job,) = jobs(database)
        pauses.append(job.not_before - now)
        now = job.not_before
    expected = [min(BACKOFF_FIRST * 2**n, BACKOFF_MAX) for n in range(ATTEMPTS_MAX - 1)]
    assert pauses[:-1] == expected
    (job,) = jobs(database)
    assert (job.attempts, job.last_error, job.done_at) == (ATTEMPTS_MAX, "no paper", None)
    assert job.failed_at is not None
    assert take(database, now + timedelta(days=365)) is None


def test_many_workers_do_every_job_once(database: Database) -> None:
    for number in range(30):
        put(database, number=number)
    done: list[int] = []

    def print_label(payload: Mapping[str, Any]) -> None:
        done.append(payload["number"])

    def work() -> None:
        worker = Worker(database=database, handlers={"print": print_label})
        while worker.work_once():
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    # A worker that finds nothing to claim beside the others stops; what is left is for the last.
    work()
    assert sorted(done) == list(range(30))
    assert all(job.done_at is not None for job in jobs(database))


def test_a_handler_that_fails_leaves_its_job_for_later(sqlite_database: Database) -> None:
    put(sqlite_database, code="B1")
    now = NOON
    tries: list[Mapping[str, Any]] = []

    def print_label(payload: Mapping[str, Any]) -> None:
        tries.append(payload)
        if len(tries) == 1:
            raise OSError("no paper")

    worker = Worker(database=sqlite_database, handlers={"print": print_label}, clock=lambda: now)
    assert worker.work_once()
    assert jobs(sqlite_database)[0].last_error == "OSError: no paper"
    assert not worker.work_once()
    now += BACKOFF_FIRST
    assert worker.work_once()
    (job,) = jobs(sqlite_database)
    assert (job.done_at, job.last_error, tries) == (now, None, [{"code": "B1"}] * 2)


def test_a_worker_stops_when_told_and_finishes_what_it_has_in_hand(
    sqlite_database: Database,
) -> None:
    put(sqlite_database)
    put(sqlite_database)
    stop, begun, go_on = threading.Event(), threading.Event(), threading.Event()

    def print_label(_payload: Mapping[str, Any]) -> None:
        begun.set()
        assert go_on.wait(20)

    worker = Worker(database=sqlite_database, handlers={"print": print_label}, poll_s=0.01)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    assert begun.wait(20)
    stop.set()
    go_on.set()
    thread.join(20)
    assert not thread.is_alive()
    assert [job.done_at is not None for job in jobs(sqlite_database)] == [True, False]


def test_a_waiting_worker_finds_what_is_enqueued_later(sqlite_database: Database) -> None:
    stop, done = threading.Event(), threading.Event()

    def print_label(_payload: Mapping[str, Any]) -> None:
        done.set()

    worker = Worker(database=sqlite_database, handlers={"print": print_label}, poll_s=0.01)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    put(sqlite_database)
    assert done.wait(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
