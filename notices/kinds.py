"""The kinds of notices, who can get them, and how urgent they are: a closed list."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from catalogue.kinds import Role


class NoticeKind(StrEnum):
    """What somebody is told about."""

    BATCH_STOPPED = "batch_stopped"
    DANGEROUS_FIND = "dangerous_find"
    DELIVERY_RECEIVED = "delivery_received"
    DELIVERY_DIFFERS = "delivery_differs"
    BATCH_REFUSED = "batch_refused"
    BATCH_HELD = "batch_held"
    CERTIFICATE_READY = "certificate_ready"
    CERTIFICATE_WITHDRAWN = "certificate_withdrawn"
    REPORT_ISSUED = "report_issued"
    OUTLET_REFUSED = "outlet_refused"
    OUTLET_DIFFERS = "outlet_differs"
    SHIPMENT_RETURNED = "shipment_returned"
    CONFIRMATION_OVERDUE = "confirmation_overdue"
    SCANS_WAITING = "scans_waiting"
    SHIPMENT_COMES = "shipment_comes"
    CONFIRMATION_ASKED = "confirmation_asked"
    PERMIT_ENDS = "permit_ends"
    NOTIFICATION_DUE = "notification_due"
    KEY_ROTATED = "key_rotated"
    ERASURE_ASKED = "erasure_asked"


SAFETY: Final = frozenset({NoticeKind.BATCH_STOPPED, NoticeKind.DANGEROUS_FIND})
"""What nobody can switch off, and what waits for nothing."""

AT_ONCE: Final = SAFETY | {NoticeKind.SHIPMENT_COMES}
"""Kinds whose mail does not wait for more of the same."""

LINKED: Final = frozenset({NoticeKind.SHIPMENT_COMES, NoticeKind.CONFIRMATION_ASKED})
"""Kinds that ask for an answer: who has no account gets a page of their own with it."""

HEARERS: Final[Mapping[NoticeKind, frozenset[Role]]] = {
    NoticeKind.BATCH_STOPPED: frozenset({Role.TEAM_LEADER, Role.SUPPLIER}),
    NoticeKind.DANGEROUS_FIND: frozenset({Role.TEAM_LEADER}),
    NoticeKind.DELIVERY_RECEIVED: frozenset({Role.SUPPLIER}),
    NoticeKind.DELIVERY_DIFFERS: frozenset({Role.SUPPLIER}),
    NoticeKind.BATCH_REFUSED: frozenset({Role.SUPPLIER}),
    NoticeKind.BATCH_HELD: frozenset({Role.SUPPLIER}),
    NoticeKind.CERTIFICATE_READY: frozenset({Role.SUPPLIER}),
    NoticeKind.CERTIFICATE_WITHDRAWN: frozenset({Role.SUPPLIER}),
    NoticeKind.REPORT_ISSUED: frozenset({Role.SUPPLIER}),
    NoticeKind.OUTLET_REFUSED: frozenset({Role.TEAM_LEADER}),
    NoticeKind.OUTLET_DIFFERS: frozenset({Role.TEAM_LEADER}),
    NoticeKind.SHIPMENT_RETURNED: frozenset({Role.TEAM_LEADER}),
    NoticeKind.CONFIRMATION_OVERDUE: frozenset({Role.TEAM_LEADER}),
    NoticeKind.SCANS_WAITING: frozenset({Role.TEAM_LEADER}),
    NoticeKind.SHIPMENT_COMES: frozenset({Role.OUTLET}),
    NoticeKind.CONFIRMATION_ASKED: frozenset({Role.OUTLET}),
    NoticeKind.PERMIT_ENDS: frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    NoticeKind.NOTIFICATION_DUE: frozenset({Role.MANAGER}),
    NoticeKind.KEY_ROTATED: frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    NoticeKind.ERASURE_ASKED: frozenset({Role.ADMINISTRATOR}),
}
"""Per kind, the roles that are told."""


def kinds_of(role: Role) -> list[NoticeKind]:
    """What a role can be told, safety first."""
    found = [kind for kind in NoticeKind if role in HEARERS[kind]]
    return sorted(found, key=lambda kind: kind not in SAFETY)


class MailState(StrEnum):
    """How far a mail is. `dropped`: there was nobody, or no way, to send it to."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
