"""The parties, sites and things of the demo, read from `world.toml` and defined."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from sqlmodel import Session

from accounts.actions import create_person
from accounts.second_factor_rules import ask_nobody
from catalogue.access import Viewer
from catalogue.actions import define, register_operator
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook
from nl.actions import load_starting_values

WORLD: Final[Mapping[str, Any]] = tomllib.loads(
    files("demo").joinpath("world.toml").read_text("utf-8")
)
OPERATOR: Final[str] = WORLD["operator"]["code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A person of the demo. The password is public, so it opens nothing that matters."""

    email: str
    password: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class People:
    """Whoever acts in the demo, as the actions see them."""

    worker: Viewer
    leader: Viewer
    of: Mapping[str, Viewer]
    """Suppliers and outlets, by the code of their organisation."""


def define_world(session: Session, *, first: date, opened: date, now: datetime) -> None:
    """Define the operator with its starting values and everybody around it.

    first: from when permits and calibrations are counted; opened: the first day of all.
    """
    operator = WORLD["operator"]
    register_operator(session, OPERATOR, _without(operator, "code"), now=now)
    load_starting_values(session, OPERATOR, now)
    for supplier in WORLD["suppliers"]:
        _organisation(session, supplier, ["supplier"], [], now=now)
    for outlet in WORLD["outlets"]:
        burns = ["energy_plant"] if "burns_permille" in outlet else []
        permit = {}
        if "permit" in outlet:
            until = first + timedelta(days=outlet["permit_days"])
            permit = {"permit": outlet["permit"], "permit_until": until}
        permit |= {name: outlet[name] for name in ("distance_km", "country") if name in outlet}
        takes = [*outlet["takes"], *burns]
        _organisation(session, outlet, ["outlet"], takes, now=now, **permit)
    for carrier in WORLD["carriers"]:
        _organisation(session, carrier, ["carrier"], [], now=now)
    for site in WORLD["sites"]:
        _site(session, site, first=first, opened=opened, now=now)
    for rule in WORLD["owner_rules"]:
        code = f"{rule['supplier']}:{rule['article_group']}".replace("-", "_")
        define(session, OPERATOR, "owner_rule", code, rule, now=now)
    for target in WORLD["targets"]:
        wish = {**_without(target, "code"), "valid_from": opened}
        define(session, OPERATOR, "target", target["code"], wish, now=now)
    for declared in WORLD["declarations"]:
        said = {**_without(declared, "code"), "year": opened.year}
        define(session, OPERATOR, "declaration", declared["code"], said, now=now)


def define_people(session: Session, *, now: datetime) -> list[Login]:
    """Create the people of the demo, with passwords that everybody may know; no second factor is
    asked of them, so that a try-out is quick."""
    logins = demo_logins()
    for login, said in zip(logins, WORLD["people"], strict=True):
        create_person(
            session,
            email=login.email,
            name=login.name,
            password=login.password,
            role=login.role,
            organisation=said["organisation"],
            site=said.get("site"),
            language=said.get("language", "nl"),
            is_show=True,
            now=now,
        )
    ask_nobody(session, now=now)
    return logins


def demo_logins() -> list[Login]:
    """Everybody who can sign in to the demo."""
    return [
        Login(
            email=said["email"],
            password=f"stofstroom-{said['email'].partition('@')[0]}",
            name=said["name"],
            role=Role(said["role"]),
        )
        for said in WORLD["people"]
    ]


def people(book: Rulebook) -> People:
    """Those who act, with the keys that the rulebook gives them."""
    operator = book.organisation(OPERATOR).id
    of = {}
    for supplier in WORLD["suppliers"]:
        key = book.organisation(supplier["code"]).id
        of[supplier["code"]] = Viewer(
            role=Role.SUPPLIER, organisation_id=key, supplier_ids=book.children(key)
        )
    for outlet in WORLD["outlets"]:
        key = book.organisation(outlet["code"]).id
        of[outlet["code"]] = Viewer(role=Role.OUTLET, organisation_id=key, outlet_id=key)
    return People(
        worker=Viewer(role=Role.WORKER, organisation_id=operator, operator_id=operator),
        leader=Viewer(role=Role.TEAM_LEADER, organisation_id=operator, operator_id=operator),
        of=of,
    )


def stations_to_try() -> Mapping[str, str]:
    """One station of each kind, all at one site, by kind."""
    found: dict[str, str] = {}
    for station in WORLD["sites"][0]["stations"]:
        found.setdefault(station["kind"], station["code"])
    return found


def containers_of(site: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """Codes and tares (g) of a site's containers: wooden boxes differ by kilos."""
    return [
        (f"{site['code']}-BAK{number:03}", 38_000 + number * 7_919 % 23 * 500)
        for number in range(1, site["containers"] + 1)
    ]


def _organisation(
    session: Session,
    said: Mapping[str, Any],
    roles: Sequence[str],
    treatments: Sequence[str],
    *,
    now: datetime,
    **permit: Any,
) -> None:
    code = said["code"]
    own = ("name", "parent", "address", "registration", "vihb", "processor_number")
    data = {name: said[name] for name in own if name in said}
    define(session, OPERATOR, "organisation", code, data, now=now)
    partner = {"organisation": code, "roles": roles, "treatments": treatments, **permit}
    define(session, OPERATOR, "partner", code, partner, now=now)


def _site(
    session: Session, said: Mapping[str, Any], *, first: date, opened: date, now: datetime
) -> None:
    code = said["code"]
    own = ("name", "timezone", "address", "processor_number", "must_notify")
    define(session, OPERATOR, "site", code, {name: said[name] for name in own}, now=now)
    for station in said["stations"]:
        data = {"site": code, **_without(station, "code")}
        define(session, OPERATOR, "station", station["code"], data, now=now)
    for scale in said["scales"]:
        due = first + timedelta(days=scale["calibrated_days"])
        data = {"site": code, "calibration_due": due}
        data |= _without(scale, "code", "use", "calibrated_days")
        define(session, OPERATOR, "scale", scale["code"], data, now=now)
    for container, tare_g in containers_of(said):
        data = {
            "site": code,
            "kind": "box",
            "tare_g": tare_g,
            "tare_on": opened - timedelta(days=40),
            "max_g": 600_000,
        }
        define(session, OPERATOR, "container", container, data, now=now)


def _without(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}
