"""People and what lets them in, machines' tokens, tablets, badges, and who did what (apart from the
register)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.append_only import Erasure, append_only
from store.columns import Key, UtcDateTime, key_to, table_of

ROLES = "('worker','team_leader','manager','supplier','outlet','auditor','administrator')"

PURPOSES = "('invitation','reset','second_factor','passkey','single_sign_on')"


def _own_key() -> Column[int]:
    return Column(Key, primary_key=True, autoincrement=True)


class Person(SQLModel, table=True):
    """Somebody who signs in. password_hash: empty for who has no password.

    scope: `read` for who may only look. handle: how passkeys call them. erased_at: since when all
    that told who it was is gone; the key stays for what points at it.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="person_role"),)

    id: int = Field(default=None, sa_column=_own_key())
    email: str = Field(max_length=200, unique=True)
    name: str = Field(max_length=120)
    password_hash: str = Field(max_length=200)
    role: str = Field(max_length=13)
    organisation_id: int = Field(sa_column=key_to("organisation.id"))
    site_id: int | None = Field(default=None, sa_column=key_to("site.id", nullable=True))
    language: str = Field(default="nl", max_length=5)
    active: bool = True
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    scope: str = Field(default="write", max_length=5)
    handle: str | None = Field(default=None, max_length=64)
    erased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Token(SQLModel, table=True):
    """A key for a machine, or the cookie of a signed-in person: only its SHA-256 is kept.

    scope: what it may be used for: `write` for all that its role may, `read` for looking only, or
    something narrower. methods: how the person came in, such as `password totp`. browser: its short
    name, for the person's own list. seen_at: when it was last used, to within some minutes.
    """

    __tablename__ = "token"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", name="token_role"),
        CheckConstraint("kind IN ('api','session')", name="token_kind"),
    )

    id: int = Field(default=None, sa_column=_own_key())
    kind: str = Field(max_length=8)
    hash: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    role: str = Field(max_length=13)
    organisation_id: int = Field(sa_column=key_to("organisation.id"))
    site_id: int | None = Field(default=None, sa_column=key_to("site.id", nullable=True))
    person_id: int | None = Field(default=None, sa_column=key_to("person.id", nullable=True))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    scope: str = Field(default="write", max_length=100)
    methods: str = Field(default="", max_length=60)
    browser: str = Field(default="", max_length=80)
    seen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Actor(SQLModel, table=True):
    """Who did it, by `scan_id`, outside the hash; erased when its time is up."""

    __tablename__ = "actor"
    __table_args__ = (Index("ix_actor_erase_on", "erase_on"),)

    scan_id: str = Field(primary_key=True, max_length=36)
    actor: str = Field(max_length=60)
    erase_on: date


class Enrolment(SQLModel, table=True):
    """A code that lets one tablet in at one station, once. Only its SHA-256 is kept."""

    __tablename__ = "enrolment"

    id: int = Field(default=None, sa_column=_own_key())
    hash: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    station_id: int = Field(sa_column=key_to("station.id"))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Device(SQLModel, table=True):
    """An enrolled tablet: a worker at its station. Only the SHA-256 of its token is kept.

    What it said of itself when it was last heard: how many scans waited in it, how many need a
    person, and the number of the last one it made.
    """

    __tablename__ = "device"

    id: int = Field(default=None, sa_column=_own_key())
    hash: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    station_id: int = Field(sa_column=key_to("station.id"))
    enrolled_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    seen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    app_version: str = Field(default="", max_length=40)
    waiting: int = 0
    attention: int = 0
    counter: int = 0


class Ticket(SQLModel, table=True):
    """A secret that lets somebody do one thing, once, before it runs out. Only its SHA-256 is kept.

    payload: what must be known when it is used, as JSON. person_id: whose; none before it is known.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint(f"purpose IN {PURPOSES}", name="ticket_purpose"),
        Index("ix_ticket_person", "person_id"),
    )

    id: int = Field(default=None, sa_column=_own_key())
    hash: str = Field(max_length=64, unique=True)
    purpose: str = Field(max_length=16)
    person_id: int | None = Field(default=None, sa_column=key_to("person.id", nullable=True))
    payload: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Authenticator(SQLModel, table=True):
    """An app that shows a code of six digits. secret: sealed. last_step: of the code used last."""

    __tablename__ = "authenticator"

    person_id: int = Field(sa_column=key_to("person.id", primary_key=True))
    secret: str = Field(max_length=200)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    confirmed_at: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime, nullable=True)
    )
    last_step: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class RecoveryCode(SQLModel, table=True):
    """A code on paper for who lost the second factor; each works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "hash"),)

    id: int = Field(default=None, sa_column=_own_key())
    person_id: int = Field(sa_column=key_to("person.id"))
    hash: str = Field(max_length=64)
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Passkey(SQLModel, table=True):
    """A public key of a person's device. credential: its name, in base64url."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_person", "person_id"),)

    id: int = Field(default=None, sa_column=_own_key())
    person_id: int = Field(sa_column=key_to("person.id"))
    credential: str = Field(max_length=1400, unique=True)
    public_key: str = Field(sa_column=Column(Text, nullable=False))
    sign_count: int = Field(sa_column=Column(BigInteger, nullable=False))
    name: str = Field(max_length=120)
    transports: str = Field(default="", max_length=100)
    backed_up: bool = False
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Identity(SQLModel, table=True):
    """Who somebody is at a provider of single sign-on: issuer and subject, never an address."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        Index("ix_identity_person", "person_id"),
    )

    id: int = Field(default=None, sa_column=_own_key())
    person_id: int = Field(sa_column=key_to("person.id"))
    issuer: str = Field(max_length=300)
    subject: str = Field(max_length=255)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class SecondFactorRule(SQLModel, table=True):
    """Whether people of a role at an organisation need a second factor; else the role's default."""

    __tablename__ = "second_factor_rule"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="second_factor_rule_role"),)

    organisation_id: int = Field(sa_column=key_to("organisation.id", primary_key=True))
    role: str = Field(primary_key=True, max_length=13)
    required: bool


class WrongTry(SQLModel, table=True):
    """A failed try to get in. whose and origin are hashes: the account tried, the browser known."""

    __tablename__ = "wrong_try"
    __table_args__ = (Index("ix_wrong_try_whose", "whose", "at"),)

    id: int = Field(default=None, sa_column=_own_key())
    whose: str = Field(max_length=64)
    origin: str = Field(default="", max_length=64)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Badge(SQLModel, table=True):
    """Who stands at a tablet, said by a card or a code. Only its hash is kept, and no use of it."""

    __tablename__ = "badge"

    id: int = Field(default=None, sa_column=_own_key())
    hash: str = Field(max_length=64, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    name: str = Field(max_length=120)
    person_id: int | None = Field(default=None, sa_column=key_to("person.id", nullable=True))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class StationRule(SQLModel, table=True):
    """Whether a station asks for a badge, and after how many minutes of rest again."""

    __tablename__ = "station_rule"
    __table_args__ = (
        CheckConstraint("badge IN ('none','optional','required')", name="station_rule_badge"),
        CheckConstraint("rest_minutes BETWEEN 1 AND 720"),
    )

    station_id: int = Field(sa_column=key_to("station.id", primary_key=True))
    badge: str = Field(default="none", max_length=8)
    rest_minutes: int = 30


class AuditEvent(SQLModel, table=True):
    """What somebody did to accounts, rights and settings, or tried to. No scan stands here.

    actor: as in `Actor`, or empty for who is not known. target: on what or whom, such as
    `person:3`. details: JSON without names or secrets. erase_on: when it is forgotten.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_erase_on", "erase_on"),
    )

    id: int = Field(default=None, sa_column=_own_key())
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    kind: str = Field(max_length=40)
    actor: str = Field(default="", max_length=60)
    target: str = Field(default="", max_length=120)
    organisation_id: int | None = Field(
        default=None, sa_column=key_to("organisation.id", nullable=True)
    )
    address: str = Field(default="", max_length=45)
    details: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    erase_on: date


_EVENT_KEEPS = ("id", "at", "kind", "actor", "target", "organisation_id", "details", "erase_on")
append_only(table_of(AuditEvent), Erasure(until="erase_on", blank="address", keeps=_EVENT_KEEPS))
