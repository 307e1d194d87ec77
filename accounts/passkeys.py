"""Passkeys: a key pair on a person's own device, made for this installation only. The device asks
who holds it for a finger, a face or a code, so that one passkey counts as both factors.

What proves them is large and seldom needed, so it is imported where somebody needs it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from accounts import rules, tickets
from accounts.audit import Doing, note_event, note_own
from accounts.passkey_parties import Holder, Party
from accounts.second_factor import ways_in
from accounts.tables import Passkey, Person
from accounts.tickets import Purpose, TicketRow
from catalogue.errors import (
    LastWayIn,
    NotFound,
    PasskeyCopied,
    PasskeyFailed,
    PasskeyTaken,
    PasskeyUnknown,
    Refusal,
    TicketUnknown,
)
from store.columns import table_of

CHALLENGE_BYTES: Final = 64
HANDLE_BYTES: Final = 32
"""How a device knows a person: random, so that it tells nobody who it is."""
OWN_MAX: Final = 20
"""Passkeys that one person may have."""
PATIENCE: Final = tickets.KEPT[Purpose.PASSKEY]

_passkey = table_of(Passkey)
_person = table_of(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    """A passkey, as its person sees it. backed_up: whether it also lies elsewhere than on one
    device."""

    id: int
    name: str
    backed_up: bool
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is asked to do, and the ticket that its answer must come with."""

    options: Mapping[str, Any]
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Whose passkey it was, or why it lets nobody in. A refusal is returned and not raised: what
    was noted of it must stay."""

    person_id: int = 0
    refusal: Refusal | None = None


@dataclass(slots=True)
class _Try:
    """A passkey that is shown. problem: a word for the audit log; whose, home, passkey: once it is
    known."""

    problem: str = "ticket"
    whose: int | None = None
    home: int | None = None
    passkey: int | None = None


def passkeys_of(session: Session, person_id: int) -> list[PasskeyRow]:
    """A person's passkeys, the first one first. One statement."""
    rows = session.execute(
        select(
            _passkey.c.id,
            _passkey.c.name,
            _passkey.c.backed_up,
            _passkey.c.created_at,
            _passkey.c.used_at,
        )
        .where(_passkey.c.person_id == person_id)
        .order_by(_passkey.c.id)
    )
    return [PasskeyRow(**row._mapping) for row in rows]


def ask_to_add(session: Session, person_id: int, party: Party, *, now: datetime) -> Asked:
    """What a browser needs to make a passkey for a person. Raises NotFound, PasskeyFailed."""
    from accounts import passkey_proofs as proofs

    person = session.execute(
        select(_person.c.email, _person.c.name, _person.c.handle).where(
            _person.c.id == person_id, _person.c.active, _person.c.erased_at.is_(None)
        )
    ).one_or_none()
    if person is None:
        raise NotFound
    known = session.execute(
        select(_passkey.c.credential, _passkey.c.transports).where(
            _passkey.c.person_id == person_id
        )
    ).all()
    if len(known) >= OWN_MAX:
        raise PasskeyFailed(problem="many")
    holder = Holder(
        handle=person.handle or _new_handle(session, person_id),
        email=person.email,
        name=person.name,
        known=[(row.credential, row.transports) for row in known],
    )
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    options = proofs.options_to_make(holder, party, challenge=challenge, patience=PATIENCE)
    return Asked(options, _issue(session, challenge, person_id, now=now))


def add(
    session: Session,
    person_id: int,
    party: Party,
    *,
    ticket: str,
    answer: str,
    name: str,
    now: datetime,
    address: str = "",
) -> int:
    """Key of the passkey that a browser made for this person.

    Raises TicketUnknown, PasskeyFailed, PasskeyTaken, Malformed.
    """
    from accounts import passkey_proofs as proofs

    kept_name = rules.name(name)
    asked = tickets.use(session, Purpose.PASSKEY, ticket, now=now)
    if asked.person_id != person_id:
        raise TicketUnknown
    made = proofs.made(answer, party, challenge=_challenge_of(asked))
    home = _lock(session, person_id)
    taken = select(_passkey.c.id).where(_passkey.c.credential == made.credential)
    if session.execute(taken).first() is not None:
        raise PasskeyTaken
    if len(passkeys_of(session, person_id)) >= OWN_MAX:
        raise PasskeyFailed(problem="many")
    key: int = session.execute(
        insert(_passkey)
        .values(
            person_id=person_id,
            credential=made.credential,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=kept_name,
            transports=made.transports,
            backed_up=made.backed_up,
            created_at=now,
            used_at=None,
        )
        .returning(_passkey.c.id)
    ).scalar_one()
    note_own(session, Doing.PASSKEY_ADDED, person_id, home, now=now, address=address)
    return key


def ask_who(session: Session, party: Party, *, now: datetime) -> Asked:
    """What a browser needs to show a passkey, whoever uses it."""
    from accounts import passkey_proofs as proofs

    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    options = proofs.options_to_show(party, challenge=challenge, patience=PATIENCE)
    return Asked(options, _issue(session, challenge, None, now=now))


def come_in(
    session: Session,
    party: Party,
    *,
    ticket: str,
    answer: str,
    now: datetime,
    address: str = "",
) -> Answered:
    """Who shows a passkey. The use of it is noted, and so is a try that failed."""
    attempt = _Try()
    try:
        person_id = _come_in(session, party, ticket, answer, attempt, now=now)
    except (TicketUnknown, PasskeyFailed, PasskeyUnknown, PasskeyCopied) as refusal:
        details: dict[str, str | int] = {"by": "passkey", "problem": attempt.problem}
        if attempt.passkey is not None:
            details["passkey"] = attempt.passkey
        note_event(
            session,
            Doing.SIGN_IN_FAILED,
            now=now,
            target=f"person:{attempt.whose}" if attempt.whose else "",
            organisation_id=attempt.home,
            address=address,
            details=details,
        )
        return Answered(refusal=refusal)
    return Answered(person_id=person_id)


def remove(
    session: Session, person_id: int, passkey_id: int, *, now: datetime, address: str = ""
) -> None:
    """This passkey lets the person in no more. Raises NotFound, LastWayIn."""
    home = _lock(session, person_id)
    own = {row.id for row in passkeys_of(session, person_id)}
    if passkey_id not in own:
        raise NotFound
    if own == {passkey_id} and not {"password", "sso"} & ways_in(session, person_id):
        raise LastWayIn
    session.execute(delete(_passkey).where(_passkey.c.id == passkey_id))
    note_own(session, Doing.PASSKEY_REMOVED, person_id, home, now=now, address=address)


def _come_in(
    session: Session, party: Party, ticket: str, answer: str, attempt: _Try, *, now: datetime
) -> int:
    from accounts import passkey_proofs as proofs

    asked = tickets.use(session, Purpose.PASSKEY, ticket, now=now)
    if asked.person_id is not None:
        raise TicketUnknown
    attempt.problem = "answer"
    shown = proofs.shown(answer)
    kept = session.execute(
        select(
            _passkey.c.id,
            _passkey.c.person_id,
            _passkey.c.public_key,
            _passkey.c.sign_count,
            _person.c.organisation_id,
            _person.c.handle,
        )
        .join(_person, _person.c.id == _passkey.c.person_id)
        .where(
            _passkey.c.credential == shown.credential,
            _person.c.active,
            _person.c.erased_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if kept is None:
        attempt.problem = "unknown"
        raise PasskeyUnknown
    challenge = _challenge_of(asked)
    used = proofs.prove(shown, party, challenge=challenge, public_key=kept.public_key)
    attempt.whose, attempt.home, attempt.passkey = kept.person_id, kept.organisation_id, kept.id
    if shown.handle is None or shown.handle != kept.handle:
        raise PasskeyFailed(problem="answer")
    if not proofs.goes_on(kept.sign_count, used.sign_count):
        attempt.problem = "possibly_copied"
        raise PasskeyCopied
    session.execute(
        update(_passkey)
        .where(_passkey.c.id == kept.id)
        .values(sign_count=used.sign_count, backed_up=used.backed_up, used_at=now)
    )
    return int(kept.person_id)


def _issue(session: Session, challenge: bytes, person_id: int | None, *, now: datetime) -> str:
    from webauthn.helpers import bytes_to_base64url

    return tickets.issue(
        session,
        Purpose.PASSKEY,
        person_id=person_id,
        payload={"challenge": bytes_to_base64url(challenge)},
        now=now,
    )


def _challenge_of(asked: TicketRow) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(str(asked.payload["challenge"]))


def _new_handle(session: Session, person_id: int) -> str:
    from webauthn.helpers import bytes_to_base64url

    handle = bytes_to_base64url(secrets.token_bytes(HANDLE_BYTES))
    session.execute(update(_person).where(_person.c.id == person_id).values(handle=handle))
    return handle


def _lock(session: Session, person_id: int) -> int:
    """Key of the person's organisation. Two who change one person's ways in come one by one."""
    home: int = session.execute(
        select(_person.c.organisation_id).where(_person.c.id == person_id).with_for_update()
    ).scalar_one()
    return home
