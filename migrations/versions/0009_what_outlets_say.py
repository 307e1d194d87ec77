"""What outlets say."""

import sqlalchemy as sa
from alembic import op

from store.columns import Key, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ADDED = (
    ("partner", "confirm_days", sa.Integer()),
    ("shipment", "confirmed_g", sa.BigInteger()),
    ("shipment", "refused_g", sa.BigInteger()),
    ("shipment", "returned_g", sa.BigInteger()),
)


def upgrade() -> None:
    for table, name, kind in ADDED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "outlet_document",
        sa.Column("shipment_id", Key, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("booked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_outlet_document_shipment_id")
        ),
        sa.PrimaryKeyConstraint("shipment_id", "hash", name=op.f("pk_outlet_document")),
    )
    op.create_table(
        "outlet_link",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("shipment_id", Key, autoincrement=False, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_outlet_link_shipment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet_link")),
        sa.UniqueConstraint("hash", name=op.f("uq_outlet_link_hash")),
    )
    with op.batch_alter_table("outlet_link", schema=None) as batch_op:
        batch_op.create_index("ix_outlet_link_shipment", ["shipment_id"], unique=False)


def downgrade() -> None:
    op.drop_table("outlet_link")
    op.drop_table("outlet_document")
    for table, name, _ in reversed(ADDED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(name)
