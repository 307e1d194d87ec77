"""The rule book in memory is always the valid edition."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlmodel import Session

from catalogue.actions import define
from catalogue.errors import NotFound
from catalogue.rulebook import rulebook
from tests.builders import Depot


def test_an_edition_that_was_read_is_asked_for_in_one_statement(depot: Depot) -> None:
    with depot.database.read() as session:
        first = rulebook(session)
    with depot.database.read() as session:
        again, statements = _counted(session)
    assert again is first
    assert statements == 1


def test_what_was_defined_is_valid_for_the_next_act(depot: Depot) -> None:
    with pytest.raises(NotFound):
        depot.log(station="S1-NEW")
    data = {"site": "S1", "kind": "intake", "name": "New"}
    with depot.database.write() as session:
        define(session, "WATERKANT", "station", "S1-NEW", data, now=depot.now)
        assert "S1-NEW" in rulebook(session).stations
    assert depot.log(station="S1-NEW")["held_g"] == 300_000


def test_a_definition_that_was_rolled_back_was_never_valid(depot: Depot) -> None:
    data = {"site": "S1", "kind": "intake", "name": "New"}
    with depot.database.write() as session:
        define(session, "WATERKANT", "station", "S1-NEW", data, now=depot.now)
        assert "S1-NEW" in rulebook(session).stations
        session.rollback()
    with depot.database.read() as session:
        assert "S1-NEW" not in rulebook(session).stations


def test_an_entry_of_a_site_makes_no_new_edition(depot: Depot) -> None:
    with depot.database.read() as session:
        first = rulebook(session)
    depot.log()
    with depot.database.read() as session:
        assert rulebook(session) is first


def _counted(session: Session) -> tuple[object, int]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    book = rulebook(session)
    event.remove(connection, "before_cursor_execute", note)
    return book, len(said)
