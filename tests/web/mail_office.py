"""A depot whose people are told things by mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from notices.actions import MAIL_JOB
from store.jobs import Worker
from tests.builders import Depot
from tests.notices.reading import Readers
from web.mailing import Mailing
from web.settings import Settings, from_environment

PUBLIC = "https://stof.example.org"


class Office:
    """A depot whose people are told things by mail."""

    def __init__(self, depot: Depot, port: int | None) -> None:
        self.depot = depot
        self.readers = Readers(depot, {"duinrand": "en"})
        self.settings = settings_of(port)
        self.crashes: list[bool] = []

    def worker(self) -> Worker:
        def now() -> datetime:
            return self.depot.now

        mailing = Mailing(database=self.depot.database, settings=self.settings, clock=now)
        return Worker(database=self.depot.database, handlers={MAIL_JOB: mailing}, clock=now)

    def work(self) -> int:
        """Send all that is due now; how many jobs that took."""
        worker, done = self.worker(), 0
        while worker.work_once():
            done += 1
        return done

    def states(self) -> list[tuple[str, str]]:
        with self.depot.database.read() as session:
            rows = session.execute(text("SELECT state, problem FROM mail ORDER BY id"))
            return [(row.state, row.problem) for row in rows]

    def stop_a_batch(self, supplier: str = "NOORDERHAVEN") -> str:
        """Something that is told at once, to a leader and to the supplier."""
        batch = str(self.depot.log(100_000, supplier=supplier)["code"])
        self.readers.after(self.depot.find, batch, kind="knife")
        return batch


def settings_of(port: int | None) -> Settings:
    environment = {"STOFSTROOM_PUBLIC_URL": PUBLIC, "STOFSTROOM_MAIL_TLS": "none"}
    if port is not None:
        environment |= {
            "STOFSTROOM_MAIL_HOST": "127.0.0.1",
            "STOFSTROOM_MAIL_PORT": str(port),
            "STOFSTROOM_MAIL_FROM": "berichten@stof.example.org",
        }
    return from_environment(environment)
