"""Items that are followed by number."""

import sqlalchemy as sa
from alembic import op

from store.columns import Key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "serial_item",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("batch_id", Key, autoincrement=False, nullable=False),
        sa.Column("group_id", Key, autoincrement=False, nullable=False),
        sa.Column("reversed", sa.Boolean(), nullable=False),
        sa.Column("destruction_id", Key, autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_serial_item_batch_id")),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["entry.id"], name=op.f("fk_serial_item_destruction_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["article_group.id"], name=op.f("fk_serial_item_group_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_serial_item_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_serial_item_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_item")),
        sa.UniqueConstraint("code", name=op.f("uq_serial_item_code")),
    )
    with op.batch_alter_table("serial_item", schema=None) as batch_op:
        batch_op.create_index("ix_serial_item_batch", ["batch_id"], unique=False)
        batch_op.create_index(
            "uq_serial_item_number",
            ["operator_id", "number"],
            unique=True,
            sqlite_where=sa.text("NOT reversed"),
            postgresql_where=sa.text("NOT reversed"),
        )


def downgrade() -> None:
    with op.batch_alter_table("serial_item", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_serial_item_number",
            sqlite_where=sa.text("NOT reversed"),
            postgresql_where=sa.text("NOT reversed"),
        )
        batch_op.drop_index("ix_serial_item_batch")

    op.drop_table("serial_item")
