"""The register: batches, bins, places, movements, and the balances and totals kept beside them.

A row's `id` is the key of the entry that made it, except for places, which are made on first use.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from store.append_only import append_only
from store.columns import Key, UtcDateTime, entry_key, key_to, table_of

POOLS = "('SUPPLIER','HOLDING','QUARANTINE','BIN','SHIPPED','CONFIRMED','LOSS','FINDS')"
QUALITIES = "('measured','estimated')"


def _count(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable)


class Batch(SQLModel, table=True):
    """A labelled quantity of one supplier, logged on intake, weighed: the unit that is followed."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("gross_g > tare_g AND tare_g >= 0", name="batch_weighs_something"),
        CheckConstraint(
            "state IN ('received','sorting','closed','refused','reversed','replaced')",
            name="batch_state",
        ),
        CheckConstraint(f"quality IN {QUALITIES}", name="batch_quality"),
        Index("ix_batch_site_day", "site_id", "received_day"),
        Index("ix_batch_supplier_day", "supplier_id", "received_day"),
        Index("ix_batch_site_state_day", "site_id", "state", "received_day"),
        Index(
            "ix_batch_held",
            "site_id",
            "received_day",
            sqlite_where=text("held = 1"),
            postgresql_where=text("held"),
        ),
    )

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    supplier_id: int = Field(sa_column=key_to("organisation.id"))
    group_id: int = Field(sa_column=key_to("article_group.id"))
    received_day: date
    gross_g: int = Field(sa_column=_count())
    tare_g: int = Field(sa_column=_count())
    quality: str = Field(max_length=10)
    pieces: int | None = Field(default=None, sa_column=_count(nullable=True))
    eural: str = Field(default="", max_length=7)
    state: str = Field(max_length=10)
    held: bool = False
    replaced_by_id: int | None = Field(default=None, sa_column=key_to("batch.id", nullable=True))


class Bin(SQLModel, table=True):
    """A labelled outgoing unit, filled for one destination version. None: a work bin."""

    __tablename__ = "bin"
    __table_args__ = (
        CheckConstraint("state IN ('open','closed','shipped','reversed')", name="bin_state"),
        Index("ix_bin_site_state_destination", "site_id", "state", "destination_id"),
        Index("ix_bin_site", "site_id", "id"),
    )

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    destination_id: int | None = Field(
        default=None, sa_column=key_to("destination.id", nullable=True)
    )
    container_id: int | None = Field(default=None, sa_column=key_to("container.id", nullable=True))
    state: str = Field(max_length=10)
    gross_g: int | None = Field(default=None, sa_column=_count(nullable=True))
    tare_g: int | None = Field(default=None, sa_column=_count(nullable=True))


class Relabelling(SQLModel, table=True):
    """Another label that stands for a batch or a bin, whose own one was damaged.

    The code of the batch or bin stays what it was; a scan of either label finds it.
    """

    __tablename__ = "relabelling"

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=20, unique=True)
    stands_for: str = Field(max_length=20)


class Place(SQLModel, table=True):
    """Where grams can stand. A bin's or shipment's place lies within the one that totals are kept
    for: all bins, or all shipments, of a site for one destination version.

    code: `POOL/site[/detail]`, so that entries, exports and people can name it.
    """

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint(f"pool IN {POOLS}", name="place_pool"),
        Index("ix_place_bin", "bin_id"),
        Index("ix_place_shipment", "shipment"),
    )

    id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=True))
    code: str = Field(max_length=120, unique=True)
    pool: str = Field(max_length=10)
    site_id: int = Field(sa_column=key_to("site.id"))
    destination_id: int | None = Field(
        default=None, sa_column=key_to("destination.id", nullable=True)
    )
    loss_kind_id: int | None = Field(default=None, sa_column=key_to("loss_kind.id", nullable=True))
    bin_id: int | None = Field(default=None, sa_column=key_to("bin.id", nullable=True))
    shipment: str | None = Field(default=None, max_length=20)
    within_id: int | None = Field(default=None, sa_column=key_to("place.id", nullable=True))


class Movement(SQLModel, table=True):
    """A line of an entry: mass of one batch from one place to another. Never edited."""

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("mass_g > 0", name="movement_weighs_something"),
        CheckConstraint("pieces IS NULL OR pieces >= 0", name="movement_pieces"),
        CheckConstraint(
            "source_id <> target_id OR source_group_id <> target_group_id"
            " OR source_quality <> target_quality",
            name="movement_goes_elsewhere",
        ),
        CheckConstraint(
            f"source_quality IN {QUALITIES} AND target_quality IN {QUALITIES}",
            name="movement_quality",
        ),
        Index("ix_movement_batch", "batch_id", "entry_id"),
    )

    entry_id: int = Field(sa_column=entry_key("entry_id"))
    line: int = Field(primary_key=True)
    batch_id: int = Field(sa_column=key_to("batch.id"))
    source_id: int = Field(sa_column=key_to("place.id"))
    target_id: int = Field(sa_column=key_to("place.id"))
    source_group_id: int = Field(sa_column=key_to("article_group.id"))
    target_group_id: int = Field(sa_column=key_to("article_group.id"))
    source_quality: str = Field(max_length=10)
    target_quality: str = Field(max_length=10)
    mass_g: int = Field(sa_column=_count())
    pieces: int | None = Field(default=None, sa_column=_count(nullable=True))


class Balance(SQLModel, table=True):
    """What stands at a place, per batch, found group and quality.

    may_owe: true for SUPPLIER (what came in) and for the weighing difference, which may be below
    zero; every other place can only give what it has.
    """

    __tablename__ = "balance"
    __table_args__ = (
        CheckConstraint("mass_g >= 0 OR may_owe", name="balance_is_not_below_zero"),
        Index("ix_balance_batch", "batch_id"),
    )

    place_id: int = Field(sa_column=key_to("place.id", primary_key=True))
    batch_id: int = Field(sa_column=key_to("batch.id", primary_key=True))
    group_id: int = Field(sa_column=key_to("article_group.id", primary_key=True))
    quality: str = Field(primary_key=True, max_length=10)
    may_owe: bool
    mass_g: int = Field(sa_column=_count())
    pieces: int = Field(sa_column=_count())


class Total(SQLModel, table=True):
    """Net grams that came to stand at a place in a span of time, so that reports never sum history.

    basis: `booked` (by the entry's day) or `received` (by the batch's); span: `day` or `month`;
    start: its first day; place: one that lies within no other.
    """

    __tablename__ = "total"
    __table_args__ = (
        CheckConstraint("basis IN ('booked','received')", name="total_basis"),
        CheckConstraint("span IN ('day','month')", name="total_span"),
    )

    basis: str = Field(primary_key=True, max_length=8)
    span: str = Field(primary_key=True, max_length=5)
    start: date = Field(primary_key=True)
    place_id: int = Field(sa_column=key_to("place.id", primary_key=True))
    supplier_id: int = Field(sa_column=key_to("organisation.id", primary_key=True))
    group_id: int = Field(sa_column=key_to("article_group.id", primary_key=True))
    quality: str = Field(primary_key=True, max_length=10)
    mass_g: int = Field(sa_column=_count())
    pieces: int = Field(sa_column=_count())


class GateLine(SQLModel, table=True):
    """What passed a gate (above zero) or was used up by leaving through it (below)."""

    __tablename__ = "gate_line"
    __table_args__ = (Index("ix_gate_line_batch", "batch_id"),)

    entry_id: int = Field(sa_column=entry_key("entry_id"))
    line: int = Field(primary_key=True)
    batch_id: int = Field(sa_column=key_to("batch.id"))
    gate_id: int = Field(sa_column=key_to("gate.id"))
    mass_g: int = Field(sa_column=_count())
    pieces: int = Field(sa_column=_count())


class GateBalance(SQLModel, table=True):
    """Grams and pieces of a batch that passed a gate and have not left through it yet."""

    __tablename__ = "gate_balance"
    __table_args__ = (
        CheckConstraint("free_g >= 0 AND free_pieces >= 0", name="gate_covers_what_left"),
    )

    batch_id: int = Field(sa_column=key_to("batch.id", primary_key=True))
    gate_id: int = Field(sa_column=key_to("gate.id", primary_key=True))
    free_g: int = Field(sa_column=_count())
    free_pieces: int = Field(sa_column=_count())


class Weighing(SQLModel, table=True):
    """One weighing of a batch or a bin, with its scale."""

    __tablename__ = "weighing"
    __table_args__ = (
        CheckConstraint("gross_g >= tare_g AND tare_g >= 0", name="weighing_is_net_of_tare"),
    )

    id: int = Field(sa_column=entry_key())
    subject: str = Field(max_length=20, index=True)
    gross_g: int = Field(sa_column=_count())
    tare_g: int = Field(sa_column=_count())
    quality: str = Field(max_length=10)
    scale_id: int | None = Field(default=None, sa_column=key_to("scale.id", nullable=True))


class Flag(SQLModel, table=True):
    """Something accepted that a team leader should see: a difference, an overdue scale, ..."""

    __tablename__ = "flag"
    __table_args__ = (Index("ix_flag_subject", "subject"),)

    entry_id: int = Field(sa_column=entry_key("entry_id"))
    code: str = Field(primary_key=True, max_length=40)
    subject: str = Field(max_length=60)
    figures: str = Field(sa_column=Column(Text, nullable=False))


class Note(SQLModel, table=True):
    """Free words beside an entry. The chain holds only SHA-256(salt || words), so both can be
    erased together without a trace in it."""

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("(salt IS NULL) = (words IS NULL)", name="note_is_erased_whole"),
    )

    entry_id: int = Field(sa_column=entry_key("entry_id"))
    salt: str | None = Field(default=None, max_length=64)
    words: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


WAITS: Final = "status = 'parked' OR status = 'refused' AND command LIKE '%\"device\":%'"
"""What waits for a decision: parked scans, and what was refused of a tablet, behind its back."""
_WAITS: Final = text(WAITS)


class Scan(SQLModel, table=True):
    """A scan that was not booked: refused, or parked for a team leader. Kept, never dropped.

    command: the request as it came, canonical JSON; problem: the answer it got; settled_by: the
    `scan_id` of the decision.
    """

    __tablename__ = "scan"
    __table_args__ = (
        CheckConstraint("status IN ('refused','parked','settled','dropped')", name="scan_status"),
        Index("ix_scan_site_status", "site_id", "status", "received_at"),
        Index(
            "ix_scan_waits", "site_id", "received_at", sqlite_where=_WAITS, postgresql_where=_WAITS
        ),
    )

    scan_id: str = Field(primary_key=True, max_length=36)
    site_id: int = Field(sa_column=key_to("site.id"))
    kind: str = Field(max_length=20)
    target: str | None = Field(default=None, max_length=60)
    content: str = Field(max_length=64)
    command: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(max_length=10)
    problem: str = Field(sa_column=Column(Text, nullable=False))
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    settled_reason: str | None = Field(default=None, max_length=40)
    settled_by: str | None = Field(default=None, max_length=36, unique=True)


for _table in (Movement, GateLine, Weighing, Flag):
    append_only(table_of(_table))
