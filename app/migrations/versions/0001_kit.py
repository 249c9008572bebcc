"""kit: outbox, public register, number series"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime, append_only_sql
from app.kit.register import GENESIS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(120), nullable=False, comment="dotted path of an async function"),
        sa.Column("arguments", sa.Text(), nullable=False, comment="JSON object of keyword arguments"),
        sa.Column("queue", sa.String(20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])
    op.create_table(
        "register_entries",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False, comment="what happened, e.g. idea.rejected"),
        sa.Column("subject", sa.String(120), nullable=False, comment="what it happened to, e.g. idea:<uuid>"),
        sa.Column("facts", sa.Text(), nullable=False, comment="canonical JSON object"),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_register_entries")),
        sa.UniqueConstraint("hash", name=op.f("uq_register_entries_hash")),
    )
    op.create_index("ix_register_entries_subject", "register_entries", ["subject"])
    head = op.create_table(
        "register_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_head")),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0, "hash": GENESIS}])
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    for statement in append_only_sql("register_entries", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in ("number_series", "register_head", "register_entries", "outbox"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION IF EXISTS refuse_change()")
