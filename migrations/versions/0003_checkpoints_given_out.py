"""Checkpoints given out."""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import make_append_only
from store.columns import Key, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("chain_id", Key, autoincrement=False, nullable=False),
        sa.Column("size", Key, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name=op.f("fk_checkpoint_chain_id")),
        sa.PrimaryKeyConstraint("chain_id", "size", "key", name=op.f("pk_checkpoint")),
    )
    make_append_only("checkpoint")


def downgrade() -> None:
    op.drop_table("checkpoint")
