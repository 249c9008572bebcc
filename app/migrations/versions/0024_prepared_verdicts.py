"""proposals: verdicts that wait for a second reviewer or for the moment of publication"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prepared_verdicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ruling", sa.Text(), nullable=False, comment="JSON: proposals/service/verdicts.py, Ruling"),
        sa.Column("corrects_id", sa.Uuid(), nullable=True, comment="the one to supersede"),
        sa.Column(
            "needs_second",
            sa.Boolean(),
            nullable=False,
            comment="by the cycle's rules, when it was prepared",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=True),
        sa.Column("second_name", sa.String(length=120), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=20), nullable=True),
        sa.Column("ended_by_name", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, comment="why it was sent back; internal"),
        sa.Column(
            "problem",
            sa.String(length=300),
            nullable=False,
            comment="msgid of what kept it from being published",
        ),
        sa.CheckConstraint(
            "second_id IS NULL OR second_id <> by_id", name=op.f("ck_prepared_verdicts_four_eyes")
        ),
        sa.CheckConstraint(
            "ended_as IN ('published', 'sent_back', 'lapsed')", name=op.f("ck_prepared_verdicts_end_known")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_prepared_verdicts_ended_somehow")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_prepared_verdicts_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["verdicts.id"], name=op.f("fk_prepared_verdicts_corrects_id_verdicts")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_prepared_verdicts_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["second_id"], ["accounts.id"], name=op.f("fk_prepared_verdicts_second_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_verdicts")),
    )
    op.create_index(op.f("ix_prepared_verdicts_idea_id"), "prepared_verdicts", ["idea_id"])
    op.create_index(
        "uq_prepared_verdicts_open_idea_id",
        "prepared_verdicts",
        ["idea_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("prepared_verdicts")
