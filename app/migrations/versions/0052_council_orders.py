"""amendments: the order in which the council votes, as its regulation says"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "council_orders",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column("policy", sa.String(length=20), nullable=False, comment="amendments/rules/voting_order.py"),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="the provision of the council's regulation; public"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_council_orders")),
    )
    for statement in append_only_sql("council_orders", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("council_orders")
