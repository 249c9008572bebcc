"""proposals: works on funded projects, their money and photos, and whether they were built as promised"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

APPEND_ONLY = ("milestones", "spendings", "built_replies")


def upgrade() -> None:
    op.create_table(
        "milestones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="order of entry, over all milestones of the project",
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "ordinal",
            sa.Integer(),
            nullable=False,
            comment="tells free milestones of a project apart; 0 for the others",
        ),
        sa.Column("title", sa.String(length=120), nullable=False, comment="of a free milestone"),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True, comment="the day on which it was reached"),
        sa.Column(
            "note", sa.Text(), nullable=False, comment="the reason of a change; else what there is to say"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("(kind = 'other') = (ordinal > 0)", name=op.f("ck_milestones_free_ones_counted")),
        sa.CheckConstraint("(kind = 'other') = (title <> '')", name=op.f("ck_milestones_free_ones_named")),
        sa.CheckConstraint(
            "kind IN ('contract', 'works_begin', 'works_end', 'reception', 'other')",
            name=op.f("ck_milestones_kind_known"),
        ),
        sa.CheckConstraint(
            "planned_on IS NOT NULL OR actual_on IS NOT NULL OR note <> ''",
            name=op.f("ck_milestones_says_something"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_milestones_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_milestones_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
        sa.UniqueConstraint("project_id", "position", name=op.f("uq_milestones_project_id_position")),
    )
    op.create_table(
        "opinions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "author_name", sa.String(length=120), nullable=False, comment="as shown in public, e.g. Ana P."
        ),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "hidden_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="its words and photo were hidden; it counts still",
        ),
        sa.Column("hidden_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(hidden_at IS NULL) = (hidden_why = '')", name=op.f("ck_opinions_hidden_for_a_reason")
        ),
        sa.CheckConstraint("choice IN ('yes', 'partly', 'no')", name=op.f("ck_opinions_choice_known")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_opinions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_opinions_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
        sa.UniqueConstraint("project_id", "account_id", name=op.f("uq_opinions_project_id_account_id")),
    )
    op.create_index(op.f("ix_opinions_account_id"), "opinions", ["account_id"])
    op.create_index("ix_opinions_project_id_changed_at", "opinions", ["project_id", "changed_at"])

    op.create_table(
        "spendings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount_bani", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False, comment="what for"),
        sa.Column(
            "document", sa.String(length=60), nullable=False, comment="number of the invoice or payment order"
        ),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a correction"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "(amount_bani < 0) = (reason <> '')", name=op.f("ck_spendings_corrected_for_a_reason")
        ),
        sa.CheckConstraint(
            "(amount_bani < 0) = (corrects_id IS NOT NULL)", name=op.f("ck_spendings_negative_corrects")
        ),
        sa.CheckConstraint("amount_bani <> 0", name=op.f("ck_spendings_amount_not_zero")),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_spendings_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["spendings.id"], name=op.f("fk_spendings_corrects_id_spendings")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_spendings_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spendings")),
        sa.UniqueConstraint("project_id", "position", name=op.f("uq_spendings_project_id_position")),
    )
    op.create_table(
        "built_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opinion_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_built_replies_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinions.id"], name=op.f("fk_built_replies_opinion_id_opinions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_built_replies")),
    )
    op.create_index("ix_built_replies_opinion_id_at", "built_replies", ["opinion_id", "at"])

    op.create_table(
        "works_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("opinion_id", sa.Uuid(), nullable=True),
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
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_why = '')",
            name=op.f("ck_works_photos_withdrawn_for_a_reason"),
        ),
        sa.CheckConstraint("alt <> ''", name=op.f("ck_works_photos_described")),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinions.id"], name=op.f("fk_works_photos_opinion_id_opinions")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_works_photos_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_photos")),
    )
    op.create_index("ix_works_photos_opinion_id", "works_photos", ["opinion_id"])
    op.create_index("ix_works_photos_project_id_created_at", "works_photos", ["project_id", "created_at"])
    for table in APPEND_ONLY:
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in ("works_photos", "built_replies", "spendings", "opinions", "milestones"):
        op.drop_table(table)
