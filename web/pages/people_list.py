"""People who have an account, to be searched and sorted by who looks after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from accounts.people_views import PersonRow, State, people_for
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook, rulebook
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages.forms import Form, Options
from web.pages.parting import part
from web.pages.people_choices import choices_for
from web.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)

PAGE: Final = 50
Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person as a list shows them. seen_on: a day, never an hour."""

    number: int
    name: str
    email: str
    role: str
    scope: str
    organisation: str
    site: str
    state: str
    has_second: bool
    seen_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """A page of the people that the viewer looks after. colleagues: whether they are a supplier."""

    rows: Sequence[PersonLine]
    count: int
    filter: Form
    organisations: Options
    roles: Options
    filtered: bool
    colleagues: bool
    first: str | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What was typed above the list."""

    name: str
    role: str
    organisation: str
    state: str
    order: str

    @property
    def kept(self) -> dict[str, str]:
        typed = {each: getattr(self, each) for each in FIELDS}
        return {name: value for name, value in typed.items() if value}

    def fits(self, line: PersonLine, organisation: str) -> bool:
        """organisation: its code."""
        wanted = self.name.casefold()
        return (
            (wanted in line.name.casefold() or wanted in line.email.casefold())
            and self.role in ("", line.role)
            and self.organisation in ("", organisation)
            and (self.state in ("", line.state) or (self.state == NONE and _lacks(line)))
        )


FIELDS: Final = ("name", "role", "organisation", "state", "order")
NONE: Final = "without"
"""In place of a state: people who are in and have no second factor."""
NEVER: Final = date.min
ORDERS: Final[Mapping[str, Callable[[PersonLine], tuple[str, str]]]] = {
    "": lambda line: (line.name.casefold(), ""),
    "role": lambda line: (line.role, line.name.casefold()),
    "organisation": lambda line: (line.organisation.casefold(), line.name.casefold()),
    "seen": lambda line: ((line.seen_on or NEVER).isoformat(), line.name.casefold()),
}


def filtered(
    name: Text = "",
    role: Text = "",
    organisation: Text = "",
    state: Text = "",
    order: Text = "",
) -> Filter:
    return Filter(name=name, role=role, organisation=organisation, state=state, order=order)


Wanted = Annotated[Filter, Depends(filtered)]


@router.get("/people")
def list_of_people(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    book = rulebook(db)
    rows = people_for(db, book, visit.viewer)
    lines = [
        line
        for row in rows
        if wanted.fits(
            line := line_of(row, book), book.organisations_by_id[row.organisation_id].code
        )
    ]
    order = ORDERS.get(wanted.order, ORDERS[""])

    def key(line: PersonLine) -> str:
        return "\t".join((*order(line), f"{line.number:019}"))

    kept, shown = wanted.kept, part(visit, lines, key, PAGE)
    chosen = choices_for(visit, book)
    there = {row.organisation_id for row in rows}
    page = PeoplePage(
        rows=shown.rows,
        count=len(lines),
        filter=Form(values={**dict.fromkeys(FIELDS, ""), **kept}),
        organisations=[
            (code, name)
            for code, name in chosen.organisations
            if book.organisation(code).id in there
        ],
        roles=chosen.roles,
        filtered=bool(kept.keys() - {"order"}),
        colleagues=visit.viewer.role is Role.SUPPLIER,
        first=shown.first,
        next=shown.next,
    )
    return visit.show("people.html", page)


def line_of(row: PersonRow, book: Rulebook) -> PersonLine:
    """A person with what they belong to by name."""
    return PersonLine(
        number=row.id,
        name=row.name,
        email=row.email,
        role=row.role.value,
        scope=row.scope,
        organisation=book.organisations_by_id[row.organisation_id].name,
        site=book.sites_by_id[row.site_id].name if row.site_id else "",
        state=row.state.value,
        has_second=row.has_second,
        seen_on=row.seen_on,
    )


def _lacks(line: PersonLine) -> bool:
    return line.state == State.ACTIVE.value and not line.has_second
