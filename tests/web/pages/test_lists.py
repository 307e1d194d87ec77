"""Every list there is, how it comes in pages, and the most statements that it takes.

By hand, and held against the routes: a new one says here whether it is a list, and how it ends.
One world serves all of it, asked twice: with a few of everything and with more.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from store.engine import Database
from tests.access.things import badge_of, machine_of, tablet_at
from tests.builders import Depot
from tests.certificates.office import certify, confirmed
from tests.nl.counter import Counter
from tests.reporting.office import issue
from tests.web.api.counting import statements
from tests.web.api.good import number_noted
from tests.web.api.goods import shipped
from tests.web.pages.conftest import session_of
from web.app import API_PREFIX, settle
from web.deps import SESSION_COOKIE
from web.pages.visiting import PAGES
from web.permissions import API
from web.settings import from_environment

KEY: Final = "by key"
"""In pages, each after the key of the last row that was seen."""
WHOLE: Final = "whole"
"""All of it: what it lists cannot become many by its nature."""
ENDS: Final = "ends"
"""The first so many of it, and it says so; or the latest, with a list of all beside them."""

LISTS: Final[Mapping[str, tuple[str, str, int]]] = {
    "/batches": ("leader", KEY, 8),
    "/bins": ("leader", KEY, 8),
    "/deliveries": ("leader", KEY, 8),
    "/shipments": ("leader", KEY, 8),
    "/finds": ("leader", KEY, 8),
    "/items": ("leader", KEY, 8),
    "/certificates": ("leader", KEY, 8),
    "/reports/issued": ("manager", KEY, 8),
    "/finds/kept": ("leader", KEY, 8),
    "/desk/waiting": ("leader", KEY, 8),
    "/desk/unproven": ("leader", KEY, 8),
    "/desk/announced": ("leader", KEY, 8),
    "/desk/differences": ("leader", KEY, 8),
    "/desk/kept": ("leader", WHOLE, 8),
    "/behind?term=input_g": ("manager", KEY, 8),
    "/search?q=S1": ("leader", KEY, 11),
    "/attention": ("leader", ENDS, 12),
    "/today": ("leader", ENDS, 26),
    "/desk": ("leader", ENDS, 14),
    "/people": ("administrator", KEY, 8),
    "/tokens": ("administrator", WHOLE, 8),
    "/stations": ("leader", WHOLE, 8),
    "/badges": ("leader", WHOLE, 8),
    "/audit": ("administrator", KEY, 8),
    "/labels": ("leader", ENDS, 8),
    "/notices": ("leader", KEY, 8),
    "/notices/contacts": ("leader", WHOLE, 8),
    "/stream-numbers": ("leader", KEY, 8),
    "/notifications": ("leader", ENDS, 22),
    "/waste-register": ("leader", ENDS, 13),
    "/reference": ("manager", WHOLE, 11),
    "/reference/{noun}": ("manager", WHOLE, 8),
    "/exports": ("manager", WHOLE, 8),
    "/account": ("leader", WHOLE, 9),
    "/checkpoints": ("leader", KEY, 8),
    "/batches/{code}/items": ("leader", WHOLE, 8),
    "/api/v1/batches": ("leader", KEY, 8),
    "/api/v1/bins": ("leader", KEY, 8),
    "/api/v1/deliveries": ("leader", KEY, 8),
    "/api/v1/shipments": ("leader", KEY, 8),
    "/api/v1/finds": ("leader", KEY, 8),
    "/api/v1/items": ("leader", KEY, 8),
    "/api/v1/parked": ("leader", KEY, 8),
    "/api/v1/certificates": ("leader", KEY, 8),
    "/api/v1/reports/issued": ("manager", KEY, 8),
    "/api/v1/print-jobs": ("leader", ENDS, 8),
    "/api/v1/waste/stream-numbers": ("leader", WHOLE, 8),
    "/api/v1/waste/registers/{which}?site=S1&from=2026-03-01&to=2026-04-01": ("leader", WHOLE, 12),
    "/api/v1/reference": ("leader", WHOLE, 8),
    "/api/v1/checkpoints": ("leader", KEY, 8),
    "/api/v1/keys": ("leader", WHOLE, 8),
}
"""Path, as whom, how it ends, and the most statements: finding out who asks, and the menu around
a page, included. What is above eight is several lists on one page, or a register of the law."""


NO_LISTS: Final = frozenset(
    [
        "/",
        "/account/data",
        "/account/identity",
        "/account/identity/{code}",
        "/account/passkeys",
        "/account/passkeys/new",
        "/account/passkeys/options",
        "/account/passkeys/{code}",
        "/account/password",
        "/account/recovery-codes",
        "/account/second-factor",
        "/account/second-factor/new",
        "/account/second-factor/remove",
        "/announce",
        "/announce/file",
        "/announce/template",
        "/api/v1/batches/{code}",
        "/api/v1/batches/{code}/proof",
        "/api/v1/bins/{code}",
        "/api/v1/certificates/{code}",
        "/api/v1/certificates/{code}.json",
        "/api/v1/certificates/{code}.pdf",
        "/api/v1/deliveries/{code}/proof",
        "/api/v1/exports/{dataset}",
        "/api/v1/exports/{dataset}.meta.json",
        "/api/v1/floor/world",
        "/api/v1/labels/{code}",
        "/api/v1/photos/{hash}",
        "/api/v1/proofs/consistency",
        "/api/v1/proofs/{entry}",
        "/api/v1/reports/circularity",
        "/api/v1/reports/issued/{number}",
        "/api/v1/reports/issued/{number}.csv",
        "/api/v1/reports/issued/{number}.json",
        "/api/v1/reports/issued/{number}.pdf",
        "/api/v1/reports/issued/{number}.xlsx",
        "/api/v1/scales/{code}/reading",
        "/api/v1/shipments/{code}",
        "/api/v1/shipments/{code}/documents/{hash}",
        "/api/v1/shipments/{code}/waybill",
        "/api/v1/shipments/{code}/waybill.pdf",
        "/api/v1/shipments/{code}/waybill.xml",
        "/api/v1/verify/{code}",
        "/api/v1/waste/notifications/{month}",
        "/audit/file",
        "/badges/stations/{code}",
        "/badges/{code}",
        "/batches/new",
        "/batches/{code}",
        "/batches/{code}/close",
        "/batches/{code}/correct",
        "/batches/{code}/destroy-items",
        "/batches/{code}/found",
        "/batches/{code}/gate",
        "/batches/{code}/hold",
        "/batches/{code}/note-items",
        "/batches/{code}/proof",
        "/batches/{code}/proof.pdf",
        "/batches/{code}/refuse",
        "/batches/{code}/release",
        "/batches/{code}/reopen",
        "/batches/{code}/sort",
        "/batches/{code}/weigh",
        "/bins/new",
        "/bins/{code}",
        "/bins/{code}/close",
        "/bins/{code}/sort",
        "/certificates/new",
        "/certificates/{code}",
        "/certificates/{code}/withdraw",
        "/compare",
        "/compare/factors",
        "/deliveries/{code}",
        "/deliveries/{code}/proof",
        "/deliveries/{code}/proof.pdf",
        "/deliveries/{code}/sheet.pdf",
        "/deliveries/{code}/withdraw",
        "/desk/trend",
        "/entries/{scan_id}/undo",
        "/figures/{id}",
        "/finds/{code}",
        "/finds/{code}/hand-over",
        "/finds/{code}/receipt.pdf",
        "/labels/sheet",
        "/login/again",
        "/notices/settings",
        "/notifications/{code}",
        "/notifications/{code}/file",
        "/people/new",
        "/people/rules",
        "/people/{code}",
        "/people/{code}/data",
        "/people/{code}/erase",
        "/portal",
        "/reference/{noun}/new",
        "/reference/{noun}/{code}",
        "/reference/{noun}/{code}/edit",
        "/report",
        "/reports/issued/new",
        "/reports/issued/{number}",
        "/shipments/new",
        "/shipments/{code}",
        "/shipments/{code}/confirm",
        "/shipments/{code}/documents/{hash}",
        "/shipments/{code}/leg",
        "/shipments/{code}/link",
        "/shipments/{code}/return",
        "/shipments/{code}/waybill",
        "/stations/tablets/{code}",
        "/stream-numbers/new",
        "/stream-numbers/{code}",
        "/tokens/new",
        "/tokens/{code}",
        "/waste-register/file",
    ]
)
"""One thing, a form, a file, or a look at figures whose rows are the register's own words. The
world of a tablet has a test of its own."""

EURAL: Final = ("", "191208", "040222", "200111", "150203", "150202")
_KEPT: Final = text(
    "INSERT INTO scan (scan_id, site_id, kind, target, content, command, status, problem,"
    ' received_at) SELECT :scan_id, id, \'sort\', NULL, \'\', \'{"kind":"sort","body":{},'
    '"device":{}}\', \'parked\', \'{"code":"not_found","figures":{}}\', :at FROM site'
    " WHERE code = 'S1'"
)


CODES: Final[dict[str, str]] = {}
"""Things of this world, by what they are."""


def fill(depot: Depot, times: int) -> None:
    """So many more of everything that a list shows."""
    counter = Counter(depot)
    for number in range(times):
        depot.announce(300_000, expected_at=depot.now - timedelta(days=9))
        batch = depot.log(200_000, delivery=depot.announce(300_000)["code"])["code"]
        depot.hand_over(depot.find(batch))
        depot.find(batch)
        depot.hold(depot.log()["code"])
        shipped(depot)
        number_noted(depot)
        proven = depot.log(50_000)["code"]
        confirmed(depot, proven, 10_000)
        certify(depot, "recycling", "batch", proven)
        issue(depot, "NOORDERHAVEN")
        tablet_at(depot, name=f"Tafel {number + 2}")
        badge_of(depot, name=f"Kaart {number + 2}")
        machine_of(depot)
        counter.make(eural=EURAL[number + times])
        with depot.database.connect_to_write() as connection:
            connection.execute(_KEPT, {"scan_id": str(uuid4()), "at": f"{depot.now:%F %T}.000000"})


@pytest.fixture(scope="module")
def world(peopled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    file = tmp_path_factory.mktemp("lists") / "lists.sqlite"
    shutil.copy(peopled_template, file)
    database = Database(f"sqlite:///{file}")
    yield Depot(database)
    database.dispose()


def asked_for(browsers: Mapping[str, TestClient], world: Depot, path: str) -> int:
    """The statements of a list, asked by who asked before but is remembered no more."""
    client = browsers[LISTS[path][0]]
    values = {"{code}": CODES["batch"], "{noun}": "station", "{which}": "receipts"}
    for name, value in values.items():
        path = path.replace(name, value)
    client.get(path)
    client.app.state.remembered.forget()  # type: ignore[attr-defined]
    with statements(world.database) as asked:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return len(asked)


@pytest.fixture(scope="module")
def browsers(served: FastAPI, world: Depot) -> Iterator[Mapping[str, TestClient]]:
    settle(served, from_environment({}), world.database)
    served.state.clock = lambda: world.now
    found = {}
    for who in sorted({who for who, _, _ in LISTS.values()}):
        found[who] = TestClient(served)
        found[who].cookies.set(SESSION_COOKIE, session_of(world.database, who, world.now))
    yield found
    for client in found.values():
        client.close()


def test_a_list_takes_as_many_statements_however_long_it_is(
    browsers: Mapping[str, TestClient], world: Depot
) -> None:
    CODES["batch"] = world.log()["code"]
    fill(world, 1)
    few = {path: asked_for(browsers, world, path) for path in LISTS}
    fill(world, 2)
    many = {path: asked_for(browsers, world, path) for path in LISTS}
    assert few == many
    assert {path: asked for path, asked in many.items() if asked > LISTS[path][2]} == {}


def test_a_page_follows_the_last_row_that_was_seen_whatever_came_and_went_meanwhile(
    browsers: Mapping[str, TestClient], world: Depot
) -> None:
    client = browsers["administrator"]

    def names(page: str) -> list[str]:
        return re.findall(r">(Person \d\d\d)</a>", page)

    with world.database.connect_to_write() as connection:
        for number in range(1, 122, 2):
            _person(connection, number)
    first = client.get("/people?name=person").text
    seen = names(first)
    assert len(seen) == 50
    with world.database.connect_to_write() as connection:
        _person(connection, 2)
        connection.execute(text("DELETE FROM person WHERE name = :name"), {"name": seen[-1]})
    found = re.search(r'href="(/people[^"]*)" rel="next"', first)
    assert found is not None
    second = client.get(html.unescape(found[1])).text
    assert names(second) == [f"Person {number:03}" for number in range(101, 122, 2)]
    assert 'rel="next"' not in second
    assert 'href="/people?name=person"' in second


def _person(connection: Connection, number: int) -> None:
    connection.execute(
        text(
            "INSERT INTO person (email, name, password_hash, role, organisation_id, language,"
            " active, created_at, scope) SELECT :email, :name, password_hash, role,"
            " organisation_id, language, active, created_at, scope FROM person"
            " WHERE email = 'worker@example.org'"
        ),
        {"email": f"p{number}@example.org", "name": f"Person {number:03}"},
    )


def test_every_page_and_call_says_here_whether_it_is_a_list() -> None:
    calls = {f"{API_PREFIX}{path}" for method, path in API if method == "GET"}
    lists = {path.partition("?")[0] for path in LISTS}
    assert lists.isdisjoint(NO_LISTS)
    assert lists | NO_LISTS == PAGES.keys() | calls | {"/checkpoints"}
