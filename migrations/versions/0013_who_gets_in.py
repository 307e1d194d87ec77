"""Who gets in, and by what."""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import make_append_only
from store.append_only import Erasure
from store.columns import Key, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wrong_try",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("whose", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_try")),
    )
    with op.batch_alter_table("wrong_try", schema=None) as batch_op:
        batch_op.create_index("ix_wrong_try_whose", ["whose", "at"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", Key, autoincrement=False, nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_audit_event_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_event_erase_on", ["erase_on"], unique=False)
    kept = ("id", "at", "kind", "actor", "target", "organisation_id", "details", "erase_on")
    make_append_only("audit_event", Erasure(until="erase_on", blank="address", keeps=kept))

    op.create_table(
        "second_factor_rule",
        sa.Column("organisation_id", Key, autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=13), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "role IN ('worker','team_leader','manager','supplier','outlet','auditor','administrator')",
            name="second_factor_rule_role",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_second_factor_rule_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "role", name=op.f("pk_second_factor_rule")),
    )
    op.create_table(
        "authenticator",
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_authenticator_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_authenticator")),
    )
    op.create_table(
        "badge",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("site_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_badge_person_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_badge_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge")),
        sa.UniqueConstraint("hash", name=op.f("uq_badge_hash")),
    )
    op.create_table(
        "identity",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index("ix_identity_person", ["person_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("transports", sa.String(length=100), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index("ix_passkey_person", ["person_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("person_id", "hash", name=op.f("uq_recovery_code_person_id_hash")),
    )
    op.create_table(
        "station_rule",
        sa.Column("station_id", Key, autoincrement=False, nullable=False),
        sa.Column("badge", sa.String(length=8), nullable=False),
        sa.Column("rest_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("badge IN ('none','optional','required')", name="station_rule_badge"),
        sa.CheckConstraint(
            "rest_minutes BETWEEN 1 AND 720",
            name=op.f("ck_station_rule_rest_minutes_between_1_and_720"),
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_station_rule_station_id")
        ),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station_rule")),
    )
    op.create_table(
        "ticket",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("person_id", Key, autoincrement=False, nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('invitation','reset','second_factor','passkey','single_sign_on')",
            name="ticket_purpose",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ticket_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("hash", name=op.f("uq_ticket_hash")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_person", ["person_id"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("scope", sa.String(length=5), nullable=False, server_default="write")
        )
        batch_op.add_column(sa.Column("handle", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))

    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("scope", sa.String(length=100), nullable=False, server_default="write")
        )
        batch_op.add_column(
            sa.Column("methods", sa.String(length=60), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("browser", sa.String(length=80), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("seen_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_column("seen_at")
        batch_op.drop_column("browser")
        batch_op.drop_column("methods")
        batch_op.drop_column("scope")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
        batch_op.drop_column("handle")
        batch_op.drop_column("scope")

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_person")

    op.drop_table("ticket")
    op.drop_table("station_rule")
    op.drop_table("recovery_code")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index("ix_passkey_person")

    op.drop_table("passkey")
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index("ix_identity_person")

    op.drop_table("identity")
    op.drop_table("badge")
    op.drop_table("authenticator")
    op.drop_table("second_factor_rule")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_erase_on")
        batch_op.drop_index("ix_audit_event_at")

    op.drop_table("audit_event")
    with op.batch_alter_table("wrong_try", schema=None) as batch_op:
        batch_op.drop_index("ix_wrong_try_whose")

    op.drop_table("wrong_try")
