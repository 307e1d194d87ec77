"""Cells of supplier, group and destination: they add up to the report, and cost one statement."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pytest
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Stream
from catalogue.rulebook import rulebook
from reporting import access, comparing
from reporting.changes import Masses
from reporting.comparing import Cell
from reporting.questions import By, Question
from tests.reporting.asking import EVER, ask, report
from tests.reporting.test_queries import statements
from tests.reporting.world import PARENT, World

EDGED = {"first": "2025-12-09", "end": "2026-03-12"}


def cells(session: Session, viewer: Viewer, asked: Question, **more: Any) -> list[Cell]:
    book = rulebook(session)
    return comparing.cells(session, book, access.scope(book, viewer, asked), asked.period, **more)


def as_report(found: Masses) -> dict[str, int]:
    return {stream.value: found.streams[stream] for stream in Stream}


def from_report(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: one["mass_g"] for name, one in row["streams"].items()}


@pytest.mark.parametrize("period", [EVER, EDGED])
def test_suppliers_stand_in_the_cells_as_in_the_report(
    reading: Session, world: World, period: dict[str, str]
) -> None:
    staff = world.staff("OPA")
    said = report(reading, staff, ask(by=By.SUPPLIER, **period))
    found = comparing.summed(cells(reading, staff, ask(**period)), comparing.by_supplier)
    rows = {row["supplier"]: row for row in said["rows"]}
    assert found.keys() == rows.keys()
    for code, masses in found.items():
        assert masses.input_g == rows[code]["input_g"]
        assert as_report(masses) == from_report(rows[code])
    confirmed_g = sum(one["confirmed_g"] for one in said["streams"].values())
    assert sum(masses.confirmed_g for masses in found.values()) == confirmed_g


@pytest.mark.parametrize("period", [EVER, EDGED])
def test_groups_and_destinations_stand_in_the_cells_as_in_the_report(
    reading: Session, world: World, period: dict[str, str]
) -> None:
    staff = world.staff("OPA")
    read = cells(reading, staff, ask(**period))
    groups = comparing.summed(read, comparing.by_group)
    said = report(reading, staff, ask(by=By.ARTICLE_GROUP, **period))
    by_code = {row["article_group"]: from_report(row) for row in said["rows"]}
    assert {code: as_report(one) for code, one in groups.items()} == {
        code: row for code, row in by_code.items() if code in groups
    }
    assert not any(sum(row.values()) for code, row in by_code.items() if code not in groups)
    routes = comparing.summed(read, comparing.by_destination)
    said = report(reading, staff, ask(by=By.DESTINATION, **period))
    assert {key: one.sorted_g for key, one in routes.items()} == {
        (row["stream"], row["destination"]): row["mass_g"] for row in said["rows"]
    }
    assert comparing.destination_names(read).keys() == routes.keys()


def test_months_add_up_to_their_period(reading: Session, world: World) -> None:
    staff, period = world.staff("OPA"), {"first": "2025-11-01", "end": "2026-05-01"}
    whole = cells(reading, staff, ask(**period))
    monthly = cells(reading, staff, ask(**period), months=True)
    keys: tuple[Callable[[Cell], Hashable], ...] = (comparing.by_supplier, comparing.by_destination)
    for key in keys:
        assert comparing.summed(monthly, key) == comparing.summed(whole, key)
    assert len({cell.start for cell in monthly}) > 3


def test_a_parent_sees_the_cells_of_its_children_and_nobody_elses(
    reading: Session, world: World
) -> None:
    seen = {cell.supplier for cell in cells(reading, world.supplier(PARENT), ask())}
    assert seen == {"NOORD", "ZUID"}


def test_the_cells_of_a_period_are_read_in_one_statement(reading: Session, world: World) -> None:
    asked, book = ask(**EDGED), rulebook(reading)
    seen = access.scope(book, world.staff("OPA"), asked)
    with statements(reading) as sent:
        comparing.cells(reading, book, seen, asked.period)
    assert len(sent) == 1
