"""The reference data of all operators in one frozen object, read again only when it changed.

Whether it changed is one small statement: every change is an entry of an operator's chain, so the
heads of those chains say which edition of the book is valid.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from catalogue import reading
from catalogue.access import Viewer
from catalogue.errors import Malformed, NotFound
from catalogue.kinds import UNKNOWN_GROUP, PartnerRole, Security, StationKind, Stream
from catalogue.rows import (
    ContainerRow,
    DeclarationRow,
    DestinationRow,
    FactorRow,
    GroupRow,
    NamedRow,
    OrganisationRow,
    PartnerRow,
    PrinterRow,
    ScaleRow,
    SiteRow,
    StationRow,
    TargetRow,
)
from chain.queries import editions

Named = TypeVar("Named")


@dataclass(frozen=True)
class OperatorBook:
    """What is possible at one operator."""

    organisation: OrganisationRow
    partners: Mapping[int, PartnerRow]
    groups: Mapping[str, GroupRow]
    destinations: tuple[DestinationRow, ...]
    gates: Mapping[str, NamedRow]
    loss_kinds: Mapping[str, NamedRow]
    find_kinds: Mapping[str, NamedRow]
    reasons: Mapping[str, NamedRow]
    owner_rules: Mapping[tuple[int, int], frozenset[str]]
    guides: Mapping[str, Any]
    factors: tuple[FactorRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    declarations: tuple[DeclarationRow, ...] = ()

    @property
    def unknown(self) -> GroupRow:
        return self.groups[UNKNOWN_GROUP]

    @cached_property
    def destinations_by_id(self) -> Mapping[int, DestinationRow]:
        return {row.id: row for row in self.destinations}

    @cached_property
    def groups_by_id(self) -> Mapping[int, GroupRow]:
        return {row.id: row for row in self.groups.values()}

    def group(self, code: str | None) -> GroupRow:
        """The article group of a code; none given: the unknown one. Raises Malformed."""
        return self._named(self.groups, code or UNKNOWN_GROUP, "article_group")

    def gate(self, code: str) -> NamedRow:
        return self._named(self.gates, code, "gate")

    def loss_kind(self, code: str) -> NamedRow:
        return self._named(self.loss_kinds, code, "loss_kind")

    def find_kind(self, code: str) -> NamedRow:
        return self._named(self.find_kinds, code, "kind")

    def destination(self, code: str, on: date) -> DestinationRow:
        """The version of a destination that is valid on a day. Raises Malformed when unknown."""
        valid = [d for d in self.destinations if d.code == code and d.valid_from <= on]
        if not valid or not valid[-1].active:
            raise Malformed(field="destination", problem="unknown", read=code[:40])
        return valid[-1]

    def current_destinations(self, on: date) -> list[DestinationRow]:
        """The valid versions on a day, by code."""
        latest = {d.code: d for d in self.destinations if d.valid_from <= on}
        return [latest[code] for code in sorted(latest) if latest[code].active]

    def partner(self, organisation_id: int, role: PartnerRole) -> PartnerRow:
        """The organisation as this role. Raises NotFound when it is not one to this operator."""
        row = self.partners.get(organisation_id)
        if row is None or role not in row.roles:
            raise NotFound
        return row

    @staticmethod
    def _named(rows: Mapping[str, Named], code: str, field: str) -> Named:
        if code not in rows:
            raise Malformed(field=field, problem="unknown", read=code[:40])
        return rows[code]


@dataclass(frozen=True)
class Rulebook:
    """All reference data of one edition."""

    edition: tuple[tuple[str, str], ...]
    organisations: Mapping[str, OrganisationRow]
    sites: Mapping[str, SiteRow]
    stations: Mapping[str, StationRow]
    containers: Mapping[str, ContainerRow]
    scales: Mapping[str, ScaleRow]
    printers: Mapping[str, PrinterRow]
    operators: Mapping[int, OperatorBook]

    @cached_property
    def organisations_by_id(self) -> Mapping[int, OrganisationRow]:
        return {row.id: row for row in self.organisations.values()}

    @cached_property
    def sites_by_id(self) -> Mapping[int, SiteRow]:
        return {row.id: row for row in self.sites.values()}

    @cached_property
    def stations_by_id(self) -> Mapping[int, StationRow]:
        return {row.id: row for row in self.stations.values()}

    @cached_property
    def containers_by_id(self) -> Mapping[int, ContainerRow]:
        return {row.id: row for row in self.containers.values()}

    def organisation(self, code: str) -> OrganisationRow:
        """Raises NotFound."""
        if code not in self.organisations:
            raise NotFound
        return self.organisations[code]

    def children(self, organisation_id: int) -> frozenset[int]:
        """An organisation and everything under it."""
        found, wanted = {organisation_id}, [organisation_id]
        while wanted:
            parent = wanted.pop()
            below = [
                row.id
                for row in self.organisations.values()
                if row.parent_id == parent and row.id not in found
            ]
            found.update(below)
            wanted.extend(below)
        return frozenset(found)

    def site(self, code: str, viewer: Viewer) -> SiteRow:
        """A site as staff see it. Raises NotFound for everybody else."""
        site = self.sites.get(code)
        if site is None or not viewer.sees_site(operator_id=site.operator_id, site_id=site.id):
            raise NotFound
        return site

    def station(self, code: str, site: SiteRow) -> StationRow:
        """A station of this site. Raises NotFound."""
        station = self.stations.get(code)
        if station is None or station.site_id != site.id:
            raise NotFound
        return station

    def container(self, code: str, site: SiteRow) -> ContainerRow:
        """A container of this site. Raises NotFound."""
        container = self.containers.get(code)
        if container is None or container.site_id != site.id:
            raise NotFound
        return container

    def scale(self, code: str, site: SiteRow) -> ScaleRow:
        """A scale of this site. Raises NotFound."""
        scale = self.scales.get(code)
        if scale is None or scale.site_id != site.id:
            raise NotFound
        return scale

    def printer(self, code: str, site: SiteRow) -> PrinterRow:
        """A printer of this site. Raises NotFound."""
        printer = self.printers.get(code)
        if printer is None or printer.site_id != site.id:
            raise NotFound
        return printer

    def operator(self, site: SiteRow) -> OperatorBook:
        return self.operators[site.operator_id]


_editions: dict[tuple[tuple[str, str], ...], Rulebook] = {}
_reading = Lock()
_EDITIONS_KEPT = 4
_KEPT = "rulebook"


def rulebook(session: Session) -> Rulebook:
    """The valid edition. One statement, and one per table when it changed."""
    kept: list[Rulebook] = session.info.get(_KEPT, [])
    if kept:
        return kept[0]
    edition = editions(session, "operator:")
    book = _editions.get(edition)
    if book is None:
        book = _read(session, edition)
        with _reading:
            while len(_editions) >= _EDITIONS_KEPT:
                _editions.pop(next(iter(_editions)))
            _editions[edition] = book
    kept.append(book)
    return book


def keep_rulebook(session: Session) -> None:
    """Ask once from now on: for a session that sees one state of the database throughout."""
    session.info[_KEPT] = []


def _read(session: Session, edition: tuple[tuple[str, str], ...]) -> Rulebook:
    organisations = {row.code: _organisation(row) for row in _rows(session, "organisation")}
    return Rulebook(
        edition=edition,
        organisations=organisations,
        sites={
            row.code: SiteRow(
                row.id,
                row.code,
                row.operator_id,
                row.name,
                row.timezone,
                row.announced_limit_permille,
                row.address,
                row.processor_number,
            )
            for row in _rows(session, "site")
        },
        stations={
            row.code: StationRow(row.id, row.code, row.site_id, StationKind(row.kind), row.name)
            for row in _rows(session, "station")
        },
        containers={
            row.code: ContainerRow(
                row.id, row.code, row.site_id, row.kind, row.tare_g, row.tare_on, row.max_g
            )
            for row in _rows(session, "container")
        },
        scales={
            row.code: ScaleRow(
                row.id,
                row.code,
                row.site_id,
                row.name,
                row.division_g,
                row.max_g,
                row.calibration_due,
                row.address,
            )
            for row in _rows(session, "scale")
        },
        printers={row.code: _printer(row) for row in _rows(session, "printer")},
        operators=_operators(session, organisations),
    )


def _printer(row: Any) -> PrinterRow:
    where = (row.host, row.port, row.size, row.dpi)
    return PrinterRow(row.id, row.code, row.site_id, row.name, *where)


def _organisation(row: Any) -> OrganisationRow:
    return OrganisationRow(
        row.id,
        row.code,
        row.name,
        row.is_operator,
        row.parent_id,
        row.gs1_prefix,
        row.address,
        row.version,
        row.registration,
        row.gln,
        row.vihb,
        row.processor_number,
    )


def _operators(
    session: Session, organisations: Mapping[str, OrganisationRow]
) -> dict[int, OperatorBook]:
    nouns = (
        "partner",
        "article_group",
        "destination",
        "gate",
        "loss_kind",
        "find_kind",
        "reason",
        "owner_rule",
        "sorting_guide",
        "factor",
        "target",
        "declaration",
    )
    read = {noun: _rows(session, noun) for noun in nouns}
    books = {}
    for organisation in organisations.values():
        if not organisation.is_operator:
            continue
        own = {
            noun: [row for row in rows if row.operator_id == organisation.id]
            for noun, rows in read.items()
        }
        books[organisation.id] = OperatorBook(
            organisation=organisation,
            partners={row.organisation_id: _partner(row) for row in own["partner"]},
            groups={row.code: _group(row) for row in own["article_group"]},
            destinations=tuple(_destination(row) for row in own["destination"]),
            gates=_named(own["gate"]),
            loss_kinds=_named(own["loss_kind"], "limit_permille"),
            find_kinds=_named(own["find_kind"], "stops_batch", "eural", "retention_days"),
            reasons=_named(own["reason"], "acts"),
            owner_rules={
                (row.supplier_id, row.article_group_id): frozenset(_words(row.destinations))
                for row in own["owner_rule"]
            },
            guides={row.code: json.loads(row.tree) for row in own["sorting_guide"]},
            factors=tuple(reading.factor(row) for row in own["factor"]),
            targets=tuple(reading.target(row) for row in own["target"]),
            declarations=tuple(reading.declaration(row) for row in own["declaration"]),
        )
    return books


def _rows(session: Session, table: str) -> list[Any]:
    columns = SQLModel.metadata.tables[table]
    return list(session.execute(select(columns).order_by(columns.c.id)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def _partner(row: Any) -> PartnerRow:
    roles = frozenset(PartnerRole(role) for role in _words(row.roles))
    treatments = _words(row.treatments)
    permit = (row.permit, row.permit_until)
    way = (row.confirm_days, row.distance_km, row.country)
    return PartnerRow(row.id, row.organisation_id, roles, treatments, *permit, *way)


def _group(row: Any) -> GroupRow:
    return GroupRow(
        row.id,
        row.code,
        json.loads(row.names),
        Security(row.security),
        row.tolerance_permille,
        row.piece_g,
        row.in_producer_scheme,
    )


def _destination(row: Any) -> DestinationRow:
    return DestinationRow(
        row.id,
        row.code,
        row.version,
        row.valid_from,
        Stream(row.stream),
        json.loads(row.names),
        frozenset(_words(row.accepts)),
        _words(row.gates),
        row.active,
        row.recovery_code,
        row.processing_code,
        row.eural,
        row.usual_name,
    )


def _named(rows: list[Any], *more: str) -> dict[str, NamedRow]:
    return {
        row.code: NamedRow(
            row.id, row.code, json.loads(row.names), {name: getattr(row, name) for name in more}
        )
        for row in rows
    }
