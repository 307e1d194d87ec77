"""Callers of the API, each with a token, in front of a real application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI
from starlette.testclient import TestClient

from accounts.actions import make_token
from catalogue.actions import define
from catalogue.kinds import Role
from store.engine import Database
from tests.builders import Depot
from tests.cast import DESTINATIONS
from web.hygiene import Hygiene, Rates
from web.limits import Measures
from web.remembering import Remembered
from web.settings import Settings

API: Final = "/api/v1"
TZ: Final = "+01:00"
AT: Final = f"2026-03-02T09:00:00{TZ}"
"""The depot's morning, as a tablet in Amsterdam writes it."""
BODY_MAX_BYTES: Final = 1 << 20

CALLERS: Final[Mapping[str, tuple[Role, str, str | None]]] = {
    "worker": (Role.WORKER, "WATERKANT", None),
    "leader": (Role.TEAM_LEADER, "WATERKANT", None),
    "manager": (Role.MANAGER, "WATERKANT", None),
    "supplier": (Role.SUPPLIER, "NOORDERHAVEN", None),
    "outlet": (Role.OUTLET, "VEZELHOF", None),
    "auditor": (Role.AUDITOR, "WATERKANT", None),
    "administrator": (Role.ADMINISTRATOR, "WATERKANT", None),
    # These have nothing to do with what is called "ours" in the tests.
    "leader_of_s2": (Role.TEAM_LEADER, "WATERKANT", "S2"),
    "other_supplier": (Role.SUPPLIER, "DUINRAND", None),
    "other_outlet": (Role.OUTLET, "SMELTERIJ", None),
    "foreign_worker": (Role.WORKER, "BUITENPOST", None),
    "foreign_leader": (Role.TEAM_LEADER, "BUITENPOST", None),
    "foreign_manager": (Role.MANAGER, "BUITENPOST", None),
    "foreign_supplier": (Role.SUPPLIER, "VREEMD", None),
    "foreign_outlet": (Role.OUTLET, "TAKER", None),
    "foreign_auditor": (Role.AUDITOR, "BUITENPOST", None),
    "foreign_administrator": (Role.ADMINISTRATOR, "BUITENPOST", None),
}
TAKER: Final[Mapping[str, dict[str, Any]]] = {
    "organisation": {"name": "Afnemer"},
    "partner": {
        "organisation": "TAKER",
        "roles": ["outlet"],
        "treatments": list(DESTINATIONS),
    },
}
"""The outlet that Buitenpost lacks in the cast."""
SEVEN: Final = ("worker", "leader", "manager", "supplier", "outlet", "auditor", "administrator")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token (or without one), asking in a language."""

    client: TestClient
    token: str | None

    def headers(self, more: Mapping[str, str]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Accept-Language": "en", **own, **more}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{API}{path}", params=query, headers=self.headers({}))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(f"{API}{path}", json=body, headers=self.headers(headers))

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(f"{API}{path}", json=body, headers=self.headers({}))

    def post_bytes(self, path: str, content: bytes, **headers: str) -> Any:
        said = {"Content-Type": "application/json", **headers}
        return self.client.post(f"{API}{path}", content=content, headers=self.headers(said))

    def follow(self, link: str) -> Any:
        """The page behind a `Link` header."""
        path = link.partition("<")[2].partition(">")[0]
        return self.client.get(path, headers=self.headers({}))


class Hall:
    """A depot, the application in front of it, and its callers."""

    def __init__(self, app: FastAPI, depot: Depot, keys: Path) -> None:
        self.depot = depot
        self.app = app
        app.state.settings = settings_of(depot.database, keys)
        app.state.database = depot.database
        app.state.clock = lambda: depot.now
        app.state.remembered = Remembered()
        app.state.measures = Measures()
        self.client = TestClient(self.app)
        self._known: dict[str, Caller] = {"nobody": Caller(self.client, None)}

    def caller(self, name: str) -> Caller:
        """Somebody of CALLERS, or "nobody"; gets a token on first use."""
        if name not in self._known:
            self._known[name] = Caller(self.client, token_of(self.depot, name))
        return self._known[name]

    def post(self, path: str, body: Any, *, by: str = "leader") -> Any:
        return self.caller(by).post(path, body)

    def get(self, path: str, *, by: str = "leader", **query: Any) -> Any:
        return self.caller(by).get(path, **query)

    def park(self, batch: str | None = None) -> str:
        """The `scan_id` of a scan that is parked: more was sorted than there is."""
        target = batch or self.depot.log(1_000)["code"]
        wrong = command("sort", target, sorting(9_000))
        found = self.sync(wrong)["results"]
        assert found[0]["status"] == "parked"
        return str(wrong["scan_id"])

    def sync(self, *commands: Mapping[str, Any], by: str = "leader") -> Any:
        """What a tablet hears when it sends these."""
        answer = self.post("/sync", tablet(*commands), by=by)
        assert answer.status_code == 200, answer.text
        return answer.json()


UNHURRIED: Final = Rates(calls=10**6, strangers=10**6, costly=10**6, proofs=10**6)
"""Tests ask more in a minute than anybody."""


def settings_of(database: Database, keys: Path) -> Settings:
    return Settings(
        database_url=str(database.url),
        keys=keys,
        public_url="http://localhost:8000",
        body_max_bytes=BODY_MAX_BYTES,
        hygiene=Hygiene(rates=UNHURRIED),
    )


def token_of(depot: Depot, name: str) -> str:
    role, organisation, site = CALLERS[name]
    with depot.database.write() as session:
        if organisation == "TAKER":
            for noun, data in TAKER.items():
                define(session, "BUITENPOST", noun, "TAKER", data, now=depot.now)
        return make_token(
            session, role=role, organisation=organisation, site=site, name=name, now=depot.now
        )


def scan(**more: Any) -> dict[str, Any]:
    """A body with a `scan_id` of its own."""
    return {"scan_id": str(uuid4()), **more}


def sorting(mass_g: int = 1_000, to: str = "reuse", **more: Any) -> dict[str, Any]:
    return scan(
        station="S1-A", scanned_at=AT, parts=[{"destination": to, "mass_g": mass_g}], **more
    )


def intake(mass_g: int = 300_000, **more: Any) -> dict[str, Any]:
    said = {
        "site": "S1",
        "station": "S1-IN",
        "supplier": "NOORDERHAVEN",
        "article_group": "uniform",
        "gross_g": mass_g + 20_000,
        "tare_g": 20_000,
        "scanned_at": AT,
    }
    return scan(**(said | more))


def command(kind: str, target: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body of a call, as a command of a tablet."""
    rest = {name: value for name, value in body.items() if name != "scan_id"}
    return {"scan_id": body["scan_id"], "kind": kind, "target": target, "body": rest}


def tablet(*commands: Mapping[str, Any]) -> dict[str, Any]:
    return {"device": "tablet-1", "app_version": "1", "sent_at": AT, "commands": list(commands)}
