"""Who did what to accounts, rights and settings: apart from the register, for as long as needed.

No scan and no pace stands here. Names and secrets do not either: an actor and a target are keys,
which say nothing once the person behind them was erased.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, insert
from sqlmodel import Session

from accounts import rules
from accounts.tables import AuditEvent
from store.columns import table_of

_event = table_of(AuditEvent)


class Doing(StrEnum):
    """What is noted. Past tense: it happened, or it was refused."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    LOCKED_OUT = "locked_out"
    NOT_ALLOWED = "not_allowed"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a kind of event)
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    PERSON_INVITED = "person_invited"
    PERSON_CHANGED = "person_changed"
    PERSON_SHUT_OUT = "person_shut_out"
    PERSON_LET_IN = "person_let_in"
    PERSON_ERASED = "person_erased"
    DATA_HANDED_OUT = "data_handed_out"
    RULE_CHANGED = "rule_changed"
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    TABLET_CODE_MADE = "tablet_code_made"
    TABLET_LET_IN = "tablet_let_in"
    TABLET_PUT_OUT = "tablet_put_out"
    BADGE_MADE = "badge_made"
    BADGE_REVOKED = "badge_revoked"
    EXPORT_TAKEN = "export_taken"


def note_event(
    session: Session,
    kind: Doing,
    *,
    now: datetime,
    actor: str = "",
    target: str = "",
    organisation_id: int | None = None,
    address: str = "",
    details: Mapping[str, str | int] | None = None,
) -> None:
    """Note what happened, in the transaction in which it happens. One statement.

    actor: as `Signed.actor`; empty for who is not known. target: `person:3`, `token:12`,
    `device:7`, `badge:2`. address: where the call came from.
    """
    session.execute(
        insert(_event).values(
            at=now,
            kind=kind.value,
            actor=actor,
            target=target,
            organisation_id=organisation_id,
            address=address,
            details=json.dumps(dict(details or {}), sort_keys=True),
            erase_on=now.date() + rules.EVENT_KEPT,
        )
    )


def erase_events(session: Session, today: date) -> int:
    """Forget what happened, where the time is up; returns how many went. One statement."""
    gone = session.execute(delete(_event).where(_event.c.erase_on <= today))
    return int(gone.rowcount)  # type: ignore[attr-defined]
