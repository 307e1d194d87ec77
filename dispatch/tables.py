"""What dispatch keeps beside the ledger: shipments and the bins in them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlmodel import Field, SQLModel

from store.columns import key_to


class Shipment(SQLModel, table=True):
    """Bins that leave for one outlet. treatments: what the outlet may confirm, by comma."""

    __tablename__ = "shipment"
    __table_args__ = (
        CheckConstraint(
            "state IN ('shipped','confirmed','returned','reversed')", name="shipment_state"
        ),
        Index("ix_shipment_site_day", "site_id", "shipped_on"),
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


class ShipmentBin(SQLModel, table=True):
    """A bin that left with a shipment; `returned`: it came back."""

    __tablename__ = "shipment_bin"

    shipment_id: int = Field(sa_column=key_to("shipment.id", primary_key=True))
    bin_id: int = Field(sa_column=key_to("bin.id", primary_key=True))
    returned: bool = False
