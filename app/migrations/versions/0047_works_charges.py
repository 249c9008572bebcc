"""proposals: who answers for the works on a project"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "works_charges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("officer_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="public"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_works_charges_reasoned")),
        sa.CheckConstraint(
            "(officer_id IS NULL) = (officer_name = '')", name=op.f("ck_works_charges_officer_named")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_works_charges_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_works_charges_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["accounts.id"], name=op.f("fk_works_charges_officer_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_works_charges_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_charges")),
        sa.UniqueConstraint("project_id", "position", name=op.f("uq_works_charges_project_id_position")),
    )
    for statement in append_only_sql("works_charges", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("works_charges")
