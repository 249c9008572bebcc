"""amendments: the form of a draft as it was typed was kept beside what it became, and never read"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("amendments", "typed")


def downgrade() -> None:
    op.add_column("amendments", sa.Column("typed", sa.Text(), nullable=False, server_default=""))
