"""A small but eventful register, booked by the real actions: two operators, three sites, a parent
with two suppliers and one that stands alone, half a year of work with everything that can happen.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.actions import define, register_operator
from catalogue.errors import Malformed, RuleBroken
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from dispatch.bins import CloseBin, close_bin
from dispatch.confirming import Confirm, TreatedLine, confirm
from dispatch.shipping import Ship, ship
from intake.actions import LogBatch, WeighBatch, log_batch, weigh_batch
from intake.aside import SetAside, hold_batch, refuse_batch
from intake.finds import LogFind, log_find
from sorting.actions import Part, Sort, sort_batch, sort_bin
from sorting.closing import Close, NamedLoss, close_batch
from sorting.opening import OpenBin, open_new_bin
from streams.corrections import Correct, correct_batch
from streams.ledger import Booked
from streams.reversals import Reverse, reverse
from tests.reporting.yardsticks import CELLS, DISTANCE_KM, yardsticks

FIRST_DAY = date(2025, 11, 10)
DAYS = 170
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

SUPPLIERS = ("NOORD", "ZUID", "LAND")
PARENT = "KLEDING"
SITES = {"OPA": ("S1", "S2"), "OPB": ("T1",)}
STREAMS = {"reissue": "reuse", "sale": "reuse", "panels": "recycle", "energy": "incineration"}
ACTS = ["reversal", "correction", "hold", "release", "refusal", "close", "reopen", "return"]


@dataclass
class World:
    """Where everything that happened can be asked about."""

    session: Session
    seed: int
    random: random.Random = field(init=False)
    scans: int = 0
    acts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def organisation(self, code: str) -> int:
        return rulebook(self.session).organisations[code].id

    def staff(self, operator: str, role: Role = Role.MANAGER, site: str | None = None) -> Viewer:
        return Viewer(
            role=role,
            organisation_id=self.organisation(operator),
            operator_id=self.organisation(operator),
            site_id=rulebook(self.session).sites[site].id if site else None,
        )

    def supplier(self, code: str) -> Viewer:
        own = self.organisation(code)
        return Viewer(
            role=Role.SUPPLIER,
            organisation_id=own,
            supplier_ids=rulebook(self.session).children(own),
        )

    def outlet(self) -> Viewer:
        own = self.organisation("MILL")
        return Viewer(role=Role.OUTLET, organisation_id=own, outlet_id=own)

    def head(self, day: date) -> dict[str, Any]:
        """What every command carries."""
        self.scans += 1
        moment = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
        return {
            "scan_id": str(UUID(int=(self.seed << 64) + self.scans)),
            "scanned_at": moment + timedelta(minutes=self.random.randrange(600)),
        }

    def attempt(self, name: str, act: Callable[[], Booked]) -> Booked | None:
        """What is refused (or corrects nothing) did not happen; what did is counted."""
        with suppress(RuleBroken, Malformed):
            done = act()
            self.acts[name] = self.acts.get(name, 0) + 1
            return done
        return None


def lay_reference(session: Session) -> None:
    """Two operators that serve the same suppliers, each with groups and routes of its own."""
    early = datetime(2025, 1, 1, tzinfo=UTC)
    for operator, sites in SITES.items():
        register_operator(session, operator, {"name": f"Operator {operator}"}, now=early)
        if operator == "OPA":
            _parties(session, early)
        for supplier in (*SUPPLIERS, PARENT):
            partner = {"organisation": supplier, "roles": ["supplier"]}
            define(session, operator, "partner", f"{operator}:{supplier}", partner, now=early)
        mill: dict[str, Any] = {
            "organisation": "MILL",
            "roles": ["outlet"],
            "treatments": list(STREAMS),
        }
        mill |= {"distance_km": DISTANCE_KM[operator], "permit": "OD MILL"}
        define(session, operator, "partner", f"{operator}:MILL", mill, now=early)
        for site in sites:
            zone = {"name": f"Site {site}", "timezone": "Europe/Amsterdam"}
            define(session, operator, "site", site, zone, now=early)
            desk = {"site": site, "kind": "sorting", "name": "Table 1"}
            define(session, operator, "station", f"{site}-A", desk, now=early)
        _possibilities(session, operator, early)
        yardsticks(session, operator, early)


def _parties(session: Session, now: datetime) -> None:
    for code in (PARENT, *SUPPLIERS, "MILL", "NOBODY"):
        data: dict[str, Any] = {"name": f"={code} & Co"}
        if code in ("NOORD", "ZUID"):
            data["parent"] = PARENT
        define(session, "OPA", "organisation", code, data, now=now)


def _possibilities(session: Session, operator: str, now: datetime) -> None:
    for code in ("unknown", "jackets", "trousers"):
        names = {"nl": f"{code} (nl)", "en": code}
        group = {"names": names, "security": "open", "tolerance_permille": 20}
        group["in_producer_scheme"] = code == "jackets"
        define(session, operator, "article_group", code, group, now=now)
    for code, stream in STREAMS.items():
        route = {
            "valid_from": date(2025, 1, 1),
            "stream": stream,
            "names": {"nl": f"{code} (nl)", "en": code},
            "accepts": ["open", "debrand", "destroy", "serial"],
            "gri": "306-5" if stream == "incineration" else "306-4",
            **CELLS[code],
        }
        define(session, operator, "destination", code, route, now=now)
        if code == "energy":
            again = {**route, "valid_from": date(2026, 2, 1), "note": "another oven"}
            again |= {"ladder": "", **CELLS["energy@2"]}
            define(session, operator, "destination", code, again, now=now)
    for code, limit in (("weighing_difference", 1000), ("moisture", 60), ("dust", 60)):
        loss = {"names": {"en": code}, "limit_permille": limit}
        define(session, operator, "loss_kind", code, loss, now=now)
    knife = {"names": {"en": "knife"}, "stops_batch": False}
    define(session, operator, "find_kind", "knife", knife, now=now)
    define(session, operator, "reason", "mistake", {"names": {"en": "mistake"}, "acts": ACTS},
           now=now)  # fmt: skip


def build(session: Session, *, seed: int = 7, batches: int = 45) -> World:
    """The reference data, and `batches` batches at every site's days with what befell them."""
    lay_reference(session)
    world = World(session, seed)
    for number in range(batches):
        site = world.random.choice(["S1", "S2", "T1"])
        day = FIRST_DAY + timedelta(days=number * DAYS // batches)
        _batch(world, site, day)
        if number % 6 == 5:
            _dispatch(world, site, day)
    return world


def _leader(world: World, site: str) -> Viewer:
    operator = next(code for code, sites in SITES.items() if site in sites)
    return world.staff(operator, Role.TEAM_LEADER)


def _batch(world: World, site: str, day: date) -> None:
    chance, leader, session = world.random, _leader(world, site), world.session
    weighed_g = chance.randrange(20_000, 400_000)
    logged = log_batch(
        session,
        LogBatch(
            **world.head(day),
            code=None,
            site=site,
            station=f"{site}-A",
            supplier=chance.choice(SUPPLIERS),
            article_group=chance.choice([None, "jackets", "trousers"]),
            containers=(),
            gross_g=weighed_g + 12_000,
            tare_g=12_000,
            scale=None,
            pieces=chance.choice([None, weighed_g // 800]),
            quality=chance.choice(["measured", "measured", "estimated"]),
            eural=None,
            delivery=None,
        ),
        viewer=leader,
        now=NOW,
    )
    code = str(logged.answer["code"])
    for _ in range(chance.randrange(1, 7)):
        day += timedelta(days=chance.randrange(0, 20))
        befalls = chance.choice([_sort, _sort, _sort, _weigh, _aside, _find, _correct, _resort])
        code = befalls(world, site, code, day) or code
    if chance.random() < 0.6:
        _close(world, site, code, day)


def _part(world: World, mass_g: int, destination: str | None, bin_code: str | None) -> Part:
    return Part(
        destination=destination,
        bin=bin_code,
        mass_g=mass_g,
        article_group=world.random.choice([None, "jackets", "unknown"]),
        pieces=world.random.choice([None, mass_g // 700]),
        quality=world.random.choice([None, None, "estimated"]),
        scale=None,
    )


def _sort(world: World, site: str, code: str, day: date) -> None:
    chance, by = world.random, {"viewer": _leader(world, site), "now": NOW}
    work_bin = None
    if chance.random() < 0.3:
        opened = open_new_bin(
            world.session,
            OpenBin(**world.head(day), code=None, site=site, destination=None, container=None),
            **by,  # type: ignore[arg-type]
        )
        work_bin = str(opened.answer["code"])
    parts = [
        _part(world, chance.randrange(1_000, 60_000), destination, None)
        for destination in chance.sample(list(STREAMS), k=chance.randrange(1, 4))
    ]
    if work_bin:
        parts.append(_part(world, chance.randrange(1_000, 30_000), None, work_bin))
    command = Sort(**world.head(day), station=f"{site}-A", parts=tuple(parts))
    name = "sort to a work bin" if work_bin else "sort"
    done = world.attempt(name, lambda: sort_batch(world.session, code, command, **by))  # type: ignore[arg-type]
    if done and chance.random() < 0.25:
        undo = Reverse(**world.head(day + timedelta(days=20)), reason="mistake")
        world.attempt("reverse", lambda: reverse(world.session, command.scan_id, undo, **by))  # type: ignore[arg-type]


def _resort(world: World, site: str, code: str, day: date) -> None:
    """A bin sorted again: what stood under one destination goes to another."""
    by: dict[str, Any] = {"viewer": _leader(world, site), "now": NOW}
    route = world.random.choice(list(STREAMS))
    sort = Sort(**world.head(day), station=f"{site}-A", parts=(_part(world, 25_000, route, None),))
    done = world.attempt("sort", lambda: sort_batch(world.session, code, sort, **by))
    if done:
        bin_code = str(done.answer["bins"][0])
        part = _part(world, 9_000, world.random.choice(list(STREAMS)), None)
        again = Sort(**world.head(day), station=f"{site}-A", parts=(part,))
        world.attempt("sort a bin", lambda: sort_bin(world.session, bin_code, again, **by))


def _weigh(world: World, site: str, code: str, day: date) -> None:
    by: dict[str, Any] = {"viewer": _leader(world, site), "now": NOW}
    command = WeighBatch(
        **world.head(day),
        station=f"{site}-A",
        gross_g=world.random.randrange(20_000, 300_000),
        tare_g=12_000,
        quality="measured",
        scale=None,
        loss_kind="moisture",
    )
    world.attempt("weigh", lambda: weigh_batch(world.session, code, command, **by))


def _aside(world: World, site: str, code: str, day: date) -> None:
    by: dict[str, Any] = {"viewer": _leader(world, site), "now": NOW}
    command = SetAside(**world.head(day), reason="mistake", mass_g=5_000)
    act = world.random.choice([hold_batch, refuse_batch])
    world.attempt(act.__name__, lambda: act(world.session, code, command, **by))


def _find(world: World, site: str, code: str, day: date) -> None:
    by: dict[str, Any] = {"viewer": _leader(world, site), "now": NOW}
    command = LogFind(
        **world.head(day), station=f"{site}-A", batch=code, kind="knife", count=1, mass_g=180
    )
    world.attempt("find", lambda: log_find(world.session, command, **by))


def _correct(world: World, site: str, code: str, day: date) -> str | None:
    """A wrong supplier, seen late: every gram follows onto a new batch."""
    by: dict[str, Any] = {"viewer": _leader(world, site), "now": NOW}
    command = Correct(
        **world.head(day),
        reason="mistake",
        supplier=world.random.choice(SUPPLIERS),
        article_group=None,
        gross_g=None,
        tare_g=None,
        quality=world.random.choice([None, "estimated", "measured"]),
    )
    done = world.attempt("correct", lambda: correct_batch(world.session, code, command, **by))
    return str(done.answer["code"]) if done else None


def _close(world: World, site: str, code: str, day: date) -> None:
    by: dict[str, Any] = {"viewer": _leader(world, site), "now": NOW}
    command = Close(
        **world.head(day),
        station=f"{site}-A",
        losses=(NamedLoss(kind="dust", mass_g=300),),
        reason="mistake",
    )
    world.attempt("close", lambda: close_batch(world.session, code, command, **by))


def _dispatch(world: World, site: str, day: date) -> None:
    """Close some bins a little off their sum, ship them, and let the mill confirm half of them."""
    from sqlalchemy import text

    by: dict[str, Any] = {"viewer": _leader(world, site), "now": NOW}
    bins = world.session.execute(
        text(
            "SELECT bin.code, SUM(balance.mass_g) FROM bin JOIN site ON site.id = bin.site_id"
            " JOIN place ON place.bin_id = bin.id JOIN balance ON balance.place_id = place.id"
            " WHERE bin.state = 'open' AND bin.destination_id IS NOT NULL AND site.code = :site"
            " GROUP BY bin.code, bin.id HAVING SUM(balance.mass_g) > 5000 ORDER BY bin.id"
        ),
        {"site": site},
    ).all()
    ready = []
    for code, mass_g in bins:
        off_g = world.random.randrange(-40, 40)
        weighed = CloseBin(
            **world.head(day), gross_g=int(mass_g) + 30_000 + off_g, tare_g=30_000, scale=None
        )
        act = partial(close_bin, world.session, code, weighed, **by)
        if world.attempt("close a bin", act):
            ready.append(code)
    if not ready:
        return
    command = Ship(**world.head(day), outlet="MILL", bins=tuple(ready), waybill=None, carrier=None)
    shipped = ship(world.session, command, **by)
    if world.random.random() < 0.7:
        mass_g = int(shipped.answer["mass_g"])
        burnt_g = mass_g // 20
        lines = (
            TreatedLine(treatment="panels", mass_g=mass_g - burnt_g - 17),
            TreatedLine(treatment="energy", mass_g=burnt_g),
        )
        done = Confirm(**world.head(day + timedelta(days=9)), lines=lines, document=None)
        code = str(shipped.answer["code"])
        world.attempt("confirm", lambda: confirm(world.session, code, done, **by))
