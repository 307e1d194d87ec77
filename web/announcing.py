"""A file of announcements: what it would announce, and announcing it. Pages and API share this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed, Refusal, ScanReused
from catalogue.kinds import PartnerRole
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from intake.announcing import (
    Judged,
    JudgedLine,
    Known,
    Problem,
    ReadDelivery,
    judge,
    missing,
)
from intake.announcing_files import Table
from intake.views import AnnouncedBefore, announced_before
from streams.ledger import site_day
from web.api.acts import perform
from web.api.wire import DeliveryIn, DeliveryLineIn
from web.deps import Call
from web.reference import operators_for, sites_for

NAMESPACE: Final = UUID("6f1c4e5e-3f0b-5c1e-9a52-0d6f4f7a1b20")
"""Of the numbers that are made from what is announced: the same again makes the same number."""
NOON: Final = 12 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A delivery of the file. scan_id: made from whose it is and its reference, so that it is
    announced once; code: under which it is announced already, if it is."""

    said: ReadDelivery
    scan_id: UUID
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file would announce, and what of it is refused."""

    judged: Judged
    deliveries: tuple[Planned, ...]

    @property
    def fresh(self) -> Sequence[Planned]:
        """What would be announced now."""
        return [one for one in self.deliveries if one.code is None]

    @property
    def known(self) -> Sequence[Planned]:
        """What was announced already, just so."""
        return [one for one in self.deliveries if one.code is not None]

    @property
    def refused(self) -> Sequence[JudgedLine]:
        return [line for line in self.judged.lines if line.said is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a delivery of the file ended. status: accepted, repeated or refused."""

    planned: Planned
    status: str
    code: str | None = None
    refusal: Refusal | None = None


def plan(session: Session, table: Table, *, viewer: Viewer, now: datetime) -> Plan:
    """Judge a file. Three statements and one for every 500 references.

    Raises Malformed when it lacks a column.
    """
    if lacking := missing(table):
        raise Malformed(field="file", problem="missing columns", columns=list(lacking))
    book = rulebook(session)
    sites = {site.code: site for site in sites_for(book, viewer)}
    judged = judge(table, known_to(book, viewer, sites, now))
    if not judged.deliveries:
        return Plan(judged=judged, deliveries=())
    own = {site.id for site in sites.values()}
    earlier: dict[tuple[int, str], list[AnnouncedBefore]] = {}
    for row in announced_before(
        session,
        {book.organisations[one.supplier].id for one in judged.deliveries},
        {one.reference.upper() for one in judged.deliveries},
    ):
        if row.site_id in own:
            earlier.setdefault((row.supplier_id, row.reference.upper()), []).append(row)
    found, changed = [], {}
    for one in judged.deliveries:
        supplier_id = book.organisations[one.supplier].id
        rows = earlier.get((supplier_id, one.reference.upper()), [])
        standing = [row for row in rows if not row.taken_back]
        site = sites[one.site]
        same = next((row for row in standing if _is_same(row, one, site)), None)
        if standing and same is None:
            changed.update(dict.fromkeys(one.numbers, standing[-1].code))
            continue
        operator = book.organisations_by_id[site.operator_id].code
        taken_back = len(rows) - len(standing)
        found.append(
            Planned(
                said=one,
                scan_id=scan_id_of(operator, one.supplier, one.reference, taken_back),
                code=same.code if same else None,
            )
        )
    return Plan(judged=_with_changed(judged, changed), deliveries=tuple(found))


def scan_id_of(operator: str, supplier: str, reference: str, taken_back: int) -> UUID:
    """The number under which a delivery is announced: the same reference is the same delivery,
    until its announcement is taken back."""
    return uuid5(NAMESPACE, f"{operator}/{supplier}/{reference.upper()}/{taken_back}")


def _is_same(row: AnnouncedBefore, one: ReadDelivery, site: SiteRow) -> bool:
    lines = [(line["article_group"], line["containers"], line["mass_g"]) for line in row.lines]
    said = [(line.article_group, line.containers, line.mass_g) for line in one.lines]
    return (row.site_id, row.expected_on, lines) == (site.id, one.expected_on, said)


def _with_changed(judged: Judged, changed: Mapping[int, str]) -> Judged:
    """Lines that say something else than was announced under the same reference are refused."""
    return replace(
        judged,
        lines=tuple(
            replace(
                line,
                said=None,
                problems=(Problem("reference", "changed", changed[line.line.number]),),
            )
            if line.line.number in changed
            else line
            for line in judged.lines
        ),
    )


def known_to(book: Rulebook, viewer: Viewer, sites: Mapping[str, SiteRow], now: datetime) -> Known:
    """What this viewer may name in a file."""
    suppliers: dict[str, str] = {}
    for operator in operators_for(book, viewer):
        for partner in operator.partners.values():
            row = book.organisations_by_id[partner.organisation_id]
            is_own = viewer.is_staff or row.id in viewer.supplier_ids
            if is_own and PartnerRole.SUPPLIER in partner.roles:
                suppliers |= {row.name.lower(): row.code, row.code.lower(): row.code}
    groups: dict[str, dict[str, str]] = {}
    for site in sites.values():
        operator = book.operator(site)
        groups[site.code] = {
            name.lower(): group.code
            for group in operator.groups.values()
            if group.code != operator.unknown.code
            for name in (*group.names.values(), group.code)
        }
    first = next(iter(sites.values()), None)
    own = book.organisations_by_id.get(viewer.organisation_id)
    is_own = own is not None and own.code.lower() in suppliers
    return Known(
        own=own.code if own is not None and is_own else None,
        today=site_day(now, first) if first else now.date(),
        suppliers=suppliers,
        sites={
            name.lower(): site.code for site in sites.values() for name in (site.name, site.code)
        },
        groups=groups,
    )


def announce(call: Call, planned: Sequence[Planned], sites: Mapping[str, SiteRow]) -> list[Done]:
    """Announce deliveries one by one: what stops one does not stop the next."""
    return [_announced(call, one, sites[one.said.site]) for one in planned]


def _announced(call: Call, one: Planned, site: SiteRow) -> Done:
    if one.code is not None:
        return Done(planned=one, status="repeated", code=one.code)
    try:
        booked = perform(call, "delivery", None, _body(one, site))
    except Refusal as refusal:
        return Done(planned=one, status="refused", refusal=refusal)
    status = "repeated" if booked.repeated else "accepted"
    return Done(planned=one, status=status, code=str(booked.answer["code"]))


def _body(one: Planned, site: SiteRow) -> DeliveryIn:
    said = one.said
    minutes = NOON if said.minutes is None else said.minutes
    local = datetime.combine(said.expected_on, time(), ZoneInfo(site.timezone))
    return DeliveryIn(
        scan_id=one.scan_id,
        supplier=said.supplier,
        site=said.site,
        expected_at=(local + timedelta(minutes=minutes)).astimezone(UTC),
        reference=said.reference,
        lines=[
            DeliveryLineIn(
                article_group=line.article_group, containers=line.containers, mass_g=line.mass_g
            )
            for line in said.lines
        ],
    )


def why(done: Done) -> Problem:
    """Why a delivery was refused at the last moment, as a problem of its lines."""
    if isinstance(done.refusal, ScanReused):
        return Problem("reference", "changed")
    return Problem("", done.refusal.code if done.refusal else "")


def facts_of(problem: Problem) -> dict[str, Any]:
    """A problem as the API says it."""
    return {"column": problem.column, "problem": problem.code, "read": problem.read}
