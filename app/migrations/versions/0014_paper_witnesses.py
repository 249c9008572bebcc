"""voting: who has seen what others entered; codes are on a board once; what an access was part of"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_witnesses",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("saw", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False, comment="of a release; public"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("saw IN ('own', 'both')", name=op.f("ck_paper_witnesses_saw")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_paper_witnesses_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["poll_id", "place"],
            ["polling_places.poll_id", "polling_places.number"],
            name=op.f("fk_paper_witnesses_poll_id_place_polling_places"),
        ),
        sa.PrimaryKeyConstraint("poll_id", "place", "account_id", "saw", name=op.f("pk_paper_witnesses")),
    )
    op.drop_index("ix_board_ballots_code", "board_ballots")
    op.create_index("ix_board_ballots_code_poll_id", "board_ballots", ["code", "poll_id"], unique=True)
    op.add_column(
        "access_log",
        sa.Column("about", sa.String(length=60), nullable=True, comment="what it goes with, as poll:<id>"),
    )
    op.create_index("ix_access_log_about", "access_log", ["about"])


def downgrade() -> None:
    op.drop_index("ix_access_log_about", "access_log")
    op.drop_column("access_log", "about")
    op.drop_index("ix_board_ballots_code_poll_id", "board_ballots")
    op.create_index("ix_board_ballots_code", "board_ballots", ["code"])
    op.drop_table("paper_witnesses")
