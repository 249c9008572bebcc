"""consultations: minutes, photographs"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consultation_minutes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="1: the minutes; then one for each correction"
        ),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON: consultations/rules/minutes.py"),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="of the content; in the public register"
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was corrected; public"),
        sa.Column("due_on", sa.Date(), nullable=False, comment="by when the minutes were to be public"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "(position = 1) = (reason = '')", name=op.f("ck_consultation_minutes_corrected_for_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_consultation_minutes_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_minutes_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_minutes")),
        sa.UniqueConstraint(
            "consultation_id", "position", name=op.f("uq_consultation_minutes_consultation_id_position")
        ),
    )
    op.create_table(
        "consultation_minutes_drafts",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON: consultations/rules/minutes.py"),
        sa.Column(
            "revision",
            sa.Integer(),
            nullable=False,
            comment="counts what was saved: of two who write, one is told",
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_minutes_drafts_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_consultation_minutes_drafts")),
    )
    op.create_table(
        "consultation_minutes_reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('before', 'after')", name=op.f("ck_consultation_minutes_reminders_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_minutes_reminders_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_minutes_reminders")),
        sa.UniqueConstraint(
            "consultation_id", "kind", name=op.f("uq_consultation_minutes_reminders_consultation_id_kind")
        ),
    )
    op.create_table(
        "consultation_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("large_key", sa.String(length=80), nullable=False),
        sa.Column("small_key", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column(
            "alt",
            sa.String(length=250),
            nullable=False,
            comment="what is in the picture, for who cannot see it",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_why = '')",
            name=op.f("ck_consultation_photos_withdrawn_for_a_reason"),
        ),
        sa.CheckConstraint("alt <> ''", name=op.f("ck_consultation_photos_described")),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_photos_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_photos")),
    )
    with op.batch_alter_table("consultation_photos", schema=None) as batch_op:
        batch_op.create_index(
            "ix_consultation_photos_consultation_id_created_at",
            ["consultation_id", "created_at"],
            unique=False,
        )

    for statement in append_only_sql("consultation_minutes", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("consultation_photos", schema=None) as batch_op:
        batch_op.drop_index("ix_consultation_photos_consultation_id_created_at")

    op.drop_table("consultation_photos")
    op.drop_table("consultation_minutes_reminders")
    op.drop_table("consultation_minutes_drafts")
    op.drop_table("consultation_minutes")
