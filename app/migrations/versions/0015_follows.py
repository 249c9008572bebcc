"""amendments: who follows one act and gets a message at each of its steps"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act_follows",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "token",
            sa.String(length=64),
            nullable=False,
            comment="in each message: whoever holds it may stop them, and nothing else",
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_act_follows_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_act_follows_act_id_acts")),
        sa.PrimaryKeyConstraint("act_id", "account_id", name=op.f("pk_act_follows")),
        sa.UniqueConstraint("token", name=op.f("uq_act_follows_token")),
    )


def downgrade() -> None:
    op.drop_table("act_follows")
