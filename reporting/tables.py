"""What the window keeps of a report that was issued: its row in the register, and the signed bytes
that the row's digest stands for. Nothing of it is ever changed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.append_only import append_only
from store.columns import entry_key, key_to, table_of


class IssuedReport(SQLModel, table=True):
    """Figures of one operator, of one supplier or of all, over one period, as they once stood.

    number: without gaps for an operator and a year; code: by which anybody may check it. supplier:
    none means all. sites: codes by comma. replaces: the report that this one follows up. digest:
    SHA-256 of the signed bytes.
    """

    __tablename__ = "issued_report"
    __table_args__ = (
        CheckConstraint("basis IN ('received','booked')", name="issued_report_basis"),
        CheckConstraint("first_day < end_day", name="issued_report_period"),
        UniqueConstraint("operator_id", "number", name="uq_issued_report_operator_number"),
        UniqueConstraint("replaces_id"),
        Index("ix_issued_report_supplier_day", "supplier_id", "issued_on"),
    )

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=20, unique=True)
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    number: str = Field(max_length=12)
    supplier_id: int | None = Field(
        default=None, sa_column=key_to("organisation.id", nullable=True)
    )
    sites: str = Field(sa_column=Column(Text, nullable=False))
    first_day: date
    end_day: date
    basis: str = Field(max_length=10)
    input_g: int = Field(sa_column=Column(BigInteger, nullable=False))
    sorted_g: int = Field(sa_column=Column(BigInteger, nullable=False))
    confirmed_g: int = Field(sa_column=Column(BigInteger, nullable=False))
    issued_on: date
    replaces_id: int | None = Field(
        default=None, sa_column=key_to("issued_report.id", nullable=True)
    )
    digest: str = Field(max_length=64, unique=True)


class IssuedReportText(SQLModel, table=True):
    """The signed bytes of a report, which its digest in the register stands for."""

    __tablename__ = "issued_report_text"

    issued_report_id: int = Field(sa_column=key_to("issued_report.id", primary_key=True))
    content: str = Field(sa_column=Column(Text, nullable=False))


class IssuedReportPrint(SQLModel, table=True):
    """A PDF that was given out, known by its SHA-256: paper can be told from a forgery of it."""

    __tablename__ = "issued_report_print"

    digest: str = Field(primary_key=True, max_length=64)
    issued_report_id: int = Field(sa_column=key_to("issued_report.id"))


for _table in (IssuedReport, IssuedReportText, IssuedReportPrint):
    append_only(table_of(_table))
