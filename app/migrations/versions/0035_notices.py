"""notices: choices, follows, events and who is told of them"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False, comment="what happens once is told once"),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=20),
            nullable=False,
            comment="as which it is told; empty: as people are linked",
        ),
        sa.Column("is_near", sa.Boolean(), nullable=False, comment="neighbours of the topic are told too"),
        sa.Column("named", sa.Text(), nullable=False, comment="JSON list of accounts that are told"),
        sa.Column("spared", sa.Text(), nullable=False, comment="JSON list of accounts that know already"),
        sa.Column(
            "is_pressing",
            sa.Boolean(),
            nullable=False,
            comment="asks for something: at once, unless they want none",
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False, comment="msgid of the sentence"),
        sa.Column("facts", sa.Text(), nullable=False, comment="JSON object that fills the sentence's places"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link", sa.Integer(), nullable=False, comment="place in the order of links"),
        sa.Column("after", sa.Uuid(), nullable=True, comment="the last account of this link so far"),
        sa.Column(
            "spread_at", sa.DateTime(timezone=True), nullable=True, comment="when everybody had been found"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_events")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_events_key")),
    )
    op.create_table(
        "follows",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_follows_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", "topic", name=op.f("pk_follows")),
    )
    with op.batch_alter_table("follows", schema=None) as batch_op:
        batch_op.create_index("ix_follows_topic_account_id", ["topic", "account_id"], unique=False)

    op.create_table(
        "notice_choices",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('own', 'supported', 'works', 'replies', 'area')",
            name=op.f("ck_notice_choices_kind_known"),
        ),
        sa.CheckConstraint(
            "rhythm IN ('now', 'weekly', 'never')", name=op.f("ck_notice_choices_rhythm_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notice_choices_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_notice_choices")),
    )
    with op.batch_alter_table("notice_choices", schema=None) as batch_op:
        batch_op.create_index("ix_notice_choices_kind_rhythm", ["kind", "rhythm"], unique=False)

    op.create_table(
        "notices",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="of the event"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "settled_as", sa.String(length=10), nullable=False, comment="now, digest, or none was wanted"
        ),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_as = '')", name=op.f("ck_notices_settled_whole")),
        sa.CheckConstraint(
            "kind IN ('own', 'supported', 'works', 'replies', 'area')", name=op.f("ck_notices_kind_known")
        ),
        sa.CheckConstraint(
            "settled_as IN ('', 'now', 'digest', 'none')", name=op.f("ck_notices_settled_somehow")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notices_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["notice_events.id"], name=op.f("fk_notices_event_id_notice_events")
        ),
        sa.PrimaryKeyConstraint("event_id", "account_id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_account_id", ["account_id"], unique=False)
        batch_op.create_index(
            "ix_notices_waiting",
            ["account_id", "at"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )


def downgrade() -> None:
    for table in ("notices", "notice_choices", "follows", "notice_events"):
        op.drop_table(table)
