"""proposals: how many ideas of a cycle one resident may support"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("review_rules") as changed:
        changed.add_column(
            sa.Column(
                "most_supports",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="how many ideas of the cycle one resident may support; 0: as many as they like",
            )
        )
        changed.create_check_constraint(op.f("ck_review_rules_limit_not_negative"), "most_supports >= 0")


def downgrade() -> None:
    with op.batch_alter_table("review_rules") as changed:
        changed.drop_constraint(op.f("ck_review_rules_limit_not_negative"), type_="check")
        changed.drop_column("most_supports")
