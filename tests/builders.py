"""A depot to act in: one short method per verb, each a real command in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from catalogue.access import Viewer
from dispatch.bins import CloseBin
from dispatch.bins import close_bin as close_one_bin
from dispatch.confirming import Confirm, TreatedLine
from dispatch.confirming import confirm as confirm_shipment
from dispatch.legs import AddLeg
from dispatch.legs import add_leg as add_one_leg
from dispatch.returning import ReturnLine, TakeBack
from dispatch.returning import take_back as take_shipment_back
from dispatch.shipping import Ship
from dispatch.shipping import ship as ship_bins
from intake.actions import LogBatch, WeighBatch, log_batch, weigh_batch
from intake.aside import SetAside, hold_batch, refuse_batch, release_batch
from intake.codes import ReserveCodes, reserve_codes
from intake.deliveries import AnnounceDelivery, AnnouncedLine, announce_delivery
from intake.finds import LogFind, hand_over, hand_over_of, log_find
from intake.items import DestroyItem, NoteItem, destroy_item, note_item
from labels.actions import Relabel, relabel
from sorting.actions import Part, Sort, sort_batch, sort_bin
from sorting.closing import Close, NamedLoss, close_batch, reopen_batch
from sorting.gates import PassGate, pass_batch, pass_bin
from sorting.opening import OpenBin, open_new_bin
from store.engine import Database
from store.sheet import attempt
from streams.corrections import Correct, correct_batch
from streams.ledger import Booked
from streams.reversals import Reverse
from streams.reversals import reverse as reverse_scan
from tests.cast import viewers

TARE_G = 20_000
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def part(mass_g: int, destination: str | None = None, **more: Any) -> Part:
    """A weighed part, for a destination or (bin=) for a bin."""
    said: dict[str, Any] = {"bin": None, "article_group": None, "pieces": None}
    said |= {"quality": None, "scale": None}
    return Part(destination=destination, mass_g=mass_g, **(said | more))


def parts(mass_by_target: Mapping[str, int]) -> list[Part]:
    """Parts by destination, or by bin where the target is the code of a bin."""
    return [
        part(mass_g, bin=to) if _is_bin(to) else part(mass_g, to)
        for to, mass_g in mass_by_target.items()
    ]


def _is_bin(text: str) -> bool:
    return len(text) == 12 and text.startswith("K")


class Depot:
    """The floor of Waterkant. `by` says who acts; `scan_id` is that of the last act, unless given.

    Every verb returns the answer; a refusal is raised and leaves nothing behind.
    """

    def __init__(self, database: Database, *, now: datetime = MORNING) -> None:
        self.database = database
        self.now = now
        self.scan_id = ""
        self._given: dict[str, Any] = {}
        self._within: Session | None = None
        with database.read() as session:
            self.people: dict[str, Viewer] = viewers(session)
        self._by = "leader"

    @contextmanager
    def as_(self, name: str) -> Iterator[None]:
        """Let somebody else act for a while."""
        before, self._by = self._by, name
        try:
            yield
        finally:
            self._by = before

    @contextmanager
    def scanning(self, **given: Any) -> Iterator[None]:
        """Give the next acts their `scan_id`, `scanned_at` or `note`."""
        before, self._given = self._given, given
        try:
            yield
        finally:
            self._given = before

    @contextmanager
    def in_one_transaction(self) -> Iterator[None]:
        """Let the next acts share a transaction, as the commands of a /sync do: each may fail by
        itself."""
        with self.database.write_many() as session:
            self._within = session
            try:
                yield
            finally:
                self._within = None

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)

    def carried(self) -> dict[str, Any]:
        """What every command carries."""
        said: dict[str, Any] = {"scan_id": str(uuid4()), "scanned_at": self.now, "note": None}
        said |= self._given
        self.scan_id = said["scan_id"]
        return said

    def do(self, act: Callable[..., Booked], *given: Any) -> dict[str, Any]:
        """Run an action in a transaction of its own, or in the one that is shared."""
        if self._within is not None:
            with attempt(self._within):
                return self.do_in(self._within, act, *given)
        with self.database.write() as session:
            return self.do_in(session, act, *given)

    def do_in(self, session: Session, act: Callable[..., Booked], *given: Any) -> dict[str, Any]:
        return act(session, *given, viewer=self.people[self._by], now=self.now).answer

    def announce(
        self, *masses_g: int, supplier: str = "NOORDERHAVEN", **more: Any
    ) -> dict[str, Any]:
        said: dict[str, Any] = {"site": "S1", "expected_at": self.now} | more
        lines = tuple(AnnouncedLine(article_group=None, containers=1, mass_g=g) for g in masses_g)
        return self.do(
            announce_delivery,
            AnnounceDelivery(**self.carried(), supplier=supplier, lines=lines, **said),
        )

    def reserve(self, kind: str = "batch", count: int = 1, station: str = "S1-IN") -> list[str]:
        command = ReserveCodes(**self.carried(), station=station, kind=kind, count=count)
        return list(self.do(reserve_codes, command)["codes"])

    def log(self, mass_g: int = 300_000, **more: Any) -> dict[str, Any]:
        said: dict[str, Any] = {
            "code": None, "site": "S1", "station": "S1-IN", "supplier": "NOORDERHAVEN",
            "article_group": "uniform", "containers": (), "gross_g": mass_g + TARE_G,
            "tare_g": TARE_G, "scale": None, "pieces": None, "quality": None, "eural": None,
            "delivery": None,
        }  # fmt: skip
        return self.do(log_batch, LogBatch(**self.carried(), **(said | more)))

    def weigh(self, batch: str, mass_g: int, **more: Any) -> dict[str, Any]:
        said = {"station": "S1-A", "quality": None, "scale": None, "loss_kind": None} | more
        command = WeighBatch(**self.carried(), gross_g=mass_g + TARE_G, tare_g=TARE_G, **said)
        return self.do(weigh_batch, batch, command)

    def sort(
        self, code: str, to: Mapping[str, int] | Sequence[Part], station: str = "S1-A"
    ) -> dict[str, Any]:
        """Sort out of a batch, or out of a bin when the code is one."""
        chosen = tuple(parts(to) if isinstance(to, Mapping) else to)
        command = Sort(**self.carried(), station=station, parts=chosen)
        return self.do(sort_bin if _is_bin(code) else sort_batch, code, command)

    def pass_gate(
        self, code: str, gate: str, mass_g: int | None = None, pieces: int | None = None
    ) -> dict[str, Any]:
        command = PassGate(
            **self.carried(), station="S1-A", gate=gate, mass_g=mass_g, pieces=pieces, evidence=None
        )
        return self.do(pass_bin if _is_bin(code) else pass_batch, code, command)

    def open_bin(self, destination: str | None = None, **more: Any) -> str:
        said = {"code": None, "site": "S1", "container": None} | more
        command = OpenBin(**self.carried(), destination=destination, **said)
        return str(self.do(open_new_bin, command)["code"])

    def close_bin(self, code: str, mass_g: int, scale: str | None = None) -> dict[str, Any]:
        command = CloseBin(**self.carried(), gross_g=mass_g + TARE_G, tare_g=TARE_G, scale=scale)
        return self.do(close_one_bin, code, command)

    def ship(self, *bins: str, outlet: str = "VEZELHOF", **more: Any) -> str:
        return str(self.do_ship(*bins, outlet=outlet, **more)["code"])

    def do_ship(self, *bins: str, outlet: str, **more: Any) -> dict[str, Any]:
        """As `ship`, with the whole answer. more: what else a `Ship` says."""
        said = {"waybill": None, "carrier": None} | more
        return self.do(ship_bins, Ship(**self.carried(), outlet=outlet, bins=bins, **said))

    def add_leg(self, shipment: str, **more: Any) -> dict[str, Any]:
        said: dict[str, Any] = dict.fromkeys(("vehicle", "from_place", "to_place", "ordered_by"))
        said |= {"carrier": "KARREWIEL"} | more
        return self.do(add_one_leg, shipment, AddLeg(**self.carried(), **said))

    def take_back(
        self,
        shipment: str,
        *lines: ReturnLine,
        reason: str = "mistake",
        rest_g: int | None = None,
    ) -> dict[str, Any]:
        command = TakeBack(**self.carried(), lines=lines, reason=reason, rest_g=rest_g)
        return self.do(take_shipment_back, shipment, command)

    def confirm(self, shipment: str, treated_g: Mapping[str, int], **more: Any) -> dict[str, Any]:
        """more: what else a `Confirm` says: refused_g with its refused_reason, rest_g, files."""
        lines = tuple(TreatedLine(treatment=name, mass_g=g) for name, g in treated_g.items())
        command = Confirm(**self.carried(), lines=lines, **({"document": None} | more))
        return self.do(confirm_shipment, shipment, command)

    def close(
        self, batch: str, losses_g: Mapping[str, int] | None = None, reason: str | None = None
    ) -> dict[str, Any]:
        return self.do(close_batch, batch, self._close(losses_g or {}, reason))

    def reopen(self, batch: str, reason: str | None = "mistake") -> dict[str, Any]:
        return self.do(reopen_batch, batch, self._close({}, reason))

    def _close(self, losses_g: Mapping[str, int], reason: str | None) -> Close:
        losses = tuple(NamedLoss(kind=kind, mass_g=g) for kind, g in losses_g.items())
        return Close(**self.carried(), station="S1-A", losses=losses, reason=reason)

    def hold(
        self, batch: str, mass_g: int | None = None, reason: str = "mistake"
    ) -> dict[str, Any]:
        return self.do(hold_batch, batch, self._aside(mass_g, reason))

    def release(
        self, batch: str, mass_g: int | None = None, reason: str = "mistake"
    ) -> dict[str, Any]:
        return self.do(release_batch, batch, self._aside(mass_g, reason))

    def refuse(self, batch: str, mass_g: int | None = None, reason: str = "damp") -> dict[str, Any]:
        return self.do(refuse_batch, batch, self._aside(mass_g, reason))

    def _aside(self, mass_g: int | None, reason: str) -> SetAside:
        return SetAside(**self.carried(), reason=reason, mass_g=mass_g)

    def relabel(self, target: str, blank: str, reason: str = "torn") -> dict[str, Any]:
        return self.do(relabel, target, Relabel(**self.carried(), code=blank, reason=reason))

    def find(self, batch: str | None, kind: str = "wallet", **more: Any) -> str:
        said: dict[str, Any] = {"station": "S1-A", "count": 1, "mass_g": None} | more
        return str(
            self.do(log_find, LogFind(**self.carried(), batch=batch, kind=kind, **said))["code"]
        )

    def note_item(self, batch: str, number: str, **more: Any) -> dict[str, Any]:
        said: dict[str, Any] = {"station": "S1-A", "article_group": None, "gate": None} | more
        command = NoteItem(**self.carried(), number=number, **said)
        return self.do(note_item, batch, command)

    def destroy_item(self, number: str, **more: Any) -> dict[str, Any]:
        said: dict[str, Any] = {"station": "S1-B", "method": "cut_apart", "gate": None} | more
        command = DestroyItem(**self.carried(), **({"document": None} | said))
        return self.do(destroy_item, number, command)

    def hand_over(
        self, find: str, first: str = "Anna", second: str = "Bas", to: str | None = None
    ) -> dict[str, Any]:
        said = self.carried()
        command = hand_over_of(
            scan_id=said["scan_id"],
            scanned_at=said["scanned_at"],
            first=first,
            second=second,
            receiver="Police",
            receiver_kind=to,
        )
        return self.do(hand_over, find, command)

    def correct(self, batch: str, reason: str = "mistake", **right: Any) -> dict[str, Any]:
        """right: supplier, article_group, gross_g, tare_g, quality."""
        said: dict[str, Any] = dict.fromkeys(
            ("supplier", "article_group", "gross_g", "tare_g", "quality")
        )
        command = Correct(**self.carried(), reason=reason, **(said | right))
        return self.do(correct_batch, batch, command)

    def reverse(self, scan_id: str, reason: str = "mistake") -> dict[str, Any]:
        return self.do(reverse_scan, scan_id, Reverse(**self.carried(), reason=reason))
