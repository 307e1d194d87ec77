"""Certificates."""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import make_append_only
from store.columns import Key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("scope_code", sa.String(length=20), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("end_day", sa.Date(), nullable=True),
        sa.Column("sites", sa.Text(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(scope = 'period') = (first_day IS NOT NULL) AND (first_day IS NULL) = (end_day IS NULL) AND (scope = 'period') = (scope_code = '')",
            name="certificate_scope",
        ),
        sa.CheckConstraint("kind IN ('recycling','reuse','destruction')", name="certificate_kind"),
        sa.CheckConstraint("mass_g > 0", name="certificate_states_something"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_certificate_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_certificate_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_certificate_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_certificate_digest")),
    )
    make_append_only("certificate")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certificate_operator_day", ["operator_id", "issued_on"], unique=False
        )
        batch_op.create_index(
            "ix_certificate_supplier_day", ["supplier_id", "issued_on"], unique=False
        )

    op.create_table(
        "certificate_print",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("certificate_id", Key, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_print_certificate_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_certificate_print")),
    )
    make_append_only("certificate_print")
    op.create_table(
        "certificate_text",
        sa.Column("certificate_id", Key, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_text_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_text")),
    )
    make_append_only("certificate_text")
    op.create_table(
        "withdrawal",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("certificate_id", Key, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("replacement_id", Key, autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_withdrawal_certificate_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_withdrawal_id")),
        sa.ForeignKeyConstraint(
            ["replacement_id"], ["certificate.id"], name=op.f("fk_withdrawal_replacement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_withdrawal_certificate_id")),
    )
    make_append_only("withdrawal")
    op.create_table(
        "certificate_batch",
        sa.Column("certificate_id", Key, autoincrement=False, nullable=False),
        sa.Column("batch_id", Key, autoincrement=False, nullable=False),
        sa.Column("stream", sa.String(length=12), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("as_of_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("mass_g > 0", name="certificate_batch_mass"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_certificate_batch_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_batch_certificate_id")
        ),
        sa.PrimaryKeyConstraint(
            "certificate_id", "batch_id", "stream", name=op.f("pk_certificate_batch")
        ),
    )
    make_append_only("certificate_batch")
    with op.batch_alter_table("certificate_batch", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_batch_batch", ["batch_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("certificate_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_batch_batch")

    op.drop_table("certificate_batch")
    op.drop_table("withdrawal")
    op.drop_table("certificate_text")
    op.drop_table("certificate_print")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_supplier_day")
        batch_op.drop_index("ix_certificate_operator_day")

    op.drop_table("certificate")
