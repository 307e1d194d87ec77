"""What intake keeps beside the ledger: deliveries, receipts, finds, serial items, and photos."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime, entry_key, key_to


class Delivery(SQLModel, table=True):
    """What a supplier announces and what arrives. lines: canonical JSON of what was announced.

    reference: the supplier's own number, such as that of its waybill.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("state IN ('announced','received','reversed')", name="delivery_state"),
        CheckConstraint("announced_g >= 0", name="delivery_announced_mass"),
        Index("ix_delivery_site_day", "site_id", "expected_on"),
        Index("ix_delivery_site_state_day", "site_id", "state", "expected_on"),
        Index("ix_delivery_supplier_day", "supplier_id", "expected_on"),
    )

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    supplier_id: int = Field(sa_column=key_to("organisation.id"))
    expected_on: date
    announced_g: int = Field(sa_column=Column(BigInteger, nullable=False))
    lines: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(max_length=10)
    reference: str | None = Field(default=None, max_length=60)


class Receipt(SQLModel, table=True):
    """How a batch came in: with which delivery (none: unannounced), at which station, in what."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index("ix_receipt_batch", "batch_id"),
        Index("ix_receipt_delivery", "delivery_id"),
    )

    id: int = Field(sa_column=entry_key())
    batch_id: int = Field(sa_column=key_to("batch.id"))
    delivery_id: int | None = Field(default=None, sa_column=key_to("delivery.id", nullable=True))
    station_id: int = Field(sa_column=key_to("station.id"))
    containers: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))


class Find(SQLModel, table=True):
    """A found object: kind and count, mass when it matters, never the wearer's name."""

    __tablename__ = "find"
    __table_args__ = (
        CheckConstraint("count > 0", name="find_counts_something"),
        CheckConstraint("mass_g IS NULL OR mass_g > 0", name="find_mass"),
        Index("ix_find_batch", "batch_id"),
        Index("ix_find_site", "site_id", "id"),
        Index("ix_find_site_handover", "site_id", "handover_id"),
    )

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    batch_id: int | None = Field(default=None, sa_column=key_to("batch.id", nullable=True))
    kind_id: int = Field(sa_column=key_to("find_kind.id"))
    count: int = Field(sa_column=Column(BigInteger, nullable=False))
    mass_g: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reversed: bool = False
    handover_id: int | None = Field(default=None, sa_column=key_to("entry.id", nullable=True))


class SerialItem(SQLModel, table=True):
    """An item that is followed by its own number, until it is destroyed.

    code: `OPERATOR/NUMBER@n`, n being how often the number was noted; of those only one stands.
    """

    __tablename__ = "serial_item"
    __table_args__ = (
        Index("ix_serial_item_batch", "batch_id"),
        Index(
            "uq_serial_item_number",
            "operator_id",
            "number",
            unique=True,
            sqlite_where=text("NOT reversed"),
            postgresql_where=text("NOT reversed"),
        ),
    )

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=80, unique=True)
    number: str = Field(max_length=30)
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    batch_id: int = Field(sa_column=key_to("batch.id"))
    group_id: int = Field(sa_column=key_to("article_group.id"))
    reversed: bool = False
    destruction_id: int | None = Field(default=None, sa_column=key_to("entry.id", nullable=True))


class Photo(SQLModel, table=True):
    """A picture that an entry names by its SHA-256, which is its key here; erased apart from it."""

    __tablename__ = "photo"

    hash: str = Field(primary_key=True, max_length=64)
    site_id: int = Field(sa_column=key_to("site.id"))
    media_type: str = Field(max_length=20)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
