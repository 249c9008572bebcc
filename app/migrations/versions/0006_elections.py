"""cycles: elections, which have a vote and no budget"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "cycles",
        sa.Column(
            "kind", sa.String(20), server_default="budget", nullable=False, comment="budget or election"
        ),
    )


def downgrade() -> None:
    op.drop_column("cycles", "kind")
