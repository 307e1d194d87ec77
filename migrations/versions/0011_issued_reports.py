"""Issued reports."""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import make_append_only
from store.columns import Key

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issued_report",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=True),
        sa.Column("sites", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("input_g", sa.BigInteger(), nullable=False),
        sa.Column("sorted_g", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_g", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("replaces_id", Key, autoincrement=False, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("basis IN ('received','booked')", name="issued_report_basis"),
        sa.CheckConstraint("first_day < end_day", name="issued_report_period"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_issued_report_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_issued_report_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["issued_report.id"], name=op.f("fk_issued_report_replaces_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_issued_report_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_report")),
        sa.UniqueConstraint("code", name=op.f("uq_issued_report_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_issued_report_digest")),
        sa.UniqueConstraint("operator_id", "number", name="uq_issued_report_operator_number"),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_issued_report_replaces_id")),
    )
    make_append_only("issued_report")
    with op.batch_alter_table("issued_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_issued_report_supplier_day", ["supplier_id", "issued_on"], unique=False
        )

    op.create_table(
        "issued_report_print",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_report_id", Key, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_report_id"],
            ["issued_report.id"],
            name=op.f("fk_issued_report_print_issued_report_id"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_issued_report_print")),
    )
    make_append_only("issued_report_print")
    op.create_table(
        "issued_report_text",
        sa.Column("issued_report_id", Key, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_report_id"],
            ["issued_report.id"],
            name=op.f("fk_issued_report_text_issued_report_id"),
        ),
        sa.PrimaryKeyConstraint("issued_report_id", name=op.f("pk_issued_report_text")),
    )
    make_append_only("issued_report_text")


def downgrade() -> None:
    op.drop_table("issued_report_text")
    op.drop_table("issued_report_print")
    with op.batch_alter_table("issued_report", schema=None) as batch_op:
        batch_op.drop_index("ix_issued_report_supplier_day")

    op.drop_table("issued_report")
