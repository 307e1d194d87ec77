"""Announce a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.codes import CodeKind, mint
from catalogue.kinds import DeliveryState, PartnerRole, Role
from catalogue.rulebook import rulebook
from chain.actions import instant
from chain.rows import RowChange
from intake import queries, rules
from proof.canonical import canonical
from streams.acts import Act, Command
from streams.ledger import Booked, book, site_day
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedLine:
    """One line of an announcement: so much of a group, in so many containers."""

    article_group: str | None
    containers: int | None
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceDelivery(Command):
    """What a supplier says will come."""

    supplier: str
    site: str
    expected_at: datetime
    lines: tuple[AnnouncedLine, ...]
    reference: str | None = None


def announce_delivery(
    session: Session, command: AnnounceDelivery, *, viewer: Viewer, now: datetime
) -> Booked:
    """Announce a delivery at a site. A supplier announces its own (or its children's) only.

    Raises NotFound, Malformed, ScanReused.
    """
    if before := answered(session, "delivery", None, command):
        return before
    reference = rulebook(session)
    supplier = reference.organisation(command.supplier)
    site = reference.sites.get(command.site)
    require(site is not None)
    assert site is not None
    own = viewer.role is Role.SUPPLIER and supplier.id in viewer.supplier_ids
    require(own or viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    operator = reference.operator(site)
    operator.partner(supplier.id, PartnerRole.SUPPLIER)
    for line in command.lines:
        operator.group(line.article_group)
    announced_g = rules.announced_g([line.mass_g for line in command.lines])
    code = mint(CodeKind.DELIVERY)
    row = RowChange(
        table="delivery",
        key=code,
        values={
            "code": code,
            "site": site.ref,
            "supplier": supplier.ref,
            "expected_on": site_day(command.expected_at, site),
            "announced_g": announced_g,
            "lines": canonical([_said(line) for line in command.lines]).decode(),
            "state": DeliveryState.ANNOUNCED.value,
            **({"reference": command.reference} if command.reference else {}),
        },
    )
    answer = {"code": code, "mass_g": announced_g, "state": DeliveryState.ANNOUNCED.value}
    act = Act(
        kind="delivery",
        site=site,
        command=command,
        subject=code,
        rows=[row],
        facts={"expected_at": instant(command.expected_at)},
        answer=answer,
    )
    return book(session, act, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawDelivery(Command):
    """Take an announcement back: what was announced will not come, or comes otherwise."""


def withdraw_delivery(
    session: Session, code: str, command: WithdrawDelivery, *, viewer: Viewer, now: datetime
) -> Booked:
    """Take back an announcement of which nothing came: by its supplier, or by the site's staff.

    It undoes the announcing entry, so both stay in the history.
    Raises NotFound, StateForbids, ScanReused.
    """
    if before := answered(session, "reverse", code, command):
        return before
    reference = rulebook(session)
    delivery, scan_id = queries.announced_delivery(session, code)
    site = reference.sites_by_id[delivery.site_id]
    own = viewer.role is Role.SUPPLIER and delivery.supplier_id in viewer.supplier_ids
    require(own or viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    rules.require_state(code, delivery.state, DeliveryState.ANNOUNCED.value)
    state = DeliveryState.REVERSED
    act = Act(
        kind="reverse",
        site=site,
        command=command,
        target=code,
        subject=code,
        reverses=(delivery.id, scan_id),
        rows=[queries.delivery_change(delivery, state)],
        answer={"code": code, "mass_g": delivery.announced_g, "state": state.value},
    )
    return book(session, act, now=now)


def _said(line: AnnouncedLine) -> dict[str, str | int | None]:
    return {
        "article_group": line.article_group,
        "containers": line.containers,
        "mass_g": line.mass_g,
    }
