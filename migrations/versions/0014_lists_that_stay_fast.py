"""Lists and first pages take as long however much there is."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WAITS = sa.text("status = 'parked' OR status = 'refused' AND command LIKE '%\"device\":%'")
GONE = (
    ("ix_batch_state", "batch", ["site_id", "state"]),
    ("ix_scan_site_status", "scan", ["site_id", "status"]),
)
MADE = (
    ("ix_batch_site_state_day", "batch", ["site_id", "state", "received_day"]),
    ("ix_bin_site", "bin", ["site_id", "id"]),
    ("ix_place_shipment", "place", ["shipment"]),
    ("ix_flag_subject", "flag", ["subject"]),
    ("ix_scan_site_status", "scan", ["site_id", "status", "received_at"]),
    ("ix_delivery_site_state_day", "delivery", ["site_id", "state", "expected_on"]),
    ("ix_delivery_supplier_day", "delivery", ["supplier_id", "expected_on"]),
    ("ix_find_site", "find", ["site_id", "id"]),
    ("ix_find_site_handover", "find", ["site_id", "handover_id"]),
    ("ix_shipment_site_state_day", "shipment", ["site_id", "state", "shipped_on"]),
    ("ix_shipment_outlet_day", "shipment", ["outlet_id", "shipped_on"]),
)


def upgrade() -> None:
    # Step 0013 made it for a while: a number for badges that nobody could type.
    if any(
        column["name"] == "pin_hash" for column in sa.inspect(op.get_bind()).get_columns("badge")
    ):
        op.drop_column("badge", "pin_hash")
    for name, table, _columns in GONE:
        op.drop_index(name, table_name=table)
    for name, table, columns in MADE:
        op.create_index(name, table, columns)
    op.create_index(
        "ix_scan_waits",
        "scan",
        ["site_id", "received_at"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_index(
        "ix_batch_held",
        "batch",
        ["site_id", "received_day"],
        sqlite_where=sa.text("held = 1"),
        postgresql_where=sa.text("held"),
    )


def downgrade() -> None:
    op.drop_index("ix_batch_held", table_name="batch")
    op.drop_index("ix_scan_waits", table_name="scan")
    for name, table, _columns in MADE:
        op.drop_index(name, table_name=table)
    for name, table, columns in GONE:
        op.create_index(name, table, columns)
