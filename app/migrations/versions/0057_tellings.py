"""proposals: authors without e-mail are told by letter, by telephone or at the desk"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TOLD = "(told_on IS NOT NULL) = (ended_as IS NOT NULL AND ended_as IN ('desk', 'phone', 'post'))"


def upgrade() -> None:
    op.create_table(
        "idea_tellings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column(
            "account_id",
            sa.Uuid(),
            nullable=True,
            comment="an author; NULL: who sent it and has not claimed it",
        ),
        sa.Column(
            "kind",
            sa.String(length=20),
            nullable=False,
            comment="the message that would have been sent by mail",
        ),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False, comment="JSON object that fills the message"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=10), nullable=True, comment="how they were told, or why not"),
        sa.Column(
            "told_on", sa.Date(), nullable=True, comment="the day of the letter, the call or the visit"
        ),
        sa.Column("told_by_id", sa.Uuid(), nullable=True),
        sa.Column("told_by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "ended_as IN ('post', 'phone', 'desk', 'claimed', 'forgotten')",
            name=op.f("ck_idea_tellings_end_known"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_idea_tellings_ended_somehow")
        ),
        sa.CheckConstraint(TOLD, name=op.f("ck_idea_tellings_told_on_a_day")),
        sa.CheckConstraint(
            "(told_on IS NULL) = (told_by_id IS NULL)", name=op.f("ck_idea_tellings_told_by_somebody")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_tellings_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idea_tellings_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["told_by_id"], ["accounts.id"], name=op.f("fk_idea_tellings_told_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_tellings")),
    )
    op.create_index(op.f("ix_idea_tellings_account_id"), "idea_tellings", ["account_id"])
    op.create_index(op.f("ix_idea_tellings_told_by_id"), "idea_tellings", ["told_by_id"])
    op.create_index("ix_idea_tellings_idea_id", "idea_tellings", ["idea_id", "at"])
    op.create_index(
        "ix_idea_tellings_open",
        "idea_tellings",
        ["at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    for name in ("ix_idea_tellings_open", "ix_idea_tellings_idea_id"):
        op.drop_index(name, "idea_tellings")
    op.drop_index(op.f("ix_idea_tellings_told_by_id"), "idea_tellings")
    op.drop_index(op.f("ix_idea_tellings_account_id"), "idea_tellings")
    op.drop_table("idea_tellings")
