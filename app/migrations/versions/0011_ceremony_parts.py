"""voting: large deliveries of a ceremony are kept in pieces"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = ("poll_id", "number", "step")


def upgrade() -> None:
    op.create_table(
        "ceremony_parts",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            KEY,
            [f"ceremony_messages.{column}" for column in KEY],
            name=op.f("fk_ceremony_parts_poll_id_ceremony_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(*KEY, "part", name=op.f("pk_ceremony_parts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("ceremony_parts")
