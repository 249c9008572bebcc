"""voting: whether the server may seal for voters without scripts; votes whose roles are all on one machine"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = {
    "server_sealing": "whether voters without scripts may let the server seal their ballot",
    "one_machine": "a demonstration: every role of the sealed vote is played on this machine",
}


def upgrade() -> None:
    for name, comment in COLUMNS.items():
        op.add_column(
            "polls", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False, comment=comment)
        )


def downgrade() -> None:
    with op.batch_alter_table("polls") as polls:
        for name in COLUMNS:
            polls.drop_column(name)
