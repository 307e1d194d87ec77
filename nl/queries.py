"""Reads of the Dutch counter: stream numbers, who drives, what was notified, and who must."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import NotFound
from catalogue.rulebook import Rulebook
from catalogue.tables import Organisation, Site
from chain.tables import Chain, Entry
from nl.rules import Address, Figures, from_json, lapses_on
from nl.tables import Carriage, Notification, StreamNumber
from store.columns import table_of

_number = table_of(StreamNumber)
_carriage = table_of(Carriage)
_notification = table_of(Notification)
_site = table_of(Site)
_organisation = table_of(Organisation)
_chain = table_of(Chain)
_entry = table_of(Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation as a register names it. Empty: not filled in.

    vihb: number of who may carry waste; begins: with what its own stream numbers begin.
    """

    code: str
    name: str
    address: str
    registration: str
    vihb: str
    begins: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyingSite:
    """A site as the law sees it. begins: its processor number, which its stream numbers share."""

    id: int
    code: str
    name: str
    timezone: str
    address: str
    begins: str
    must_notify: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """Who drives from a day on, and who ordered it; codes of organisations."""

    from_day: date
    carrier: str
    ordered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """A waste stream number with the data behind it. site, partner: codes.

    lapses_on: None for a receiver's number, because the receiver knows when it notified it.
    """

    id: int
    number: str
    site: str
    direction: str
    partner: str
    from_day: date
    eural: str
    usual_name: str
    processing: str
    party_name: str
    party_registration: str
    origin: Address
    route_collection: bool
    collector_scheme: bool
    lapses_on: date | None
    driven: tuple[Driven, ...]

    def in_use(self, on: date) -> bool:
        return self.from_day <= on and (self.lapses_on is None or on < self.lapses_on)

    def driven_on(self, day: date) -> Driven | None:
        """Who drove then: the last of what was said from that day or before."""
        said = [one for one in self.driven if one.from_day <= day]
        return said[-1] if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notification as it was sent. as_of: place in the site's chain up to which it counts."""

    month: date
    number: int
    figures: Figures
    as_of: int
    sent_on: date


def parties(session: Session) -> dict[str, Party]:
    """Every organisation by its code. One statement."""
    rows = session.execute(select(_organisation))
    return {
        row.code: Party(
            code=row.code,
            name=row.name,
            address=row.address,
            registration=row.registration,
            vihb=row.vihb or "",
            begins=row.processor_number or "",
        )
        for row in rows
    }


def notifying_site(session: Session, book: Rulebook, code: str, viewer: Viewer) -> NotifyingSite:
    """A site of the viewer. One statement. Raises NotFound."""
    site = book.site(code, viewer)
    row = session.execute(select(_site).where(_site.c.id == site.id)).one()
    return NotifyingSite(
        id=row.id,
        code=row.code,
        name=row.name,
        timezone=row.timezone,
        address=row.address,
        begins=row.processor_number,
        must_notify=row.must_notify,
    )


def stream_numbers(
    session: Session,
    book: Rulebook,
    viewer: Viewer,
    *,
    site: str | None = None,
    direction: str | None = None,
    partner: str | None = None,
    eural: str | None = None,
    on: date | None = None,
) -> list[NumberRow]:
    """Stream numbers of the viewer's sites, newest first. Three statements.

    on: only those in use on that day. Raises NotFound for a site of others.
    """
    if site is not None:
        sites = [book.site(site, viewer)]
    else:
        sites = [
            one
            for one in book.sites.values()
            if viewer.sees_site(operator_id=one.operator_id, site_id=one.id)
        ]
    statement = select(_number).where(_number.c.site_id.in_([one.id for one in sites]))
    if direction:
        statement = statement.where(_number.c.direction == direction)
    if partner:
        known = book.organisations.get(partner)
        statement = statement.where(_number.c.partner_id == (known.id if known else 0))
    if eural:
        statement = statement.where(_number.c.eural == eural)
    rows = session.execute(statement.order_by(_number.c.from_day.desc(), _number.c.id.desc())).all()
    reported = _reported(session, {row.site_id for row in rows})
    driven = _driven(session, book, [row.id for row in rows])
    found = [_row(row, book, reported, driven) for row in rows]
    return [one for one in found if on is None or one.in_use(on)]


def number_by_code(session: Session, book: Rulebook, number: str, viewer: Viewer) -> NumberRow:
    """One stream number of the viewer's sites. Three statements. Raises NotFound."""
    found = [one for one in stream_numbers(session, book, viewer) if one.number == number]
    if not found:
        raise NotFound
    return found[0]


def number_taken(session: Session, number: str) -> tuple[str, str] | None:
    """Who and what a number stands for already: organisation and Eural. One statement."""
    row = session.execute(
        select(_organisation.c.code, _number.c.eural)
        .join(_organisation, _organisation.c.id == _number.c.partner_id)
        .where(_number.c.number == number)
    ).one_or_none()
    return None if row is None else (row.code, row.eural)


def sent_of(session: Session, site_id: int, month: date | None = None) -> list[Sent]:
    """What was notified of a site, oldest first. One statement."""
    statement = select(_notification).where(_notification.c.site_id == site_id)
    if month is not None:
        statement = statement.where(_notification.c.month == month)
    rows = session.execute(statement.order_by(_notification.c.month, _notification.c.number))
    return [
        Sent(
            month=row.month,
            number=row.number,
            figures=from_json(json.loads(row.figures)),
            as_of=row.as_of,
            sent_on=row.sent_on,
        )
        for row in rows
    ]


def position(session: Session, chain: str) -> int:
    """How many entries a chain has now. One statement."""
    return int(session.execute(select(_chain.c.size).where(_chain.c.code == chain)).scalar_one())


def opened_on(session: Session, chain: str) -> date:
    """The day on which a chain began. One statement."""
    found: date = session.execute(
        select(_entry.c.day)
        .join(_chain, _chain.c.id == _entry.c.chain_id)
        .where(_chain.c.code == chain, _entry.c.seq == 1)
    ).scalar_one()
    return found


def number_for(
    numbers: Sequence[NumberRow], *, partner: str, eural: str, on: date
) -> NumberRow | None:
    """The number under which a batch came in: the newest in use that day of its supplier and
    waste code. Without a code it is only known when the supplier brings one kind of waste.

    numbers: of one site and direction, newest first, as `stream_numbers` gives them.
    """
    fitting = [
        one
        for one in numbers
        if one.partner == partner and one.in_use(on) and eural in ("", one.eural)
    ]
    if not fitting or len({one.eural for one in fitting}) > 1:
        return None
    return fitting[0]


def _row(
    row: Any,
    book: Rulebook,
    reported: Mapping[tuple[int, str], Sequence[date]],
    driven: Mapping[int, Sequence[Driven]],
) -> NumberRow:
    return NumberRow(
        id=row.id,
        number=row.number,
        site=book.sites_by_id[row.site_id].code,
        direction=row.direction,
        partner=book.organisations_by_id[row.partner_id].code,
        from_day=row.from_day,
        eural=row.eural,
        usual_name=row.usual_name,
        processing=row.processing,
        party_name=row.party_name,
        party_registration=row.party_registration,
        origin=Address(
            row.street, row.house_number, row.addition, row.postcode, row.town, row.country
        ),
        route_collection=row.route_collection,
        collector_scheme=row.collector_scheme,
        lapses_on=lapses_on(row.from_day, reported.get((row.site_id, row.number), ()))
        if row.direction == "receipt"
        else None,
        driven=tuple(driven.get(row.id, ())),
    )


def _reported(session: Session, site_ids: Iterable[int]) -> dict[tuple[int, str], list[date]]:
    rows = session.execute(
        select(_notification.c.site_id, _notification.c.month, _notification.c.figures).where(
            _notification.c.site_id.in_(list(site_ids))
        )
    )
    found: dict[tuple[int, str], list[date]] = {}
    for row in rows:
        for stream in from_json(json.loads(row.figures)).received:
            found.setdefault((row.site_id, stream), []).append(row.month)
    return found


def _driven(session: Session, book: Rulebook, ids: Sequence[int]) -> dict[int, list[Driven]]:
    rows = session.execute(
        select(_carriage)
        .where(_carriage.c.stream_number_id.in_(list(ids)))
        .order_by(_carriage.c.from_day, _carriage.c.id)
    )
    names = book.organisations_by_id
    found: dict[int, list[Driven]] = {}
    for row in rows:
        said = Driven(
            from_day=row.from_day,
            carrier=names[row.carrier_id].code,
            ordered_by=names[row.ordered_by_id].code,
        )
        found.setdefault(row.stream_number_id, []).append(said)
    return found
