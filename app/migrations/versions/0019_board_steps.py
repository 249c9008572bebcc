"""voting: what happened on a board besides ballots is found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NO_BALLOT = sa.text("event <> 'Ballot'")


def upgrade() -> None:
    op.create_index(
        "ix_board_members_poll_id_height_steps",
        "board_members",
        ["poll_id", "height"],
        sqlite_where=NO_BALLOT,
        postgresql_where=NO_BALLOT,
    )


def downgrade() -> None:
    op.drop_index("ix_board_members_poll_id_height_steps", "board_members")
