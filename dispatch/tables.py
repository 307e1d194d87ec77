"""What dispatch keeps beside the ledger: shipments, the bins in them, and how they travelled."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from store.columns import Key, UtcDateTime, entry_key, key_to


class Shipment(SQLModel, table=True):
    """Bins that leave for one outlet. treatments: what the outlet may confirm, by comma.

    waybill: its number; permit: that of the outlet on the day on which the bins left. confirmed_g:
    what the outlet treated; refused_g: what it does not want and did not come back yet; returned_g:
    what came back. Empty: nothing of the kind was said.
    """

    __tablename__ = "shipment"
    __table_args__ = (
        CheckConstraint(
            "state IN ('shipped','confirmed','returned','reversed')", name="shipment_state"
        ),
        Index("ix_shipment_site_day", "site_id", "shipped_on"),
        Index("ix_shipment_site_state_day", "site_id", "state", "shipped_on"),
        Index("ix_shipment_outlet_day", "outlet_id", "shipped_on"),
    )

    id: int = Field(sa_column=key_to("entry.id", primary_key=True))
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    outlet_id: int = Field(sa_column=key_to("organisation.id"))
    carrier_id: int | None = Field(default=None, sa_column=key_to("organisation.id", nullable=True))
    waybill: str = Field(default="", max_length=60)
    shipped_on: date
    treatments: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(max_length=10)
    permit: str | None = Field(default=None, max_length=60)
    confirmed_g: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    refused_g: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    returned_g: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class ShipmentBin(SQLModel, table=True):
    """A bin that left with a shipment; `returned`: it came back."""

    __tablename__ = "shipment_bin"

    shipment_id: int = Field(sa_column=key_to("shipment.id", primary_key=True))
    bin_id: int = Field(sa_column=key_to("bin.id", primary_key=True))
    returned: bool = False


class Leg(SQLModel, table=True):
    """A part of the way of a shipment, by one carrier. The entry that made it says when it began.

    vihb: the carrier's number on that day; vehicle: licence plate, or the name of what carries;
    from_place, to_place: empty where it begins at the site, or ends at the outlet. ordered_by:
    empty where the operator itself ordered the transport.
    """

    __tablename__ = "leg"
    __table_args__ = (UniqueConstraint("shipment_id", "number"),)

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=24, unique=True)
    shipment_id: int = Field(sa_column=key_to("shipment.id"))
    number: int
    carrier_id: int = Field(sa_column=key_to("organisation.id"))
    vihb: str | None = Field(default=None, max_length=12)
    vehicle: str | None = Field(default=None, max_length=40)
    from_place: str | None = Field(default=None, max_length=200)
    to_place: str | None = Field(default=None, max_length=200)
    ordered_by_id: int | None = Field(
        default=None, sa_column=key_to("organisation.id", nullable=True)
    )
    departed_on: date
    reversed: bool = False


class OutletLink(SQLModel, table=True):
    """A link by which an outlet says what became of one shipment, without an account.

    Only the SHA-256 of its token is kept. opened_at: when somebody first looked.
    """

    __tablename__ = "outlet_link"
    __table_args__ = (Index("ix_outlet_link_shipment", "shipment_id"),)

    id: int = Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))
    hash: str = Field(max_length=64, unique=True)
    shipment_id: int = Field(sa_column=key_to("shipment.id"))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    opened_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class OutletDocument(SQLModel, table=True):
    """A paper or a photo of an outlet about a shipment, by the SHA-256 of its bytes.

    booked: whether a confirmation names it; what was only put here and not sent goes away again.
    """

    __tablename__ = "outlet_document"

    shipment_id: int = Field(sa_column=key_to("shipment.id", primary_key=True))
    hash: str = Field(primary_key=True, max_length=64)
    media_type: str = Field(max_length=20)
    size: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    booked: bool = False
