"""amendments: a paper of a draft decision can be withdrawn, for a reason"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("act_papers") as batch:
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("withdrawn_why", sa.Text(), nullable=False, server_default=""))
        batch.create_check_constraint(
            op.f("ck_act_papers_withdrawn_for_a_reason"), "(withdrawn_at IS NULL) = (withdrawn_why = '')"
        )


def downgrade() -> None:
    with op.batch_alter_table("act_papers") as batch:
        batch.drop_constraint(op.f("ck_act_papers_withdrawn_for_a_reason"), type_="check")
        batch.drop_column("withdrawn_why")
        batch.drop_column("withdrawn_at")
