"""Reads of accounts: who is behind a token, and which accounts there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import Select, bindparam, func, select
from sqlmodel import Session

from accounts.rules import as_typed
from accounts.secret import TABLET_PREFIX, code_hash, is_password, token_hash
from accounts.tables import Device, Enrolment, Person, Token
from catalogue.access import STAFF, Viewer
from catalogue.errors import SignInFailed
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook, rulebook
from store.columns import table_of

_person = table_of(Person)
_token = table_of(Token)
_device = table_of(Device)
_enrolment = table_of(Enrolment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Somebody, or some machine, that showed a valid token.

    actor: what is noted beside an act, "person:3", "token:12" or "device:7". language: of the
    person; None for a machine. kind: "session", "api" or "device". device_id: of a tablet, and
    enrolled_at: since when it stands where it is. scope: what the token may be used for. token_id:
    of a person's session or a machine's token. methods: how a person came in. since: when the token
    was made, and seen_at: when it was noted last that it was used.
    """

    viewer: Viewer
    actor: str
    name: str
    language: str | None
    kind: str
    device_id: int | None = None
    enrolled_at: datetime | None = None
    scope: str = "write"
    token_id: int | None = None
    methods: str = ""
    since: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """A person, and the organisation they belong to."""

    person_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A machine's token as lists show it. seen_at: the day on which it was used last."""

    id: int
    name: str
    role: Role
    organisation_id: int
    site_id: int | None
    created_at: datetime
    expires_at: datetime | None
    scope: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as lists show it."""

    id: int
    email: str
    name: str
    role: Role
    organisation_id: int
    site_id: int | None
    active: bool


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """An enrolled tablet as lists show it, with what it last said of itself."""

    id: int
    name: str
    station_id: int
    enrolled_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None
    app_version: str
    waiting: int
    attention: int
    counter: int


# Asked with every call, so both are built once.
_BEHIND_TOKEN = (
    select(
        _token.c.id,
        _token.c.kind,
        _token.c.person_id,
        _token.c.expires_at,
        _token.c.revoked_at,
        _person.c.active,
        _person.c.language,
        func.coalesce(_person.c.name, _token.c.name).label("name"),
        func.coalesce(_person.c.role, _token.c.role).label("role"),
        func.coalesce(_person.c.organisation_id, _token.c.organisation_id).label("home"),
        func.coalesce(_person.c.scope, _token.c.scope).label("scope"),
        _token.c.methods,
        _token.c.site_id,
        _token.c.created_at,
        _token.c.seen_at,
    )
    .outerjoin_from(_token, _person, _token.c.person_id == _person.c.id)
    .where(_token.c.hash == bindparam("hashed"))
)
_TABLET_BEHIND_TOKEN = select(
    _device.c.id,
    _device.c.name,
    _device.c.station_id,
    _device.c.enrolled_at,
    _device.c.revoked_at,
).where(_device.c.hash == bindparam("hashed"))
_DEVICE_COLUMNS = [_device.c[field.name] for field in fields(DeviceRow)]


def viewer_of(session: Session, plain_token: str, now: datetime) -> Signed | None:
    """Who is behind a token; None when it is unknown, expired or revoked, or its person left.

    One statement, and those of `rulebook`. A person's role is the one it has now.
    """
    hashed = token_hash(plain_token)
    if hashed is None:
        return None
    if plain_token.startswith(TABLET_PREFIX):
        return _tablet_of(session, hashed)
    row = session.connection().execute(_BEHIND_TOKEN, {"hashed": hashed}).one_or_none()
    if row is None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    if row.person_id is not None and not row.active:
        return None
    actor = f"token:{row.id}" if row.person_id is None else f"person:{row.person_id}"
    viewer = viewer_as(rulebook(session), Role(row.role), row.home, row.site_id)
    return Signed(
        viewer=viewer,
        actor=actor,
        name=row.name,
        language=row.language,
        kind=row.kind,
        scope=row.scope,
        token_id=row.id,
        methods=row.methods,
        since=row.created_at,
        seen_at=row.seen_at,
    )


def _tablet_of(session: Session, hashed: str) -> Signed | None:
    """A tablet is a worker at its station, wherever that station stands now."""
    row = session.connection().execute(_TABLET_BEHIND_TOKEN, {"hashed": hashed}).one_or_none()
    if row is None or row.revoked_at is not None:
        return None
    book = rulebook(session)
    site = book.sites_by_id[book.stations_by_id[row.station_id].site_id]
    worker = viewer_as(book, Role.WORKER, site.operator_id, site.id)
    return Signed(
        viewer=replace(worker, station_id=row.station_id),
        actor=f"device:{row.id}",
        name=row.name,
        language=None,
        kind="device",
        device_id=row.id,
        enrolled_at=row.enrolled_at,
    )


def viewer_as(
    book: Rulebook, role: Role, organisation_id: int, site_id: int | None = None
) -> Viewer:
    """What a role at an organisation sees."""
    if role in STAFF:
        return Viewer(
            role=role,
            organisation_id=organisation_id,
            operator_id=organisation_id,
            site_id=site_id,
        )
    if role is Role.SUPPLIER:
        below = book.children(organisation_id)
        return Viewer(role=role, organisation_id=organisation_id, supplier_ids=below)
    return Viewer(role=role, organisation_id=organisation_id, outlet_id=organisation_id)


def home_of_address(session: Session, email: str) -> Home | None:
    """Whose address this is; None where nobody signs in by it. One statement."""
    row = session.execute(
        select(_person.c.id, _person.c.organisation_id).where(
            _person.c.email == as_typed(email).strip().lower(), _person.c.active
        )
    ).one_or_none()
    return Home(*row) if row else None


def person_by_password(session: Session, *, email: str, password: str) -> int:
    """Key of the person who knows this password. One statement, and some 50 ms of arithmetic.

    Raises SignInFailed, after the same time whether the address or the password is wrong.
    """
    kept = as_typed(email).strip().lower()
    row = session.execute(
        select(_person.c.id, _person.c.password_hash).where(
            _person.c.email == kept, _person.c.active
        )
    ).one_or_none()
    if not is_password(password, row.password_hash if row else None):
        raise SignInFailed
    assert row is not None, "nobody has no password"
    return int(row.id)


def api_tokens(
    session: Session, organisation_ids: Collection[int], *, now: datetime
) -> list[TokenRow]:
    """Valid tokens of machines of these organisations, newest first. One statement."""
    rows = session.execute(
        select(
            _token.c.id,
            _token.c.name,
            _token.c.role,
            _token.c.organisation_id,
            _token.c.site_id,
            _token.c.created_at,
            _token.c.expires_at,
            _token.c.scope,
            _token.c.seen_at,
        )
        .where(
            _token.c.organisation_id.in_(organisation_ids),
            _token.c.kind == "api",
            _token.c.revoked_at.is_(None),
            _token.c.expires_at.is_(None) | (_token.c.expires_at > now),
        )
        .order_by(_token.c.id.desc())
    )
    return [TokenRow(key, name, Role(role), *rest) for key, name, role, *rest in rows]


def people(session: Session, organisation_ids: Collection[int]) -> list[PersonRow]:
    """People of these organisations, by name. One statement."""
    rows = session.execute(
        select(
            _person.c.id,
            _person.c.email,
            _person.c.name,
            _person.c.role,
            _person.c.organisation_id,
            _person.c.site_id,
            _person.c.active,
        )
        .where(_person.c.organisation_id.in_(organisation_ids))
        .order_by(_person.c.name, _person.c.id)
    )
    return [
        PersonRow(key, email, name, Role(role), *rest) for key, email, name, role, *rest in rows
    ]


def devices(session: Session, station_ids: Collection[int]) -> list[DeviceRow]:
    """Tablets that are let in at these stations, by name. One statement."""
    rows = session.execute(
        select(*_DEVICE_COLUMNS)
        .where(_device.c.station_id.in_(station_ids), _device.c.revoked_at.is_(None))
        .order_by(_device.c.name, _device.c.id)
    )
    return [DeviceRow(*row) for row in rows]


def silent_count(station_ids: Collection[int], *, since: datetime) -> Select[int]:
    """How many tablets with scans in them nobody heard since then, to be asked with more."""
    return (
        select(func.count())
        .select_from(_device)
        .where(
            _device.c.station_id.in_(station_ids),
            _device.c.revoked_at.is_(None),
            _device.c.waiting > 0,
            _device.c.seen_at < since,
        )
    )


def device(session: Session, device_id: int) -> DeviceRow | None:
    """A tablet that is let in; None when there is none of this key. One statement."""
    row = session.execute(
        select(*_DEVICE_COLUMNS).where(_device.c.id == device_id, _device.c.revoked_at.is_(None))
    ).one_or_none()
    return DeviceRow(*row) if row else None


def lets_a_tablet_in(session: Session, code: str, now: datetime) -> bool:
    """Whether a code would be taken now. One statement, and none for what cannot be a code."""
    hashed = code_hash(code)
    if hashed is None:
        return False
    row = session.execute(
        select(_enrolment.c.id).where(
            _enrolment.c.hash == hashed,
            _enrolment.c.used_at.is_(None),
            _enrolment.c.expires_at > now,
        )
    ).one_or_none()
    return row is not None
