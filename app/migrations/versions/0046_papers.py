"""proposals: what authors without the web send, and how long it is known who they are"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BEFORE = "claimed_at IS NULL OR (name || email || phone || address) = ''"
AFTER = "(claimed_at IS NULL AND erased_at IS NULL) OR (name || email || phone || address) = ''"


def upgrade() -> None:
    op.create_table(
        "idea_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column(
            "form_id", sa.Uuid(), nullable=False, comment="of the form that was sent: two clicks, one paper"
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False, comment="the day that counts for terms"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_name", sa.String(length=120), nullable=False),
        sa.Column(
            "key",
            sa.String(length=80),
            nullable=False,
            comment="of the scan in the storage; empty: none, or erased",
        ),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('answer', 'contestation', 'withdrawal')", name=op.f("ck_idea_papers_kind_known")
        ),
        sa.CheckConstraint(
            "channel IN ('paper', 'email', 'phone', 'desk')", name=op.f("ck_idea_papers_channel_known")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["accounts.id"], name=op.f("fk_idea_papers_entered_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_papers_idea_id_ideas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_papers")),
        sa.UniqueConstraint("form_id", name=op.f("uq_idea_papers_form_id")),
    )
    op.create_index(op.f("ix_idea_papers_entered_by_id"), "idea_papers", ["entered_by_id"])
    op.create_index("ix_idea_papers_idea_id", "idea_papers", ["idea_id", "entered_at"])
    with op.batch_alter_table("idea_intakes") as changed:
        changed.add_column(
            sa.Column(
                "erased_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="when the person was forgotten who did not claim it",
            )
        )
        changed.drop_constraint(op.f("ck_idea_intakes_erased"), type_="check")
        changed.create_check_constraint(op.f("ck_idea_intakes_erased"), AFTER)
    with op.batch_alter_table("review_rules") as changed:
        changed.add_column(
            sa.Column(
                "keep_days",
                sa.Integer(),
                server_default="365",
                nullable=False,
                comment="calendar days after an idea's last step for which it is known who sent it on paper",
            )
        )
        changed.create_check_constraint(op.f("ck_review_rules_kept_through_contestations"), "keep_days >= 90")


def downgrade() -> None:
    with op.batch_alter_table("review_rules") as changed:
        changed.drop_constraint(op.f("ck_review_rules_kept_through_contestations"), type_="check")
        changed.drop_column("keep_days")
    with op.batch_alter_table("idea_intakes") as changed:
        changed.drop_constraint(op.f("ck_idea_intakes_erased"), type_="check")
        changed.create_check_constraint(op.f("ck_idea_intakes_erased"), BEFORE)
        changed.drop_column("erased_at")
    op.drop_index("ix_idea_papers_idea_id", "idea_papers")
    op.drop_index(op.f("ix_idea_papers_entered_by_id"), "idea_papers")
    op.drop_table("idea_papers")
