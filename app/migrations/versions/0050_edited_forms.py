"""proposals: which form saved each step of a draft last"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "ideas",
        sa.Column(
            "edited_forms",
            sa.JSON(),
            server_default="{}",
            nullable=False,
            comment="of a draft: which form saved each step last",
        ),
    )


def downgrade() -> None:
    op.drop_column("ideas", "edited_forms")
