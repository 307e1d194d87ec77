"""A foreign key is an import in disguise: it obeys the same arrows."""

import pytest
from sqlmodel import SQLModel

from migrations.metadata import ROOMS as ROOMS_WITH_TABLES
from migrations.metadata import every_table
from tests.house.arrows import ROOMS, ROOT, may_point


def room_by_table() -> dict[str, str]:
    tables = every_table().tables.values()
    return {
        table.name: mapper.class_.__module__.partition(".")[0]
        for mapper in SQLModel._sa_registry.mappers
        for table in tables
        if mapper.local_table is table
    }


def test_every_table_belongs_to_a_room() -> None:
    rooms = room_by_table()
    assert set(rooms) == set(every_table().tables)
    assert set(rooms.values()) <= set(ROOMS)


def test_every_room_is_asked_for_its_tables() -> None:
    keep_tables = {path.parent.name for path in ROOT.glob("*/tables.py")}
    assert keep_tables <= set(ROOMS_WITH_TABLES) <= set(ROOMS)


def test_foreign_keys_never_point_up_or_sideways() -> None:
    rooms = room_by_table()
    wrong = [
        f"{table.name}.{key.parent.name} -> {key.target_fullname}"
        for table in every_table().tables.values()
        for key in table.foreign_keys
        if not may_point(rooms[table.name], rooms[key.column.table.name])
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "target", "may"),
    [
        ("sorting", "streams", True),
        ("streams", "streams", True),
        ("intake", "sorting", False),
        ("streams", "intake", False),
        ("store", "proof", False),
    ],
)
def test_pointing_down_is_allowed_and_nothing_else(source: str, target: str, *, may: bool) -> None:
    assert may_point(source, target) is may
