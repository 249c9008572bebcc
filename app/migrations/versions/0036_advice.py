"""proposals: other departments are asked for advice; reminders of any deadline, not of ideas alone"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_OPEN = sa.text("answered_at IS NULL AND ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "advice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False, comment="public once there is a decision; Markdown"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", sa.String(length=120), nullable=False),
        sa.Column(
            "term_days", sa.Integer(), nullable=False, comment="working days, as whoever asked has set them"
        ),
        sa.Column("due_on", sa.Date(), nullable=False, comment="never later than the idea's own term"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="by the first answer"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=20), nullable=True, comment="lapsed: decided without it"),
        sa.Column("why", sa.Text(), nullable=False, comment="why it was withdrawn; public"),
        sa.CheckConstraint("question <> ''", name=op.f("ck_advice_asked_something")),
        sa.CheckConstraint("term_days > 0", name=op.f("ck_advice_term_positive")),
        sa.CheckConstraint("ended_as IN ('withdrawn', 'lapsed')", name=op.f("ck_advice_end_known")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_advice_ended_somehow")),
        sa.CheckConstraint(
            "ended_at IS NULL OR answered_at IS NULL", name=op.f("ck_advice_answered_or_ended")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["accounts.id"], name=op.f("fk_advice_asked_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_advice_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_advice_idea_id_ideas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice")),
    )
    op.create_index(op.f("ix_advice_department_id"), "advice", ["department_id"])
    op.create_index("ix_advice_idea_id_asked_at", "advice", ["idea_id", "asked_at"])
    op.create_index(
        "uq_advice_open_idea_id_department_id",
        "advice",
        ["idea_id", "department_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "advice_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("advice_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="public once there is a decision; Markdown"),
        sa.CheckConstraint("text <> ''", name=op.f("ck_advice_answers_answered_something")),
        sa.ForeignKeyConstraint(
            ["advice_id"], ["advice.id"], name=op.f("fk_advice_answers_advice_id_advice")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_advice_answers_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_answers")),
        sa.UniqueConstraint("advice_id", "version", name=op.f("uq_advice_answers_advice_id_version")),
    )
    for statement in append_only_sql("advice_answers", op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "deadline_reminders",
        *_reminder_columns("subject_id"),
        sa.CheckConstraint("kind IN ('before', 'after')", name=op.f("ck_deadline_reminders_kind_known")),
        sa.PrimaryKeyConstraint("subject_id", "kind", "due_on", name=op.f("pk_deadline_reminders")),
    )
    op.execute("INSERT INTO deadline_reminders SELECT idea_id, kind, due_on, at FROM idea_reminders")
    op.drop_table("idea_reminders")


def downgrade() -> None:
    op.create_table(
        "idea_reminders",
        *_reminder_columns("idea_id"),
        sa.CheckConstraint("kind IN ('before', 'after')", name=op.f("ck_idea_reminders_kind_known")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_reminders_idea_id_ideas")),
        sa.PrimaryKeyConstraint("idea_id", "kind", "due_on", name=op.f("pk_idea_reminders")),
    )
    op.execute(
        "INSERT INTO idea_reminders SELECT subject_id, kind, due_on, at FROM deadline_reminders "
        "WHERE subject_id IN (SELECT id FROM ideas)"
    )
    for table in ("deadline_reminders", "advice_answers", "advice"):
        op.drop_table(table)


def _reminder_columns(subject: str) -> list[sa.Column]:  # type: ignore[type-arg]
    return [
        sa.Column(subject, sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    ]
