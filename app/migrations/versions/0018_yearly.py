"""amendments: the yearly report on decisional transparency"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

APPEND_ONLY = ("yearly_entries", "yearly_reports")


def upgrade() -> None:
    op.create_table(
        "yearly_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="of the year's entries, from 1"),
        sa.Column("figure", sa.String(length=30), nullable=False, comment="amendments/rules/yearly.py"),
        sa.Column(
            "value", sa.Text(), nullable=False, comment="a whole number, or words; empty takes it back"
        ),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_yearly_entries_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yearly_entries")),
        sa.UniqueConstraint("year", "position", name=op.f("uq_yearly_entries_year_position")),
    )
    op.create_table(
        "yearly_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="1 for the first, then one for each correction",
        ),
        sa.Column("figures", sa.Text(), nullable=False, comment="JSON: value by figure, as it was published"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the figures"),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a correction; public"),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "position = 1 OR reason <> ''", name=op.f("ck_yearly_reports_correction_reasoned")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_yearly_reports_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yearly_reports")),
        sa.UniqueConstraint("year", "position", name=op.f("uq_yearly_reports_year_position")),
    )
    for table in APPEND_ONLY:
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
