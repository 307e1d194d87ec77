"""Who hears of what was just booked: decided here, after the act and in its transaction; and what
is found to be overdue in rooms that do not know each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlmodel import Session

from accounts.queries import Signed, viewer_as
from catalogue.kinds import Role
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from certificates.actions import Issue, Withdraw
from certificates.views import any_certificate
from dispatch.confirming import Confirm
from dispatch.links import make_link
from dispatch.returning import TakeBack
from dispatch.shipping import Ship
from intake.actions import LogBatch
from intake.aside import SetAside
from intake.finds import LogFind
from nl import queries as nl
from nl.rules import deadline, month_before
from notices.actions import Cause, mail_to_address, tell
from notices.kinds import NoticeKind
from notices.looking import look
from notices.queries import Audience
from notices.rules import NOTIFICATION_DUE_WITHIN
from notices.telling import of_certificate, of_report, tell_of_entry
from notices.views import shipment_facts
from reporting.issued import any_issued
from reporting.issuing import IssueReport
from streams.acts import Command
from streams.ledger import Booked, site_day
from web.meters import note_booked

HEARD_OF: Final = (LogBatch, SetAside, LogFind, Ship, TakeBack, Confirm)
"""Commands of the floor and of dispatch of which somebody may be told; others cost nothing."""

OUTLET_PAGE: Final = "/outlet/{}"


def notify(session: Session, me: Signed, command: Command, booked: Booked, now: datetime) -> None:
    """Tell whoever should know of it, but not who did it."""
    if booked.repeated:
        return
    note_booked(session, command, str(booked.answer["entry"]))
    person = person_of(me)
    if isinstance(command, HEARD_OF):
        book = rulebook(session)
        tell_of_entry(
            session,
            book,
            booked.entry_id,
            now=now,
            but_not=person,
            page_for=partial(_page_for, session, book, now),
        )
    elif isinstance(command, Issue | Withdraw):
        for cause in _certified(session, command, booked):
            tell(session, rulebook(session), cause, now=now, but_not=person)
    elif isinstance(command, IssueReport):
        for cause in _reported(session, booked):
            tell(session, rulebook(session), cause, now=now, but_not=person)


def person_of(me: Signed) -> int | None:
    """The key of the person who is signed in; None for a machine."""
    kind, _, number = me.actor.partition(":")
    return int(number) if kind == "person" else None


def look_around(session: Session, now: datetime) -> int:
    """Tell of all that is overdue; how many were told just now."""
    book = rulebook(session)
    told = look(session, book, now=now, page_for=partial(_page_for, session, book, now))
    for site in book.sites.values():
        told += sum(
            tell(session, book, one, now=now) for one in _notifications(book, session, site, now)
        )
    return told


def _page_for(session: Session, book: Rulebook, now: datetime, shipment: str) -> str:
    """A page on which an outlet without an account answers; the one before ends."""
    site = book.sites_by_id[shipment_facts(session, shipment).site_id]
    leader = viewer_as(book, Role.TEAM_LEADER, site.operator_id, site.id)
    return OUTLET_PAGE.format(make_link(session, book, shipment, viewer=leader, now=now).token)


def mail_link(
    session: Session,
    shipment: str,
    *,
    address: str,
    language: str,
    path: str,
    now: datetime,
) -> None:
    """Mail somebody the page on which they say what became of a shipment, at once.

    path: of that page, as it holds for this link alone. Every call is a mail of its own. Raises
    Malformed for what is no address.
    """
    facts = shipment_facts(session, shipment)
    site = rulebook(session).sites_by_id[facts.site_id]
    cause = Cause(
        kind=NoticeKind.SHIPMENT_COMES,
        key=f"link:{shipment}:{now.isoformat()}",
        operator_id=site.operator_id,
        site_id=site.id,
        subject=shipment,
        audiences=[],
        figures={"mass_g": facts.mass_g, "day": facts.shipped_on.isoformat()},
    )
    mail_to_address(session, cause, address=address, language=language, path=path, now=now)


def _certified(session: Session, command: Issue | Withdraw, booked: Booked) -> Iterator[Cause]:
    """A new certificate, one that counts no longer, or both when one takes the other's place."""
    code = str(booked.answer["code"])
    if isinstance(command, Issue):
        yield _of_certificate(session, NoticeKind.CERTIFICATE_READY, code, None)
    withdrawn = booked.answer.get("replaces") if isinstance(command, Issue) else code
    if withdrawn:
        kind = NoticeKind.CERTIFICATE_WITHDRAWN
        yield _of_certificate(session, kind, str(withdrawn), command.reason)


def _reported(session: Session, booked: Booked) -> Iterator[Cause]:
    """A report about one supplier; one about all of them is told to nobody."""
    row = any_issued(session, str(booked.answer["code"]))
    if row is not None and row.supplier_id is not None:
        yield of_report(
            row.code,
            operator_id=row.operator_id,
            supplier_id=row.supplier_id,
            number=row.number,
            first=row.first_day,
            last=row.end_day - timedelta(days=1),
        )


def _of_certificate(session: Session, kind: NoticeKind, code: str, reason: str | None) -> Cause:
    row = any_certificate(session, code)
    assert row is not None, "it was just signed, or withdrawn"
    return of_certificate(
        kind,
        code,
        operator_id=row.operator_id,
        supplier_id=row.supplier_id,
        says=row.kind,
        mass_g=row.mass_g,
        reason=reason,
    )


def _notifications(
    book: Rulebook, session: Session, site: SiteRow, now: datetime
) -> Iterator[Cause]:
    """The month before this one, when it was not notified and its last day comes near."""
    today = site_day(now, site)
    month = month_before(today.replace(day=1))
    if today < deadline(month) - NOTIFICATION_DUE_WITHIN:
        return
    viewer = viewer_as(book, Role.MANAGER, site.operator_id)
    if not nl.notifying_site(session, book, site.code, viewer).must_notify:
        return
    if nl.opened_on(session, site.chain) >= today.replace(day=1):
        return
    if nl.sent_of(session, site.id, month):
        return
    kind = NoticeKind.NOTIFICATION_DUE
    yield Cause(
        kind=kind,
        key=f"{kind.value}:{site.code}:{month}",
        operator_id=site.operator_id,
        site_id=site.id,
        subject=site.code,
        audiences=[Audience(role=Role.MANAGER, operator_id=site.operator_id)],
        figures={"month": month.isoformat(), "day": deadline(month).isoformat()},
    )
