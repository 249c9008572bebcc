"""proposals: each line of a costing says where its price comes from"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    source = sa.Column(
        "source",
        sa.String(length=200),
        nullable=False,
        server_default="",
        comment="where the price comes from; empty: entered before that was asked",
    )
    op.add_column("cost_lines", source)


def downgrade() -> None:
    op.drop_column("cost_lines", "source")
