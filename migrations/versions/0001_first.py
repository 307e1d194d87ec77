"""First"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import make_append_only
from store.columns import Key, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "actor",
        sa.Column("scan_id", sa.String(length=36), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_actor")),
    )
    op.create_index("ix_actor_erase_on", "actor", ["erase_on"], unique=False)
    op.create_table(
        "chain",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("size", Key, nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("peaks", sa.Text(), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_chain_size_ge_0")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
        sa.UniqueConstraint("code", name=op.f("uq_chain_code")),
    )
    op.create_table(
        "job",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("attempts >= 0", name="job_attempts"),
        sa.CheckConstraint("done_at IS NULL OR failed_at IS NULL", name="job_has_one_end"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_open",
        "job",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.create_table(
        "entry",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("chain_id", Key, nullable=False),
        sa.Column("seq", Key, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("scan_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=True),
        sa.Column("reverses_id", Key, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = chain_id * 1099511627776 + seq", name="entry_id_is_chain_and_seq"),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name=op.f("fk_entry_chain_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["entry.id"], name=op.f("fk_entry_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("chain_id", "seq", name="uq_entry_chain_seq"),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_entry_reverses_id")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_entry_scan_id")),
    )
    make_append_only("entry")
    op.create_index("ix_entry_chain_day", "entry", ["chain_id", "day"], unique=False)
    op.create_index("ix_entry_subject", "entry", ["subject"], unique=False)
    op.create_table(
        "node",
        sa.Column("chain_id", Key, autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("index", Key, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name=op.f("fk_node_chain_id")),
        sa.PrimaryKeyConstraint("chain_id", "level", "index", name=op.f("pk_node")),
    )
    make_append_only("node")
    op.create_table(
        "flag",
        sa.Column("entry_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_flag_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "code", name=op.f("pk_flag")),
    )
    make_append_only("flag")
    op.create_table(
        "note",
        sa.Column("entry_id", Key, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint("(salt IS NULL) = (words IS NULL)", name="note_is_erased_whole"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_note_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_note")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("parent_id", Key, autoincrement=False, nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("registration", sa.String(length=20), nullable=False),
        sa.Column("gln", sa.String(length=13), nullable=False),
        sa.Column("gs1_prefix", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_organisation_id")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_table(
        "article_group",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("fibre", sa.String(length=40), nullable=False),
        sa.Column("security", sa.String(length=10), nullable=False),
        sa.Column("in_producer_scheme", sa.Boolean(), nullable=False),
        sa.Column("customs_chapter", sa.String(length=4), nullable=False),
        sa.Column("tolerance_permille", sa.BigInteger(), nullable=False),
        sa.Column("piece_g", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("piece_g >= 0", name=op.f("ck_article_group_piece_g_ge_0")),
        sa.CheckConstraint(
            "tolerance_permille BETWEEN 0 AND 1000",
            name=op.f("ck_article_group_tolerance_permille_between_0_and_1000"),
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_article_group_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_article_group_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_group")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_article_group_operator_id_code")),
    )
    op.create_table(
        "destination",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("stream", sa.String(length=12), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("accepts", sa.String(length=60), nullable=False),
        sa.Column("gates", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("recovery_code", sa.String(length=4), nullable=False),
        sa.Column("processing_code", sa.String(length=4), nullable=False),
        sa.Column("eural", sa.String(length=7), nullable=False),
        sa.Column("producer_class", sa.String(length=40), nullable=False),
        sa.Column("ladder", sa.String(length=8), nullable=False),
        sa.Column("gri", sa.String(length=20), nullable=False),
        sa.Column("esrs", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("stream IN ('reuse', 'recycle', 'incineration')", name="stream_is_main"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_destination_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_destination_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination")),
        sa.UniqueConstraint(
            "operator_id", "code", "version", name=op.f("uq_destination_operator_id_code_version")
        ),
    )
    op.create_index(
        "ix_destination_operator_code", "destination", ["operator_id", "code"], unique=False
    )
    op.create_table(
        "find_kind",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("stops_batch", sa.Boolean(), nullable=False),
        sa.Column("eural", sa.String(length=7), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_find_kind_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_find_kind_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_find_kind")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_find_kind_operator_id_code")),
    )
    op.create_table(
        "gate",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_gate_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_gate_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_gate_operator_id_code")),
    )
    op.create_table(
        "loss_kind",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("limit_permille", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_loss_kind_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_loss_kind_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loss_kind")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_loss_kind_operator_id_code")),
    )
    op.create_table(
        "partner",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("organisation_id", Key, autoincrement=False, nullable=False),
        sa.Column("roles", sa.String(length=60), nullable=False),
        sa.Column("treatments", sa.Text(), nullable=False),
        sa.Column("permit", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_partner_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_partner_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_partner_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint(
            "operator_id", "organisation_id", name=op.f("uq_partner_operator_id_organisation_id")
        ),
    )
    op.create_table(
        "reason",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("acts", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_reason_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_reason_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_reason_operator_id_code")),
    )
    op.create_table(
        "site",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("gln", sa.String(length=13), nullable=False),
        sa.Column("processor_number", sa.String(length=5), nullable=False),
        sa.Column("must_notify", sa.Boolean(), nullable=False),
        sa.Column("announced_limit_permille", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_site_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_site_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
    )
    op.create_table(
        "sorting_guide",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("tree", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_sorting_guide_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_sorting_guide_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sorting_guide")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_sorting_guide_operator_id_code")),
    )
    op.create_table(
        "batch",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=False),
        sa.Column("group_id", Key, autoincrement=False, nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("gross_g", sa.BigInteger(), nullable=False),
        sa.Column("tare_g", sa.BigInteger(), nullable=False),
        sa.Column("quality", sa.String(length=10), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=True),
        sa.Column("eural", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("replaced_by_id", Key, autoincrement=False, nullable=True),
        sa.CheckConstraint("quality IN ('measured','estimated')", name="batch_quality"),
        sa.CheckConstraint(
            "state IN ('received','sorting','closed','refused','reversed','replaced')",
            name="batch_state",
        ),
        sa.CheckConstraint("gross_g > tare_g AND tare_g >= 0", name="batch_weighs_something"),
        sa.ForeignKeyConstraint(["group_id"], ["article_group.id"], name=op.f("fk_batch_group_id")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_batch_id")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["batch.id"], name=op.f("fk_batch_replaced_by_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_batch_site_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_batch_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("code", name=op.f("uq_batch_code")),
    )
    op.create_index("ix_batch_site_day", "batch", ["site_id", "received_day"], unique=False)
    op.create_index("ix_batch_state", "batch", ["site_id", "state"], unique=False)
    op.create_index("ix_batch_supplier_day", "batch", ["supplier_id", "received_day"], unique=False)
    op.create_table(
        "container",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("tare_g", sa.BigInteger(), nullable=False),
        sa.Column("tare_on", sa.Date(), nullable=False),
        sa.Column("max_g", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("max_g >= 0", name=op.f("ck_container_max_g_ge_0")),
        sa.CheckConstraint("tare_g >= 0", name=op.f("ck_container_tare_g_ge_0")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_container_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_container_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_container")),
        sa.UniqueConstraint("code", name=op.f("uq_container_code")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("announced_g", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("state IN ('announced','received','reversed')", name="delivery_state"),
        sa.CheckConstraint("announced_g >= 0", name="delivery_announced_mass"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_delivery_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_delivery_site_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_delivery_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("code", name=op.f("uq_delivery_code")),
    )
    op.create_index("ix_delivery_site_day", "delivery", ["site_id", "expected_on"], unique=False)
    op.create_table(
        "owner_rule",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=False),
        sa.Column("article_group_id", Key, autoincrement=False, nullable=False),
        sa.Column("destinations", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_group_id"], ["article_group.id"], name=op.f("fk_owner_rule_article_group_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_owner_rule_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_owner_rule_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_owner_rule_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_rule")),
        sa.UniqueConstraint(
            "operator_id",
            "supplier_id",
            "article_group_id",
            name=op.f("uq_owner_rule_operator_id_supplier_id_article_group_id"),
        ),
    )
    op.create_table(
        "person",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=13), nullable=False),
        sa.Column("organisation_id", Key, autoincrement=False, nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "role IN ('worker','team_leader','manager','supplier','outlet','auditor','administrator')",
            name="person_role",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_person_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "scale",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("division_g", sa.BigInteger(), nullable=False),
        sa.Column("max_g", sa.BigInteger(), nullable=False),
        sa.Column("calibration_due", sa.Date(), nullable=False),
        sa.CheckConstraint("division_g >= 0", name=op.f("ck_scale_division_g_ge_0")),
        sa.CheckConstraint("max_g >= 0", name=op.f("ck_scale_max_g_ge_0")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_scale_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_scale_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale")),
        sa.UniqueConstraint("code", name=op.f("uq_scale_code")),
    )
    op.create_table(
        "scan",
        sa.Column("scan_id", sa.String(length=36), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_reason", sa.String(length=40), nullable=True),
        sa.Column("settled_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "status IN ('refused','parked','settled','dropped')", name="scan_status"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_scan_site_id")),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_scan")),
        sa.UniqueConstraint("settled_by", name=op.f("uq_scan_settled_by")),
    )
    op.create_index("ix_scan_site_status", "scan", ["site_id", "status"], unique=False)
    op.create_table(
        "shipment",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("outlet_id", Key, autoincrement=False, nullable=False),
        sa.Column("carrier_id", Key, autoincrement=False, nullable=True),
        sa.Column("waybill", sa.String(length=60), nullable=False),
        sa.Column("shipped_on", sa.Date(), nullable=False),
        sa.Column("treatments", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "state IN ('shipped','confirmed','returned','reversed')", name="shipment_state"
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisation.id"], name=op.f("fk_shipment_carrier_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_shipment_id")),
        sa.ForeignKeyConstraint(
            ["outlet_id"], ["organisation.id"], name=op.f("fk_shipment_outlet_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_shipment_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("code", name=op.f("uq_shipment_code")),
    )
    op.create_index("ix_shipment_site_day", "shipment", ["site_id", "shipped_on"], unique=False)
    op.create_table(
        "station",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_station_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_station_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("code", name=op.f("uq_station_code")),
    )
    op.create_table(
        "bin",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("destination_id", Key, autoincrement=False, nullable=True),
        sa.Column("container_id", Key, autoincrement=False, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("gross_g", sa.BigInteger(), nullable=True),
        sa.Column("tare_g", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('open','closed','shipped','reversed')", name="bin_state"),
        sa.ForeignKeyConstraint(
            ["container_id"], ["container.id"], name=op.f("fk_bin_container_id")
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destination.id"], name=op.f("fk_bin_destination_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_bin_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_bin_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bin")),
        sa.UniqueConstraint("code", name=op.f("uq_bin_code")),
    )
    op.create_index(
        "ix_bin_site_state_destination", "bin", ["site_id", "state", "destination_id"], unique=False
    )
    op.create_table(
        "find",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("batch_id", Key, autoincrement=False, nullable=True),
        sa.Column("kind_id", Key, autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=True),
        sa.Column("reversed", sa.Boolean(), nullable=False),
        sa.Column("handover_id", Key, autoincrement=False, nullable=True),
        sa.CheckConstraint("count > 0", name="find_counts_something"),
        sa.CheckConstraint("mass_g IS NULL OR mass_g > 0", name="find_mass"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_find_batch_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["entry.id"], name=op.f("fk_find_handover_id")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_find_id")),
        sa.ForeignKeyConstraint(["kind_id"], ["find_kind.id"], name=op.f("fk_find_kind_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_find_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_find")),
        sa.UniqueConstraint("code", name=op.f("uq_find_code")),
    )
    op.create_table(
        "gate_balance",
        sa.Column("batch_id", Key, autoincrement=False, nullable=False),
        sa.Column("gate_id", Key, autoincrement=False, nullable=False),
        sa.Column("free_g", sa.BigInteger(), nullable=False),
        sa.Column("free_pieces", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("free_g >= 0 AND free_pieces >= 0", name="gate_covers_what_left"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_gate_balance_batch_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_balance_gate_id")),
        sa.PrimaryKeyConstraint("batch_id", "gate_id", name=op.f("pk_gate_balance")),
    )
    op.create_table(
        "gate_line",
        sa.Column("entry_id", Key, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("batch_id", Key, autoincrement=False, nullable=False),
        sa.Column("gate_id", Key, autoincrement=False, nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_gate_line_batch_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_gate_line_entry_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_line_gate_id")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_gate_line")),
    )
    make_append_only("gate_line")
    op.create_index("ix_gate_line_batch", "gate_line", ["batch_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("batch_id", Key, autoincrement=False, nullable=False),
        sa.Column("delivery_id", Key, autoincrement=False, nullable=True),
        sa.Column("station_id", Key, autoincrement=False, nullable=False),
        sa.Column("containers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_receipt_batch_id")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_receipt_delivery_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_receipt_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_receipt_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    op.create_table(
        "reserved_code",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("entry_id", Key, autoincrement=False, nullable=False),
        sa.Column("station_id", Key, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reserved_code_entry_id")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_reserved_code_station_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_reserved_code")),
    )
    make_append_only("reserved_code")
    op.create_table(
        "token",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=13), nullable=False),
        sa.Column("organisation_id", Key, autoincrement=False, nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=True),
        sa.Column("person_id", Key, autoincrement=False, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('api','session')", name="token_kind"),
        sa.CheckConstraint(
            "role IN ('worker','team_leader','manager','supplier','outlet','auditor','administrator')",
            name="token_role",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_token_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_token_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
    )
    op.create_table(
        "weighing",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("gross_g", sa.BigInteger(), nullable=False),
        sa.Column("tare_g", sa.BigInteger(), nullable=False),
        sa.Column("quality", sa.String(length=10), nullable=False),
        sa.Column("scale_id", Key, autoincrement=False, nullable=True),
        sa.CheckConstraint("gross_g >= tare_g AND tare_g >= 0", name="weighing_is_net_of_tare"),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_weighing_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_weighing_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weighing")),
    )
    make_append_only("weighing")
    op.create_index(op.f("ix_weighing_subject"), "weighing", ["subject"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("pool", sa.String(length=10), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("destination_id", Key, autoincrement=False, nullable=True),
        sa.Column("loss_kind_id", Key, autoincrement=False, nullable=True),
        sa.Column("bin_id", Key, autoincrement=False, nullable=True),
        sa.Column("shipment", sa.String(length=20), nullable=True),
        sa.Column("within_id", Key, autoincrement=False, nullable=True),
        sa.CheckConstraint(
            "pool IN ('SUPPLIER','HOLDING','QUARANTINE','BIN','SHIPPED','CONFIRMED','LOSS','FINDS')",
            name="place_pool",
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_place_bin_id")),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destination.id"], name=op.f("fk_place_destination_id")
        ),
        sa.ForeignKeyConstraint(
            ["loss_kind_id"], ["loss_kind.id"], name=op.f("fk_place_loss_kind_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_place_site_id")),
        sa.ForeignKeyConstraint(["within_id"], ["place.id"], name=op.f("fk_place_within_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("code", name=op.f("uq_place_code")),
    )
    op.create_table(
        "shipment_bin",
        sa.Column("shipment_id", Key, autoincrement=False, nullable=False),
        sa.Column("bin_id", Key, autoincrement=False, nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_shipment_bin_bin_id")),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_bin_shipment_id")
        ),
        sa.PrimaryKeyConstraint("shipment_id", "bin_id", name=op.f("pk_shipment_bin")),
    )
    op.create_table(
        "balance",
        sa.Column("place_id", Key, autoincrement=False, nullable=False),
        sa.Column("batch_id", Key, autoincrement=False, nullable=False),
        sa.Column("group_id", Key, autoincrement=False, nullable=False),
        sa.Column("quality", sa.String(length=10), nullable=False),
        sa.Column("may_owe", sa.Boolean(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("mass_g >= 0 OR may_owe", name="balance_is_not_below_zero"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_balance_batch_id")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["article_group.id"], name=op.f("fk_balance_group_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_balance_place_id")),
        sa.PrimaryKeyConstraint(
            "place_id", "batch_id", "group_id", "quality", name=op.f("pk_balance")
        ),
    )
    op.create_index("ix_balance_batch", "balance", ["batch_id"], unique=False)
    op.create_table(
        "movement",
        sa.Column("entry_id", Key, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("batch_id", Key, autoincrement=False, nullable=False),
        sa.Column("source_id", Key, autoincrement=False, nullable=False),
        sa.Column("target_id", Key, autoincrement=False, nullable=False),
        sa.Column("source_group_id", Key, autoincrement=False, nullable=False),
        sa.Column("target_group_id", Key, autoincrement=False, nullable=False),
        sa.Column("source_quality", sa.String(length=10), nullable=False),
        sa.Column("target_quality", sa.String(length=10), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "source_quality IN ('measured','estimated') AND target_quality IN ('measured','estimated')",
            name="movement_quality",
        ),
        sa.CheckConstraint("mass_g > 0", name="movement_weighs_something"),
        sa.CheckConstraint("pieces IS NULL OR pieces >= 0", name="movement_pieces"),
        sa.CheckConstraint(
            "source_id <> target_id OR source_group_id <> target_group_id OR source_quality <> target_quality",
            name="movement_goes_elsewhere",
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_movement_batch_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_movement_entry_id")),
        sa.ForeignKeyConstraint(
            ["source_group_id"], ["article_group.id"], name=op.f("fk_movement_source_group_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["place.id"], name=op.f("fk_movement_source_id")),
        sa.ForeignKeyConstraint(
            ["target_group_id"], ["article_group.id"], name=op.f("fk_movement_target_group_id")
        ),
        sa.ForeignKeyConstraint(["target_id"], ["place.id"], name=op.f("fk_movement_target_id")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_movement")),
    )
    make_append_only("movement")
    op.create_index("ix_movement_batch", "movement", ["batch_id", "entry_id"], unique=False)
    op.create_table(
        "total",
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("place_id", Key, autoincrement=False, nullable=False),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=False),
        sa.Column("group_id", Key, autoincrement=False, nullable=False),
        sa.Column("quality", sa.String(length=10), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("basis IN ('booked','received')", name="total_basis"),
        sa.CheckConstraint("span IN ('day','month')", name="total_span"),
        sa.ForeignKeyConstraint(["group_id"], ["article_group.id"], name=op.f("fk_total_group_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_total_place_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_total_supplier_id")
        ),
        sa.PrimaryKeyConstraint(
            "basis",
            "span",
            "start",
            "place_id",
            "supplier_id",
            "group_id",
            "quality",
            name=op.f("pk_total"),
        ),
    )


def downgrade() -> None:
    op.drop_table("total")
    op.drop_index("ix_movement_batch", table_name="movement")
    op.drop_table("movement")
    op.drop_index("ix_balance_batch", table_name="balance")
    op.drop_table("balance")
    op.drop_table("shipment_bin")
    op.drop_table("place")
    op.drop_index(op.f("ix_weighing_subject"), table_name="weighing")
    op.drop_table("weighing")
    op.drop_table("token")
    op.drop_table("reserved_code")
    op.drop_table("receipt")
    op.drop_index("ix_gate_line_batch", table_name="gate_line")
    op.drop_table("gate_line")
    op.drop_table("gate_balance")
    op.drop_table("find")
    op.drop_index("ix_bin_site_state_destination", table_name="bin")
    op.drop_table("bin")
    op.drop_table("station")
    op.drop_index("ix_shipment_site_day", table_name="shipment")
    op.drop_table("shipment")
    op.drop_index("ix_scan_site_status", table_name="scan")
    op.drop_table("scan")
    op.drop_table("scale")
    op.drop_table("person")
    op.drop_table("owner_rule")
    op.drop_index("ix_delivery_site_day", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("container")
    op.drop_index("ix_batch_supplier_day", table_name="batch")
    op.drop_index("ix_batch_state", table_name="batch")
    op.drop_index("ix_batch_site_day", table_name="batch")
    op.drop_table("batch")
    op.drop_table("sorting_guide")
    op.drop_table("site")
    op.drop_table("reason")
    op.drop_table("partner")
    op.drop_table("loss_kind")
    op.drop_table("gate")
    op.drop_table("find_kind")
    op.drop_index("ix_destination_operator_code", table_name="destination")
    op.drop_table("destination")
    op.drop_table("article_group")
    op.drop_table("organisation")
    op.drop_table("note")
    op.drop_table("flag")
    op.drop_table("node")
    op.drop_index("ix_entry_subject", table_name="entry")
    op.drop_index("ix_entry_chain_day", table_name="entry")
    op.drop_table("entry")
    op.drop_index(
        "ix_job_open",
        table_name="job",
        sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.drop_table("job")
    op.drop_table("chain")
    op.drop_index("ix_actor_erase_on", table_name="actor")
    op.drop_table("actor")
