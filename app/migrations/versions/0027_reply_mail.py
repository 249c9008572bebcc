"""discussions: whether the author of a comment asked to be told of the first reply"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "comments",
        sa.Column(
            "wants_mail",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="its author asked to be told of the first reply",
        ),
    )


def downgrade() -> None:
    with op.batch_alter_table("comments") as changed:
        changed.drop_column("wants_mail")
