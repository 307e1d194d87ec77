"""Receipts are found by their delivery, and finds by their batch, however many there are."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_receipt_delivery", "receipt", ["delivery_id"], unique=False)
    op.create_index("ix_find_batch", "find", ["batch_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_find_batch", table_name="find")
    op.drop_index("ix_receipt_delivery", table_name="receipt")
