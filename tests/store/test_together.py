"""Several writes in one commit: each is kept or not by itself, and answered after the commit."""

from __future__ import annotations

from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import text
from sqlmodel import Session

from store import together
from store.engine import Database


def _table(database: Database) -> None:
    with database.write() as session:
        session.execute(text("CREATE TABLE kept (number INTEGER PRIMARY KEY)"))


def _numbers(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.execute(text("SELECT number FROM kept ORDER BY number")).scalars())


def _keep(number: int) -> object:
    def work(session: Session) -> int:
        session.execute(text("INSERT INTO kept (number) VALUES (:number)"), {"number": number})
        if number % 5 == 0:
            raise ValueError(number)
        return number

    return work


def test_everybody_gets_his_own_answer_and_only_failed_work_is_lost(
    empty_database: Database,
) -> None:
    _table(empty_database)
    answers: dict[int, object] = {}
    start = Barrier(40)

    def ask(number: int) -> None:
        start.wait()
        try:
            answers[number] = empty_database.write_together(_keep(number))  # type: ignore[arg-type]
        except ValueError as error:
            answers[number] = str(error)

    threads = [Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    good = [number for number in range(40) if number % 5]
    assert _numbers(empty_database) == good
    assert answers == {n: n if n % 5 else str(n) for n in range(40)}


def test_who_comes_while_another_commits_shares_the_next_commit(sqlite_database: Database) -> None:
    _table(sqlite_database)
    commits: list[object] = []
    inside, others_wait = Barrier(2), Barrier(2)

    def slow(session: Session) -> None:
        inside.wait(timeout=10)
        others_wait.wait(timeout=10)
        session.execute(text("INSERT INTO kept (number) VALUES (1000)"))

    def quick(number: int) -> None:
        def work(session: Session) -> None:
            commits.append(session)
            session.execute(text("INSERT INTO kept (number) VALUES (:n)"), {"n": number})

        sqlite_database.write_together(work)

    first = Thread(target=sqlite_database.write_together, args=(slow,))
    first.start()
    inside.wait(timeout=10)
    others = [Thread(target=quick, args=(number,)) for number in range(5)]
    for thread in others:
        thread.start()
    while len(sqlite_database._lines[""]._line) < len(others):
        pass
    others_wait.wait(timeout=10)
    for thread in (first, *others):
        thread.join(timeout=10)
    assert len({id(session) for session in commits}) == 1
    assert _numbers(sqlite_database) == [0, 1, 2, 3, 4, 1000]


def test_a_failing_commit_reaches_everybody_whose_work_it_was(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        session.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        session.execute(
            text(
                "CREATE TABLE child (id INTEGER REFERENCES parent (id)"
                " DEFERRABLE INITIALLY DEFERRED)"
            )
        )
    with pytest.raises(Exception, match="FOREIGN KEY"):
        sqlite_database.write_together(
            lambda session: session.execute(text("INSERT INTO child (id) VALUES (7)"))
        )
    with sqlite_database.read() as session:
        assert session.execute(text("SELECT count(*) FROM child")).scalar() == 0
    assert sqlite_database.write_together(lambda session: 1) == 1


def test_few_lines_write_at_once_and_none_stands_still_for_the_others(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    go_on, all_at_work = Event(), Barrier(together.PENS + 1)

    def ask(line: str, *, at_once: bool) -> None:
        def work(_session: Session) -> None:
            begun.append(line)
            if not at_once:
                all_at_work.wait(timeout=10)
                go_on.wait(timeout=10)

        postgresql_database.write_together(work, line=line)

    slow = [Thread(target=ask, args=(f"slow {n}",), kwargs={"at_once": False})
            for n in range(together.PENS)]  # fmt: skip
    for thread in slow:
        thread.start()
    all_at_work.wait(timeout=10)
    # All pens are in use: who waits long enough writes without one, and nobody waits for ever.
    monkeypatch.setattr(together, "PEN_PATIENCE_S", 0.02)
    ask("without", at_once=True)
    monkeypatch.setattr(together, "PEN_PATIENCE_S", 60)
    waits = Thread(target=ask, args=("waits",), kwargs={"at_once": True})
    waits.start()
    while not postgresql_database._lines["waits"]._led:
        pass
    assert begun[together.PENS :] == ["without"]
    go_on.set()
    for thread in (*slow, waits):
        thread.join(timeout=10)
    assert begun[together.PENS :] == ["without", "waits"]
