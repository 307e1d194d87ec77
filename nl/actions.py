"""Load what a Dutch operator starts with; make stream numbers; freeze what was notified."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.actions import define
from catalogue.errors import (
    Malformed,
    NotAllowed,
    NotFound,
    NothingToNotify,
    NotificationEarly,
    StateForbids,
    StreamNumberExists,
    StreamNumberTaken,
)
from catalogue.eural import read_eural
from catalogue.kinds import PartnerRole, Role
from catalogue.rows import OrganisationRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import THIS_ENTRY, Ref, RowChange, Value
from nl import queries, rules
from nl.rules import Address
from nl.starting_values import starting_values
from nl.views import figures_of_month
from proof.canonical import canonical
from streams.acts import Act, Command
from streams.ledger import Booked, book, site_day
from streams.scans import answered

COUNTER: Final = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
"""Who does the paperwork."""

DIRECTIONS: Final = {"receipt": PartnerRole.SUPPLIER, "delivery": PartnerRole.OUTLET}


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeStreamNumber(Command):
    """A waste stream number. number: one that was given; None: a new one of our own.

    origin: `Straat 1, 1234 AB Plaats`; None: the address of the discarder. carrier, ordered_by:
    who drives from that day on; None: nobody said so yet.
    """

    site: str
    direction: str
    partner: str
    number: str | None
    eural: str
    usual_name: str
    processing: str
    origin: str | None = None
    from_day: date | None = None
    route_collection: bool = False
    collector_scheme: bool = False
    carrier: str | None = None
    ordered_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SayCarriage(Command):
    """Who drives what a stream number stands for, from a day on."""

    from_day: date
    carrier: str
    ordered_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSent(Command):
    """A month of a site was notified, with the figures as they stand."""

    site: str
    month: date


def load_starting_values(session: Session, operator: str, now: datetime) -> int:
    """Define the reference data of the first use for an operator; how many pieces that were.

    Each is an entry of the operator's chain; what exists already gets a new version.
    """
    defined = [
        define(session, operator, value.noun, value.code, value.data, now=now)
        for value in starting_values()
    ]
    return len(defined)


def make_stream_number(
    session: Session, command: MakeStreamNumber, *, viewer: Viewer, now: datetime
) -> Booked:
    """Make or take over a waste stream number: its data never change from now on.

    Raises NotAllowed, NotFound, Malformed, EuralMalformed, StreamNumberMalformed,
    StreamNumberTaken, StreamNumberExists, StreamNumberIncomplete, ScanReused.
    """
    _require_counter(viewer)
    if before := answered(session, "stream_number", None, command):
        return before
    reference = rulebook(session)
    site = reference.site(command.site, viewer)
    if command.direction not in DIRECTIONS:
        raise Malformed(field="direction", problem="receipt or delivery")
    partner = reference.organisation(command.partner)
    reference.operator(site).partner(partner.id, DIRECTIONS[command.direction])
    behind = _data_behind(session, reference, site, command, partner, viewer, now)
    number = _number(session, reference, site, command, behind, viewer)
    made = RowChange(
        table="stream_number", key=number, values={"number": number, "site": site.ref, **behind}
    )
    rows = [made]
    if command.carrier:
        day = command.from_day or site_day(now, site)
        rows.append(
            _carriage(
                reference, site, Ref(THIS_ENTRY, number), command.scan_id, day,
                command.carrier, command.ordered_by or _orders(command.direction, reference, site,
                                                               partner),
            )
        )  # fmt: skip
    act = Act(
        kind="stream_number",
        site=site,
        command=command,
        subject=number,
        rows=rows,
        answer={"code": number},
    )
    return book(session, act, now=now)


def say_carriage(
    session: Session, number: str, command: SayCarriage, *, viewer: Viewer, now: datetime
) -> Booked:
    """Say who drives what a number stands for.

    Raises NotAllowed, NotFound, Malformed, ScanReused.
    """
    _require_counter(viewer)
    if before := answered(session, "carriage", number, command):
        return before
    reference = rulebook(session)
    row = queries.number_by_code(session, reference, number, viewer)
    site = reference.sites[row.site]
    partner = reference.organisations[row.partner]
    _require_of_our_time(command.from_day)
    ordered_by = command.ordered_by or _orders(row.direction, reference, site, partner)
    change = _carriage(
        reference, site, Ref(row.id, row.number), command.scan_id, command.from_day,
        command.carrier, ordered_by,
    )  # fmt: skip
    act = Act(
        kind="carriage",
        site=site,
        command=command,
        target=number,
        subject=number,
        rows=[change],
        answer={"code": number},
    )
    return book(session, act, now=now)


def mark_sent(session: Session, command: MarkSent, *, viewer: Viewer, now: datetime) -> Booked:
    """Freeze what was notified of a month: the first time all of it, later the difference.

    Raises NotAllowed, NotFound, Malformed, NotificationEarly, NothingToNotify, StateForbids (a site
    without the duty), ScanReused.
    """
    _require_counter(viewer)
    if before := answered(session, "notification", None, command):
        return before
    reference = rulebook(session)
    site = queries.notifying_site(session, reference, command.site, viewer)
    row = reference.sites[site.code]
    if not site.must_notify:
        raise StateForbids(subject=site.code, state="exempt")
    if command.month.day != 1:
        raise Malformed(field="month", problem="not the first day of a month")
    today = site_day(now, row)
    if rules.month_after(command.month) > today:
        raise NotificationEarly(month=f"{command.month:%Y-%m}")
    as_of = queries.position(session, row.chain)
    sent = queries.sent_of(session, site.id, command.month)
    stands = figures_of_month(session, reference, viewer, site=site, month=command.month)
    figures = rules.difference(stands, [one.figures for one in sent])
    if sent and figures.is_empty:
        raise NothingToNotify(month=f"{command.month:%Y-%m}")
    number = len(sent) + 1
    key = f"{site.code}/{command.month:%Y-%m}/{number}"
    change = RowChange(
        table="notification",
        key=key,
        values={
            "site": row.ref,
            "month": command.month,
            "number": number,
            "figures": canonical(rules.as_json(figures)).decode(),
            "as_of": as_of,
            "sent_on": today,
        },
    )
    act = Act(
        kind="notification",
        site=row,
        command=command,
        subject=key,
        rows=[change],
        answer={"code": key, "number": number, "as_of": as_of},
    )
    return book(session, act, now=now)


def _require_counter(viewer: Viewer) -> None:
    if viewer.role not in COUNTER:
        raise NotAllowed


def _data_behind(
    session: Session,
    reference: Rulebook,
    site: SiteRow,
    command: MakeStreamNumber,
    partner: OrganisationRow,
    viewer: Viewer,
    now: datetime,
) -> dict[str, Value]:
    """All that stands behind a number, complete: nothing can be added to it later."""
    eural, processing = read_eural(command.eural), rules.require_processing(command.processing)
    known = queries.parties(session)
    where = queries.notifying_site(session, reference, site.code, viewer)
    comes_from_us = command.direction == "delivery"
    operator = known[reference.operator(site).organisation.code]
    discarder = operator if comes_from_us else known[partner.code]
    said = command.origin or (where.address if comes_from_us else discarder.address)
    origin = rules.read_address(said)
    if origin is None and command.origin:
        raise Malformed(field="origin", problem="not like: Straat 1, 1234 AB Plaats")
    rules.require_whole(
        {
            "registration": discarder.registration,
            "address": origin.line if origin else "",
            "processor_number": where.begins if not comes_from_us else "-",
            "usual_name": command.usual_name.strip(),
        }
    )
    assert origin is not None, "a number without an origin is not whole"
    from_day = command.from_day or site_day(now, site)
    _require_of_our_time(from_day)
    return {
        "direction": command.direction,
        "partner": partner.ref,
        "from_day": from_day,
        "eural": eural,
        "usual_name": command.usual_name.strip()[:60],
        "processing": processing,
        "party_name": discarder.name,
        "party_registration": discarder.registration,
        "street": origin.street,
        "house_number": origin.house_number,
        "addition": origin.addition,
        "postcode": origin.postcode,
        "town": origin.town,
        "country": origin.country,
        "route_collection": command.route_collection,
        "collector_scheme": command.collector_scheme,
    }


def _number(
    session: Session,
    reference: Rulebook,
    site: SiteRow,
    command: MakeStreamNumber,
    behind: dict[str, Value],
    viewer: Viewer,
) -> str:
    """The number, which is nobody's yet. Raises what `make_stream_number` does of numbers."""
    ours = command.direction == "receipt"
    where = queries.notifying_site(session, reference, site.code, viewer)
    begins = where.begins if ours else queries.parties(session)[command.partner].begins
    if command.number is None and not ours:
        raise Malformed(field="number", problem="missing")
    same = queries.stream_numbers(
        session, reference, viewer, site=site.code, direction=command.direction,
        partner=command.partner, eural=str(behind["eural"]), on=site_day(command.scanned_at, site),
    )  # fmt: skip
    for one in same:
        if _same(one, behind):
            raise StreamNumberExists(number=one.number)
    if command.number is None:
        return _minted(session, begins)
    number = rules.read_number(command.number, begins)
    if taken := queries.number_taken(session, number):
        raise StreamNumberTaken(number=number, organisation=taken[0], eural=taken[1])
    return number


def _require_of_our_time(day: date) -> None:
    """Raise Malformed for a day on which nobody used this."""
    if not 2000 <= day.year < 2100:
        raise Malformed(field="from_day", problem="not a day of this century")


def _same(one: queries.NumberRow, behind: dict[str, Value]) -> bool:
    origin = Address(
        *(
            str(behind[part])
            for part in ("street", "house_number", "addition", "postcode", "town", "country")
        )
    )
    simple = ("usual_name", "processing", "party_name", "party_registration", "route_collection",
              "collector_scheme")  # fmt: skip
    return one.origin == origin and all(getattr(one, name) == behind[name] for name in simple)


def _minted(session: Session, begins: str) -> str:
    free = rules.NUMBER_LENGTH - len(begins)
    while True:
        number = begins + "".join(secrets.choice(rules.FREE_SIGNS) for _ in range(free))
        if queries.number_taken(session, number) is None:
            return number


def _orders(direction: str, reference: Rulebook, site: SiteRow, partner: OrganisationRow) -> str:
    """Who orders transport unless somebody says otherwise: whose waste it is."""
    if direction == "receipt":
        return partner.code
    return reference.operator(site).organisation.code


def _carriage(
    reference: Rulebook,
    site: SiteRow,
    number: Ref,
    scan_id: str,
    from_day: date,
    carrier: str,
    ordered_by: str,
) -> RowChange:
    drives, orders = reference.organisation(carrier), reference.organisation(ordered_by)
    operator = reference.operator(site)
    for party in (drives, orders):
        # Only who has to do with this operator exists for it.
        if party.id not in operator.partners and party.id != operator.organisation.id:
            raise NotFound
    return RowChange(
        table="carriage",
        key=scan_id,
        values={
            "stream_number": number,
            "from_day": from_day,
            "carrier": drives.ref,
            "ordered_by": orders.ref,
        },
    )
