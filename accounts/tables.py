"""People, their sessions, machines' tokens, tablets, and who did what (apart from the register)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from store.columns import Key, UtcDateTime, key_to

ROLES = "('worker','team_leader','manager','supplier','outlet','auditor','administrator')"


def _own_key() -> Column[int]:
    return Column(Key, primary_key=True, autoincrement=True)


class Person(SQLModel, table=True):
    """Somebody who signs in with a password. operator_id: on whose side (staff), or served by."""

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


class Token(SQLModel, table=True):
    """A key for a machine, or the cookie of a signed-in person: only its SHA-256 is kept."""

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
