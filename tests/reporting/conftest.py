"""One eventful register for all tests of this room, built once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from store.engine import Database
from tests.reporting import world as worlds
from tests.reporting.world import World


@pytest.fixture(scope="package")
def reporting_database(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A file that holds the register; tests only read it."""
    file = tmp_path_factory.mktemp("reporting") / "register.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    with database.write() as session:
        worlds.build(session)
    yield database
    database.dispose()


@pytest.fixture
def reading(reporting_database: Database) -> Iterator[Session]:
    """A reading session on the register."""
    with reporting_database.read() as session:
        yield session


@pytest.fixture
def world(reading: Session) -> World:
    """Who may ask, over the register that was built."""
    return World(reading, seed=0)
