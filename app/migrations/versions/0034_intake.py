"""proposals: ideas that staff enter for somebody, and the codes by which they are claimed"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idea_intakes",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column(
            "form_id", sa.Uuid(), nullable=False, comment="of the form that was sent: two clicks, one idea"
        ),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False, comment="begins the legal clock"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_name", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False, comment="private"),
        sa.Column("email", sa.String(length=254), nullable=False, comment="private"),
        sa.Column("phone", sa.String(length=40), nullable=False, comment="private"),
        sa.Column("address", sa.String(length=300), nullable=False, comment="private"),
        sa.Column(
            "code_hash",
            sa.String(length=64),
            nullable=True,
            comment="HMAC of the code on the letter; NULL: used",
        ),
        sa.Column(
            "printed_by_id",
            sa.Uuid(),
            nullable=True,
            comment="who printed the letter again, with another code",
        ),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('paper', 'email', 'phone', 'desk')", name=op.f("ck_idea_intakes_channel_known")
        ),
        sa.CheckConstraint(
            "(claimed_at IS NULL) = (claimed_by_id IS NULL)", name=op.f("ck_idea_intakes_claimed_by_somebody")
        ),
        sa.CheckConstraint(
            "(claimed_at IS NULL) = (code_hash IS NOT NULL)", name=op.f("ck_idea_intakes_code_works_once")
        ),
        sa.CheckConstraint(
            "claimed_at IS NULL OR (name || email || phone || address) = ''",
            name=op.f("ck_idea_intakes_erased"),
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_intakes_idea_id_ideas")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["accounts.id"], name=op.f("fk_idea_intakes_entered_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["printed_by_id"], ["accounts.id"], name=op.f("fk_idea_intakes_printed_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by_id"], ["accounts.id"], name=op.f("fk_idea_intakes_claimed_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_idea_intakes")),
        sa.UniqueConstraint("form_id", name=op.f("uq_idea_intakes_form_id")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_idea_intakes_code_hash")),
    )
    op.create_index(op.f("ix_idea_intakes_entered_by_id"), "idea_intakes", ["entered_by_id"])
    with op.batch_alter_table("ideas") as changed:
        changed.alter_column(
            "author_id",
            existing_type=sa.Uuid(),
            nullable=True,
            comment="NULL: entered by staff, not claimed yet",
            existing_comment=None,
        )
        changed.alter_column(
            "author_name",
            existing_type=sa.String(length=120),
            existing_nullable=False,
            comment="as shown in public, e.g. Ana P.; empty: a resident",
            existing_comment="as shown in public, e.g. Ana P.",
        )


def downgrade() -> None:
    op.drop_table("idea_intakes")
    with op.batch_alter_table("ideas") as changed:
        changed.alter_column(
            "author_name",
            existing_type=sa.String(length=120),
            existing_nullable=False,
            comment="as shown in public, e.g. Ana P.",
            existing_comment="as shown in public, e.g. Ana P.; empty: a resident",
        )
        changed.alter_column(
            "author_id",
            existing_type=sa.Uuid(),
            nullable=False,
            comment=None,
            existing_comment="NULL: entered by staff, not claimed yet",
        )
