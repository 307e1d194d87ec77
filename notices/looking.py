"""What nobody does anything about: overdue things, found by looking now and then.

Each is told once, because its cause has the same key whenever it is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from accounts.queries import viewer_as
from catalogue.kinds import PartnerRole, Role
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from dispatch.views import overdue
from intake.rules import beyond_limit
from notices import rules
from notices.actions import Cause, PageFor, tell
from notices.kinds import NoticeKind
from notices.queries import Audience
from notices.views import came_in, keys_since, oldest_waiting
from streams.ledger import site_day

SUBJECT_LENGTH_MAX: Final = 60
LATE_MAX: Final = 10_000
"""Shipments of one site that are told in one go."""


def look(
    session: Session,
    book: Rulebook,
    *,
    now: datetime,
    by_mail: bool = True,
    page_for: PageFor | None = None,
) -> int:
    """Tell of everything that is overdue; returns how many were told just now.

    Some six statements for each site, and those of the telling.
    """
    causes = [*_permits(book, now), *_keys(session, book, now)]
    for site in book.sites.values():
        causes += [
            *_confirmations(session, book, site, now),
            *_scans(session, site, now),
            *_deliveries(session, site, now),
        ]
    return sum(
        tell(session, book, cause, now=now, by_mail=by_mail, page_for=page_for) for cause in causes
    )


def _confirmations(
    session: Session, book: Rulebook, site: SiteRow, now: datetime
) -> Iterator[Cause]:
    """A team leader hears of it once, the outlet once a week until it confirms."""
    home = site.operator_id
    leader = viewer_as(book, Role.TEAM_LEADER, home, site.id)
    for late in overdue(session, book, leader, now=now, limit=LATE_MAX):
        outlet = book.organisations[late.outlet].id
        for kind, suffix, audience in (
            (
                NoticeKind.CONFIRMATION_OVERDUE,
                "",
                Audience(role=Role.TEAM_LEADER, operator_id=home, site_id=site.id),
            ),
            (
                NoticeKind.CONFIRMATION_ASKED,
                f":{rules.weeks_late(late.days)}",
                Audience(role=Role.OUTLET, operator_id=home, organisation_id=outlet),
            ),
        ):
            yield Cause(
                kind=kind,
                key=f"{kind.value}:{late.code}{suffix}",
                operator_id=home,
                site_id=site.id,
                subject=late.code,
                audiences=[audience],
                figures={"day": late.due_on.isoformat(), "organisation_id": outlet},
            )


def _scans(session: Session, site: SiteRow, now: datetime) -> Iterator[Cause]:
    """Once for each day on which such a scan came, the oldest first."""
    oldest = oldest_waiting(session, site.id, before=now - rules.SCANS_WAIT_MAX)
    if oldest is None:
        return
    since, count = oldest
    day = site_day(since, site)
    kind = NoticeKind.SCANS_WAITING
    yield Cause(
        kind=kind,
        key=f"{kind.value}:{site.code}:{day}",
        operator_id=site.operator_id,
        site_id=site.id,
        subject=site.code,
        audiences=[Audience(role=Role.TEAM_LEADER, operator_id=site.operator_id, site_id=site.id)],
        figures={"day": day.isoformat(), "scans": count},
    )


def _deliveries(session: Session, site: SiteRow, now: datetime) -> Iterator[Cause]:
    """Once all of it has come: one delivery may come on several trucks."""
    today = site_day(now, site)
    kind = NoticeKind.DELIVERY_DIFFERS
    for delivery in came_in(session, site.id, last_came=today - rules.DELIVERY_COMPLETE):
        if not beyond_limit(
            announced_mass_g=delivery.announced_g,
            received_g=delivery.received_g,
            limit_permille=site.announced_limit_permille,
        ):
            continue
        yield Cause(
            kind=kind,
            key=f"{kind.value}:{delivery.code}",
            operator_id=site.operator_id,
            site_id=site.id,
            subject=delivery.code,
            audiences=[
                Audience(
                    role=Role.SUPPLIER,
                    operator_id=site.operator_id,
                    organisation_id=delivery.supplier_id,
                )
            ],
            figures={"announced_g": delivery.announced_g, "received_g": delivery.received_g},
        )


def _permits(book: Rulebook, now: datetime) -> Iterator[Cause]:
    kind = NoticeKind.PERMIT_ENDS
    for operator in book.operators.values():
        home = operator.organisation.id
        for partner in operator.partners.values():
            until = partner.permit_until
            if PartnerRole.OUTLET not in partner.roles or until is None:
                continue
            if until > now.date() + rules.PERMIT_ENDS_WITHIN:
                continue
            outlet = book.organisations_by_id[partner.organisation_id]
            yield Cause(
                kind=kind,
                key=f"{kind.value}:{home}:{outlet.id}:{until}",
                operator_id=home,
                site_id=None,
                subject=outlet.code,
                audiences=[
                    Audience(role=role, operator_id=home)
                    for role in (Role.MANAGER, Role.ADMINISTRATOR)
                ],
                figures={"day": until.isoformat(), "organisation_id": outlet.id},
            )


def _keys(session: Session, book: Rulebook, now: datetime) -> Iterator[Cause]:
    """A key that was changed without anybody's doing is something to know of."""
    kind = NoticeKind.KEY_ROTATED
    for chain, key, day in keys_since(session, now - rules.KEY_IS_NEWS):
        home = book.organisations[chain.removeprefix("operator:")].id
        yield Cause(
            kind=kind,
            key=f"{kind.value}:{home}:{key}",
            operator_id=home,
            site_id=None,
            subject=key[:SUBJECT_LENGTH_MAX],
            audiences=[
                Audience(role=role, operator_id=home) for role in (Role.MANAGER, Role.ADMINISTRATOR)
            ],
            figures={"day": day.isoformat()},
        )
