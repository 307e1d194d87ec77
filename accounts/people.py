"""Who has an account: invited, changed, shut out and let in again, by who looks after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlmodel import Session

from accounts import rules, tickets
from accounts.access import managed, require_may_grant
from accounts.actions import free_address, home_for
from accounts.audit import Doing, note_event
from accounts.erasing import is_last_administrator
from accounts.people_views import PersonRow, State, person_for
from accounts.sessions import end_other_sessions
from accounts.tables import Person
from accounts.telling import INVITED, tell_person
from accounts.tickets import Purpose
from catalogue.access import Viewer
from catalogue.errors import LastAdministrator, Malformed, NotAllowed, NotFound, OwnAccount
from catalogue.kinds import Role
from catalogue.rows import OrganisationRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from store.columns import table_of

WRITE: Final = "write"
READ: Final = "read"
SCOPES: Final = (WRITE, READ)

_person = table_of(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What somebody may do, and where. organisation, site: codes."""

    role: Role
    organisation: str
    site: str | None = None
    scope: str = WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does it. actor: as `Signed.actor`. address: where the call came from."""

    viewer: Viewer
    actor: str
    now: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was invited. ticket: plain, to be shown once and kept nowhere."""

    person_id: int
    ticket: str


def invite(
    session: Session, *, email: str, name: str, language: str, place: Place, by: By
) -> Invited:
    """Make an account that its person can take into use for a week, and mail them the way.

    Raises Malformed, NotFound, NotAllowed.
    """
    book = rulebook(session)
    home, site = _granted(book, by.viewer, place)
    return _invited(
        session,
        home,
        site,
        _Said(email=email, name=name, language=language, place=place),
        actor=by.actor,
        sender=by.viewer.organisation_id,
        now=by.now,
        address=by.address,
    )


def invite_from_here(
    session: Session,
    *,
    email: str,
    name: str,
    language: str,
    role: Role,
    organisation: str | None,
    site: str | None,
    now: datetime,
) -> str:
    """A ticket for somebody whom the keeper of this machine invites. Raises Malformed, NotFound."""
    home, at = home_for(rulebook(session), role, organisation, site)
    place = Place(role=role, organisation=home.code, site=site)
    said = _Said(email=email, name=name, language=language, place=place)
    return _invited(session, home, at, said, actor="", sender=home.id, now=now).ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What was said of somebody who is invited."""

    email: str
    name: str
    language: str
    place: Place


def _invited(
    session: Session,
    home: OrganisationRow,
    site: SiteRow | None,
    said: _Said,
    *,
    actor: str,
    sender: int,
    now: datetime,
    address: str = "",
) -> Invited:
    """The account of somebody invited, without a way in. sender: the organisation that invites."""
    place = said.place
    person_id = session.execute(
        insert(_person)
        .values(
            email=free_address(session, said.email),
            name=rules.name(said.name),
            password_hash="",
            role=place.role.value,
            organisation_id=home.id,
            site_id=site.id if site else None,
            language=said.language,
            active=False,
            created_at=now,
            scope=place.scope,
        )
        .returning(_person.c.id)
    ).scalar_one()
    ticket = tickets.issue(session, Purpose.INVITATION, person_id=person_id, now=now)
    tell_person(session, person_id, INVITED, now=now, by=sender)
    note_event(
        session,
        Doing.PERSON_INVITED,
        now=now,
        actor=actor,
        target=f"person:{person_id}",
        organisation_id=home.id,
        address=address,
        details={"role": place.role.value, "scope": place.scope},
    )
    return Invited(person_id, ticket)


def invite_again(session: Session, person_id: int, *, by: By) -> str:
    """A new link for somebody who did not come yet; those of before are worth nothing any more.

    Raises NotFound, and NotAllowed for who has come already.
    """
    row = person_for(session, rulebook(session), by.viewer, person_id)
    if row.state is not State.INVITED:
        raise NotAllowed
    tickets.withdraw(session, Purpose.INVITATION, person_id)
    tell_person(session, person_id, INVITED, now=by.now, by=by.viewer.organisation_id)
    _note(session, Doing.PERSON_INVITED, row, by)
    return tickets.issue(session, Purpose.INVITATION, person_id=person_id, now=by.now)


def withdraw_invitation(session: Session, person_id: int, *, by: By) -> None:
    """Nobody can come by an invitation any more. Raises NotFound, NotAllowed."""
    row = person_for(session, rulebook(session), by.viewer, person_id)
    if row.state is not State.INVITED:
        raise NotAllowed
    tickets.withdraw(session, Purpose.INVITATION, person_id)
    _note(session, Doing.PERSON_SHUT_OUT, row, by)


def change(session: Session, person_id: int, place: Place, *, by: By) -> None:
    """Another role, organisation, site or scope; whoever was signed in signs in anew.

    Raises Malformed, NotFound, NotAllowed, OwnAccount, LastAdministrator.
    """
    row = _other(session, person_id, by)
    home, site = _granted(rulebook(session), by.viewer, place)
    leaves = place.role is not Role.ADMINISTRATOR or home.id != row.organisation_id
    if leaves:
        _require_another(session, row)
    session.execute(
        update(_person)
        .where(_person.c.id == person_id)
        .values(
            role=place.role.value,
            organisation_id=home.id,
            site_id=site.id if site else None,
            scope=place.scope,
        )
    )
    end_other_sessions(session, person_id, but=None, now=by.now)
    details = {"role": place.role.value, "scope": place.scope}
    _note(session, Doing.PERSON_CHANGED, row, by, details)


def shut_out(session: Session, person_id: int, *, by: By) -> None:
    """Nobody signs in by this account from now on, and who was signed in is not any more.

    Raises NotFound, OwnAccount, LastAdministrator.
    """
    row = _other(session, person_id, by)
    _require_another(session, row)
    session.execute(update(_person).where(_person.c.id == person_id).values(active=False))
    for purpose in Purpose:
        tickets.withdraw(session, purpose, person_id)
    end_other_sessions(session, person_id, but=None, now=by.now)
    _note(session, Doing.PERSON_SHUT_OUT, row, by)


def let_in_again(session: Session, person_id: int, *, by: By) -> None:
    """Who was shut out signs in as before. Raises NotFound, OwnAccount, NotAllowed."""
    row = _other(session, person_id, by)
    if row.state is not State.SHUT_OUT:
        raise NotAllowed
    session.execute(update(_person).where(_person.c.id == person_id).values(active=True))
    _note(session, Doing.PERSON_LET_IN, row, by)


def reset_link(session: Session, person_id: int, *, by: By) -> str:
    """A ticket by which somebody chooses a new password, for who hands it to them.

    The person is told by mail that it was made. Raises NotFound, NotAllowed, OwnAccount.
    """
    row = _other(session, person_id, by)
    if by.viewer.role is not Role.ADMINISTRATOR or row.state is not State.ACTIVE:
        raise NotAllowed
    tickets.withdraw(session, Purpose.RESET, person_id)
    _note(session, Doing.RESET_LINK_MADE, row, by)
    return tickets.issue(session, Purpose.RESET, person_id=person_id, now=by.now)


def require_other(person_id: int, actor: str) -> None:
    """Raise OwnAccount when somebody does to themselves what others have to do."""
    if actor == f"person:{person_id}":
        raise OwnAccount


def _other(session: Session, person_id: int, by: By) -> PersonRow:
    """Somebody else whom the viewer looks after. Raises NotFound, OwnAccount."""
    row = person_for(session, rulebook(session), by.viewer, person_id)
    require_other(person_id, by.actor)
    return row


def _granted(
    book: Rulebook, viewer: Viewer, place: Place
) -> tuple[OrganisationRow, SiteRow | None]:
    """Where somebody of this place belongs, if the viewer may put them there.

    Raises Malformed, NotFound, NotAllowed.
    """
    require_may_grant(book, viewer, organisation=place.organisation, role=place.role)
    if place.scope not in SCOPES or (place.scope == READ and place.role is not Role.SUPPLIER):
        raise Malformed(field="scope", problem=f"not for the role {place.role.value}")
    home, site = home_for(book, place.role, place.organisation, place.site)
    if home.id not in managed(book, viewer):
        raise NotFound
    if viewer.site_id is not None and (site is None or site.id != viewer.site_id):
        # Who is tied to a site gives nobody more than that.
        raise NotAllowed
    return home, site


def _require_another(session: Session, row: PersonRow) -> None:
    """Raise LastAdministrator when nobody would be left. Two who do it at once come one by one."""
    if row.role is not Role.ADMINISTRATOR:
        return
    session.execute(
        select(_person.c.id)
        .where(
            _person.c.organisation_id == row.organisation_id,
            _person.c.role == Role.ADMINISTRATOR.value,
        )
        .order_by(_person.c.id)
        .with_for_update()
    ).all()
    if is_last_administrator(session, row.id):
        raise LastAdministrator


def _note(
    session: Session,
    kind: Doing,
    row: PersonRow,
    by: By,
    details: Mapping[str, str | int] | None = None,
) -> None:
    note_event(
        session,
        kind,
        now=by.now,
        actor=by.actor,
        target=f"person:{row.id}",
        organisation_id=row.organisation_id,
        address=by.address,
        details=details,
    )
