"""Rows of the rooms as rows of pages: codes become names in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catalogue.kinds import Pool, Quality, Role
from catalogue.rows import DestinationRow, SiteRow
from catalogue.rulebook import Rulebook
from dispatch.views import ListedShipment, Overdue
from intake.views import ListedDelivery, ListedFind
from streams.reversals import REVERSIBLE
from streams.rules import Standing as Standing_
from streams.views import Flagging, ListedBatch, ListedBin, Told
from web import words
from web.api.shapes import SEES_SCANS
from web.i18n import Language, message
from web.pages.forms import Options
from web.pages.rows import (
    BatchLine,
    BinLine,
    DeliveryLine,
    DestinationLabel,
    EntryLine,
    FindLine,
    FlagLine,
    Moved,
    OverdueLine,
    Passed,
    ShipmentLine,
    Standing,
)

NOUN_OF_LETTER = {"B": "batches", "K": "bins", "Z": "shipments", "D": "deliveries", "V": "finds"}


def taken_at(told: Told) -> list[str]:
    """The photos that an entry names."""
    return list(told.entry.body.get("photos", ()))


@dataclass(frozen=True, slots=True)
class Names:
    """Names of things in one language."""

    language: Language
    book: Rulebook

    def organisation(self, code: str | None) -> str:
        row = self.book.organisations.get(code or "")
        return row.name if row else code or ""

    def destination(self, row: DestinationRow | None) -> DestinationLabel | None:
        if row is None:
            return None
        return DestinationLabel(
            code=row.code, name=self.language.own(row.names, row.code), stream=row.stream.value
        )

    def group(self, site: SiteRow, code: str | None) -> str | None:
        row = self.book.operator(site).groups.get(code or "")
        return self.language.own(row.names, row.code) if row else code

    def gate(self, site: SiteRow, code: str) -> str:
        row = self.book.operator(site).gates[code]
        return self.language.own(row.names, code)

    def reason(self, site: SiteRow, code: str | None) -> str | None:
        row = self.book.operator(site).reasons.get(code or "")
        return self.language.own(row.names, row.code) if row else code

    def find_kind(self, site: SiteRow, code: str) -> str:
        row = self.book.operator(site).find_kinds[code]
        return self.language.own(row.names, code)

    def loss(self, site: SiteRow, code: str) -> str:
        row = self.book.operator(site).loss_kinds.get(code)
        return self.language.own(row.names, code) if row else code

    def place(self, site: SiteRow, code: str) -> str:
        """A place of an entry's line, from its code: `POOL/site[/detail]`."""
        pool, _, detail = code.split("/", 2) if code.count("/") > 1 else (*code.split("/"), "")
        if pool == Pool.LOSS:
            return self.loss(site, detail)
        if pool == Pool.CONFIRMED:
            return self.treatment(site, detail)
        if pool in (Pool.BIN, Pool.SHIPPED):
            return detail.split("/")[0]
        if detail == "returned":
            return self.language.gettext(message("Sent back"))
        return self.language.gettext(words.POOLS[Pool(pool)])

    def treatment(self, site: SiteRow, label: str) -> str:
        """A destination version from `code@version`."""
        found = (d for d in self.book.operator(site).destinations if d.label == label)
        row = next(found, None)
        return self.language.own(row.names, row.code) if row else label

    # Lists.

    def batch(self, listed: ListedBatch) -> BatchLine:
        row = listed.batch
        return BatchLine(
            code=row.code,
            supplier=self.organisation(row.supplier.code),
            group=self.group(row.site, row.group.code) or "",
            received_day=row.received_day,
            net_g=row.gross_g - row.tare_g,
            held_g=listed.held_g,
            quality=row.quality.value,
            state=row.state.value,
            held=row.held,
        )

    def bin(self, listed: ListedBin) -> BinLine:
        row = listed.bin
        return BinLine(
            code=row.code,
            destination=self.destination(row.destination),
            container=row.container.code if row.container else None,
            mass_g=listed.mass_g,
            state=row.state.value,
        )

    def delivery(self, row: ListedDelivery) -> DeliveryLine:
        return DeliveryLine(
            code=row.code,
            supplier=self.organisation(row.supplier),
            expected_on=row.expected_on,
            announced_g=row.announced_g,
            received_g=row.received_g,
            batches=row.batches,
            state=row.state,
            reference=row.reference,
        )

    def shipment(self, row: ListedShipment, today: date) -> ShipmentLine:
        return ShipmentLine(
            code=row.code,
            outlet=self.organisation(row.outlet),
            shipped_on=row.shipped_on,
            mass_g=row.mass_g,
            open_g=row.in_transit_g,
            late_days=row.late_days(today),
            state=row.state,
        )

    def overdue(self, row: Overdue) -> OverdueLine:
        return OverdueLine(row.code, self.organisation(row.outlet), row.days, row.mass_g)

    def find(self, row: ListedFind) -> FindLine:
        kinds = self.book.operator(self.book.sites[row.site]).find_kinds
        return FindLine(
            code=row.code,
            kind=self.language.own(kinds[row.kind].names, row.kind),
            count=row.count,
            mass_g=row.mass_g,
            batch=row.batch,
            day=row.day,
            handed_over=row.handed_over,
            undone=row.reversed,
        )

    def flag(self, row: Flagging) -> FlagLine:
        noun = NOUN_OF_LETTER.get(row.subject[:1]) if len(row.subject) >= 8 else None
        return FlagLine(code=row.code, noun=noun, subject=row.subject, figures=row.figures)

    # Where grams stand, and what happened.

    def standings(
        self, rows: Iterable[Standing_], site: SiteRow, *, by_batch: bool = False
    ) -> list[Standing]:
        """Places with their grams, streams first; measured and estimated grams as one row."""
        merged: dict[tuple[str, str, str], list[Standing_]] = {}
        for row in rows:
            # What a supplier handed in is owed to it, and stands nowhere.
            if row.spot.place.pool is not Pool.SUPPLIER or row.mass_g > 0:
                batch = row.batch.code if by_batch else ""
                group = row.spot.group.code if row.spot.place.destination_id else ""
                key = (batch, row.spot.place.code, group)
                merged.setdefault(key, []).append(row)
        found = [self._standing(same, site, by_batch) for same in merged.values()]
        order = ["reuse", "recycle", "incineration", "waiting", "held", "loss"]
        return sorted(found, key=lambda row: (row.batch or "", order.index(row.fill), row.place))

    def _standing(self, same: Sequence[Standing_], site: SiteRow, by_batch: bool) -> Standing:
        spot = same[0].spot
        operator = self.book.operator(site)
        destination = operator.destinations_by_id.get(spot.place.destination_id or 0)
        label = self.destination(destination)
        in_pool = spot.place.pool in (Pool.BIN, Pool.SHIPPED)
        return Standing(
            pool=spot.place.pool.value,
            place=label.name if label else self.place(site, spot.place.code),
            stream=label.stream if label else None,
            detail="" if by_batch or not in_pool else spot.place.code.split("/")[2],
            group=self.group(site, spot.group.code)
            if destination and spot.group.code != operator.unknown.code
            else None,
            mass_g=sum(row.mass_g for row in same),
            estimated_g=sum(row.mass_g for row in same if row.spot.quality is Quality.ESTIMATED),
            batch=same[0].batch.code if by_batch else None,
        )

    def history(
        self,
        told: Sequence[Told],
        site: SiteRow,
        role: Role,
        *,
        of_batch: str | None = None,
        photos: Collection[str] = (),
    ) -> list[EntryLine]:
        """A timeline. of_batch: only the lines of that batch, for the others are others'. photos:
        those that are kept still."""
        where = {row.entry.scan_id: f"#entry-{row.entry.seq}" for row in told}
        rows = [self._entry(row, site, role, where, of_batch) for row in told]
        return [
            replace(row, photos=tuple(one for one in taken_at(each) if one in photos))
            for row, each in zip(rows, told, strict=True)
        ]

    def _entry(
        self, row: Told, site: SiteRow, role: Role, where: Mapping[str, str], of_batch: str | None
    ) -> EntryLine:
        entry, sees = row.entry, role in SEES_SCANS
        station = self.book.stations.get(entry.body.get("station") or "")
        return EntryLine(
            code=entry.code,
            scan_id=entry.scan_id,
            kind=entry.kind,
            day=entry.day,
            at=entry.at if sees else None,
            station=station.name if station and sees else None,
            reason=self.reason(site, entry.body.get("reason")),
            # The names of a hand-over stand on its receipt.
            note=row.note if sees and entry.kind != "handover" else None,
            moved=self._moved(entry.body.get("lines", ()), site, of_batch),
            passed=self._passed(entry.body.get("gate_lines", ()), site, of_batch),
            undone=row.undone,
            undoes=where.get(entry.reverses or ""),
            may_undo=not row.undone and entry.kind in REVERSIBLE,
            refused_g=entry.body.get("refused_g", 0),
        )

    def _moved(
        self, lines: Iterable[Mapping[str, Any]], site: SiteRow, of_batch: str | None
    ) -> tuple[Moved, ...]:
        sums: dict[tuple[str, str], int] = {}
        for line in lines:
            if of_batch in (None, line["batch"]) and line["source"] != line["target"]:
                key = (line["source"], line["target"])
                sums[key] = sums.get(key, 0) + line["mass_g"]
        return tuple(
            Moved(source=self.place(site, source), target=self.place(site, target), mass_g=mass_g)
            for (source, target), mass_g in sums.items()
        )

    def _passed(
        self, lines: Iterable[Mapping[str, Any]], site: SiteRow, of_batch: str | None
    ) -> tuple[Passed, ...]:
        sums: dict[str, list[int]] = {}
        for line in lines:
            # What leaves uses up what passed, with a minus; that is no step of its own.
            if of_batch in (None, line["batch"]) and (line["mass_g"] > 0 or line["pieces"] > 0):
                passed = sums.setdefault(line["gate"], [0, 0])
                passed[0] += line["mass_g"]
                passed[1] += line["pieces"]
        return tuple(
            Passed(name=self.gate(site, gate), mass_g=mass_g, pieces=pieces)
            for gate, (mass_g, pieces) in sums.items()
        )

    # Choices of forms.

    def reasons(self, site: SiteRow, act: str) -> Options:
        rows = self.book.operator(site).reasons.values()
        return [
            (row.code, self.language.own(row.names, row.code))
            for row in rows
            if act in str(row.more.get("acts", "")).split(",")
        ]

    def groups(self, site: SiteRow) -> Options:
        operator = self.book.operator(site)
        rows = [row for row in operator.groups.values() if row.code != operator.unknown.code]
        return [(row.code, self.language.own(row.names, row.code)) for row in rows]
