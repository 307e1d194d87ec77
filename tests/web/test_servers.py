"""Two real servers over one database: many clients at once, and a server that is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPException
from threading import Barrier, Event
from typing import Any, Final
from uuid import uuid4

import pytest

from accounts.actions import make_token, revoke
from accounts.queries import api_tokens
from catalogue.actions import define
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from tests.audit import breaches, rows
from tests.builders import Depot
from tests.nursery import Nursery
from tests.web.serving import Client, Reply, Server, all_at_once, servers

pytestmark = pytest.mark.slow

CLIENTS: Final = 20
SCANS: Final = 1_000
SEEN_BEFORE_KILL: Final = 150
AT: Final = "2026-03-02T09:00:00+01:00"


@pytest.fixture(scope="module")
def two_servers(
    nursery: Nursery, lasting_depot: Depot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Server]]:
    keys = tmp_path_factory.mktemp("keys") / "keys"
    with servers(nursery, lasting_depot.database, keys, 2) as found:
        yield found


@pytest.fixture(scope="module")
def token(lasting_depot: Depot) -> str:
    with lasting_depot.database.write() as session:
        return make_token(
            session,
            role=Role.WORKER,
            organisation="WATERKANT",
            site=None,
            name="tablet",
            now=lasting_depot.now,
        )


@pytest.fixture
def clients(two_servers: list[Server], token: str) -> Iterator[list[Client]]:
    """Half of them at each server."""
    found = [Client(two_servers[number % 2].port, token) for number in range(CLIENTS)]
    yield found
    for client in found:
        client.close()


def sorting(mass_g: int, to: str = "reuse") -> dict[str, Any]:
    return {
        "scan_id": str(uuid4()),
        "station": "S1-A",
        "scanned_at": AT,
        "parts": [{"destination": to, "mass_g": mass_g}],
    }


def test_what_many_take_out_together_is_never_more_than_there_was(
    lasting_depot: Depot, clients: list[Client]
) -> None:
    mass_g, portion_g, tolerance_permille = 300_000, 7_000, 20
    batch = lasting_depot.log(mass_g)["code"]
    begin = Barrier(CLIENTS)

    def sort_three_times(client: Client) -> list[Reply]:
        begin.wait(60)
        return [client.post(f"/batches/{batch}/sortings", sorting(portion_g)) for _ in range(3)]

    replies = [one for many in all_at_once(_each(sort_three_times, clients)) for one in many]
    booked = sum(reply.status == 201 for reply in replies)
    # As many as fit with the tolerance, and not one of the others.
    assert booked == mass_g * (1000 + tolerance_permille) // 1000 // portion_g
    assert Counter((reply.status, reply.said.get("code")) for reply in replies) == {
        (201, batch): booked,
        (409, "mass_exceeded"): 3 * CLIENTS - booked,
    }
    assert breaches(lasting_depot.database) == []


def test_one_scan_that_all_send_at_once_is_booked_once_and_answered_alike(
    lasting_depot: Depot, clients: list[Client]
) -> None:
    batch = lasting_depot.log(300_000)["code"]
    for _ in range(5):
        body, begin = sorting(1_000), Barrier(CLIENTS)

        def send(client: Client, body: Any = body, begin: Barrier = begin) -> Reply:
            begin.wait(60)
            return client.post(f"/batches/{batch}/sortings", body)

        replies = all_at_once(_each(send, clients))
        assert Counter(reply.status for reply in replies) == {201: 1, 200: CLIENTS - 1}
        assert all(reply.said == replies[0].said for reply in replies)
        assert _booked(lasting_depot)[body["scan_id"]] == 1
    assert breaches(lasting_depot.database) == []


def test_what_another_process_changes_is_valid_with_the_next_scan(
    lasting_depot: Depot, clients: list[Client]
) -> None:
    batch, body = lasting_depot.log(300_000)["code"], sorting(1_000) | {"station": "S1-NEW"}
    two = clients[:2]
    path = f"/batches/{batch}/sortings"
    assert {client.post(path, sorting(1_000)).status for client in two} == {201}
    assert {client.post(path, body).status for client in two} == {404}
    # This process is a third one; both servers have the reference data in mind that was valid.
    with lasting_depot.database.write() as session:
        said = {"site": "S1", "kind": "sorting", "name": "New"}
        define(session, "WATERKANT", "station", "S1-NEW", said, now=lasting_depot.now)
    assert [client.post(path, body | {"scan_id": str(uuid4())}).status for client in two] == [
        201,
        201,
    ]


def test_a_token_that_another_process_revokes_is_asked_about_again(
    lasting_depot: Depot, two_servers: list[Server]
) -> None:
    with lasting_depot.database.write() as session:
        lost = make_token(
            session,
            role=Role.WORKER,
            organisation="WATERKANT",
            site=None,
            name="lost",
            now=lasting_depot.now,
        )
        operator = {rulebook(session).organisations["WATERKANT"].id}
        [found] = [
            one.id
            for one in api_tokens(session, operator, now=lasting_depot.now)
            if one.name == "lost"
        ]
    knows, other = (Client(server.port, lost) for server in two_servers)
    assert knows.get("/api/v1/batches").status == 200
    with lasting_depot.database.write() as session:
        revoke(session, found, of=operator, now=lasting_depot.now)
    # Who was shown it in this very second remembers it until that is over.
    assert other.get("/api/v1/batches").status == 401
    knows.close()
    other.close()


def _each(do: Callable[[Client], Any], clients: list[Client]) -> list[Callable[[], Any]]:
    return [partial(do, client) for client in clients]


class Floor:
    """Clients that scan on and on, each its own batch, until their server goes away."""

    def __init__(self, depot: Depot, clients: list[Client]) -> None:
        self._batches = {id(client): depot.log(900_000)["code"] for client in clients}
        self._each = SCANS // len(clients)
        self.sent: list[tuple[Client, dict[str, Any]]] = []
        self.acknowledged: dict[str, Any] = {}
        self.is_busy = Event()

    def send(self, client: Client, body: dict[str, Any]) -> Reply:
        return client.post(f"/batches/{self._batches[id(client)]}/sortings", body)

    def work(self, client: Client) -> None:
        for _ in range(self._each):
            body = sorting(1_000)
            self.sent.append((client, body))
            try:
                reply = self.send(client, body)
            except (OSError, HTTPException):
                return
            assert reply.status == 201, reply
            self.acknowledged[body["scan_id"]] = reply.said
            if len(self.acknowledged) >= SEEN_BEFORE_KILL:
                self.is_busy.set()


def test_what_was_acknowledged_survives_a_server_that_is_killed(
    lasting_depot: Depot, two_servers: list[Server], clients: list[Client]
) -> None:
    killed, floor = two_servers[0], Floor(lasting_depot, clients)

    def kill() -> None:
        assert floor.is_busy.wait(60)
        killed.kill()

    all_at_once([kill, *_each(floor.work, clients)])
    booked = _booked(lasting_depot)
    assert SEEN_BEFORE_KILL <= len(floor.acknowledged) < SCANS, "it was killed in the middle"
    assert [scan for scan in floor.acknowledged if booked[scan] != 1] == []
    assert breaches(lasting_depot.database) == []

    killed.start()
    killed.wait()
    # Whoever heard nothing sends again: what was booked is answered, what was not is booked.
    unheard = [
        (client, body) for client, body in floor.sent if body["scan_id"] not in floor.acknowledged
    ]
    assert unheard
    for client, body in unheard:
        reply = floor.send(client, body)
        assert reply.status == (200 if booked[body["scan_id"]] else 201)
    booked = _booked(lasting_depot)
    assert {booked[body["scan_id"]] for _, body in floor.sent} == {1}
    assert breaches(lasting_depot.database) == []


def _booked(depot: Depot) -> Counter[str]:
    return Counter(row.scan_id for row in rows(depot.database, "SELECT scan_id FROM entry"))
