"""Notices in words: what a reader is told, in their language, and where the thing stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from catalogue.rulebook import OperatorBook, Rulebook
from notices.kinds import SAFETY, NoticeKind
from notices.queries import NoticeRow
from web import units
from web.certificate_words import KINDS as CERTIFICATES
from web.i18n import Language, message


@dataclass(frozen=True, slots=True)
class Wording:
    """What a kind is called, what it says of one thing, and the page to go to, if there is one."""

    title: str
    says: str
    path: str | None = None


WORDINGS: Final[Mapping[NoticeKind, Wording]] = {
    NoticeKind.BATCH_STOPPED: Wording(
        message("Batch stopped"),
        message("Found in batch %(subject)s: %(find_kind)s. The batch was stopped at once."),
        "/batches/{subject}",
    ),
    NoticeKind.DANGEROUS_FIND: Wording(
        message("A find that cannot wait"),
        message("Found at %(site)s: %(find_kind)s. Go and see to it now."),
        "/finds/{subject}",
    ),
    NoticeKind.DELIVERY_RECEIVED: Wording(
        message("Delivery received"),
        message("Goods of delivery %(subject)s came in on %(day)s."),
        "/deliveries/{subject}",
    ),
    NoticeKind.DELIVERY_DIFFERS: Wording(
        message("Delivery differs"),
        message("Delivery %(subject)s weighed %(received_g)s. You had announced %(announced_g)s."),
        "/deliveries/{subject}",
    ),
    NoticeKind.BATCH_REFUSED: Wording(
        message("Refused at receipt"),
        message("%(mass_g)s of batch %(subject)s goes back to you. The reason: %(reason)s."),
        "/batches/{subject}",
    ),
    NoticeKind.BATCH_HELD: Wording(
        message("Batch on hold"),
        message("Batch %(subject)s has to wait. The reason: %(reason)s."),
        "/batches/{subject}",
    ),
    NoticeKind.CERTIFICATE_READY: Wording(
        message("Certificate ready"),
        message("%(certificate)s %(subject)s is ready. It is about %(mass_g)s."),
        "/certificates/{subject}",
    ),
    NoticeKind.REPORT_ISSUED: Wording(
        message("Report issued"),
        message("Report %(number)s about your goods is ready: %(first)s to %(last)s."),
        "/reports/issued/{subject}",
    ),
    NoticeKind.CERTIFICATE_WITHDRAWN: Wording(
        message("Certificate withdrawn"),
        message("Certificate %(subject)s counts no longer. The reason: %(reason)s."),
        "/certificates/{subject}",
    ),
    NoticeKind.OUTLET_REFUSED: Wording(
        message("Outlet refuses a part"),
        message(
            "The outlet does not want %(refused_g)s of shipment %(subject)s. "
            "The reason: %(reason)s."
        ),
        "/shipments/{subject}",
    ),
    NoticeKind.OUTLET_DIFFERS: Wording(
        message("Outlet comes to another weight"),
        message(
            "Of shipment %(subject)s %(shipped_g)s was under way. The outlet came to %(mass_g)s."
        ),
        "/shipments/{subject}",
    ),
    NoticeKind.SHIPMENT_RETURNED: Wording(
        message("Outlet sent goods back"),
        message("%(mass_g)s of shipment %(subject)s came back. The reason: %(reason)s."),
        "/shipments/{subject}",
    ),
    NoticeKind.CONFIRMATION_OVERDUE: Wording(
        message("Confirmation is late"),
        message(
            "%(organisation)s should have confirmed shipment %(subject)s by %(day)s. "
            "We still wait for it."
        ),
        "/shipments/{subject}",
    ),
    NoticeKind.SCANS_WAITING: Wording(
        message("Scans wait for somebody"),
        message("At %(site)s scans have waited for a decision since %(day)s: %(scans)s."),
        "/attention",
    ),
    NoticeKind.SHIPMENT_COMES: Wording(
        message("Shipment on its way"),
        message(
            "Shipment %(subject)s left on %(day)s and weighs %(mass_g)s. "
            "Tell us afterwards what you did with it."
        ),
        "/shipments/{subject}",
    ),
    NoticeKind.CONFIRMATION_ASKED: Wording(
        message("What became of a shipment?"),
        message(
            "Please tell us what you did with shipment %(subject)s. We expected it by %(day)s."
        ),
        "/shipments/{subject}",
    ),
    NoticeKind.PERMIT_ENDS: Wording(
        message("Permit runs out"),
        message(
            "The permit of %(organisation)s holds until %(day)s. "
            "After that nothing can be shipped there."
        ),
    ),
    NoticeKind.NOTIFICATION_DUE: Wording(
        message("Notification due"),
        message("The notification of %(site)s for %(month)s has to be sent by %(day)s."),
        "/notifications",
    ),
    NoticeKind.KEY_ROTATED: Wording(
        message("New signing key"),
        message("Since %(day)s a new key signs what is handed out: %(subject)s."),
        "/checkpoints",
    ),
    NoticeKind.ERASURE_ASKED: Wording(
        message("Somebody asks to be erased"),
        message("The person with number %(subject)s asks to be erased. Do it within a month."),
        "/people/{subject}",
    ),
}
UNANNOUNCED: Final = message(
    "Batch %(subject)s came in on %(day)s: %(mass_g)s. It was not announced."
)
WHEN: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.BATCH_STOPPED: message("Ammunition or something else stops a batch at once."),
    NoticeKind.DANGEROUS_FIND: message("Ammunition or something else is found that cannot wait."),
    NoticeKind.DELIVERY_RECEIVED: message("Goods of yours came in."),
    NoticeKind.DELIVERY_DIFFERS: message("More or less came than you announced."),
    NoticeKind.BATCH_REFUSED: message("Something is sent back to you at once."),
    NoticeKind.BATCH_HELD: message("A batch of yours has to wait, and why."),
    NoticeKind.OUTLET_DIFFERS: message("The weights differ by more than they may."),
    NoticeKind.SHIPMENT_RETURNED: message("Something came back from an outlet."),
    NoticeKind.CERTIFICATE_READY: message("A certificate about goods of yours was made."),
    NoticeKind.CERTIFICATE_WITHDRAWN: message("A certificate of yours counts no longer, and why."),
    NoticeKind.REPORT_ISSUED: message("A report about goods of yours was issued."),
    NoticeKind.OUTLET_REFUSED: message("An outlet says that it does not want a part."),
    NoticeKind.CONFIRMATION_OVERDUE: message("A confirmation is later than was agreed."),
    NoticeKind.SCANS_WAITING: message("Scans have waited for a decision for more than a day."),
    NoticeKind.SHIPMENT_COMES: message("A shipment to you has left."),
    NoticeKind.CONFIRMATION_ASKED: message("You have not confirmed a shipment. Once a week."),
    NoticeKind.PERMIT_ENDS: message("The permit of an outlet runs out within 30 days."),
    NoticeKind.NOTIFICATION_DUE: message("A month has to be notified within 7 days."),
    NoticeKind.KEY_ROTATED: message("Another key signs from now on."),
    NoticeKind.ERASURE_ASKED: message("Somebody asks that all about them is erased."),
}
"""When each kind is told, for who chooses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A notice in words. path: of the page about it."""

    title: str
    text: str
    path: str | None
    safety: bool


def in_words(row: NoticeRow, book: Rulebook, language: Language) -> Said:
    """A notice as its reader reads it."""
    wording = WORDINGS[row.kind]
    says, path = wording.says, wording.path
    if row.kind is NoticeKind.DELIVERY_RECEIVED and "mass_g" in row.figures:
        says, path = UNANNOUNCED, "/batches/{subject}"
    return Said(
        title=language.gettext(wording.title),
        text=language.gettext(says) % _values(row, book, language),
        path=path.format(subject=row.subject) if path else None,
        safety=row.kind in SAFETY,
    )


def _values(row: NoticeRow, book: Rulebook, language: Language) -> dict[str, str]:
    operator = book.operators[row.operator_id]
    site = book.sites_by_id.get(row.site_id or 0)
    values = {"subject": row.subject, "site": site.name if site else ""}
    for name, value in row.figures.items():
        values[name] = _value(name, value, operator, language)
        if name == "organisation_id":
            values["organisation"] = book.organisations_by_id[value].name
    return values


def _value(name: str, value: Any, operator: OperatorBook, language: Language) -> str:
    if name.endswith("_g"):
        return units.weight(value, language)
    if name == "certificate":
        return language.gettext(CERTIFICATES[value])
    if name == "month":
        return units.month(date.fromisoformat(value), language)
    if name in ("day", "first", "last"):
        return units.day(date.fromisoformat(value), language)
    named = {"reason": operator.reasons, "find_kind": operator.find_kinds}.get(name, {}).get(value)
    return language.own(named.names, value) if named else str(value)
