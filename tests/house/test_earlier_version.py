"""A database of the earlier version, filled by that version, goes on as if nothing had happened.

`earlier/0001.json.gz` holds every row that the last version with that shape wrote when the cast of
the tests worked for a few days. It is never written anew.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from sqlalchemy import Connection, Table, TableClause, column, func, insert, select
from sqlalchemy import table as lightweight

from catalogue.actions import define
from catalogue.rulebook import rulebook
from migrations import steps
from migrations.metadata import every_table
from store.engine import Database
from streams.waiting import waiting_scans
from tests.audit import breaches
from tests.builders import Depot

EARLIER: Final = Path(__file__).parent / "earlier" / "0001.json.gz"
ROWS: Final[dict[str, list[dict[str, Any]]]] = json.loads(gzip.decompress(EARLIER.read_bytes()))
LATER: Final = datetime.fromisoformat("2026-03-04T08:00:00+00:00")


def value(said: Any) -> Any:
    """What JSON has no word for is said as {what it is: text}."""
    readers: Mapping[str, Callable[[str], Any]] = {
        "bytes": base64.b64decode,
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
    }
    if not isinstance(said, dict):
        return said
    ((kind, text),) = said.items()
    return readers[kind](text) if kind in readers else said


@pytest.fixture
def earlier(empty_database: Database) -> Database:
    """A database as the earlier version left it."""
    with empty_database.connect_to_write() as connection:
        command.upgrade(steps._config(connection), "0001")
        for table in every_table().sorted_tables:
            # In one statement, because rows of a table name each other.
            rows = [
                {name: value(said) for name, said in row.items()}
                for row in ROWS.get(table.name, ())
            ]
            if rows:
                connection.execute(insert(_as_it_was(table, rows[0])).values(rows))
                _count_on(connection, table)
    return empty_database


def _as_it_was(table: Table, row: Mapping[str, Any]) -> TableClause:
    """The table without what later versions added, and without their defaults."""
    return lightweight(table.name, *(column(name, table.c[name].type) for name in row))


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL hand out the numbers after those that were written."""
    if connection.dialect.name == "postgresql" and table.autoincrement_column is not None:
        column = table.autoincrement_column
        numbers = func.pg_get_serial_sequence(table.name, column.name)
        last = select(func.max(column)).scalar_subquery()
        connection.execute(select(func.setval(numbers, last)))


def counted(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in every_table().tables.values()
        }


def test_a_filled_database_of_the_earlier_version_is_whole_after_the_step(
    earlier: Database,
) -> None:
    assert not steps.is_current(earlier)
    steps.upgrade(earlier)
    assert steps.is_current(earlier)
    assert breaches(earlier) == []
    found = counted(earlier)
    assert {name: found[name] for name in ROWS} == {name: len(rows) for name, rows in ROWS.items()}
    assert sum(found.values()) == sum(map(len, ROWS.values())) > 500


def test_work_goes_on_in_a_database_of_the_earlier_version(earlier: Database) -> None:
    steps.upgrade(earlier)
    depot = Depot(earlier, now=LATER)
    code = ROWS["reserved_code"][0]["code"]
    delivery = depot.announce(80_000, reference="WB-7")["code"]
    batch = depot.log(80_000, code=code, delivery=delivery)
    depot.sort(batch["code"], {"reuse": 50_000, "burn": 30_000})
    # What was not possible then is reference data now, as an administrator adds it.
    with earlier.write() as session:
        torn = {"names": {"nl": "Gescheurd"}, "acts": ["relabel"]}
        define(session, "WATERKANT", "reason", "torn", torn, now=LATER)
    (blank,) = depot.reserve()
    depot.relabel(batch["code"], blank)
    depot.close(blank)
    assert breaches(earlier) == []


def test_what_waited_for_a_team_leader_still_waits(earlier: Database) -> None:
    steps.upgrade(earlier)
    depot = Depot(earlier, now=LATER + timedelta(hours=1))
    with earlier.read() as session:
        (row,) = waiting_scans(session, rulebook(session), depot.people["leader"], limit=10)
    assert row.scan_id == ROWS["scan"][0]["scan_id"]
