"""What the seal keeps: certificates as they were signed, what each states of a batch, and what was
withdrawn. Nothing of it is ever changed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.append_only import append_only
from store.columns import entry_key, key_to, table_of


class Certificate(SQLModel, table=True):
    """A signed statement of what happened to named batches of one supplier.

    scope: batch, delivery, shipment or period; scope_code: of what it is about, empty for a period
    from first_day up to end_day. sites: codes by comma. digest: SHA-256 of the signed bytes.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("kind IN ('recycling','reuse','destruction')", name="certificate_kind"),
        CheckConstraint("mass_g > 0", name="certificate_states_something"),
        CheckConstraint(
            "(scope = 'period') = (first_day IS NOT NULL)"
            " AND (first_day IS NULL) = (end_day IS NULL)"
            " AND (scope = 'period') = (scope_code = '')",
            name="certificate_scope",
        ),
        Index("ix_certificate_operator_day", "operator_id", "issued_on"),
        Index("ix_certificate_supplier_day", "supplier_id", "issued_on"),
    )

    id: int = Field(sa_column=entry_key())
    code: str = Field(max_length=20, unique=True)
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    supplier_id: int = Field(sa_column=key_to("organisation.id"))
    kind: str = Field(max_length=12)
    scope: str = Field(max_length=10)
    scope_code: str = Field(max_length=20)
    first_day: date | None = None
    end_day: date | None = None
    sites: str = Field(sa_column=Column(Text, nullable=False))
    mass_g: int = Field(sa_column=Column(BigInteger, nullable=False))
    issued_on: date
    digest: str = Field(max_length=64, unique=True)


class CertificateBatch(SQLModel, table=True):
    """How many grams of a batch a certificate states, per stream. as_of_seq: how many entries of
    the batch's chain it knew; what came after them can speak against it."""

    __tablename__ = "certificate_batch"
    __table_args__ = (
        CheckConstraint("mass_g > 0", name="certificate_batch_mass"),
        Index("ix_certificate_batch_batch", "batch_id"),
    )

    certificate_id: int = Field(sa_column=key_to("certificate.id", primary_key=True))
    batch_id: int = Field(sa_column=key_to("batch.id", primary_key=True))
    stream: str = Field(primary_key=True, max_length=12)
    mass_g: int = Field(sa_column=Column(BigInteger, nullable=False))
    as_of_seq: int = Field(sa_column=Column(BigInteger, nullable=False))


class Withdrawal(SQLModel, table=True):
    """That a certificate is withdrawn, why, and what took its place."""

    __tablename__ = "withdrawal"
    __table_args__ = (UniqueConstraint("certificate_id"),)

    id: int = Field(sa_column=entry_key())
    certificate_id: int = Field(sa_column=key_to("certificate.id"))
    reason: str = Field(max_length=40)
    replacement_id: int | None = Field(
        default=None, sa_column=key_to("certificate.id", nullable=True)
    )


class CertificateText(SQLModel, table=True):
    """The signed bytes of a certificate, which its digest in the register stands for."""

    __tablename__ = "certificate_text"

    certificate_id: int = Field(sa_column=key_to("certificate.id", primary_key=True))
    content: str = Field(sa_column=Column(Text, nullable=False))


class CertificatePrint(SQLModel, table=True):
    """A PDF that was given out, known by its SHA-256: paper can be told from a forgery of it."""

    __tablename__ = "certificate_print"

    digest: str = Field(primary_key=True, max_length=64)
    certificate_id: int = Field(sa_column=key_to("certificate.id"))


for _table in (Certificate, CertificateBatch, Withdrawal, CertificateText, CertificatePrint):
    append_only(table_of(_table))
