"""Who did what to accounts, rights and settings: apart from the register, for as long as needed.

No scan and no pace stands here. Names and secrets do not either: an actor and a target are keys,
which say nothing once the person behind them was erased. What was noted is not changed and not
deleted before its time, by the database itself. Each event is also a line of the log
`stofstroom.audit`, once it is committed, so that it can be kept elsewhere too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import Final

from sqlalchemy import delete, event, func, insert, update
from sqlmodel import Session

from accounts import rules
from accounts.tables import AuditEvent
from accounts.telling import tell_person
from store.columns import table_of

log = logging.getLogger("stofstroom.audit")
ADDRESS_MAX: Final = 45
"""The longest address of the internet, written out."""

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
    RESET_LINK_MADE = "reset_link_made"
    PERSON_INVITED = "person_invited"
    INVITATION_ACCEPTED = "invitation_accepted"
    PERSON_CHANGED = "person_changed"
    PERSON_SHUT_OUT = "person_shut_out"
    PERSON_LET_IN = "person_let_in"
    PERSON_ERASED = "person_erased"
    ERASURE_ASKED = "erasure_asked"
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


TOLD: Final = frozenset(
    {
        Doing.PASSWORD_CHANGED,
        Doing.RESET_LINK_MADE,
        Doing.SECOND_FACTOR_ADDED,
        Doing.SECOND_FACTOR_REMOVED,
        Doing.RECOVERY_CODE_USED,
        Doing.PASSKEY_ADDED,
        Doing.PASSKEY_REMOVED,
        Doing.IDENTITY_LINKED,
        Doing.IDENTITY_UNLINKED,
    }
)
"""Of what was done to somebody's ways in they get a mail, whoever did it (ASVS 5.0, 6.3.7)."""


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
    """Note what happened, in the transaction in which it happens. One statement, and one more
    where its person is told of it.

    actor: as `Signed.actor`; empty for who is not known. target: `person:3`, `token:12`,
    `device:7`, `badge:2`. address: where the call came from.
    """
    said = dict(details or {})
    session.execute(
        insert(_event).values(
            at=now,
            kind=kind.value,
            actor=actor,
            target=target,
            organisation_id=organisation_id,
            address=address[:ADDRESS_MAX],
            details=json.dumps(said, sort_keys=True),
            erase_on=now.date() + rules.EVENT_KEPT,
        )
    )
    if kind in TOLD and target.startswith("person:"):
        tell_person(session, int(target.removeprefix("person:")), kind.value, now=now)
    line = {
        "at": now.astimezone(UTC).isoformat(timespec="milliseconds"),
        "event": kind.value,
        "actor": actor,
        "target": target,
        "organisation": organisation_id,
        "address": address[:ADDRESS_MAX],
        "details": said,
    }
    # JSON of ASCII letters: whatever somebody typed, it stays one line, and one object.
    event.listen(session, "after_commit", partial(_tell, json.dumps(line)), once=True)


def _tell(line: str, _session: Session) -> None:
    log.info("%s", line)


def note_own(
    session: Session,
    kind: Doing,
    person_id: int,
    organisation_id: int,
    *,
    now: datetime,
    address: str,
) -> None:
    """Note what a person did to their own account. As `note_event`."""
    who = f"person:{person_id}"
    note_event(
        session,
        kind,
        now=now,
        actor=who,
        target=who,
        organisation_id=organisation_id,
        address=address,
    )


def erase_events(session: Session, today: date) -> int:
    """Forget what happened, where the time is up; returns how many went. One statement.

    The database lets nothing go before its day by its own clock, so that day is asked for too.
    """
    gone = session.execute(
        delete(_event).where(_event.c.erase_on <= today, _event.c.erase_on <= func.current_date())
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def forget_addresses(session: Session, person_id: int) -> None:
    """Empty the addresses from which somebody came: of all that is theirs, only keys stay."""
    theirs = f"person:{person_id}"
    session.execute(
        update(_event)
        .where((_event.c.actor == theirs) | (_event.c.target == theirs), _event.c.address != "")
        .values(address="")
    )
