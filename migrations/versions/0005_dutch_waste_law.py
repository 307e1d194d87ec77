"""Dutch waste law."""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import make_append_only
from store.columns import Key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.CheckConstraint("number > 0", name="notification_number"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_notification_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notification_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("site_id", "month", "number", name="uq_notification_site_month_number"),
    )
    make_append_only("notification")
    op.create_table(
        "stream_number",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("partner_id", Key, autoincrement=False, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("eural", sa.String(length=7), nullable=False),
        sa.Column("usual_name", sa.String(length=60), nullable=False),
        sa.Column("processing", sa.String(length=4), nullable=False),
        sa.Column("party_name", sa.String(length=120), nullable=False),
        sa.Column("party_registration", sa.String(length=20), nullable=False),
        sa.Column("street", sa.String(length=80), nullable=False),
        sa.Column("house_number", sa.String(length=10), nullable=False),
        sa.Column("addition", sa.String(length=10), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("town", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("route_collection", sa.Boolean(), nullable=False),
        sa.Column("collector_scheme", sa.Boolean(), nullable=False),
        sa.CheckConstraint("direction IN ('receipt','delivery')", name="stream_number_direction"),
        sa.CheckConstraint("length(number) = 12", name="stream_number_length"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_stream_number_id")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["organisation.id"], name=op.f("fk_stream_number_partner_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_stream_number_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_number")),
        sa.UniqueConstraint("number", name=op.f("uq_stream_number_number")),
    )
    make_append_only("stream_number")
    with op.batch_alter_table("stream_number", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stream_number_site", ["site_id", "direction", "partner_id"], unique=False
        )

    op.create_table(
        "carriage",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("stream_number_id", Key, autoincrement=False, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("carrier_id", Key, autoincrement=False, nullable=False),
        sa.Column("ordered_by_id", Key, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisation.id"], name=op.f("fk_carriage_carrier_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_carriage_id")),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["organisation.id"], name=op.f("fk_carriage_ordered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["stream_number_id"], ["stream_number.id"], name=op.f("fk_carriage_stream_number_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriage")),
    )
    make_append_only("carriage")
    with op.batch_alter_table("carriage", schema=None) as batch_op:
        batch_op.create_index("ix_carriage_stream_number", ["stream_number_id"], unique=False)

    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.add_column(sa.Column("customs_code", sa.String(length=8), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.drop_column("customs_code")

    with op.batch_alter_table("carriage", schema=None) as batch_op:
        batch_op.drop_index("ix_carriage_stream_number")

    op.drop_table("carriage")
    with op.batch_alter_table("stream_number", schema=None) as batch_op:
        batch_op.drop_index("ix_stream_number_site")

    op.drop_table("stream_number")
    op.drop_table("notification")
