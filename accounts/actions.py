"""Let people and machines in, and put them out. Plain tokens are returned once and never kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Date, String, bindparam, delete, insert, select, update
from sqlmodel import Session

from accounts import rules
from accounts.queries import person_by_password
from accounts.secret import new_token, password_hash, token_hash
from accounts.tables import Actor, Person, Token
from catalogue.access import STAFF
from catalogue.errors import Malformed, NotFound
from catalogue.kinds import PartnerRole, Role
from catalogue.rows import OrganisationRow, SiteRow
from catalogue.rulebook import Rulebook, rulebook
from store.columns import table_of
from store.sheet import later

SESSION_KEPT: Final = timedelta(hours=12)
"""A shift and the way there and back."""

IN_USE: Final = "in use"
"""The problem of an address by which somebody signs in already."""

_actor = table_of(Actor)
_person = table_of(Person)
_token = table_of(Token)


def create_person(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    role: Role,
    organisation: str | None = None,
    site: str | None = None,
    language: str = "nl",
    is_show: bool = False,
    now: datetime,
) -> int:
    """Key of a new person who can sign in. Raises Malformed, NotFound.

    is_show: for somebody of the demo, whose password everybody may know.
    """
    home, place = home_for(rulebook(session), role, organisation, site)
    address = free_address(session, email)
    if not is_show:
        password = rules.password(password, email=address, about=(name, home.name, home.code))
    person = Person(
        email=address,
        name=rules.name(name),
        password_hash=password_hash(password),
        role=role.value,
        organisation_id=home.id,
        site_id=place.id if place else None,
        language=language,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person.id


def free_address(session: Session, given: str) -> str:
    """An address as it is kept, by which nobody signs in yet. Raises Malformed."""
    address = rules.email(given)
    known = select(_person.c.id).where(_person.c.email == address)
    if session.execute(known).one_or_none() is not None:
        raise Malformed(field="email", problem=IN_USE)
    return address


def set_password(session: Session, *, email: str, password: str, now: datetime) -> None:
    """A new password; whoever was signed in with the old one is not any more.

    Raises NotFound, Malformed.
    """
    address = rules.email(email)
    hashed = password_hash(rules.password(password, email=address))
    changed = session.execute(
        update(_person)
        .where(_person.c.email == address)
        .values(password_hash=hashed)
        .returning(_person.c.id)
    ).scalar_one_or_none()
    if changed is None:
        raise NotFound
    _end_sessions(session, changed, now=now)


def set_active(
    session: Session, person_id: int, *, active: bool, of: Collection[int], now: datetime
) -> None:
    """Shut somebody out, or let them in again. of: organisations that may be managed.

    Raises NotFound for a person of any other organisation.
    """
    changed = session.execute(
        update(_person)
        .where(_person.c.id == person_id, _person.c.organisation_id.in_(of))
        .values(active=active)
        .returning(_person.c.id)
    ).scalar_one_or_none()
    if changed is None:
        raise NotFound
    if not active:
        _end_sessions(session, person_id, now=now)


def sign_in(session: Session, *, email: str, password: str, now: datetime) -> str:
    """Check a password and open a session; returns its token. Raises SignInFailed.

    Where others wait to write, call its two halves: the first needs no writing transaction.
    """
    return open_session(
        session, person_by_password(session, email=email, password=password), now=now
    )


def open_session(
    session: Session,
    person_id: int,
    *,
    now: datetime,
    methods: str = "password",
    browser: str = "",
    kept: timedelta = SESSION_KEPT,
) -> str:
    """The token of a new session of a person. What expired of theirs before is thrown away.

    methods: how they came in. browser: its short name, for their own list of sessions. kept: until
    it ends, whatever happens in it.
    """
    session.execute(
        delete(_token).where(
            _token.c.person_id == person_id,
            _token.c.kind == "session",
            (_token.c.expires_at <= now) | _token.c.revoked_at.is_not(None),
        )
    )
    person = session.execute(select(_person).where(_person.c.id == person_id)).one()
    return _issue(
        session,
        kind="session",
        name=person.name,
        role=person.role,
        organisation_id=person.organisation_id,
        site_id=person.site_id,
        person_id=person_id,
        created_at=now,
        expires_at=now + kept,
        scope=person.scope,
        methods=methods,
        browser=browser,
        seen_at=now,
    )


def sign_out(session: Session, plain_token: str, *, now: datetime) -> None:
    """End the session of this token; one that has ended, or never was, is as good."""
    session.execute(
        update(_token)
        .where(
            _token.c.hash == token_hash(plain_token),
            _token.c.kind == "session",
            _token.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def make_token(
    session: Session,
    *,
    role: Role,
    organisation: str | None = None,
    site: str | None = None,
    name: str,
    now: datetime,
    expires_at: datetime | None = None,
    scope: str = "write",
) -> str:
    """A token for a machine, to be shown once. Raises Malformed, NotFound.

    organisation: for staff the only operator is the default. scope: as `machines.Scope`.
    """
    home, place = home_for(rulebook(session), role, organisation, site)
    return _issue(
        session,
        kind="api",
        name=rules.name(name),
        role=role.value,
        organisation_id=home.id,
        site_id=place.id if place else None,
        person_id=None,
        created_at=now,
        expires_at=expires_at,
        scope=scope,
    )


def revoke(session: Session, token_id: int, *, of: Collection[int], now: datetime) -> None:
    """Make a token worthless. of: organisations that may be managed; NotFound for any other's."""
    done = session.execute(
        update(_token)
        .where(
            _token.c.id == token_id,
            _token.c.organisation_id.in_(of),
            _token.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(_token.c.id)
    ).scalar_one_or_none()
    if done is None:
        raise NotFound


def end_all_sessions(session: Session, *, now: datetime) -> None:
    """Sign everybody out: after a restore, a session that was ended since would live again."""
    session.execute(
        update(_token)
        .where(_token.c.kind == "session", _token.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


# Written with every act, so it is built once.
_NOTED = select(_actor.c.scan_id).where(_actor.c.scan_id == bindparam("scan_id"))
_NOTE_ACTOR = insert(_actor).from_select(
    ("scan_id", "actor", "erase_on"),
    select(
        bindparam("scan_id", type_=String),
        bindparam("actor", type_=String),
        bindparam("erase_on", type_=Date),
    ).where(~_NOTED.exists()),
)


def note_actor(session: Session, scan_id: str, actor: str, day: date) -> None:
    """Note who did it, outside the register. The first note stands. One statement."""
    note = {"scan_id": scan_id, "actor": actor, "erase_on": rules.erase_on(day)}
    later(session, _note_actors, [note])


def _note_actors(session: Session, notes: list[dict[str, Any]]) -> None:
    session.connection().execute(_NOTE_ACTOR, notes)


def erase_actors(session: Session, today: date) -> int:
    """Forget who did what, where the time is up; returns how many notes went. One statement."""
    gone = session.execute(delete(_actor).where(_actor.c.erase_on <= today))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _issue(session: Session, **columns: object) -> str:
    plain = new_token()
    session.execute(insert(_token).values(hash=token_hash(plain), revoked_at=None, **columns))
    return plain


def _end_sessions(session: Session, person_id: int, *, now: datetime) -> None:
    session.execute(
        update(_token)
        .where(_token.c.person_id == person_id, _token.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def home_for(
    book: Rulebook, role: Role, organisation: str | None, site: str | None
) -> tuple[OrganisationRow, SiteRow | None]:
    """Where somebody of this role belongs. Raises Malformed, NotFound."""
    is_staff = role in STAFF
    rules.require_home(role, is_staff=is_staff, at_site=site is not None)
    home = _organisation(book, is_staff, organisation)
    if is_staff and not home.is_operator:
        raise Malformed(field="organisation", problem="not an operator", read=home.code)
    if not is_staff and not _is_partner(book, home.id, PartnerRole(role.value)):
        raise Malformed(field="organisation", problem=f"no {role.value} to anybody", read=home.code)
    if site is None:
        return home, None
    place = book.sites.get(site)
    if place is None or place.operator_id != home.id:
        raise NotFound
    return home, place


def _organisation(book: Rulebook, is_staff: bool, code: str | None) -> OrganisationRow:
    if code is not None:
        return book.organisation(code)
    operators = [operator.organisation for operator in book.operators.values()]
    if is_staff and len(operators) == 1:
        return operators[0]
    raise Malformed(field="organisation", problem="missing")


def _is_partner(book: Rulebook, organisation_id: int, role: PartnerRole) -> bool:
    """Whether it, or one of its children, is that to some operator."""
    family = book.children(organisation_id)
    return any(
        role in partner.roles
        for operator in book.operators.values()
        for partner in operator.partners.values()
        if partner.organisation_id in family
    )
