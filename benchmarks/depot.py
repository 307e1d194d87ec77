"""A depot to measure in: the cast of the tests, in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.actions import make_token
from catalogue.kinds import Role
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


def worker_token(depot: Depot) -> str:
    """A token of somebody who works at every site."""
    with depot.database.write() as session:
        return make_token(
            session,
            role=Role.WORKER,
            organisation="WATERKANT",
            site=None,
            name="bench",
            now=depot.now,
        )


def large_batches(depot: Depot, count: int) -> list[str]:
    """The codes of so many batches that no measurement empties."""
    return [
        depot.log(30_000_000, supplier="DUINRAND", article_group="uniform")["code"]
        for _ in range(count)
    ]
