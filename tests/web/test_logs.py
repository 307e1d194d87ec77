"""The log: one line for each thing, in UTC, and no secret in it, whoever speaks."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text as statement
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.testclient import TestClient
from uvicorn.logging import AccessFormatter

from accounts.actions import make_token
from catalogue.errors import Malformed, NotAllowed, NotFound, Refusal, Unauthenticated
from catalogue.kinds import Role
from store.engine import Database
from tests.builders import Depot
from web import logs
from web.app import create_app, settle
from web.enrolling import code_for
from web.hygiene import Hygiene
from web.logs import JsonLines, OneLine, WithoutSecrets, masked
from web.settings import from_environment

SECRET = "Zq7-known_secret.of~tests"


class Ear(logging.Handler):
    """Hears every record, and writes it down as every listener of ours would."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes = (JsonLines(), OneLine(), logging.Formatter("%(message)s %(args)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("httpx"):
            # The caller of the tests, not the service.
            return
        self.lines += [shape.format(record) for shape in self.shapes]
        self.lines.append(repr(record.__dict__))


@pytest.fixture
def ear() -> Iterator[Ear]:
    heard, names = Ear(), ("", "stofstroom", "uvicorn.access", "sqlalchemy", "store")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(heard)
    yield heard
    logging.getLogger().removeHandler(heard)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def record(text: str, *args: object, **how: Any) -> logging.LogRecord:
    return logging.LogRecord("stofstroom", logging.INFO, "file", 1, text, args, None, **how)


@pytest.mark.parametrize(
    "text",
    [
        f"/outlet/{SECRET}",
        f"GET /invitation/{SECRET}?lang=nl HTTP/1.1",
        f"/reset/{SECRET}/",
        f"/login/sso/back?code={SECRET}&state={SECRET}",
        f"/x?lang=nl&token={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"cookie: a=b; __Host-stofstroom={SECRET}; lang=nl",
        f"postgresql+psycopg://stofstroom:{SECRET}@database/register",
        f"{{'path': '/outlet/{SECRET}'}}",
    ],
)
def test_what_lets_somebody_in_is_masked_wherever_it_is_said(text: str) -> None:
    assert SECRET not in masked(text)
    assert logs.HIDDEN in masked(text)


def test_what_is_no_secret_stays_as_it_is() -> None:
    for text in ("/batches/K-123", "outlet VEZELHOF", "GET /outlet/{token}", "a bearer of news"):
        assert masked(text).replace(logs.HIDDEN, "{token}") == text


def test_a_line_is_json_with_its_time_in_utc_and_what_is_known() -> None:
    said = record("too_many_calls")
    said.facts = {"where": "/login", "address": "192.0.2.1"}
    line = json.loads(JsonLines().format(said))
    at = datetime.fromisoformat(line["at"])
    assert at.tzinfo == UTC
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert line == {
        "at": line["at"],
        "level": "info",
        "logger": "stofstroom",
        "said": "too_many_calls",
        "where": "/login",
        "address": "192.0.2.1",
    }


def test_an_event_of_the_accounts_stays_an_object() -> None:
    line = json.loads(JsonLines().format(record("%s", '{"event": "signed_in", "actor": ""}')))
    assert line["event"] == {"event": "signed_in", "actor": ""}


@pytest.mark.parametrize("shape", [JsonLines(), OneLine()])
def test_nobody_can_write_a_line_of_their_own(shape: logging.Formatter) -> None:
    forged = 'nobody\r\n{"level": "info"}\u2028\x1b[31m\x85'
    said = record("asked for %s", forged)
    said.facts = {"host": forged}
    try:
        raise ValueError(forged)
    except ValueError:
        said.exc_info = sys.exc_info()
    line = shape.format(said)
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert line.isprintable()


def test_what_the_web_server_says_of_a_request_is_masked_too() -> None:
    arguments = ("192.0.2.1:1", "GET", f"/outlet/{SECRET}?token={SECRET}", "1.1", 200)
    asked = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 1, '%s - "%s %s HTTP/%s" %d', arguments, None
    )
    assert WithoutSecrets().filter(asked)
    line = AccessFormatter('%(client_addr)s "%(request_line)s" %(status_code)s').format(asked)
    assert SECRET not in line
    assert "/outlet/***" in line


def test_the_service_logs_to_its_output_alone_and_not_who_looked_at_what() -> None:
    said = logs.configuration(Hygiene(log_level="debug"))
    assert {handler["class"] for handler in said["handlers"].values()} == {"logging.StreamHandler"}
    assert said["handlers"]["out"]["stream"] == "ext://sys.stderr"
    assert said["loggers"]["uvicorn.access"] == {"level": "CRITICAL", "propagate": False}
    assert said["loggers"]["stofstroom"]["level"] == "DEBUG"
    assert said["formatters"]["line"]["()"] is JsonLines
    in_words = logs.configuration(Hygiene(log_shape="text"))
    assert in_words["formatters"]["line"]["()"] is OneLine


def test_where_it_was_is_the_shape_of_the_address() -> None:
    class Route:
        path = "/outlet/{token}"

    scope = {"type": "http", "path": f"/outlet/{SECRET}", "headers": [], "query_string": b""}
    scope |= {"server": ("testserver", 80)}
    assert logs.where(Request({**scope, "route": Route()})) == "/outlet/{token}"
    assert logs.where(Request({**scope, "server": ("testserver", 80)})) == "/outlet/***"
    Route.path = "/batches/{code}"
    call = {**scope, "path": "/api/v1/batches/B1", "server": ("testserver", 80), "route": Route()}
    assert logs.where(Request(call)) == "/api/v1/batches/{code}"


def test_who_was_refused_is_noted_with_the_reason_and_who_only_signs_in_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def asked(refusal: Refusal, *headers: tuple[bytes, bytes]) -> list[str]:
        caplog.clear()
        settings = SimpleNamespace(settings=from_environment({}))
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/labels",
            "headers": list(headers),
            "query_string": b"",
            "server": ("testserver", 80),
            "client": ("192.0.2.1", 1),
            "state": {"actor": "person:3"},
            "app": SimpleNamespace(state=settings),
        }
        logs.note_refusal(Request(scope), refusal)
        return [JsonLines().format(one) for one in caplog.records]

    [line] = asked(NotAllowed())
    said = json.loads(line)
    assert {
        name: said[name] for name in ("what", "method", "where", "address", "actor", "code")
    } == {
        "what": "refused",
        "method": "GET",
        "where": "/labels",
        "address": "192.0.2.1",
        "actor": "person:3",
        "code": "not_allowed",
    }
    assert asked(Unauthenticated()) == []
    assert len(asked(Unauthenticated(), (b"authorization", b"Bearer wrong"))) == 1
    assert len(asked(Malformed(field="mass_g", problem="x"))) == 1
    assert asked(NotFound()) == []


def test_no_secret_of_any_way_in_is_ever_said(depot: Depot, ear: Ear) -> None:
    app = create_app(from_environment({}), database=depot.database)
    settle(app, from_environment({}), depot.database)
    app.state.clock = lambda: depot.now
    with depot.database.write() as session:
        with pytest.raises(DBAPIError) as failed:
            session.connection().execute(
                statement("SELECT x FROM nowhere WHERE x = :x"), {"x": SECRET}
            )
        assert SECRET not in str(failed.value)
        token = make_token(
            session, role=Role.MANAGER, organisation="WATERKANT", site=None, name="t", now=depot.now
        )
        code = code_for(session, "S1-IN", "Tablet", now=depot.now)
    client = TestClient(app, headers={"origin": "http://testserver"}, raise_server_exceptions=False)
    bearer = {"authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=bearer).status_code in {200, 404}
    client.get("/api/v1/batches", headers={"authorization": f"Bearer {SECRET}"})
    client.post("/login", data={"email": "nobody@example.org", "password": SECRET})
    client.post("/floor/enrol", json={"code": SECRET})
    enrolled = client.post("/floor/enrol", json={"code": code})
    for path in ("/outlet", "/invitation", "/reset"):
        client.get(f"{path}/{SECRET}")
        client.post(f"{path}/{SECRET}", data={"password": SECRET, "again": SECRET})
    client.get(f"/api/v1/reports/circularity?token={SECRET}", headers=bearer)
    client.cookies.set("stofstroom", SECRET)
    client.get("/desk")
    client.post("/bins/new", headers={"sec-fetch-site": "cross-site"}, data={"x": SECRET})
    depot.database.dispose()
    app.state.database = Database("sqlite:////nowhere/at/all.sqlite3")
    client.get("/desk")
    client.get("/api/v1/batches", headers=bearer)
    said = "\n".join(ear.lines)
    assert "foreign_form" in said
    assert "unexpected error" in said or "busy" in said
    device = enrolled.json().get("token", SECRET) if enrolled.status_code < 300 else SECRET
    for secret in (SECRET, token, code, device):
        assert not re.search(re.escape(secret), said)
