"""Permits and legs."""

import sqlalchemy as sa
from alembic import op

from store.columns import Key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDED = (
    ("organisation", "vihb", sa.String(length=12)),
    ("organisation", "processor_number", sa.String(length=5)),
    ("partner", "permit_until", sa.Date()),
    ("destination", "usual_name", sa.String(length=80)),
    ("shipment", "permit", sa.String(length=60)),
)


def upgrade() -> None:
    for table, name, kind in ADDED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "leg",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("shipment_id", Key, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("carrier_id", Key, autoincrement=False, nullable=False),
        sa.Column("vihb", sa.String(length=12), nullable=True),
        sa.Column("vehicle", sa.String(length=40), nullable=True),
        sa.Column("from_place", sa.String(length=200), nullable=True),
        sa.Column("to_place", sa.String(length=200), nullable=True),
        sa.Column("ordered_by_id", Key, autoincrement=False, nullable=True),
        sa.Column("departed_on", sa.Date(), nullable=False),
        sa.Column("reversed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisation.id"], name=op.f("fk_leg_carrier_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_leg_id")),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["organisation.id"], name=op.f("fk_leg_ordered_by_id")
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_leg_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
        sa.UniqueConstraint("code", name=op.f("uq_leg_code")),
        sa.UniqueConstraint("shipment_id", "number", name=op.f("uq_leg_shipment_id_number")),
    )


def downgrade() -> None:
    op.drop_table("leg")
    for table, name, _ in reversed(ADDED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(name)
