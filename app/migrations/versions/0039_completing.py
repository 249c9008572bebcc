"""amendments: what was returned has a term, and stands as it was sent when the term ends"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
REASONED = "ck_amendments_inadmissible_for_a_reason"


def upgrade() -> None:
    with op.batch_alter_table("amendments", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "returned_on",
                sa.Date(),
                nullable=True,
                comment="since when its author is asked to complete it",
            )
        )
        batch_op.add_column(
            sa.Column(
                "sent",
                sa.LargeBinary(),
                nullable=True,
                comment="JSON: what was sent before it was returned, which stands when the term ends",
            )
        )
        batch_op.create_check_constraint(op.f(REASONED), "state <> 'inadmissible' OR state_reason <> ''")


def downgrade() -> None:
    with op.batch_alter_table("amendments", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(REASONED), type_="check")
        batch_op.drop_column("sent")
        batch_op.drop_column("returned_on")
