"""Print jobs: which label went, or goes, to which printer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from store.columns import Key, UtcDateTime, key_to


class PrintJob(SQLModel, table=True):
    """One label, once. scan_id: made by the sender, so that a repeat prints nothing. part, parts:
    which of how many containers, 0 for a label of its own.

    queued: waits, and certainly was not printed. sent: the printer said that it has it. doubtful:
    all of it was sent and the printer said nothing, so a person looks. printed: its label was
    scanned. failed: given up. cancelled: nobody wants it any more. problem: a word for why it
    waits or went wrong; "sending" while it is in somebody's hands.
    """

    __tablename__ = "print_job"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued','sent','doubtful','printed','failed','cancelled')",
            name="print_job_state",
        ),
        Index("ix_print_job_site_state", "site_id", "state"),
    )

    id: int = Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))
    scan_id: str = Field(max_length=36, unique=True)
    code: str = Field(max_length=20)
    site_id: int = Field(sa_column=key_to("site.id"))
    station_id: int | None = Field(default=None, sa_column=key_to("station.id", nullable=True))
    printer_id: int = Field(sa_column=key_to("printer.id"))
    part: int = 0
    parts: int = 0
    language: str = Field(default="nl", max_length=5)
    state: str = Field(max_length=10)
    attempts: int = 0
    problem: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
