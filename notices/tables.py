"""Who was told what, the mails about it, and what somebody would rather not be told.

Outside the register: nothing here is chained, and all of it goes when its time is up.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import Key, UtcDateTime, key_to


def _own_key() -> Column[int]:
    return Column(Key, primary_key=True, autoincrement=True)


class Mail(SQLModel, table=True):
    """One mail to one reader, with the notices that point to it.

    token: the fixed part of its Message-ID, so that a second sending is known as the same mail.
    address: of a reader without an account, and of nobody else. path: of a page that only this
    mail opens; it is forgotten once the mail has ended.
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting','sending','sent','failed','dropped')", name="mail_state"
        ),
        CheckConstraint("person_id IS NULL OR address IS NULL", name="mail_has_one_reader"),
        Index("ix_mail_person", "person_id", "state"),
    )

    id: int = Field(default=None, sa_column=_own_key())
    token: str = Field(max_length=32, unique=True)
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    person_id: int | None = Field(default=None, sa_column=key_to("person.id", nullable=True))
    address: str | None = Field(default=None, max_length=200)
    language: str = Field(max_length=5)
    kind: str = Field(max_length=40)
    path: str | None = Field(default=None, max_length=400)
    state: str = Field(max_length=8)
    attempts: int = 0
    problem: str = Field(default="", max_length=300)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Notice(SQLModel, table=True):
    """Something one reader was told, once. cause: what it is about, the same for all readers.

    subject: the code of the thing; figures: JSON of whole numbers and codes; in_portal: False for
    what somebody only wants by mail.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("cause", "reader", name="notice_is_told_once"),
        Index("ix_notice_person", "person_id", "read_at"),
        Index("ix_notice_mail", "mail_id"),
    )

    id: int = Field(default=None, sa_column=_own_key())
    kind: str = Field(max_length=40)
    cause: str = Field(max_length=160)
    reader: str = Field(max_length=80)
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    site_id: int | None = Field(default=None, sa_column=key_to("site.id", nullable=True))
    person_id: int | None = Field(default=None, sa_column=key_to("person.id", nullable=True))
    mail_id: int | None = Field(default=None, sa_column=key_to("mail.id", nullable=True))
    subject: str = Field(max_length=60)
    figures: str = Field(sa_column=Column(Text, nullable=False))
    in_portal: bool = True
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class Preference(SQLModel, table=True):
    """How a person wants to hear of a kind. No row: in the portal and by mail."""

    __tablename__ = "preference"

    person_id: int = Field(sa_column=key_to("person.id", primary_key=True))
    kind: str = Field(max_length=40, primary_key=True)
    portal: bool = True
    mail: bool = True


class Contact(SQLModel, table=True):
    """Where an operator writes to a partner that has no account. Not chained: it can be erased."""

    __tablename__ = "contact"

    operator_id: int = Field(sa_column=key_to("organisation.id", primary_key=True))
    organisation_id: int = Field(sa_column=key_to("organisation.id", primary_key=True))
    address: str = Field(max_length=200)
    language: str = Field(default="nl", max_length=5)
