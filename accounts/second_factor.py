"""The second factor: an app that shows codes, recovery codes on paper, and who needs one."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from accounts import totp
from accounts.audit import Doing, note_event
from accounts.second_factor_rules import is_required
from accounts.tables import Authenticator, Identity, Passkey, Person, RecoveryCode
from catalogue.errors import (
    SecondFactorLost,
    SecondFactorNeeded,
    SecondFactorWrong,
    TicketUnknown,
)
from catalogue.kinds import Role
from proof.sealing import SealBroken, seal, unseal
from proof.signing import KeyRing
from store.columns import table_of

CODES: Final = 10
"""Recovery codes that are made at once."""
CODE_BYTES: Final = 15
"""120 random bits in one: so many that one round of SHA-256 keeps them (ASVS 5.0, 6.5.2)."""
BOTH: Final = frozenset({"passkey", "sso", "totp", "recovery"})
"""Ways in that are two factors, or stand for the second one."""
WAYS: Final = ("password", "totp", "passkey", "sso")

_authenticator = table_of(Authenticator)
_code = table_of(RecoveryCode)
_identity = table_of(Identity)
_passkey = table_of(Passkey)
_person = table_of(Person)


class Step(StrEnum):
    """What somebody who proved who they are has to do before they are in."""

    NONE = "none"
    PROVE = "prove"
    SET_UP = "set_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How somebody signs in. since: when their app was set up; None without one. codes_left:
    recovery codes that still work. is_required: whether their role needs a second factor."""

    email: str
    organisation_id: int
    has_password: bool
    since: datetime | None
    codes_left: int
    passkeys: int
    is_required: bool

    @property
    def has_app(self) -> bool:
        return self.since is not None

    @property
    def has_second(self) -> bool:
        return self.has_app or self.passkeys > 0


def state_of(session: Session, person_id: int) -> State:
    """How somebody signs in. Two statements."""
    codes = select(func.count()).where(_code.c.person_id == person_id, _code.c.used_at.is_(None))
    passkeys = select(func.count()).where(_passkey.c.person_id == person_id)
    row = session.execute(
        select(
            _person.c.email,
            _person.c.role,
            _person.c.organisation_id,
            (_person.c.password_hash != "").label("has_password"),
            _authenticator.c.confirmed_at,
            codes.scalar_subquery().label("codes"),
            passkeys.scalar_subquery().label("passkeys"),
        )
        .outerjoin_from(_person, _authenticator, _authenticator.c.person_id == _person.c.id)
        .where(_person.c.id == person_id)
    ).one()
    return State(
        email=row.email,
        organisation_id=row.organisation_id,
        has_password=bool(row.has_password),
        since=row.confirmed_at,
        codes_left=row.codes,
        passkeys=row.passkeys,
        is_required=is_required(session, Role(row.role), row.organisation_id),
    )


def ways_in(session: Session, person_id: int) -> frozenset[str]:
    """Which of WAYS lead a person in; `totp` only goes with a password. One statement."""
    has_app = (_authenticator.c.person_id == person_id) & _authenticator.c.confirmed_at.is_not(None)
    row = session.execute(
        select(
            (_person.c.password_hash != "").label("password"),
            select(_authenticator.c.person_id).where(has_app).exists().label("totp"),
            select(_passkey.c.id).where(_passkey.c.person_id == person_id).exists().label("key"),
            select(_identity.c.id).where(_identity.c.person_id == person_id).exists().label("sso"),
        ).where(_person.c.id == person_id)
    ).one()
    return frozenset(way for way, is_there in zip(WAYS, row, strict=True) if is_there)


def step_after(state: State, methods: str) -> Step:
    """What is left to do for who came in by these methods. Pure."""
    if BOTH & set(methods.split()):
        return Step.NONE
    if state.has_app or (state.is_required and state.passkeys):
        return Step.PROVE
    return Step.SET_UP if state.is_required else Step.NONE


def set_up(
    session: Session,
    ring: KeyRing,
    person_id: int,
    *,
    secret: str,
    code: str,
    now: datetime,
    address: str = "",
    is_first: bool = False,
) -> None:
    """An app with this secret shows the person's codes from now on, and no other app does.

    code: what it shows now, so that nobody locks themselves out. is_first: for who proved a
    password only, and may put nothing in the place of a second factor that is there.
    Raises SecondFactorWrong, TicketUnknown.
    """
    shown = totp.code_in(code)
    steps = totp.steps_of(secret, shown, now) if shown else []
    if not steps:
        raise SecondFactorWrong
    home = _lock(session, person_id)
    if is_first and state_of(session, person_id).has_second:
        raise TicketUnknown
    session.execute(delete(_authenticator).where(_authenticator.c.person_id == person_id))
    session.execute(
        insert(_authenticator).values(
            person_id=person_id,
            secret=seal(ring, secret, bound_to=_bound(person_id)),
            created_at=now,
            confirmed_at=now,
            last_step=steps[0],
        )
    )
    _note(session, Doing.SECOND_FACTOR_ADDED, person_id, home, now, address)


def prove(
    session: Session,
    ring: KeyRing,
    person_id: int,
    typed: str,
    *,
    now: datetime,
    address: str = "",
) -> str:
    """`totp` or `recovery`: by which of them the person was known. Each code is good once.

    Raises SecondFactorWrong, and SecondFactorLost where the key file is not the one that the secret
    was sealed under.
    """
    code = totp.code_in(typed)
    if code is None:
        _use_recovery(session, person_id, typed, now=now, address=address)
        return "recovery"
    row = session.execute(
        select(_authenticator.c.secret).where(
            _authenticator.c.person_id == person_id, _authenticator.c.confirmed_at.is_not(None)
        )
    ).one_or_none()
    if row is None:
        raise SecondFactorWrong
    try:
        secret = unseal(ring, row.secret, bound_to=_bound(person_id))
    except SealBroken:
        raise SecondFactorLost from None
    if not any(_use_step(session, person_id, step) for step in totp.steps_of(secret, code, now)):
        raise SecondFactorWrong
    return "totp"


def make_codes(session: Session, person_id: int, *, now: datetime, address: str = "") -> list[str]:
    """New recovery codes, to be shown once; those of before work no more."""
    home = _lock(session, person_id)
    plain = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(CODES)]
    session.execute(delete(_code).where(_code.c.person_id == person_id))
    session.execute(
        insert(_code),
        [{"person_id": person_id, "hash": _code_hash(one), "used_at": None} for one in plain],
    )
    _note(session, Doing.RECOVERY_CODES_MADE, person_id, home, now, address)
    return [totp.in_fours(one) for one in plain]


def remove(session: Session, person_id: int, *, now: datetime, address: str = "") -> None:
    """No app shows codes of the person any more, and the recovery codes go with it.

    Raises SecondFactorNeeded where the rule asks for a second factor and it is the only one.
    """
    home = _lock(session, person_id)
    state = state_of(session, person_id)
    if state.is_required and not state.passkeys:
        raise SecondFactorNeeded
    if state.has_app:
        _forget(session, person_id)
        _note(session, Doing.SECOND_FACTOR_REMOVED, person_id, home, now, address)


def take_away(
    session: Session, person_id: int, *, actor: str = "", now: datetime, address: str = ""
) -> None:
    """Somebody else takes app, recovery codes and passkeys from who lost them, for a lost phone
    holds all of them. actor: who, if it is known.

    Where the rule asks for a second factor they are led through setting one up at the next sign-in.
    Who had no password needs a new one by mail first.
    """
    home = _lock(session, person_id)
    _forget(session, person_id)
    session.execute(delete(_passkey).where(_passkey.c.person_id == person_id))
    _note(session, Doing.SECOND_FACTOR_REMOVED, person_id, home, now, address, actor=actor)


def _forget(session: Session, person_id: int) -> None:
    session.execute(delete(_authenticator).where(_authenticator.c.person_id == person_id))
    session.execute(delete(_code).where(_code.c.person_id == person_id))


def _use_step(session: Session, person_id: int, step: int) -> bool:
    """Whether the code of this half minute was not used yet, nor one after it; now it is.

    Two who come with one code: one UPDATE finds it unused, the other finds nothing.
    """
    done = session.execute(
        update(_authenticator)
        .where(
            _authenticator.c.person_id == person_id,
            _authenticator.c.last_step.is_(None) | (_authenticator.c.last_step < step),
        )
        .values(last_step=step)
        .returning(_authenticator.c.person_id)
    )
    return done.one_or_none() is not None


def _use_recovery(
    session: Session, person_id: int, typed: str, *, now: datetime, address: str
) -> None:
    done = session.execute(
        update(_code)
        .where(
            _code.c.person_id == person_id,
            _code.c.hash == _code_hash(typed),
            _code.c.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(_code.c.id)
    ).one_or_none()
    if done is None:
        raise SecondFactorWrong
    home = session.execute(
        select(_person.c.organisation_id).where(_person.c.id == person_id)
    ).scalar_one()
    _note(session, Doing.RECOVERY_CODE_USED, person_id, home, now, address)


def _code_hash(typed: str) -> str:
    """What is kept of a recovery code; forgives case, spaces and hyphens."""
    squeezed = "".join(letter for letter in typed.upper() if letter not in " -\t\r\n")
    return hashlib.sha256(f"recovery\0{squeezed}".encode(errors="replace")).hexdigest()


def _bound(person_id: int) -> str:
    return f"authenticator of person {person_id}"


def _lock(session: Session, person_id: int) -> int:
    """Key of the person's organisation. Two who change ways in of one person come one by one."""
    home: int = session.execute(
        select(_person.c.organisation_id).where(_person.c.id == person_id).with_for_update()
    ).scalar_one()
    return home


def _note(
    session: Session,
    kind: Doing,
    person_id: int,
    home: int,
    now: datetime,
    address: str,
    *,
    actor: str | None = None,
) -> None:
    who = f"person:{person_id}"
    note_event(
        session,
        kind,
        now=now,
        actor=who if actor is None else actor,
        target=who,
        organisation_id=home,
        address=address,
    )
