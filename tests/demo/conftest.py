"""One small year for all tests of this room, played once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from demo.actions import DemoResult, load
from store.engine import Database
from tests.certificates.office import RING

NOW = datetime(2026, 6, 17, 13, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Played:
    """A year that was played. steps: what was told of the progress."""

    database: Database
    result: DemoResult
    steps: list[tuple[int, int]]


def play(
    database: Database, *, year: int | None, scale: float, seed: int, years: int = 1
) -> Played:
    """Load a year (and those before it) and keep what it said."""
    steps: list[tuple[int, int]] = []
    result = load(
        database,
        year=year,
        scale=scale,
        seed=seed,
        now=NOW,
        progress=lambda done, whole: steps.append((done, whole)),
        ring=RING,
        verify_at="https://stofstroom.example/verify",
        years=years,
    )
    return Played(database, result, steps)


@pytest.fixture(scope="package")
def played(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The year that ends on a Wednesday afternoon, 120 boxes of it; tests only read it."""
    file = tmp_path_factory.mktemp("demo") / "year.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield play(database, year=None, scale=0.02, seed=3)
    database.dispose()


@pytest.fixture
def reading(played: Played) -> Iterator[Session]:
    """A reading session on the year."""
    with played.database.read() as session:
        yield session
