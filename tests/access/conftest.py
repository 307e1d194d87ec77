"""One house for all tests of who sees what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.engine import Database
from tests.access.house import House
from tests.web.api.calling import settings_of
from web.app import create_app


@pytest.fixture(scope="session")
def open_house(cast_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database = Database("sqlite://")
    app = create_app(settings_of(database, Path()), database=database)
    house = House(app, cast_template, tmp_path_factory.mktemp("house"))
    yield house
    house.close()


@pytest.fixture
def house(open_house: House) -> House:
    """The house as it was in the beginning."""
    open_house.back()
    return open_house
