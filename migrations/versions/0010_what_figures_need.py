"""What figures need."""

import sqlalchemy as sa
from alembic import op

from store.columns import Key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ADDED = (
    ("partner", "distance_km", sa.Integer()),
    ("partner", "country", sa.String(length=2)),
)
DECLARED = (
    "recycled_permille",
    "reused_permille",
    "renewable_permille",
    "lifetime_permille",
    "use_permille",
    "feed_efficiency_permille",
    "recycling_efficiency_permille",
)


def upgrade() -> None:
    for table, name, kind in ADDED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "factor",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("central", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.String(length=60), nullable=False),
        sa.CheckConstraint("low <= central AND central <= high", name="factor_in_order"),
        sa.CheckConstraint("low >= 0", name=op.f("ck_factor_low_ge_0")),
        sa.CheckConstraint("central >= 0", name=op.f("ck_factor_central_ge_0")),
        sa.CheckConstraint("high >= 0", name=op.f("ck_factor_high_ge_0")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_factor_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_factor_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_factor_operator_id_code")),
    )
    op.create_table(
        "target",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("permille", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("applies_to", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_target_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_target_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_target_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_target_operator_id_code")),
    )
    op.create_table(
        "declaration",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", Key, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("supplier_id", Key, autoincrement=False, nullable=False),
        sa.Column("article_group_id", Key, autoincrement=False, nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in DECLARED),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_group_id"],
            ["article_group.id"],
            name=op.f("fk_declaration_article_group_id"),
        ),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_declaration_id")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["organisation.id"], name=op.f("fk_declaration_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["organisation.id"], name=op.f("fk_declaration_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_declaration_operator_id_code")),
    )


def downgrade() -> None:
    for table in ("declaration", "target", "factor"):
        op.drop_table(table)
    for table, name, _ in reversed(ADDED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(name)
