"""discussions: comments, who supports and reports them, what moderators decide"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

GROUNDS = "'insult', 'hate', 'personal_data', 'illegal', 'advertising', 'flooding', 'off_topic'"


def upgrade() -> None:
    op.create_table(
        "discussion_threads",
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False, comment="the wider subject"),
        sa.Column("comment_count", sa.Integer(), nullable=False, comment="of those that can be read"),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_discussion_threads")),
    )
    op.create_index(op.f("ix_discussion_threads_scope"), "discussion_threads", ["scope"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(length=120), nullable=False, comment="as shown in public"),
        sa.Column(
            "role", sa.String(length=20), nullable=False, comment="in which an official wrote it; else empty"
        ),
        sa.Column("body", sa.Text(), nullable=False, comment="Markdown; empty once withdrawn"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("support_count", sa.Integer(), nullable=False),
        sa.Column("reply_count", sa.Integer(), nullable=False, comment="of whatever state"),
        sa.CheckConstraint(
            "state IN ('visible', 'withdrawn', 'hidden')", name=op.f("ck_comments_state_known")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_comments_author_id_accounts")),
        sa.ForeignKeyConstraint(["parent_id"], ["comments.id"], name=op.f("fk_comments_parent_id_comments")),
        sa.ForeignKeyConstraint(
            ["subject"], ["discussion_threads.subject"], name=op.f("fk_comments_subject_discussion_threads")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index("ix_comments_author_id_created_at", "comments", ["author_id", "created_at"], unique=False)
    op.create_index("ix_comments_parent_id", "comments", ["parent_id"], unique=False)
    op.create_index("ix_comments_scope_created_at", "comments", ["scope", "created_at"], unique=False)
    op.create_index(
        "ix_comments_subject_parent_id_created_at",
        "comments",
        ["subject", "parent_id", "created_at"],
        unique=False,
    )

    op.create_table(
        "comment_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False, comment="of what was hidden; else empty"),
        sa.Column("reason", sa.Text(), nullable=False, comment="public; Markdown"),
        sa.Column("report_count", sa.Integer(), nullable=False, comment="that were open then"),
        sa.Column("by_id", sa.Uuid(), nullable=False, comment="not public"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision = 'kept' OR reason <> ''", name=op.f("ck_comment_decisions_reasoned")),
        sa.CheckConstraint(
            "decision IN ('hidden', 'kept', 'restored', 'upheld')",
            name=op.f("ck_comment_decisions_decision_known"),
        ),
        sa.CheckConstraint(
            f"ground IN ({GROUNDS}) OR ground = ''",
            name=op.f("ck_comment_decisions_ground_known"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_comment_decisions_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_comment_decisions_comment_id_comments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_decisions")),
        sa.UniqueConstraint("comment_id", "position", name=op.f("uq_comment_decisions_comment_id_position")),
    )
    op.create_index("ix_comment_decisions_at", "comment_decisions", ["at"], unique=False)

    op.create_table(
        "comment_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            f"ground IN ({GROUNDS})",
            name=op.f("ck_comment_reports_ground_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_comment_reports_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_comment_reports_comment_id_comments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_reports")),
        sa.UniqueConstraint(
            "comment_id", "account_id", name=op.f("uq_comment_reports_comment_id_account_id")
        ),
    )
    op.create_index(
        "ix_comment_reports_open",
        "comment_reports",
        ["comment_id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "comment_supports",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_comment_supports_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_comment_supports_comment_id_comments")
        ),
        sa.PrimaryKeyConstraint("comment_id", "account_id", name=op.f("pk_comment_supports")),
    )
    op.create_table(
        "comment_appeals",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_comment_appeals_comment_id_comments")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["comment_decisions.id"],
            name=op.f("fk_comment_appeals_decision_id_comment_decisions"),
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_comment_appeals")),
    )
    op.create_index(op.f("ix_comment_appeals_comment_id"), "comment_appeals", ["comment_id"], unique=False)

    for statement in append_only_sql("comment_decisions", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "comment_appeals",
        "comment_supports",
        "comment_reports",
        "comment_decisions",
        "comments",
        "discussion_threads",
    ):
        op.drop_table(table)
