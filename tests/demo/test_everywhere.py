"""A year says the same figures wherever they stand, to the gram."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from sqlite3 import connect

import pytest

from store.engine import Database
from tests.demo.conftest import Played
from tests.demo.everywhere import Asked, Check, standing

pytestmark = pytest.mark.slow

WAYS = 15
FIRST, END = date(2026, 1, 1), date(2026, 7, 1)


@pytest.fixture(scope="module")
def check(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """An application in front of a copy of the year: reports are issued in it."""
    file = tmp_path_factory.mktemp("everywhere") / "year.sqlite"
    # Copied by the database itself: the newest lines are not in its file yet.
    year = str(played.database.url.database)
    with closing(connect(year)) as source, closing(connect(file)) as target:
        source.backup(target)
    database = Database(f"sqlite:///{file}")
    with standing(database) as found:
        yield found
    database.dispose()


@pytest.mark.parametrize(
    "asked",
    [
        Asked(FIRST, END, "received"),
        Asked(FIRST, END, "booked"),
        Asked(FIRST, END, "received", "DEMO-POL"),
    ],
    ids=["received", "booked", "one supplier"],
)
def test_every_figure_is_the_same_wherever_it_stands(check: Check, asked: Asked) -> None:
    before = check.compared.copy()
    assert list(check.differences(asked)) == []
    compared = check.compared - before
    assert len(compared) == WAYS
    assert compared.total() > 2_000
