"""consultations: questions with their answers, and what was promised"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

APPEND_ONLY = ("consultation_answers", "consultation_answered_questions", "commitment_entries")


def upgrade() -> None:
    op.create_table(
        "consultation_reminders",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('before', 'after')", name=op.f("ck_consultation_reminders_kind_known")),
        sa.PrimaryKeyConstraint("subject_id", "kind", "due_on", name=op.f("pk_consultation_reminders")),
    )
    op.create_table(
        "consultation_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "text", sa.Text(), nullable=False, comment="Markdown; of a deferred one why, of a commitment what"
        ),
        sa.Column("due_on", sa.Date(), nullable=True, comment="by when the written answer is promised"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "(kind = 'deferred') = (due_on IS NOT NULL)",
            name=op.f("ck_consultation_answers_deferred_until_a_day"),
        ),
        sa.CheckConstraint(
            "kind IN ('spoken', 'written', 'deferred', 'committed')",
            name=op.f("ck_consultation_answers_kind_known"),
        ),
        sa.CheckConstraint("text <> ''", name=op.f("ck_consultation_answers_says_something")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_consultation_answers_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_answers_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_answers")),
    )
    with op.batch_alter_table("consultation_answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consultation_answers_consultation_id"), ["consultation_id"], unique=False
        )

    op.create_table(
        "consultation_question_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False, comment="of the order in the room; 0: none yet"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_consultation_question_groups_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_question_groups_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_question_groups")),
    )
    with op.batch_alter_table("consultation_question_groups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consultation_question_groups_consultation_id"), ["consultation_id"], unique=False
        )

    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "form_id",
            sa.Uuid(),
            nullable=False,
            comment="of the form that was sent: two clicks, one commitment",
        ),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True, comment="by which it answers questions"),
        sa.Column("host_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column(
            "first_due_on",
            sa.Date(),
            nullable=False,
            comment="the day that was promised first; never changes",
        ),
        sa.Column("due_on", sa.Date(), nullable=False, comment="the day that is promised now"),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (done_on IS NOT NULL)", name=op.f("ck_commitments_done_on_a_day")
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'withdrawn')", name=op.f("ck_commitments_state_known")),
        sa.CheckConstraint(
            "host_id IS NOT NULL OR department_id IS NOT NULL", name=op.f("ck_commitments_owned")
        ),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["consultation_answers.id"],
            name=op.f("fk_commitments_answer_id_consultation_answers"),
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_commitments_consultation_id_consultations"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_commitments_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name=op.f("fk_commitments_host_id_hosts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_commitments_answer_id")),
        sa.UniqueConstraint("form_id", name=op.f("uq_commitments_form_id")),
        sa.UniqueConstraint("number", name=op.f("uq_commitments_number")),
    )
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitments_consultation_id"), ["consultation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commitments_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commitments_host_id"), ["host_id"], unique=False)
        batch_op.create_index("ix_commitments_made_at", ["made_at"], unique=False)
        batch_op.create_index("ix_commitments_state_due_on", ["state", "due_on"], unique=False)

    op.create_table(
        "consultation_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "form_id",
            sa.Uuid(),
            nullable=False,
            comment="of the form that was sent: two clicks, one question",
        ),
        sa.Column(
            "account_id", sa.Uuid(), nullable=True, comment="none: asked in the room, without an account"
        ),
        sa.Column(
            "author_name",
            sa.String(length=120),
            nullable=False,
            comment="as shown in public; empty: not named",
        ),
        sa.Column("words_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("support_count", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False, comment="of the order in the room; 0: none yet"),
        sa.Column(
            "phone", sa.String(length=30), nullable=False, comment="private; deleted 30 days afterwards"
        ),
        sa.Column(
            "email", sa.String(length=254), nullable=False, comment="private; deleted 30 days afterwards"
        ),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True, comment="who wrote it down in the room"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="of the last answer"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="of the written answer that was promised"),
        sa.CheckConstraint(
            "(how = 'web') = (taken_by_id IS NULL)",
            name=op.f("ck_consultation_questions_taken_down_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'deferred') = (due_on IS NOT NULL)",
            name=op.f("ck_consultation_questions_deferred_until_a_day"),
        ),
        sa.CheckConstraint(
            "how IN ('web', 'paper', 'voice')", name=op.f("ck_consultation_questions_how_known")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'deferred', 'answered', 'withdrawn')",
            name=op.f("ck_consultation_questions_state_known"),
        ),
        sa.CheckConstraint("support_count >= 0", name=op.f("ck_consultation_questions_count_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_consultation_questions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_questions_consultation_id_consultations"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["consultation_question_groups.id"],
            name=op.f("fk_consultation_questions_group_id_consultation_question_groups"),
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["accounts.id"], name=op.f("fk_consultation_questions_taken_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["words_id"], ["comments.id"], name=op.f("fk_consultation_questions_words_id_comments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_questions")),
        sa.UniqueConstraint("form_id", name=op.f("uq_consultation_questions_form_id")),
        sa.UniqueConstraint("words_id", name=op.f("uq_consultation_questions_words_id")),
    )
    with op.batch_alter_table("consultation_questions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consultation_questions_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            "ix_consultation_questions_consultation_id_asked_at",
            ["consultation_id", "asked_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_consultation_questions_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_consultation_questions_state_due_on", ["state", "due_on"], unique=False)

    op.create_table(
        "commitment_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="of the commitment's entries, from 1"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="the reason, or what was done"),
        sa.Column("link", sa.String(length=500), nullable=False, comment="evidence elsewhere; may be empty"),
        sa.Column(
            "before", sa.Text(), nullable=False, comment="JSON: the public facts that changed, as they were"
        ),
        sa.Column("after", sa.Text(), nullable=False, comment="JSON: the same facts now"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("kind = 'made' OR text <> ''", name=op.f("ck_commitment_entries_says_something")),
        sa.CheckConstraint(
            "kind IN ('made', 'reported', 'changed', 'done', 'reopened', 'withdrawn')",
            name=op.f("ck_commitment_entries_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_commitment_entries_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.id"],
            name=op.f("fk_commitment_entries_commitment_id_commitments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_entries")),
        sa.UniqueConstraint(
            "commitment_id", "position", name=op.f("uq_commitment_entries_commitment_id_position")
        ),
    )
    with op.batch_alter_table("commitment_entries", schema=None) as batch_op:
        batch_op.create_index("ix_commitment_entries_at", ["at"], unique=False)

    op.create_table(
        "consultation_answered_questions",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["consultation_answers.id"],
            name=op.f("fk_consultation_answered_questions_answer_id_consultation_answers"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["consultation_questions.id"],
            name=op.f("fk_consultation_answered_questions_question_id_consultation_questions"),
        ),
        sa.PrimaryKeyConstraint("answer_id", "question_id", name=op.f("pk_consultation_answered_questions")),
    )
    with op.batch_alter_table("consultation_answered_questions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consultation_answered_questions_question_id"), ["question_id"], unique=False
        )

    op.create_table(
        "consultation_question_supports",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_consultation_question_supports_account_id_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["consultation_questions.id"],
            name=op.f("fk_consultation_question_supports_question_id_consultation_questions"),
        ),
        sa.PrimaryKeyConstraint("question_id", "account_id", name=op.f("pk_consultation_question_supports")),
    )
    with op.batch_alter_table("consultation_question_supports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consultation_question_supports_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "consultation_raised_ideas",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_consultation_raised_ideas_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["ideas.id"], name=op.f("fk_consultation_raised_ideas_idea_id_ideas")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["consultation_questions.id"],
            name=op.f("fk_consultation_raised_ideas_question_id_consultation_questions"),
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_consultation_raised_ideas")),
        sa.UniqueConstraint("idea_id", name=op.f("uq_consultation_raised_ideas_idea_id")),
    )
    op.create_table(
        "commitment_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
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
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_why = '')",
            name=op.f("ck_commitment_photos_withdrawn_for_a_reason"),
        ),
        sa.CheckConstraint("alt <> ''", name=op.f("ck_commitment_photos_described")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["commitment_entries.id"],
            name=op.f("fk_commitment_photos_entry_id_commitment_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_photos")),
    )
    with op.batch_alter_table("commitment_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitment_photos_entry_id"), ["entry_id"], unique=False)

    for table in APPEND_ONLY:
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in (
        "commitment_photos",
        "commitment_entries",
        "commitments",
        "consultation_raised_ideas",
        "consultation_question_supports",
        "consultation_answered_questions",
        "consultation_questions",
        "consultation_question_groups",
        "consultation_answers",
        "consultation_reminders",
    ):
        op.drop_table(table)
