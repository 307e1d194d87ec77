"""Tablets, printers, photos."""

import sqlalchemy as sa
from alembic import op

from store.columns import Key, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_receipt_batch", "receipt", "batch_id"),
    ("ix_reserved_code_station", "reserved_code", "station_id"),
    ("ix_place_bin", "place", "bin_id"),
)
"""What a tablet asks for whenever it brings itself up to date."""


def upgrade() -> None:
    op.create_table(
        "relabelling",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("stands_for", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_relabelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relabelling")),
        sa.UniqueConstraint("code", name=op.f("uq_relabelling_code")),
    )
    op.create_table(
        "photo",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_photo_site_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_photo")),
    )
    op.create_table(
        "printer",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("size", sa.String(length=10), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=False),
        sa.CheckConstraint("port BETWEEN 1 AND 65535", name="printer_port"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_printer_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_printer_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer")),
        sa.UniqueConstraint("code", name=op.f("uq_printer_code")),
    )
    op.create_table(
        "device",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("station_id", Key, autoincrement=False, nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("app_version", sa.String(length=40), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("attention", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_device_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("hash", name=op.f("uq_device_hash")),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("station_id", Key, autoincrement=False, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_enrolment_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("hash", name=op.f("uq_enrolment_hash")),
    )
    op.create_table(
        "print_job",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("scan_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("station_id", Key, autoincrement=False, nullable=True),
        sa.Column("printer_id", Key, autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued','sent','doubtful','printed','failed','cancelled')",
            name="print_job_state",
        ),
        sa.ForeignKeyConstraint(
            ["printer_id"], ["printer.id"], name=op.f("fk_print_job_printer_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_print_job_site_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_print_job_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_print_job_scan_id")),
    )
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.create_index("ix_print_job_site_state", ["site_id", "state"], unique=False)

    for name, table, column in INDEXES:
        op.create_index(name, table, [column], unique=False)

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=60), nullable=True))

    with op.batch_alter_table("scale", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("scale", schema=None) as batch_op:
        batch_op.drop_column("address")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("reference")

    for name, table, _column in INDEXES:
        op.drop_index(name, table_name=table)

    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.drop_index("ix_print_job_site_state")

    op.drop_table("print_job")
    op.drop_table("enrolment")
    op.drop_table("device")
    op.drop_table("printer")
    op.drop_table("photo")
    op.drop_table("relabelling")
