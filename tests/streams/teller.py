"""A team leader who books one act after the other, for tests of what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from certificates.actions import Issue, Withdraw, issue, withdraw
from dispatch.bins import CloseBin, close_bin
from dispatch.confirming import Confirm, TreatedLine, confirm
from dispatch.legs import AddLeg, add_leg
from dispatch.returning import ReturnLine, TakeBack, take_back
from dispatch.shipping import Ship, ship
from intake.actions import LogBatch, WeighBatch, log_batch, weigh_batch
from intake.aside import SetAside
from intake.codes import ReserveCodes, reserve_codes
from intake.deliveries import AnnounceDelivery, AnnouncedLine, announce_delivery
from intake.finds import LogFind, hand_over, hand_over_of, log_find
from intake.items import DestroyItem, NoteItem, destroy_item, note_item
from labels.actions import Relabel, relabel
from proof.signing import KeyRing, SigningKey
from reporting.issuing import IssueReport, issue_report
from sorting.actions import Part, Sort, sort_batch, sort_bin
from sorting.closing import Close, NamedLoss, close_batch, reopen_batch
from sorting.gates import PassGate, pass_batch, pass_bin
from sorting.opening import OpenBin, open_new_bin
from streams.corrections import Correct, correct_batch
from streams.ledger import Booked
from streams.reversals import Reverse, reverse

NAMESPACE = UUID("7a1b7c6e-4d0e-4d1e-9a55-3f0f5d1c2b11")
START = datetime(2026, 3, 30, 8, 15, tzinfo=UTC)
REASON = "mistake"
RING = KeyRing((SigningKey(valid_from=START, seed=b"tell" * 8),))
SENT_BACK = "sent_back"


class Teller:
    """Books one act after the other, a few hours apart, as a team leader would."""

    def __init__(self, session: Session, site: str, series: str = "") -> None:
        self.session = session
        self.site = site
        self.series = series
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
        self.scan_id = str(uuid5(NAMESPACE, f"{self.site}{self.series}{self._number}"))
        return {"scan_id": self.scan_id, "scanned_at": self.now, "note": note}

    @property
    def by(self) -> dict[str, Any]:
        return {"viewer": self.viewer, "now": self.now + timedelta(seconds=2)}

    def announce(self, supplier: str, *masses_g: int, reference: str | None = None) -> str:
        command = AnnounceDelivery(
            **self.head(),
            supplier=supplier,
            site=self.site,
            expected_at=self.now + timedelta(days=1),
            lines=tuple(
                AnnouncedLine(article_group=None, containers=1, mass_g=g) for g in masses_g
            ),
            reference=reference,
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

    def note_item(self, batch: str, number: str, gate: str | None = None) -> None:
        command = NoteItem(
            **self.head(), number=number, station=self.station, article_group="vests", gate=gate
        )
        note_item(self.session, batch, command, **self.by)

    def destroy_item(self, number: str) -> None:
        command = DestroyItem(
            **self.head(), station=self.station, method=REASON, gate="shred", document=None
        )
        destroy_item(self.session, number, command, **self.by)

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
        waybill = f"CMR {bins[0]}"
        command = Ship(
            **self.head(), outlet=outlet, bins=bins, waybill=waybill, carrier="ROAD",
            vehicle="12-STO-3",
        )  # fmt: skip
        return str(ship(self.session, command, **self.by).answer["code"])

    def add_leg(self, shipment: str, **more: str) -> None:
        said: dict[str, Any] = dict.fromkeys(("vehicle", "from_place", "to_place", "ordered_by"))
        command = AddLeg(**self.head(), carrier="ROAD", **(said | more))
        add_leg(self.session, shipment, command, **self.by)

    def take_back(
        self, shipment: str, *, whole: str | None = None, mass_g: int | None = None
    ) -> None:
        lines = (ReturnLine(bin=whole, mass_g=mass_g),)
        command = TakeBack(**self.head(), lines=lines, reason=SENT_BACK)
        take_back(self.session, shipment, command, **self.by)

    def confirm(self, shipment: str, **treated_g: int) -> None:
        lines = tuple(TreatedLine(treatment=t, mass_g=g) for t, g in treated_g.items())
        command = Confirm(**self.head(), lines=lines, document=None)
        confirm(self.session, shipment, command, **self.by)

    def undo(self, scan_id: str) -> None:
        command = Reverse(**self.head(), reason=REASON)
        reverse(self.session, scan_id, command, **self.by)

    def relabel(self, target: str) -> None:
        kind = "batch" if target.startswith("B") else "bin"
        (blank,) = self.reserve(kind, 1)
        relabel(self.session, target, Relabel(**self.head(), code=blank, reason=REASON), **self.by)

    def reserve(self, kind: str, count: int) -> list[str]:
        command = ReserveCodes(**self.head(), station=self.station, kind=kind, count=count)
        return list(reserve_codes(self.session, command, **self.by).answer["codes"])

    def certify(self, kind: str, scope: str, **more: Any) -> str:
        command = Issue(**self.head(), kind=kind, scope=scope, **more)
        booked = issue(self.session, command, **self.by, ring=RING, verify_at="https://x.example")
        return str(booked.answer["code"])

    def issue_report(self, **more: Any) -> str:
        manager = {**self.by, "viewer": replace(self.viewer, role=Role.MANAGER)}
        command = IssueReport(**self.head(), **more)
        at = "https://x.example"
        booked = issue_report(self.session, command, **manager, ring=RING, verify_at=at)
        return str(booked.answer["number"])

    def withdraw(self, code: str) -> None:
        withdraw(self.session, code, Withdraw(**self.head(), reason=REASON), **self.by)
