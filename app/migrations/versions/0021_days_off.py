"""kit: days off that were declared beside the public holidays"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "days_off",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False, comment="from 1, no gaps"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False, comment="declared; else taken back"),
        sa.Column(
            "source",
            sa.String(length=300),
            nullable=False,
            comment="the act that declares it, or takes it back",
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="why; public"),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_days_off_by_id_accounts")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_days_off")),
    )
    op.create_index("ix_days_off_day", "days_off", ["day"])
    head = op.create_table(
        "days_off_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="of the last entry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_days_off_head")),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0}])
    for statement in append_only_sql("days_off", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("days_off_head")
    op.drop_table("days_off")
