"""A small ledger that holds at least two rows of every table of the register.

Everything in it is booked by the real actions, so it is what a depot would have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.actions import define, register_operator
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from chain.actions import new_epoch
from dispatch.actions import (
    Confirm,
    ReturnLine,
    Ship,
    TakeBack,
    TreatedLine,
    confirm,
    ship,
    take_back,
)
from dispatch.bins import CloseBin, close_bin
from intake.actions import LogBatch, ReserveCodes, WeighBatch, log_batch, reserve_codes, weigh_batch
from intake.aside import SetAside, hold_batch, refuse_batch, release_batch
from intake.deliveries import AnnounceDelivery, AnnouncedLine, announce_delivery
from intake.finds import LogFind, hand_over, hand_over_of, log_find
from sorting.actions import OpenBin, Part, Sort, open_new_bin, sort_batch, sort_bin
from sorting.closing import Close, NamedLoss, close_batch, reopen_batch
from sorting.gates import PassGate, pass_batch, pass_bin
from store.engine import Database
from streams.corrections import Correct, correct_batch
from streams.ledger import Booked
from streams.reversals import Reverse, reverse

NAMESPACE = UUID("7a1b7c6e-4d0e-4d1e-9a55-3f0f5d1c2b11")
START = datetime(2026, 3, 30, 8, 15, tzinfo=UTC)
REASON = "mistake"
ACTS = (
    ("reversal", "correction", "hold", "release", "refusal", "close", "reopen"),
    ("return", "reversal"),
)


class Teller:
    """Books one act after the other, a few hours apart, as a team leader would."""

    def __init__(self, session: Session, site: str) -> None:
        self.session = session
        self.site = site
        self.station = f"{site}-A"
        book = rulebook(session)
        operator_id = book.sites[site].operator_id
        self.viewer = Viewer(
            role=Role.TEAM_LEADER, organisation_id=operator_id, operator_id=operator_id
        )
        self.now = START
        self.scan_id = ""
        self._number = 0

    def head(self, note: str | None = None) -> dict[str, Any]:
        """What every command carries; the scan it makes is remembered as `scan_id`."""
        self._number += 1
        self.now += timedelta(hours=3, seconds=1)
        self.scan_id = str(uuid5(NAMESPACE, f"{self.site}{self._number}"))
        return {"scan_id": self.scan_id, "scanned_at": self.now, "note": note}

    @property
    def by(self) -> dict[str, Any]:
        return {"viewer": self.viewer, "now": self.now + timedelta(seconds=2)}

    def announce(self, supplier: str, *masses_g: int) -> str:
        command = AnnounceDelivery(
            **self.head(),
            supplier=supplier,
            site=self.site,
            expected_at=self.now + timedelta(days=1),
            lines=tuple(
                AnnouncedLine(article_group=None, containers=1, mass_g=g) for g in masses_g
            ),
        )
        return str(announce_delivery(self.session, command, **self.by).answer["code"])

    def log(self, supplier: str, gross_g: int, **more: Any) -> str:
        given: dict[str, Any] = {
            "code": None,
            "article_group": "jackets",
            "containers": (f"{self.site}-C1",),
            "tare_g": 2_000,
            "scale": f"{self.site}-W1",
            "pieces": None,
            "quality": None,
            "eural": "200110",
            "delivery": None,
        }
        command = LogBatch(
            **self.head(more.pop("note", None)),
            site=self.site,
            station=self.station,
            supplier=supplier,
            gross_g=gross_g,
            **{**given, **more},
        )
        return str(log_batch(self.session, command, **self.by).answer["code"])

    def weigh(self, batch: str, gross_g: int, **more: Any) -> None:
        given: dict[str, Any] = {"tare_g": 2_000, "quality": None, "scale": None, "loss_kind": None}
        command = WeighBatch(
            **self.head(), station=self.station, gross_g=gross_g, **{**given, **more}
        )
        weigh_batch(self.session, batch, command, **self.by)

    def sort(self, source: str, *parts: tuple[str, int], **more: Any) -> Booked:
        """parts: destination or bin code, with grams."""
        said = []
        for target, mass_g in parts:
            is_bin = target.startswith("K") and len(target) == 12
            given: dict[str, Any] = {
                "destination": None if is_bin else target,
                "bin": target if is_bin else None,
                "mass_g": mass_g,
                "article_group": None,
                "pieces": None,
                "quality": None,
                "scale": None,
            }
            said.append(Part(**{**given, **more}))
        command = Sort(**self.head(), station=self.station, parts=tuple(said))
        act = sort_bin if source.startswith("K") else sort_batch
        return act(self.session, source, command, **self.by)

    def aside(self, verb: Any, batch: str, mass_g: int | None = None) -> None:
        command = SetAside(**self.head(), reason=REASON, mass_g=mass_g)
        verb(self.session, batch, command, **self.by)

    def gate(self, source: str, gate: str, **measure: Any) -> None:
        given = {"mass_g": None, "pieces": None, "evidence": None}
        command = PassGate(**self.head(), station=self.station, gate=gate, **{**given, **measure})
        act = pass_bin if source.startswith("K") else pass_batch
        act(self.session, source, command, **self.by)

    def close(self, batch: str, **losses_g: int) -> None:
        losses = tuple(NamedLoss(kind=kind, mass_g=g) for kind, g in losses_g.items())
        command = Close(**self.head(), station=self.station, losses=losses, reason=REASON)
        close_batch(self.session, batch, command, **self.by)

    def reopen(self, batch: str) -> None:
        command = Close(**self.head(), station=self.station, losses=(), reason=REASON)
        reopen_batch(self.session, batch, command, **self.by)

    def correct(self, batch: str, **right: Any) -> str:
        given: dict[str, Any] = {
            "supplier": None,
            "article_group": None,
            "gross_g": None,
            "tare_g": None,
            "quality": None,
        }
        command = Correct(**self.head("put right"), reason=REASON, **{**given, **right})
        return str(correct_batch(self.session, batch, command, **self.by).answer["code"])

    def find(self, kind: str, batch: str | None, mass_g: int | None = None) -> str:
        command = LogFind(
            **self.head(), station=self.station, batch=batch, kind=kind, count=1, mass_g=mass_g
        )
        return str(log_find(self.session, command, **self.by).answer["code"])

    def hand_over(self, find: str) -> None:
        head = self.head()
        names = {"first": "A", "second": "B", "receiver": "C"}
        command = hand_over_of(scan_id=head["scan_id"], scanned_at=head["scanned_at"], **names)
        hand_over(self.session, find, command, **self.by)

    def open_bin(self, destination: str | None) -> str:
        container = f"{self.site}-C2"
        command = OpenBin(
            **self.head(), code=None, site=self.site, destination=destination, container=container
        )
        return str(open_new_bin(self.session, command, **self.by).answer["code"])

    def close_bin(self, code: str, gross_g: int) -> None:
        command = CloseBin(**self.head(), gross_g=gross_g, tare_g=500, scale=None)
        close_bin(self.session, code, command, **self.by)

    def ship(self, outlet: str, *bins: str) -> str:
        command = Ship(**self.head(), outlet=outlet, bins=bins, waybill="CMR 1", carrier="ROAD")
        return str(ship(self.session, command, **self.by).answer["code"])

    def take_back(
        self, shipment: str, *, whole: str | None = None, mass_g: int | None = None
    ) -> None:
        lines = (ReturnLine(bin=whole, mass_g=mass_g),)
        command = TakeBack(**self.head(), lines=lines, reason="sent_back")
        take_back(self.session, shipment, command, **self.by)

    def confirm(self, shipment: str, **treated_g: int) -> None:
        lines = tuple(TreatedLine(treatment=t, mass_g=g) for t, g in treated_g.items())
        command = Confirm(**self.head(), lines=lines, document=None)
        confirm(self.session, shipment, command, **self.by)

    def undo(self, scan_id: str) -> None:
        command = Reverse(**self.head(), reason=REASON)
        reverse(self.session, scan_id, command, **self.by)

    def reserve(self, kind: str, count: int) -> list[str]:
        command = ReserveCodes(**self.head(), station=self.station, kind=kind, count=count)
        return list(reserve_codes(self.session, command, **self.by).answer["codes"])


def build(database: Database) -> None:
    """Fill a migrated, empty database: at S1 all goes on, at S2 all adds up from the start."""
    with database.write() as session:
        _define(session)
    with database.write() as session:
        _work(Teller(session, "S1"))
    with database.write() as session:
        _nothing_to_explain(Teller(session, "S2"))
    with database.write() as session:
        new_epoch(session, "site:S2", now=START + timedelta(days=40))


def _define(session: Session) -> None:
    now = START - timedelta(days=30)
    register_operator(session, "OP", {"name": "Sorteerders"}, now=now)

    def say(noun: str, code: str, **data: Any) -> None:
        define(session, "OP", noun, code, data, now=now)

    for code, roles in (
        ("NH", ["supplier"]),
        ("NH-SUB", ["supplier"]),
        ("FIBRE", ["outlet"]),
        ("SHOP", ["outlet"]),
        ("ROAD", ["carrier"]),
    ):
        parent = {"parent": "NH"} if code == "NH-SUB" else {}
        say("organisation", code, name=f"Organisation {code}", **parent)
        treatments = ["fibre", "burn", "shop"] if roles == ["outlet"] else []
        say("partner", code, organisation=code, roles=roles, treatments=treatments)
    for site in ("S1", "S2"):
        say("site", site, name=f"Site {site}", timezone="Europe/Amsterdam")
        _define_site(say, site)
    _define_rules(say)
    _define_versions(say)


def _define_site(say: Any, site: str) -> None:
    for letter, kind in (("A", "sorting"), ("B", "intake")):
        say("station", f"{site}-{letter}", site=site, kind=kind, name=f"Table {letter}")
    for number, max_g in ((1, None), (2, 40_000)):
        say(
            "container",
            f"{site}-C{number}",
            site=site,
            kind="cage",
            tare_g=2_000,
            tare_on=date(2026, 1, number),
            max_g=max_g,
        )
        say(
            "scale",
            f"{site}-W{number}",
            site=site,
            name=f"Scale {number}",
            division_g=20,
            max_g=60_000 * number,
            calibration_due=date(2025 + number // 2, 6, 1) if number == 1 else date(2027, 1, 1),
        )


def _define_rules(say: Any) -> None:
    for code, security, permille in (("unknown", "destroy", 20), ("jackets", "open", 30)):
        piece = {} if code == "unknown" else {"piece_g": 900}
        say(
            "article_group",
            code,
            names={"nl": code, "en": code},
            security=security,
            tolerance_permille=permille,
            **piece,
        )
    for code in ("delogo", "shred"):
        say("gate", code, names=_named(code))
    for code, permille in (("weighing_difference", 10), ("moisture", 50), ("dust", 20)):
        say("loss_kind", code, names=_named(code), limit_permille=permille)
    for code, stops in (("knife", False), ("cartridge", True)):
        say("find_kind", code, names=_named(code), stops_batch=stops)
    for code, acts in zip((REASON, "sent_back"), ACTS, strict=True):
        say("reason", code, names=_named(code), acts=list(acts))


def _define_versions(say: Any) -> None:
    for code, stream, gates in (
        ("shop", "reuse", ["delogo"]),
        ("fibre", "recycle", []),
        ("burn", "incineration", []),
    ):
        say(
            "destination",
            code,
            valid_from=date(2026, 1, 1),
            stream=stream,
            names=_named(code),
            accepts=["open", "debrand", "destroy"],
            gates=gates,
        )
    say(
        "destination",
        "fibre",
        valid_from=date(2026, 4, 3),
        stream="recycle",
        names=_named("fibre"),
        accepts=["open", "destroy"],
        recovery_code="R3",
    )
    for supplier in ("NH", "NH-SUB"):
        say(
            "owner_rule",
            f"{supplier}:jackets".replace("-", "_").replace(":", "_"),
            supplier=supplier,
            article_group="jackets",
            destinations=["shop", "fibre", "burn"],
        )
    for code in ("first", "second"):
        say("sorting_guide", code, tree={"ask": code, "yes": "shop", "no": "fibre"})
    say("organisation", "NH", name="Noorderhaven", address="Kade 1")
    say("reason", REASON, names=_named("vergissing"), acts=list(ACTS[0]))


def _named(word: str) -> Mapping[str, str]:
    return {"nl": f"{word} é", "en": word}


def _work(tell: Teller) -> None:
    _intake(tell)
    _sorting(tell)
    _undoing(tell)
    _dispatch(tell)


def _intake(tell: Teller) -> None:
    expected, awaited = tell.announce("NH", 30_000, 10_000), tell.announce("NH-SUB", 5_000)
    codes = tell.reserve("batch", 2)
    first = tell.log("NH", 32_000, code=codes[0], delivery=expected, pieces=40, note="nat")
    tell.weigh(first, 31_700, loss_kind="moisture")
    guess = tell.log("NH-SUB", 12_000, quality="estimated")
    tell.weigh(guess, 12_600)
    wrong = tell.log("NH", 22_000, article_group=None, note="verkeerde leverancier")
    tell.aside(hold_batch, wrong, 3_000)
    tell.aside(release_batch, wrong, 1_000)
    tell.correct(wrong, supplier="NH-SUB", gross_g=22_500)
    refused = tell.log("NH", 9_000, delivery=expected)
    tell.aside(refuse_batch, refused)
    part = tell.log("NH-SUB", 15_000, delivery=awaited, scale=f"{tell.site}-W2")
    tell.aside(refuse_batch, part, 2_000)
    tell.aside(hold_batch, part)
    tell.aside(release_batch, part)
    tell.correct(part, tare_g=2_500, quality="estimated")
    tell.find("knife", first, 150)
    tell.hand_over(tell.find("cartridge", part))
    tell.undo(_scan_of(tell, tell.find("knife", None)))


def _scan_of(tell: Teller, _code: str) -> str:
    return tell.scan_id


def _sorting(tell: Teller) -> None:
    batch = tell.log("NH", 42_000, pieces=50)
    work, other = tell.open_bin(None), tell.open_bin("burn")
    tell.gate(batch, "delogo", mass_g=12_000)
    tell.gate(batch, "shred", pieces=7)
    tell.sort(batch, ("shop", 9_000), ("fibre", 8_000), pieces=9)
    tell.sort(batch, (work, 10_000), (other, 5_000), quality="estimated")
    tell.gate(work, "delogo", mass_g=6_000)
    tell.sort(work, ("shop", 4_000), ("fibre", 6_000))
    tell.sort(batch, ("fibre", 7_600), article_group="unknown")
    tell.close(batch, dust=200, moisture=100)
    more = tell.log("NH-SUB", 20_000)
    tell.sort(more, ("fibre", 9_000), ("burn", 9_200))
    tell.close(more)
    tell.reopen(more)
    tell.correct(more, supplier="NH")


def _nothing_to_explain(tell: Teller) -> None:
    """Acts that could book a difference and have none to book."""
    batch = tell.log("NH", 12_000)
    tell.correct(batch, article_group="unknown")
    tell.weigh(batch, 12_000)
    booked = tell.sort(batch, ("fibre", 10_000))
    tell.close(batch)
    (code,) = booked.answer["bins"]
    tell.close_bin(code, 10_500)
    tell.confirm(tell.ship("FIBRE", code), fibre=10_000)


def _undoing(tell: Teller) -> None:
    gone = tell.log("NH-SUB", 8_000, pieces=3, note="dubbel")
    made = tell.scan_id
    tell.gate(gone, "shred", mass_g=1_000)
    tell.gate(gone, "shred", mass_g=2_000)
    passed = tell.scan_id
    tell.sort(gone, ("burn", 1_000))
    tell.undo(tell.scan_id)
    tell.undo(passed)
    tell.undo(made)
    tell.announce("NH", 1_000)
    tell.undo(tell.scan_id)
    tell.open_bin("burn")
    tell.undo(tell.scan_id)


def _dispatch(tell: Teller) -> None:
    late = tell.log("NH", 50_000)
    shipments: list[tuple[str, list[str]]] = []
    for outlet in ("FIBRE", "FIBRE", "SHOP"):
        tell.now += timedelta(days=1)
        tell.gate(late, "delogo", mass_g=3_000)
        booked = tell.sort(late, ("fibre", 4_000), ("burn", 5_000), ("shop", 3_000))
        bins = list(booked.answer["bins"])
        for code in bins:
            tell.close_bin(code, 4_000 + 500 * len(shipments) + 3_000)
        shipments.append((tell.ship(outlet, *bins), bins))
    (first, _), (second, bins), (third, _) = shipments
    tell.confirm(first, fibre=9_000, burn=12_000)
    tell.take_back(second, whole=bins[0])
    tell.take_back(second, mass_g=700)
    tell.confirm(third, shop=10_000, fibre=9_000)
    tell.undo(tell.scan_id)
