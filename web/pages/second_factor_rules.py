"""Who needs a second factor: the rule for each role, at the own organisation and at partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from accounts.access import managed
from accounts.second_factor_rules import RuleRow, rules_of, set_rule
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from web.deps import ReadDb, database_of
from web.entering import require_fresh
from web.noticing import address_of
from web.pages.booking import Sent
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

ROLES: Final = list(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """What holds for a role at an organisation. key: of its field. without: people who have no
    second factor yet, and are led through setting one up when the rule asks for it."""

    key: str
    organisation: str
    role: str
    people: int
    without: int
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage:
    """The rule for every role that somebody has. without: people it asks to set one up still."""

    lines: Sequence[RuleLine]
    without: int


@router.get("/people/rules")
def rules_page(visit: Visitor, db: ReadDb) -> Response:
    lines = [
        RuleLine(
            key=_key(row),
            organisation=rulebook(db).organisations_by_id[row.organisation_id].name,
            role=row.role.value,
            people=row.people,
            without=row.without,
            required=row.required,
        )
        for row in _rows(visit, db)
    ]
    without = sum(line.without for line in lines if line.required)
    return visit.show("second_factor_rules.html", RulesPage(lines=lines, without=without))


@router.post("/people/rules")
def keep_rules(visit: Visitor, sent: Sent) -> Response:
    """Keep for which roles a second factor is needed. It holds from the next sign-in on."""
    require_fresh(visit)
    wanted = set(sent.many("required"))
    with database_of(visit.request).write() as session:
        for row in _rows(visit, session):
            # What was not shown was not decided: somebody may have been invited since.
            if _key(row) in sent.many("shown"):
                set_rule(
                    session,
                    row.organisation_id,
                    row.role,
                    required=_key(row) in wanted,
                    actor=visit.me.actor,
                    now=visit.now,
                    address=address_of(visit.request),
                )
    return visit.go("/people/rules", "rules_kept")


def _rows(visit: Visit, db: Session) -> list[RuleRow]:
    """The own organisation first, then partners by name; roles in their usual order."""
    book = rulebook(db)
    rows = rules_of(db, managed(book, visit.viewer))
    own = visit.viewer.operator_id
    return sorted(
        rows,
        key=lambda row: (
            row.organisation_id != own,
            book.organisations_by_id[row.organisation_id].name,
            ROLES.index(row.role),
        ),
    )


def _key(row: RuleRow) -> str:
    return f"{row.organisation_id}-{row.role.value}"
