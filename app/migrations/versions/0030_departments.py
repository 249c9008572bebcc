"""proposals: departments and their members, conflicts of interest, reminders of deadlines"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "departments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False, comment="public"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("name", name=op.f("uq_departments_name")),
    )
    op.create_table(
        "department_members",
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_department_members_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
            name=op.f("fk_department_members_department_id_departments"),
        ),
        sa.PrimaryKeyConstraint("department_id", "account_id", name=op.f("pk_department_members")),
    )
    op.create_index(op.f("ix_department_members_account_id"), "department_members", ["account_id"])
    op.create_table(
        "officer_conflicts",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, comment="internal"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_officer_conflicts_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_officer_conflicts_idea_id_ideas")),
        sa.PrimaryKeyConstraint("idea_id", "account_id", name=op.f("pk_officer_conflicts")),
    )
    op.create_table(
        "idea_reminders",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('before', 'after')", name=op.f("ck_idea_reminders_kind_known")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_reminders_idea_id_ideas")),
        sa.PrimaryKeyConstraint("idea_id", "kind", "due_on", name=op.f("pk_idea_reminders")),
    )
    with op.batch_alter_table("ideas") as changed:
        changed.add_column(sa.Column("department_id", sa.Uuid(), nullable=True))
        changed.create_foreign_key(
            op.f("fk_ideas_department_id_departments"), "departments", ["department_id"], ["id"]
        )
        changed.create_index(op.f("ix_ideas_department_id"), ["department_id"])


def downgrade() -> None:
    with op.batch_alter_table("ideas") as changed:
        changed.drop_index(op.f("ix_ideas_department_id"))
        changed.drop_constraint(op.f("fk_ideas_department_id_departments"), type_="foreignkey")
        changed.drop_column("department_id")
    for table in ("idea_reminders", "officer_conflicts", "department_members", "departments"):
        op.drop_table(table)
