"""Who needs a second factor to sign in with a password: by role, and by organisation where it says
otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, delete, func, insert, select
from sqlmodel import Session

from accounts.audit import Doing, note_event
from accounts.tables import Authenticator, Passkey, Person, SecondFactorRule
from catalogue.kinds import Role
from store.columns import table_of

REQUIRED: Final = frozenset(
    {Role.ADMINISTRATOR, Role.MANAGER, Role.AUDITOR, Role.TEAM_LEADER, Role.SUPPLIER}
)
"""Who needs one unless a rule says otherwise: who sees or changes more than their own work."""

_authenticator = table_of(Authenticator)
_passkey = table_of(Passkey)
_person = table_of(Person)
_rule = table_of(SecondFactorRule)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What holds for a role at an organisation where people have it. without: how many of them
    have no second factor yet."""

    organisation_id: int
    role: Role
    people: int
    without: int
    required: bool


def is_required(session: Session, role: Role, organisation_id: int) -> bool:
    """Whether somebody of this role there needs a second factor. One statement."""
    said = session.execute(
        select(_rule.c.required).where(
            _rule.c.organisation_id == organisation_id, _rule.c.role == role.value
        )
    ).scalar_one_or_none()
    return role in REQUIRED if said is None else bool(said)


def rules_of(session: Session, organisation_ids: Collection[int]) -> list[RuleRow]:
    """What holds where people can sign in, of these organisations. Two statements."""
    said = {
        (row.organisation_id, row.role): row.required
        for row in session.execute(
            select(_rule).where(_rule.c.organisation_id.in_(organisation_ids))
        )
    }
    has_app = select(_authenticator.c.person_id).where(
        _authenticator.c.person_id == _person.c.id, _authenticator.c.confirmed_at.is_not(None)
    )
    has_passkey = select(_passkey.c.id).where(_passkey.c.person_id == _person.c.id)
    lacks = case((has_app.exists() | has_passkey.exists(), 0), else_=1)
    rows = session.execute(
        select(
            _person.c.organisation_id,
            _person.c.role,
            func.count().label("people"),
            func.sum(lacks).label("without"),
        )
        .where(
            _person.c.organisation_id.in_(organisation_ids),
            _person.c.active,
            _person.c.erased_at.is_(None),
        )
        .group_by(_person.c.organisation_id, _person.c.role)
    )
    return [
        RuleRow(
            organisation_id=row.organisation_id,
            role=Role(row.role),
            people=row.people,
            without=int(row.without),
            required=said.get((row.organisation_id, row.role), Role(row.role) in REQUIRED),
        )
        for row in rows
    ]


def set_rule(
    session: Session,
    organisation_id: int,
    role: Role,
    *,
    required: bool,
    actor: str = "",
    now: datetime,
    address: str = "",
) -> bool:
    """Whether people of this role there need a second factor, from their next sign-in on.

    False where it was so already, and then nothing is noted.
    """
    if is_required(session, role, organisation_id) is required:
        return False
    session.execute(
        delete(_rule).where(_rule.c.organisation_id == organisation_id, _rule.c.role == role.value)
    )
    if (role in REQUIRED) is not required:
        session.execute(
            insert(_rule).values(
                organisation_id=organisation_id, role=role.value, required=required
            )
        )
    note_event(
        session,
        Doing.RULE_CHANGED,
        now=now,
        actor=actor,
        target=f"organisation:{organisation_id}",
        organisation_id=organisation_id,
        address=address,
        details={"role": role.value, "required": "yes" if required else "no"},
    )
    return True


def ask_nobody(session: Session, *, now: datetime) -> int:
    """A password alone lets everybody in who has a role today: for a try-out. How many rules."""
    homes = session.execute(select(_person.c.organisation_id).distinct()).scalars()
    return sum(
        set_rule(session, row.organisation_id, row.role, required=False, now=now)
        for row in rules_of(session, list(homes))
    )
