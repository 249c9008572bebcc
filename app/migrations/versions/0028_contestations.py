"""proposals: authors contest verdicts"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "verdicts",
        sa.Column(
            "contest_days",
            sa.Integer(),
            nullable=True,
            comment="working days in which its author may contest it, by the rules of that day",
        ),
    )
    op.create_table(
        "contestations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="the author's reasons; public; Markdown"),
        sa.Column("due_on", sa.Date(), nullable=False, comment="until when it has to be decided"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column(
            "answer_id",
            sa.Uuid(),
            nullable=True,
            comment="the verdict that superseded the contested one",
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_contestations_decided_somehow")
        ),
        sa.CheckConstraint(
            "outcome IN ('upheld', 'superseded')", name=op.f("ck_contestations_outcome_known")
        ),
        sa.CheckConstraint("text <> ''", name=op.f("ck_contestations_reasoned")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["verdicts.id"], name=op.f("fk_contestations_answer_id_verdicts")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["accounts.id"], name=op.f("fk_contestations_decided_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_contestations_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdicts.id"], name=op.f("fk_contestations_verdict_id_verdicts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contestations")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_contestations_answer_id")),
        sa.UniqueConstraint("verdict_id", name=op.f("uq_contestations_verdict_id")),
    )
    op.create_index(op.f("ix_contestations_idea_id"), "contestations", ["idea_id"])
    op.create_index("ix_contestations_outcome_due_on", "contestations", ["outcome", "due_on"])


def downgrade() -> None:
    op.drop_table("contestations")
    op.drop_column("verdicts", "contest_days")
