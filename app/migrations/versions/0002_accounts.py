"""accounts: residents, officials, sessions, verification, and the access log"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "accounts",
    "sign_ups",
    "access_log",
    "email_changes",
    "letters",
    "password_resets",
    "recovery_codes",
    "residences",
    "role_grants",
    "sessions",
)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False, comment="as typed; empty when closed"),
        sa.Column("email_key", sa.String(length=254), nullable=True, comment="lower case; NULL when closed"),
        sa.Column(
            "password_hash", sa.String(length=200), nullable=True, comment="argon2id; NULL: cannot sign in"
        ),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column(
            "desk_code", sa.String(length=8), nullable=False, comment="what the resident shows at the desk"
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("password_changed_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column(
            "totp_sealed", sa.Text(), nullable=True, comment="authenticator's secret, encrypted; NULL: off"
        ),
        sa.Column(
            "totp_last_step",
            sa.BigInteger(),
            nullable=True,
            comment="last 30-second step used: a code works once",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("desk_code", name=op.f("uq_accounts_desk_code")),
        sa.UniqueConstraint("email_key", name=op.f("uq_accounts_email_key")),
    )
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_ups_token_digest")),
    )
    op.create_index("ix_sign_ups_email_key", "sign_ups", ["email_key"])
    op.create_table(
        "access_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False, comment="who looked"),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="whose data"),
        sa.Column("what", sa.String(length=200), nullable=False, comment="msgid: what was seen and why"),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["accounts.id"], name=op.f("fk_access_log_reader_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["accounts.id"], name=op.f("fk_access_log_subject_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_subject_id_at", "access_log", ["subject_id", "at"])
    op.create_table(
        "email_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("old_digest", sa.String(length=64), nullable=False),
        sa.Column("new_digest", sa.String(length=64), nullable=False),
        sa.Column("old_confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("new_confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_email_changes_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_changes")),
        sa.UniqueConstraint("new_digest", name=op.f("uq_email_changes_new_digest")),
        sa.UniqueConstraint("old_digest", name=op.f("uq_email_changes_old_digest")),
    )
    op.create_index("ix_email_changes_account_id", "email_changes", ["account_id"])
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column(
            "address",
            sa.String(length=300),
            nullable=False,
            comment="lines of the envelope; empty when it has ended",
        ),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("printed_at", UtcDateTime(), nullable=True),
        sa.Column("printed_by", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True, comment="HMAC of the code on the sheet"),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_letters_account_id_accounts")),
        sa.ForeignKeyConstraint(["printed_by"], ["accounts.id"], name=op.f("fk_letters_printed_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_letters_code_hash")),
    )
    op.create_index("ix_letters_state_requested_at", "letters", ["state", "requested_at"])
    op.create_index(
        "uq_letters_open_account",
        "letters",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'printed')"),
        postgresql_where=sa.text("state IN ('requested', 'printed')"),
    )
    op.create_table(
        "password_resets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_password_resets_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_password_resets_token_digest")),
    )
    op.create_index("ix_password_resets_account_id", "password_resets", ["account_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(
        "uq_recovery_codes_account_id_code_hash", "recovery_codes", ["account_id", "code_hash"], unique=True
    )
    op.create_table(
        "residences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "identity_hash",
            sa.String(length=64),
            nullable=True,
            comment="HMAC of the CNP; NULL: released after the account was closed",
        ),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("area", sa.String(length=80), nullable=False, comment="neighbourhood, in words"),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=False),
        sa.Column("verified_by", sa.Uuid(), nullable=True, comment="NULL: by letter"),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_residences_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["verified_by"], ["accounts.id"], name=op.f("fk_residences_verified_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["accounts.id"], name=op.f("fk_residences_withdrawn_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residences")),
    )
    op.create_index(
        "uq_residences_current_account",
        "residences",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_residences_current_person",
        "residences",
        ["identity_hash"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False, comment="department or position, public"),
        sa.Column("reason", sa.String(length=500), nullable=False, comment="why it was given, public"),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True, comment="NULL: command line"),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_role_grants_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["accounts.id"], name=op.f("fk_role_grants_ended_by_accounts")),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_role_grants_given_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.create_index(
        "uq_role_grants_current",
        "role_grants",
        ["account_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False, comment="SHA-256 of the cookie"),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False, comment="wrong second factors so far"),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False, comment="absolute end"),
        sa.Column("second_factor_at", UtcDateTime(), nullable=True),
        sa.Column(
            "agent",
            sa.String(length=80),
            nullable=False,
            comment="browser and system in words, for the list of sessions",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sessions_token_digest")),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
