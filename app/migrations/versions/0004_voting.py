"""voting: polls, options, confirmations, participation, ballot boxes, tallies"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = "'draft', 'announced', 'open', 'closed', 'tallied', 'certified', 'cancelled'"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _polls()
    _ballots()
    _counts()
    for table in ("box_entries", "tallies", "result_files"):
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def _polls() -> None:
    op.create_table(
        "polls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False, comment="name in voting.rules.RULES"),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("rule_params_digest", sa.String(64), nullable=False),
        sa.Column(
            "contest", sa.Text(), nullable=False, comment="canonical JSON, frozen when the poll was prepared"
        ),
        sa.Column("contest_digest", sa.String(64), nullable=False, comment="SHA-256 of contest"),
        sa.Column(
            "ties", sa.Text(), nullable=False, comment="canonical JSON of the tie policy, without the seed"
        ),
        sa.Column(
            "tie_seed_sealed",
            sa.Text(),
            nullable=False,
            comment="encrypted; its SHA-256 is public, itself after closing",
        ),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("prepared_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("box_size", sa.Integer(), nullable=True, comment="entries when the box was frozen"),
        sa.Column("box_head", sa.String(64), nullable=True, comment="hash of the last entry then"),
        sa.Column(
            "voter_count", sa.Integer(), nullable=True, comment="participations then; none for imported polls"
        ),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_polls_state")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_polls_cycle_id_cycles")),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"], name=op.f("fk_polls_stage_id_stages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index("ix_polls_cycle_id", "polls", ["cycle_id"])
    op.create_index("ix_polls_state", "polls", ["state"])
    op.create_table(
        "poll_options",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("cost_bani", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(200), nullable=True),
        sa.Column(
            "subject", sa.String(120), nullable=False, comment="whose option it is, e.g. project:<uuid>"
        ),
        sa.Column("href", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_options_poll_id_polls")),
        sa.PrimaryKeyConstraint("poll_id", "number", name=op.f("pk_poll_options")),
    )
    op.create_table(
        "poll_confirmations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, comment="the official's name as it was then"),
        sa.Column(
            "digest",
            sa.String(64),
            nullable=False,
            comment="of what was confirmed: voting/service/confirm.py, digest_to_confirm",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why the vote is to be cancelled; public"),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "act IN ('open', 'close', 'certify', 'cancel')", name=op.f("ck_poll_confirmations_act")
        ),
        sa.CheckConstraint(
            "(act = 'cancel') = (reason IS NOT NULL)", name=op.f("ck_poll_confirmations_reason")
        ),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_confirmations_poll_id_polls")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_poll_confirmations_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_confirmations")),
    )
    op.create_index(
        "uq_poll_confirmations_one_each",
        "poll_confirmations",
        ["poll_id", "act", "account_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _ballots() -> None:
    op.create_table(
        "participations",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_participations_poll_id_polls")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_participations_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("poll_id", "account_id", name=op.f("pk_participations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "box_entries",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "code", sa.String(20), nullable=False, comment="check code: the public half of the receipt"
        ),
        sa.Column("replaces_code", sa.String(20), nullable=True, comment="the entry that no longer counts"),
        sa.Column("paper", sa.LargeBinary(), nullable=False, comment="opaque to the box"),
        sa.Column("salt", sa.LargeBinary(), nullable=False, comment="blinds the commitment; never published"),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column(
            "cast_on", sa.Date(), nullable=False, comment="the day only: a time would point at a person"
        ),
        sa.Column(
            "hash",
            sa.String(64),
            nullable=False,
            comment="of this entry and the one before: voting/sealing/box.py",
        ),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_box_entries_poll_id_polls")),
        sa.ForeignKeyConstraint(
            ["poll_id", "replaces_code"],
            ["box_entries.poll_id", "box_entries.code"],
            name=op.f("fk_box_entries_poll_id_box_entries"),
        ),
        sa.PrimaryKeyConstraint("poll_id", "position", name=op.f("pk_box_entries")),
        sa.UniqueConstraint("poll_id", "code", name="uq_box_entries_poll_id_code"),
        sa.UniqueConstraint("poll_id", "replaces_code", name="uq_box_entries_poll_id_replaces_code"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_box_entries_code", "box_entries", ["code"])


def _counts() -> None:
    op.create_table(
        "tallies",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False, comment="canonical JSON"),
        sa.Column("input_digest", sa.String(64), nullable=False),
        sa.Column(
            "result", sa.Text(), nullable=False, comment="canonical JSON of voting.rules.result.Result"
        ),
        sa.Column(
            "tie_seed",
            sa.String(100),
            nullable=False,
            comment="revealed; SHA-256 is the commitment in polls.ties",
        ),
        sa.Column("counted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_tallies_poll_id_polls")),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_tallies")),
    )
    op.create_table(
        "result_files",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False, comment="e.g. ballots.csv"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("media_type", sa.String(60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_result_files_poll_id_polls")),
        sa.PrimaryKeyConstraint("poll_id", "name", name=op.f("pk_result_files")),
    )


def downgrade() -> None:
    for table in (
        "result_files",
        "tallies",
        "box_entries",
        "participations",
        "poll_confirmations",
        "poll_options",
        "polls",
    ):
        op.drop_table(table)
