"""Somebody is erased by an administrator, or gets from one what is kept of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import Session
from starlette.responses import Response

from accounts.audit import Doing, note_event
from accounts.erasing import is_last_administrator
from accounts.own import OwnRow, own
from accounts.people_views import person_for
from catalogue.errors import LastAdministrator, NotFound
from catalogue.rulebook import rulebook
from web.deps import ReadDb, database_of
from web.entering import require_fresh
from web.erasing import erase_everywhere
from web.noticing import address_of
from web.own_data import as_file, own_data
from web.pages.forms import Form
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Number = Annotated[str, Path(max_length=60)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePage:
    """Erase a person: whom, and whether it may be done at all."""

    form: Form
    person: OwnRow
    organisation: str
    is_last: bool


@router.get("/people/{code}/erase")
def erase_page(visit: Visitor, db: ReadDb, code: Number) -> Response:
    person = _managed(visit, db, code)
    require_fresh(visit)
    return _show(visit, db, person, Form())


@router.post("/people/{code}/erase")
def erase(visit: Visitor, code: Number) -> Response:
    """Erase a person. It cannot be undone."""
    database = database_of(visit.request)
    with database.read() as db:
        person = _managed(visit, db, code)
    require_fresh(visit)
    try:
        with database.write() as session:
            erase_everywhere(
                session,
                person.id,
                actor=visit.me.actor,
                address=address_of(visit.request),
                now=visit.now,
            )
    except LastAdministrator as refusal:
        with database.read() as db:
            return _show(visit, db, person, Form(refusal=refusal), status=409)
    visit.request.app.state.remembered.forget()
    return visit.go("/audit", "person_erased")


@router.get("/people/{code}/data")
def data(visit: Visitor, db: ReadDb, code: Number) -> Response:
    """What is kept of a person, to be handed to them. What they did is not in it."""
    person = _managed(visit, db, code)
    require_fresh(visit)
    found = own_data(db, person.id, words=visit.language, with_acts=False, now=visit.now)
    with database_of(visit.request).write() as session:
        note_event(
            session,
            Doing.DATA_HANDED_OUT,
            now=visit.now,
            actor=visit.me.actor,
            target=f"person:{person.id}",
            organisation_id=person.organisation_id,
            address=address_of(visit.request),
        )
    return as_file(found)


def _managed(visit: Visit, db: Session, code: str) -> OwnRow:
    """A person whom the viewer looks after. Raises NotFound."""
    if not (code.isascii() and code.isdigit() and len(code) < 19):
        raise NotFound
    return own(db, person_for(db, rulebook(db), visit.viewer, int(code)).id)


def _show(visit: Visit, db: Session, person: OwnRow, form: Form, *, status: int = 200) -> Response:
    page = ErasePage(
        form=form,
        person=person,
        organisation=rulebook(db).organisations_by_id[person.organisation_id].name,
        is_last=is_last_administrator(db, person.id),
    )
    return visit.show("person_erase.html", page, status=status)
