"""What the cellar keeps for itself: work to be done after a commit."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from store.columns import Key, UtcDateTime

_OPEN = text("done_at IS NULL AND failed_at IS NULL")


class Job(SQLModel, table=True):
    """Work written in the same transaction as what causes it, and done after it.

    not_before: while somebody works on it, the end of that worker's lease; attempts: how often
    somebody began; failed_at: given up for good.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="job_attempts"),
        CheckConstraint("done_at IS NULL OR failed_at IS NULL", name="job_has_one_end"),
        Index("ix_job_open", "not_before", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int = Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))
    kind: str = Field(max_length=40)
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    not_before: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    attempts: int = 0
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    failed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    last_error: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
