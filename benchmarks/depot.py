"""A depot to measure in: the cast of the tests, in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from migrations.steps import upgrade
from store.engine import Database
from tests.builders import Depot
from tests.cast import take_the_stage


@contextmanager
def fresh_depot() -> Iterator[tuple[Depot, Path]]:
    """A depot on a SQLite file with full durability, and its folder; gone afterwards."""
    with TemporaryDirectory(prefix="stofstroom-bench-") as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite3")
        upgrade(database)
        with database.write() as session:
            take_the_stage(session)
        yield Depot(database), Path(folder)
        database.dispose()
