"""What Dutch waste law wants kept beside the ledger: stream numbers, carriers, notifications."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.append_only import append_only
from store.columns import entry_key, key_to, table_of


class StreamNumber(SQLModel, table=True):
    """A waste stream number (afvalstroomnummer) with the data behind it, which never change.

    direction: `receipt` (ours, for what a discarder brings) or `delivery` (a receiver's, for what
    we bring). partner: that discarder or receiver; the party and the origin are copied as they
    were, because another name or address is another number. from_day: first day of its use.
    """

    __tablename__ = "stream_number"
    __table_args__ = (
        CheckConstraint("direction IN ('receipt','delivery')", name="stream_number_direction"),
        CheckConstraint("length(number) = 12", name="stream_number_length"),
        Index("ix_stream_number_site", "site_id", "direction", "partner_id"),
    )

    id: int = Field(sa_column=entry_key())
    number: str = Field(max_length=12, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    direction: str = Field(max_length=8)
    partner_id: int = Field(sa_column=key_to("organisation.id"))
    from_day: date
    eural: str = Field(max_length=7)
    usual_name: str = Field(max_length=60)
    processing: str = Field(max_length=4)
    party_name: str = Field(max_length=120)
    party_registration: str = Field(max_length=20)
    street: str = Field(max_length=80)
    house_number: str = Field(max_length=10)
    addition: str = Field(max_length=10)
    postcode: str = Field(max_length=10)
    town: str = Field(max_length=80)
    country: str = Field(max_length=2)
    route_collection: bool = False
    collector_scheme: bool = False


class Carriage(SQLModel, table=True):
    """Who drives what a stream number stands for, and who ordered that, from a day on.

    No part of the data behind the number, so it may change.
    """

    __tablename__ = "carriage"
    __table_args__ = (Index("ix_carriage_stream_number", "stream_number_id"),)

    id: int = Field(sa_column=entry_key())
    stream_number_id: int = Field(sa_column=key_to("stream_number.id"))
    from_day: date
    carrier_id: int = Field(sa_column=key_to("organisation.id"))
    ordered_by_id: int = Field(sa_column=key_to("organisation.id"))


class Notification(SQLModel, table=True):
    """What was notified of a month of a site, frozen when it was sent.

    month: its first day. number: 1 is the month's own, later ones are corrections, which hold the
    difference. figures: canonical JSON. as_of: the last entry of the site's chain that it counts.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("site_id", "month", "number", name="uq_notification_site_month_number"),
        CheckConstraint("number > 0", name="notification_number"),
    )

    id: int = Field(sa_column=entry_key())
    site_id: int = Field(sa_column=key_to("site.id"))
    month: date
    number: int
    figures: str = Field(sa_column=Column(Text, nullable=False))
    as_of: int = Field(sa_column=Column(BigInteger, nullable=False))
    sent_on: date


for _table in (StreamNumber, Carriage, Notification):
    append_only(table_of(_table))
