"""Works on one sheet: they share what they ask and write, and each comes or goes by itself."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from store.engine import Database
from store.sheet import attempt, change, known, later, minding
from tests.web.api.counting import statements

KEY = ("sum", 1)


@pytest.fixture
def pages(empty_database: Database) -> Database:
    with empty_database.write() as session:
        session.execute(text("CREATE TABLE page (number INTEGER PRIMARY KEY)"))
        session.execute(
            text("CREATE TABLE line (page INTEGER REFERENCES page (number), words VARCHAR(9))")
        )
    return empty_database


def write_pages(session: Session, numbers: list[int]) -> None:
    session.execute(
        text("INSERT INTO page (number) VALUES (:number)"), [{"number": n} for n in numbers]
    )


def write_lines(session: Session, lines: list[tuple[int, str]]) -> None:
    session.execute(
        text("INSERT INTO line (page, words) VALUES (:page, :words)"),
        [{"page": page, "words": words} for page, words in lines],
    )


def sum_of(session: Session) -> int:
    found = session.execute(text("SELECT coalesce(sum(number), 0) FROM page"))
    return int(found.scalar_one())


def add(session: Session, number: int) -> None:
    """A page with a line on it, and the sum that is known brought up to date."""
    later(session, write_lines, [(number, "first")])
    later(session, write_pages, [number], first=True)
    change(session, KEY, lambda before: before + number)


def read(database: Database, question: str) -> list[Any]:
    with database.read() as session:
        return list(session.execute(text(question)).scalars())


def test_ten_works_cost_the_statements_of_one(pages: Database) -> None:
    with statements(pages) as asked, pages.write_many() as session:
        for number in range(1, 11):
            assert known(session, KEY, lambda: sum_of(session)) == sum(range(number))
            with attempt(session):
                add(session, number)
    assert len(asked) == 3, "one question, the pages, the lines"
    assert read(pages, "SELECT number FROM page ORDER BY number") == list(range(1, 11))
    assert len(read(pages, "SELECT words FROM line")) == 10


def test_a_question_past_the_sheet_sees_what_waits_on_it(pages: Database) -> None:
    with pages.write_many() as session:
        with attempt(session):
            add(session, 4)
            assert sum_of(session) == 4
        with attempt(session):
            add(session, 5)
        assert sum_of(session) == 9


@pytest.mark.parametrize("asks", [False, True], ids=["on the sheet", "past the sheet"])
def test_a_work_that_fails_leaves_the_others_theirs(pages: Database, asks: bool) -> None:
    with pages.write_many() as session:
        known(session, KEY, lambda: sum_of(session))
        with attempt(session):
            add(session, 1)
        with pytest.raises(ValueError, match="no"), attempt(session):
            add(session, 20)
            if asks:
                assert sum_of(session) == 21
            raise ValueError("no")
        assert known(session, KEY, lambda: sum_of(session)) == 1
        with attempt(session):
            add(session, 300)
        assert sum_of(session) == 301
    assert read(pages, "SELECT page FROM line ORDER BY page") == [1, 300]


def test_nothing_is_kept_of_a_sheet_on_which_a_row_could_not_be_written(pages: Database) -> None:
    def break_off(_session: Session, _rows: list[int]) -> None:
        raise LookupError("no such row")

    with pytest.raises(LookupError), pages.write_many() as session:
        with attempt(session):
            add(session, 1)
            later(session, break_off, [1])
        with pytest.raises(LookupError), attempt(session):
            sum_of(session)
    assert read(pages, "SELECT number FROM page") == []


def test_what_is_written_past_the_sheet_makes_it_forget(pages: Database) -> None:
    with pages.write_many() as session:
        known(session, KEY, lambda: sum_of(session))
        with minding(session):
            write_pages(session, [7])
        assert known(session, KEY, lambda: sum_of(session)) == 0, "who minds says it himself"
        write_pages(session, [8])
        assert known(session, KEY, lambda: sum_of(session)) == 15


def test_without_a_sheet_everything_is_asked_and_written_at_once(pages: Database) -> None:
    with pages.write() as session:
        write_pages(session, [2])
        later(session, write_lines, [(2, "at once")])
        assert list(session.execute(text("SELECT words FROM line")).scalars()) == ["at once"]
        assert known(session, KEY, lambda: sum_of(session)) == 2
        write_pages(session, [3])
        assert known(session, KEY, lambda: sum_of(session)) == 5
