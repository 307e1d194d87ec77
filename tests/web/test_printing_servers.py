"""Two real servers and one printer: each label once, also when a server is killed with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest

from accounts.actions import make_token
from catalogue.actions import define
from catalogue.kinds import Role
from tests.builders import Depot
from tests.labels.printer import Manner, Printer
from tests.labels.test_printing import read
from tests.nursery import Nursery
from tests.web.serving import Client, Server, all_at_once, servers

pytestmark = pytest.mark.slow

LABELS: Final = 10
PATIENCE_S: Final = 90


@pytest.fixture(scope="module")
def two_servers(
    nursery: Nursery, lasting_depot: Depot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Server]]:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    with servers(nursery, lasting_depot.database, keys, 2) as found:
        yield found


@pytest.fixture
def printer(lasting_depot: Depot) -> Iterator[Printer]:
    with Printer() as found:
        said = {"site": "S1", "name": "1", "host": "127.0.0.1", "port": found.port}
        with lasting_depot.database.write() as session:
            define(session, "WATERKANT", "printer", "PRINTER1", said, now=lasting_depot.now)
        yield found


@pytest.fixture
def clients(lasting_depot: Depot, two_servers: list[Server]) -> Iterator[list[Client]]:
    """One at each server."""
    with lasting_depot.database.write() as session:
        token = make_token(
            session,
            role=Role.WORKER,
            organisation="WATERKANT",
            site=None,
            name="tablet",
            now=lasting_depot.now,
        )
    found = [Client(server.port, token) for server in two_servers]
    yield found
    for client in found:
        client.close()


def until(is_so: Callable[[], bool]) -> None:
    begin = time.monotonic()
    while not is_so():
        assert time.monotonic() < begin + PATIENCE_S, "it did not come"
        time.sleep(0.1)


def jobs(client: Client) -> dict[str, Any]:
    """Print jobs by their number."""
    said = client.get("/api/v1/print-jobs?limit=200").said
    return {job["scan_id"]: job for job in said}


def test_two_servers_print_each_label_once_on_a_printer_that_hangs_up(
    lasting_depot: Depot, clients: list[Client], printer: Printer
) -> None:
    printer.manners = [Manner(hang_up_after=n) for n in (20_000, 0)]
    wanted = [{"scan_id": str(uuid4()), "code": lasting_depot.log()["code"]} for _ in range(LABELS)]
    # Every order is sent to both servers, and twice to each.
    asks = [partial(client.post, "/print-jobs") for client in clients]

    def ask_all(ask: Callable[[Any], Any]) -> list[int]:
        return [ask(body).status for body in [*wanted, *wanted]]

    statuses = [status for many in all_at_once([partial(ask_all, ask) for ask in asks])
                for status in many]  # fmt: skip
    assert sorted(statuses) == [200] * (3 * LABELS) + [201] * LABELS
    until(lambda: all(job["state"] == "sent" for job in jobs(clients[0]).values()))
    codes = sorted(code for picture in printer.pictures for code in read(picture))
    assert codes == sorted(body["code"] for body in wanted)


def test_a_server_that_is_killed_with_a_label_leaves_a_doubt_and_no_second_label(
    lasting_depot: Depot, two_servers: list[Server], clients: list[Client], printer: Printer
) -> None:
    printer.manners = [Manner(answer=b"")]
    body = {"scan_id": str(uuid4()), "code": lasting_depot.log()["code"]}
    assert clients[0].post("/print-jobs", body).status == 201
    assert printer.answered.wait(PATIENCE_S)
    for server in two_servers:
        server.kill()
    for server in two_servers:
        server.start()
    for server in two_servers:
        server.wait()
    for client in clients:
        client.close()
    time.sleep(3)
    assert jobs(clients[0])[body["scan_id"]]["state"] == "doubtful"
    assert len(printer.printed) == 1
    again = {"scan_id": str(uuid4())}
    assert clients[1].post(f"/print-jobs/{body['scan_id']}/again", again).status == 201
    until(lambda: jobs(clients[0])[again["scan_id"]]["state"] == "sent")
    assert len(printer.printed) == 2
