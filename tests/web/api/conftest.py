"""An application in front of a depot, for every test of the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from store.engine import Database
from tests.builders import Depot
from tests.web.api.calling import Hall, settings_of
from web.app import create_app


@pytest.fixture(scope="session")
def served() -> FastAPI:
    """One application for all tests: building its routes takes longer than most of them."""
    database = Database("sqlite://")
    return create_app(settings_of(database, Path()), database=database)


@pytest.fixture
def hall(served: FastAPI, depot: Depot, tmp_path: Path) -> Hall:
    """The application in front of a depot in memory."""
    return Hall(served, depot, tmp_path / "keys")


@pytest.fixture
def busy_hall(served: FastAPI, parallel_depot: Depot, tmp_path: Path) -> Hall:
    """The application in front of a depot with real connections: the test runs on both kinds."""
    return Hall(served, parallel_depot, tmp_path / "keys")
