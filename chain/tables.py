"""Tables of the logbook. What is written once stays; only a chain's row, its head, moves on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from chain.rows import SEQ_BITS
from store.append_only import append_only
from store.columns import Key, UtcDateTime, table_of


class Chain(SQLModel, table=True):
    """One logbook: of a site, or of an operator. Locked last and shortly by every writer."""

    __tablename__ = "chain"

    id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    code: str = Field(max_length=60, unique=True)
    size: int = Field(sa_column=Column(Key, CheckConstraint("size >= 0"), nullable=False))
    head_hash: str = Field(max_length=64)
    peaks: str = Field(sa_column=Column(Text, nullable=False))
    epoch: str = Field(max_length=36)


class Entry(SQLModel, table=True):
    """One accepted scan or act: the unit of repeat, undo, chain and audit.

    payload: canonical JSON of everything below and the body; hash: SHA-256(0x00 || payload), which
    is at the same time the leaf of the chain's RFC 9162 tree.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("chain_id", "seq", name="uq_entry_chain_seq"),
        CheckConstraint(f"id = chain_id * {1 << SEQ_BITS} + seq", name="entry_id_is_chain_and_seq"),
        Index("ix_entry_subject", "subject"),
        Index("ix_entry_chain_day", "chain_id", "day"),
    )

    id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    chain_id: int = Field(sa_column=Column(Key, ForeignKey("chain.id"), nullable=False))
    seq: int = Field(sa_column=Column(Key, nullable=False))
    kind: str = Field(max_length=20)
    scan_id: str = Field(max_length=36, unique=True)
    subject: str | None = Field(default=None, max_length=60)
    reverses_id: int | None = Field(
        default=None, sa_column=Column(Key, ForeignKey("entry.id"), nullable=True, unique=True)
    )
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    day: date
    payload: str = Field(sa_column=Column(Text, nullable=False))
    hash: str = Field(max_length=64)


class Node(SQLModel, table=True):
    """An inner node of a chain's tree, stored when its last leaf arrives. Leaves are entries."""

    __tablename__ = "node"

    chain_id: int = Field(
        sa_column=Column(Key, ForeignKey("chain.id"), primary_key=True, autoincrement=False)
    )
    level: int = Field(primary_key=True)
    index: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    hash: str = Field(max_length=64)


class Checkpoint(SQLModel, table=True):
    """A signed head that was given out: the first `size` entries of a chain had this root.

    root: hexadecimal; signature: base64, of the head with `at`, under the key named `key`.
    """

    __tablename__ = "checkpoint"

    chain_id: int = Field(
        sa_column=Column(Key, ForeignKey("chain.id"), primary_key=True, autoincrement=False)
    )
    size: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    key: str = Field(max_length=16, primary_key=True)
    root: str = Field(max_length=64)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    signature: str = Field(max_length=88)


append_only(table_of(Entry))
append_only(table_of(Checkpoint))
append_only(table_of(Node))
