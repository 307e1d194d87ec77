"""The circularity report, and the pages that are made of it, over one period with 10,000 and with
1,000,000 movements in it; then the first pages over a year and over ten (`portal.py`).

The pages are asked of the application in this process, in turns of one run: first with few, then
with many. STOFSTROOM_BENCH_MOVEMENTS says how many the many are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter
from uuid import uuid4

from starlette.testclient import TestClient

from accounts.actions import create_person, open_session
from accounts.second_factor_rules import ask_nobody
from benchmarks import portal
from benchmarks.depot import fresh_depot
from benchmarks.history import DAYS, write_history
from catalogue.kinds import Role
from reporting.queries import circularity_report
from reporting.questions import question
from tests.builders import Depot
from web.app import create_app
from web.deps import SESSION_COOKIE
from web.settings import from_environment

FEW = 10_000
MANY = int(os.environ.get("STOFSTROOM_BENCH_MOVEMENTS", "1_000_000"))
WAITING = 40
"""Batches that still wait, as many in both."""
ASKED = 41
LIMIT = 1.2
PEOPLE = {
    "/report": (Role.MANAGER, "WATERKANT"),
    "/portal": (Role.SUPPLIER, "NOORDERHAVEN"),
    "/desk": (Role.MANAGER, "WATERKANT"),
}
Asked = Callable[[], float]
"""Ask once, and tell how many milliseconds it took."""


def run() -> None:
    """Print both times of each, and their ratio."""
    with fresh_depot() as (few, _), fresh_depot() as (many, _):
        compare(_askers(few, FEW), _askers(many, MANY))
    portal.run()


def compare(few: dict[str, Asked], many: dict[str, Asked]) -> None:
    """Ask both in turns and print what came of it."""
    for name, asked_few in few.items():
        asked_many = many[name]
        asked_few(), asked_many()
        times = [(asked_few(), asked_many()) for _ in range(ASKED)]
        few_ms, many_ms = (median(column) for column in zip(*times, strict=True))
        # Of each pair, so that what else the machine does weighs on both.
        ratio = median(of_many / of_few for of_few, of_many in times)
        print(
            f"{name:8s}{few_ms:6.1f} ms over {FEW} movements, {many_ms:.1f} ms over {MANY} in the"
            f" same period: ratio {ratio:.2f} (at most {LIMIT})",
            flush=True,
        )


def _askers(depot: Depot, movements: int) -> dict[str, Asked]:
    fill(depot, movements)
    return askers(depot)


def fill(depot: Depot, movements: int) -> None:
    """Closed batches with so many movements, and some that wait."""
    write_history(depot, movements)
    depot.later(days=DAYS)
    for number in range(WAITING):
        code = depot.log(100_000 + number)["code"]
        depot.sort(code, {"reuse": 10_000, "recycle": 10_000})


def askers(depot: Depot) -> dict[str, Asked]:
    """The report itself, and each page by whoever opens it first."""
    app = create_app(from_environment({}), database=depot.database)
    app.state.clock = lambda: depot.now
    return {"report": lambda: _report_ms(depot)} | {
        path: _page(TestClient(app), path, _session(depot, role, organisation))
        for path, (role, organisation) in PEOPLE.items()
    }


def _session(depot: Depot, role: Role, organisation: str) -> str:
    with depot.database.write() as session:
        ask_nobody(session, now=depot.now)
        person = create_person(
            session, email=f"{uuid4()}@example.org", name="Somebody", password=str(uuid4()),
            role=role, organisation=organisation, now=depot.now,
        )  # fmt: skip
        return open_session(session, person, now=depot.now)


def _page(client: TestClient, path: str, token: str) -> Asked:
    client.cookies.set(SESSION_COOKIE, token)

    def ask() -> float:
        begun = perf_counter()
        response = client.get(path, follow_redirects=False)
        took = perf_counter() - begun
        assert response.status_code == 200, (path, response.status_code)
        return took * 1000

    return ask


def _report_ms(depot: Depot) -> float:
    today = (depot.now + timedelta(days=1)).date()
    begun = perf_counter()
    with depot.database.read() as session:
        circularity_report(
            session,
            depot.people["manager"],
            question(today=today, first="2026-01-01", end="2027-01-01", by="month"),
        )
    return (perf_counter() - begun) * 1000
